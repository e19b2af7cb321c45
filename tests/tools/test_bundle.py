"""What `make bundle` brings from a vendor's repository: only what the one trusted key signed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "tools/bundle/influxdb.sh"


class Vendor:
    """A package repository in a folder, signed by a key of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._home = folder / "repository", folder / "home"
        self._home.mkdir(mode=0o700)
        self._package(folder / "package")
        self._index()
        self.fingerprint = self.new_key("vendor")
        self.sign(self.fingerprint)
        self.key = folder / "key"
        self._publish_keys()

    @property
    def address(self) -> str:
        return self._folder.as_uri()

    def new_key(self, name: str) -> str:
        self._gpg("--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never")
        listed = self._gpg("--list-keys", "--with-colons", name)
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))

    def sign(self, fingerprint: str) -> None:
        release = self._folder / "dists/stable/Release"
        signed = self._folder / "dists/stable/InRelease"
        signed.unlink(missing_ok=True)
        self._gpg("--local-user", fingerprint, "--output", str(signed), "--clearsign", str(release))

    def sign_by_another(self) -> None:
        """Somebody puts a key of theirs beside the vendor's."""
        self.sign(self.new_key("somebody"))
        self._publish_keys()

    def _publish_keys(self) -> None:
        self.key.write_text(self._gpg("--armor", "--export"), encoding="ascii")

    def _gpg(self, *words: str) -> str:
        return subprocess.run(
            ["gpg", "--batch", "--homedir", str(self._home), *words],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def _package(self, tree: Path) -> None:
        (tree / "DEBIAN").mkdir(parents=True)
        control = (
            "Package: influxdb2\nVersion: 2.8.0-1\nArchitecture: arm64\nMaintainer: nobody\nDescription: x\n"
        )
        (tree / "DEBIAN/control").write_text(control, encoding="ascii")
        self._folder.mkdir()
        deb = self._folder / "influxdb2.deb"
        subprocess.run(["dpkg-deb", "--build", str(tree), str(deb)], check=True, capture_output=True)
        content = deb.read_bytes()
        self._packages = (
            f"{control}Filename: influxdb2.deb\nSize: {len(content)}\n"
            f"SHA256: {hashlib.sha256(content).hexdigest()}\n"
        ).encode()

    def _index(self) -> None:
        index = self._folder / "dists/stable/main/binary-arm64/Packages"
        index.parent.mkdir(parents=True)
        index.write_bytes(self._packages)
        (self._folder / "dists/stable/Release").write_text(
            "Suite: stable\nCodename: stable\nArchitectures: arm64\nComponents: main\n"
            "Date: Tue, 16 Jun 2026 09:00:00 UTC\nSHA256:\n"
            f" {hashlib.sha256(self._packages).hexdigest()} {len(self._packages)}"
            " main/binary-arm64/Packages\n",
            encoding="ascii",
        )


@pytest.fixture
def vendor(tmp_path):
    return Vendor(tmp_path)


def brought(vendor, out, **other):
    said = {"address": vendor.address, "key": vendor.key.as_uri(), "fingerprint": vendor.fingerprint, **other}
    return subprocess.run(
        [SCRIPT, "arm64", out, said["address"], said["key"], said["fingerprint"]],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_that_the_trusted_key_signed_is_brought(vendor, tmp_path):
    done = brought(vendor, tmp_path / "out.deb")
    assert done.returncode == 0, done.stderr
    words = ["dpkg-deb", "--field", tmp_path / "out.deb", "Package"]
    assert subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip() == "influxdb2"


def test_a_repository_signed_by_another_key_is_refused_even_if_the_key_is_beside_the_good_one(
    vendor, tmp_path
):
    vendor.sign_by_another()
    done = brought(vendor, tmp_path / "out.deb")
    assert done.returncode == 4, done.stderr
    assert not (tmp_path / "out.deb").exists()


def test_another_key_than_the_expected_one_is_refused(vendor, tmp_path):
    done = brought(vendor, tmp_path / "out.deb", fingerprint="0" * 40)
    assert done.returncode == 4
    assert "pas la clé attendue" in done.stderr


def test_a_vendor_out_of_reach_is_told_apart(vendor, tmp_path):
    done = brought(vendor, tmp_path / "out.deb", key=(tmp_path / "nowhere").as_uri())
    assert done.returncode == 3


def test_the_settings_stand_in_the_role_and_nowhere_else():
    words = [sys.executable, ROOT / "tools/bundle/packages.py", "influxdb"]
    repository, key, fingerprint = subprocess.run(
        words, check=True, capture_output=True, text=True
    ).stdout.split()
    assert repository.startswith("https://")
    assert key.startswith("https://")
    assert len(fingerprint) == 40
