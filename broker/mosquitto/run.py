"""A mosquitto of our own on loopback: for the simulated day and the tests, from the one template."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from broker.connection import AUTHORITY, SERVER
from broker.contract import access, compiled
from broker.contract.topics import MOST_BYTES
from broker.mosquitto.configuration import render

_SYSTEM_FOLDER = "/usr/sbin"
"""Where Debian puts daemons: not on every user's PATH."""


class BrokerStartError(RuntimeError):
    """mosquitto is missing or does not start; the message says why and what to do."""


class Mosquitto:
    """One private mosquitto.

    Args:
        site: whose access rights it enforces.
        folder: for its configuration and log; made when missing.
        credentials: the folder that ``make_credentials`` filled.
        port: its TLS port on loopback; 0 takes a free one.
    """

    host = "localhost"

    def __init__(self, site: compiled.Site, folder: Path, credentials: Path, port: int = 0) -> None:
        self.port = port or free_port()
        self._folder = folder
        self.log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        acl = folder / "acl"
        acl.write_text(access.acl(site), encoding="utf-8")
        acl.chmod(0o600)
        values = {
            "site": site.id,
            "host": "127.0.0.1",
            "port": str(self.port),
            "authority": str(credentials / AUTHORITY),
            "certificate": str(credentials / f"{SERVER}.pem"),
            "key": str(credentials / f"{SERVER}.key"),
            "revoked": "",
            "acl": str(acl),
            "most_bytes": str(MOST_BYTES),
            "log_dest": "stderr",
            # Started as root it would drop to a user that cannot read this folder.
            "user": f"user {getpass.getuser()}",
        }
        (folder / "mosquitto.conf").write_text(render(values), encoding="utf-8")

    def start(self, timeout_s: float = 10) -> None:
        """Start it and wait until it listens.

        Raises:
            BrokerStartError: it is not installed, or ended at once.
        """
        path = os.pathsep.join((os.environ.get("PATH", ""), _SYSTEM_FOLDER))
        program = shutil.which("mosquitto", path=path)
        if program is None:
            raise BrokerStartError("mosquitto is not installed: apt-get install mosquitto")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(self._folder / "mosquitto.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for whoever started it, who ends it in order
            )
        deadline = time.monotonic() + timeout_s
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise BrokerStartError(f"mosquitto does not start on port {self.port}: see {self.log}")
            time.sleep(0.02)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None


def free_port() -> int:
    """A TCP port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return True
    except OSError:
        return False
