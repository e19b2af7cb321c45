"""Certificates of a simulated site, made on the fly: the same kind of identity as on a real one.

A real site's authority is Ansible's (community.crypto). Here trustme makes one authority, a
certificate for the broker, and one for each client; the common name is the client's identity.
"""

from __future__ import annotations

from pathlib import Path

import trustme

from broker.connection import AUTHORITY, SERVER
from broker.contract import compiled
from broker.contract.topics import DASHBOARD, EXERCISE, RECORDER


def make_credentials(site: compiled.Site, folder: Path) -> None:
    """Write ``ca.pem`` and a ``<name>.pem`` with its ``<name>.key`` for each client and the broker."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name=f"preaccueil {site.id}")
    authority.cert_pem.write_to_path(folder / AUTHORITY)
    write_pair(authority.issue_cert("localhost", "127.0.0.1", common_name=SERVER), folder, SERVER)
    for name in (RECORDER, DASHBOARD, EXERCISE, *(node.id for node in site.nodes)):
        # trustme wants an identity beside the common name, which alone counts for the broker.
        write_pair(authority.issue_cert(f"{name}.invalid", common_name=name), folder, name)


def write_pair(certificate: trustme.LeafCert, folder: Path, name: str) -> None:
    """Write a certificate and its key, which only its owner may read."""
    key = folder / f"{name}.key"
    key.touch(mode=0o600)
    certificate.private_key_pem.write_to_path(key)
    (folder / f"{name}.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
