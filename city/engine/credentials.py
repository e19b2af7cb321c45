"""Certificates of a simulated city, made on the fly. A real city's authority is Ansible's.

A certificate's DNS name is the user whom the engine takes its holder for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import trustme

from broker.certificates import write_pair
from broker.connection import AUTHORITY
from broker.contract import city

SERVER = "engine"
"""The name of the servers' own certificate."""


def make_credentials(sites: Sequence[str], folder: Path) -> None:
    """Write ``ca.pem``, and ``<name>.pem`` and ``.key`` for the engine, its two programs and each site."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="preaccueil city")
    authority.cert_pem.write_to_path(folder / AUTHORITY)
    write_pair(authority.issue_cert("localhost", "127.0.0.1", common_name=SERVER), folder, SERVER)
    for name in (city.RECORDER, city.FEED, *sites):
        write_pair(authority.issue_cert(name, common_name=name), folder, name)
