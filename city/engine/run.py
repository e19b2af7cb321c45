"""A private cluster of three on loopback: for the simulated city and the tests, from the one template."""

from __future__ import annotations

import http.client
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from broker.connection import AUTHORITY
from broker.mosquitto.run import free_port
from city.engine.configuration import CONFIGURATION, USERS, Server, server_configuration, users_configuration
from city.engine.credentials import SERVER

_GET = Path(__file__).resolve().parents[2] / "tools" / "nats" / "get.sh"
_START_S = 60.0
"""Seconds until a server listens and is in its cluster: one on a desk computer; others share ours."""


class EngineError(RuntimeError):
    """There is no nats-server, or it does not start; the text says what to do."""


def find_server(*, only_what_is_there: bool) -> Path:
    """The program, as ``tools/nats/get.sh`` finds it.

    Args:
        only_what_is_there: do not build one, which takes a minute.

    Raises:
        EngineError: there is none; the text is the script's.
    """
    command = [str(_GET), *(["--check"] if only_what_is_there else [])]
    stderr = subprocess.PIPE if only_what_is_there else None  # a build tells the person who waits
    try:
        found = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False)
    except OSError as problem:
        raise EngineError(f"cannot run {_GET}: {problem.strerror}") from problem
    if found.returncode:
        raise EngineError((found.stderr or "").strip() or f"{_GET} ended with {found.returncode}")
    return Path(found.stdout.strip())


class Engine:
    """Servers of one cluster on loopback, each with its own folder, killed and started one by one.

    Args:
        program: the nats-server to run.
        folder: for configurations, logs and the journal.
        credentials: the folder that ``make_credentials`` filled.
        sites: who may write.
        size: how many servers.
        sync: see ``server_configuration``.
    """

    host = "localhost"

    def __init__(
        self,
        program: Path,
        folder: Path,
        credentials: Path,
        sites: Sequence[str],
        *,
        size: int = 3,
        sync: str = "2m",
    ) -> None:
        self._program, self._folder = program, folder
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * size
        self._servers = [_on_loopback(f"engine-{number}") for number in range(1, size + 1)]
        files = (str(credentials / name) for name in (AUTHORITY, f"{SERVER}.pem", f"{SERVER}.key"))
        authority, certificate, key = files
        for server in self._servers:
            own = folder / server.name
            own.mkdir(parents=True, exist_ok=True)
            (own / USERS).write_text(users_configuration(sites), encoding="utf-8")
            text = server_configuration(
                server,
                self._servers,
                folder=str(own / "journal"),
                credentials=(authority, certificate, key),
                sync=sync,
                most_disk="20GB",
            )
            (own / CONFIGURATION).write_text(text, encoding="utf-8")

    @property
    def urls(self) -> list[str]:
        """Where the city's programs connect."""
        return [f"tls://{self.host}:{_port(server.client)}" for server in self._servers]

    @property
    def mqtt_ports(self) -> list[int]:
        """Where sites connect, a port a server."""
        return [_port(server.mqtt) for server in self._servers]

    @property
    def pids(self) -> list[int | None]:
        """The servers' processes; None for one that does not run."""
        return [None if process is None else process.pid for process in self._processes]

    def start(self) -> None:
        """Start all that do not run, and wait until each listens. Raises EngineError."""
        for number, process in enumerate(self._processes):
            if process is None:
                self.start_one(number, wait=False)
        for number in range(len(self._servers)):
            self._wait(number)

    def start_one(self, number: int, *, wait: bool = True) -> None:
        """Start a server, again too. Raises EngineError."""
        own = self._folder / self._servers[number].name
        with (own / "nats-server.log").open("ab") as log:
            self._processes[number] = subprocess.Popen(
                [str(self._program), "-c", str(own / CONFIGURATION)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for whoever started it, who ends it in order
            )
        if wait:
            self._wait(number)

    def reload(self, sites: Sequence[str]) -> None:
        """Let other sites write: who is no longer one of them is thrown out, the servers stay up."""
        for server, process in zip(self._servers, self._processes, strict=True):
            (self._folder / server.name / USERS).write_text(users_configuration(sites), encoding="utf-8")
            if process is not None:
                process.send_signal(signal.SIGHUP)

    def kill(self, number: int) -> None:
        """End a server as a power cut would."""
        if (process := self._processes[number]) is not None:
            process.kill()
            process.wait(timeout=10)
            self._processes[number] = None

    def stop(self) -> None:
        """End all of them. Quickly: what a private cluster holds is not needed afterwards."""
        for process in self._processes:
            if process is not None:
                process.terminate()
        for number, process in enumerate(self._processes):
            if process is not None:
                try:
                    process.wait(timeout=5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(timeout=10)
                self._processes[number] = None

    def _wait(self, number: int) -> None:
        """Until it is in its cluster, which has a leader: before that it refuses sites."""
        server, deadline = self._servers[number], time.monotonic() + _START_S
        process = self._processes[number]
        while not _is_healthy(_port(server.monitoring)):
            if process is None or process.poll() is not None or time.monotonic() > deadline:
                log = self._folder / server.name / "nats-server.log"
                raise EngineError(f"{server.name} does not start: see {log}")
            time.sleep(0.05)


def _on_loopback(name: str) -> Server:
    client, mqtt, cluster, monitoring = (f"127.0.0.1:{free_port()}" for _ in range(4))
    route = f"{Engine.host}:{_port(cluster)}"
    return Server(name, client, mqtt, cluster, route, monitoring)


def _port(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


def _is_healthy(port: int) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        link.request("GET", "/healthz")
        return link.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()
