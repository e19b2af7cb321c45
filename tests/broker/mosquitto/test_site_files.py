"""The files of a real site's broker, given to a real mosquitto."""

from __future__ import annotations

import datetime as dt
import getpass
import queue
import subprocess
import time
from pathlib import PurePosixPath

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from broker.connection import AUTHORITY, SERVER, Connected, Connection, Identity
from broker.mosquitto.configuration import ACL, CONFIGURATION, REVOKED, site_files
from broker.mosquitto.run import _SYSTEM_FOLDER, _listens, free_port

PATIENCE_S = 10
STOLEN, KEPT = "barometre", "borne-a"


@pytest.fixture
def authority(tmp_path):
    """An authority whose list says that one of two nodes counts no longer."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / AUTHORITY)
    serials = {}
    for name, host in ((SERVER, "localhost"), (STOLEN, "a.invalid"), (KEPT, "b.invalid")):
        leaf = made.issue_cert(host, common_name=name)
        leaf.private_key_pem.write_to_path(tmp_path / f"{name}.key")
        leaf.cert_chain_pems[0].write_to_path(tmp_path / f"{name}.pem")
        serials[name] = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()).serial_number
    issuer = x509.load_pem_x509_certificate(made.cert_pem.bytes()).subject
    now = dt.datetime.now(dt.UTC)
    revoked = x509.RevokedCertificateBuilder().serial_number(serials[STOLEN]).revocation_date(now).build()
    told = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer)
        .last_update(now - dt.timedelta(days=365))
        .next_update(now + dt.timedelta(days=3650))
        .add_revoked_certificate(revoked)
        .sign(load_pem_private_key(made.private_key_pem.bytes(), None), hashes.SHA256())
    )
    (tmp_path / REVOKED).write_bytes(told.public_bytes(Encoding.PEM))
    return tmp_path


@pytest.fixture
def broker(barnum, authority):
    """mosquitto with a real site's files; its port."""
    port = free_port()
    folder = PurePosixPath(authority)
    for name, text in site_files(barnum, folder, folder, port).items():
        # Started as root it would drop to a user that cannot read a test's folder.
        (authority / name).write_text(text.replace("user mosquitto", f"user {getpass.getuser()}"))
        (authority / name).chmod(0o600)
    process = subprocess.Popen(
        ["mosquitto", "-c", str(authority / CONFIGURATION)],
        env={"PATH": f"/usr/bin:{_SYSTEM_FOLDER}"},
        stderr=subprocess.DEVNULL,
    )
    ends = time.monotonic() + PATIENCE_S
    while not _listens(port):
        assert process.poll() is None, "mosquitto does not take the files"
        assert time.monotonic() < ends
        time.sleep(0.02)
    yield port
    process.terminate()
    process.wait(PATIENCE_S)


def _comes_in(authority, port, name) -> bool:
    happenings: queue.SimpleQueue = queue.SimpleQueue()
    connection = Connection(Identity.in_folder(authority, name), "localhost", port, (), happenings.put)
    connection.start()
    try:
        return isinstance(happenings.get(timeout=2), Connected)
    except queue.Empty:
        return False
    finally:
        connection.stop()


def test_a_stolen_nodes_certificate_counts_no_longer(authority, broker):
    assert _comes_in(authority, broker, KEPT)
    assert not _comes_in(authority, broker, STOLEN)


def test_the_access_list_is_the_contracts(authority, broker):
    assert f"user {KEPT}" in (authority / ACL).read_text()
