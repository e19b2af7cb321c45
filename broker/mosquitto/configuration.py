"""mosquitto's files, from the one template: for a real site, the simulated day and the tests."""

from __future__ import annotations

from importlib import resources
from pathlib import PurePosixPath
from string import Template
from typing import Final

from broker.connection import AUTHORITY, SERVER
from broker.contract import access, compiled
from broker.contract.topics import MOST_BYTES

CONFIGURATION: Final = "mosquitto.conf"
ACL: Final = "acl"
REVOKED: Final = "revoked.pem"
"""The authority's list of certificates that count no longer."""


def render(values: dict[str, str]) -> str:
    """The configuration file's text. Raises KeyError when a value is missing."""
    template = resources.files("broker.mosquitto").joinpath("mosquitto.conf.template")
    return Template(template.read_text(encoding="utf-8")).substitute(values)


def site_files(
    site: compiled.Site, folder: PurePosixPath, credentials: PurePosixPath, port: int
) -> dict[str, str]:
    """The files of a real site's broker by name, as they lie on its machine.

    Debian's unit starts mosquitto as its own user, with a configuration file and the journal for its log.

    Args:
        site: whose rights it enforces.
        folder: where the files will lie.
        credentials: where ``ca.pem``, the broker's certificate and key and ``revoked.pem`` will lie.
        port: of its TLS listener, on every address.
    """
    values = {
        "site": site.id,
        "host": "",
        "port": str(port),
        "authority": str(credentials / AUTHORITY),
        "certificate": str(credentials / f"{SERVER}.pem"),
        "key": str(credentials / f"{SERVER}.key"),
        "revoked": f"crlfile {credentials / REVOKED}",
        "acl": str(folder / ACL),
        "most_bytes": str(MOST_BYTES),
        "log_dest": "stderr",
        "user": "user mosquitto",
    }
    return {CONFIGURATION: render(values), ACL: access.acl(site)}
