"""Debian packages that the roles of one kind of machine install: read from site.yml and the roles' defaults.

Usage: packages.py hall|node|influxdb      influxdb: its repository, its key's address and fingerprint
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ANSIBLE = Path(__file__).resolve().parent.parent.parent / "ansible"
GROUPS = {"hall": "broker", "node": "nodes"}


def packages(kind: str) -> set[str]:
    """Names in ``<role>_packages`` and ``<role>_packages_<kind>`` of the roles that such machines have."""
    found: set[str] = set()
    for role in _roles(GROUPS[kind]):
        for name, value in _defaults(role).items():
            if name in {f"{role}_packages", f"{role}_packages_{kind}"}:
                found.update(value)
    return found


def _roles(group: str) -> Iterator[str]:
    for play in yaml.safe_load((ANSIBLE / "site.yml").read_text(encoding="utf-8")):
        if group in play["hosts"].split(":"):
            yield from (one["role"] for one in play.get("roles", ()))


def _defaults(role: str) -> dict[str, Any]:
    defaults = ANSIBLE / "roles" / role / "defaults/main.yml"
    found: dict[str, Any] = yaml.safe_load(defaults.read_text(encoding="utf-8")) if defaults.exists() else {}
    return found


if __name__ == "__main__":
    if sys.argv[1] == "influxdb":
        known = _defaults("influxdb")
        print(*(known[f"influxdb_repository{part}"] for part in ("", "_key", "_fingerprint")))
    else:
        print(*sorted(packages(sys.argv[1])))
