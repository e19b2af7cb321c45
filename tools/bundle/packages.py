"""Debian packages that the roles of one kind of machine install: read from site.yml and the roles' defaults.

Usage: packages.py hall|node
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ANSIBLE = Path(__file__).resolve().parent.parent.parent / "ansible"
GROUPS = {"hall": "broker", "node": "nodes"}


def packages(kind: str) -> set[str]:
    """Names in ``<role>_packages`` and ``<role>_packages_<kind>`` of the roles that such machines have."""
    found: set[str] = set()
    for role in _roles(GROUPS[kind]):
        defaults = ANSIBLE / "roles" / role / "defaults/main.yml"
        settings = yaml.safe_load(defaults.read_text(encoding="utf-8")) if defaults.exists() else {}
        for name, value in settings.items():
            if name in {f"{role}_packages", f"{role}_packages_{kind}"}:
                found.update(value)
    return found


def _roles(group: str) -> Iterator[str]:
    for play in yaml.safe_load((ANSIBLE / "site.yml").read_text(encoding="utf-8")):
        if group in play["hosts"].split(":"):
            yield from (one["role"] for one in play.get("roles", ()))


if __name__ == "__main__":
    print(*sorted(packages(sys.argv[1])))
