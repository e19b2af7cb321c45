"""One site's programs on loopback, started piece by piece: for tests and benchmarks that kill and measure.

Every part is the program of a real site in its own process; only the pins of its nodes are virtual,
driven through each node's virtual socket.
"""

from __future__ import annotations

import http.client
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from broker.certificates import make_credentials
from broker.clock import ANCHOR_VARIABLE, Anchor
from broker.contract import compiled
from broker.mosquitto.run import Mosquitto, free_port
from hall.store.open import StoreConfig, write_config
from simulation.children import Child, Children
from simulation.live import LiveOrder

PATIENCE_S = 60.0


class HouseError(Exception):
    """A part does not come up; the message says which, and where its log is."""


class Launch(NamedTuple):
    """How a part is started, when not as on a real site: by another module, with more in its environment."""

    module: str = "preaccueil"
    arguments: tuple[str, ...] = ()
    """Of that module, before the part's own command."""
    environment: Mapping[str, str] = {}


AS_ON_SITE = Launch()


class VirtualNode:
    """A node process, driven through its virtual socket (``nodes.hardware.virtual_socket``)."""

    def __init__(self, child: Child, path: Path) -> None:
        self.child = child
        self._path = path

    def say(self, line: str) -> str:
        """Send one line to the virtual hardware; its answer."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE_S)
            link.connect(str(self._path))
            link.sendall(line.encode() + b"\n")
            return link.makefile().readline().strip()

    @property
    def is_up(self) -> bool:
        """Whether its hardware can be driven."""
        return self._path.exists()


class House:
    """Everything of one site.

    Args:
        site: its compiled description.
        folder: for state, logs and sockets; short, since a Unix socket's path is.
        store: which store hall and dashboard use.
        anchor: the civil time of all processes.
        credentials: a folder of certificates made before, or None to make them.
        broker: a mosquitto that runs already, or None to start one.
        addresses: where a part finds the broker, by the part's name, when not at its own address.
    """

    def __init__(
        self,
        site: compiled.Site,
        folder: Path,
        store: StoreConfig,
        anchor: Anchor,
        *,
        credentials: Path | None = None,
        broker: Mosquitto | None = None,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        self.site, self.folder = site, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.phone_port = free_port()
        self._environment = {ANCHOR_VARIABLE: str(anchor)}
        self._children = Children(folder / "logs")
        if credentials is None:
            credentials = folder / "credentials"
            make_credentials(site, credentials)
        self.broker = broker or Mosquitto(site, folder / "broker", credentials)
        self._owns_broker = broker is None
        if self._owns_broker:
            self.broker.start()
        self.credentials = credentials
        compiled.write(site, folder / "site.json")
        write_config(store, folder / "store.json")
        self._common = (f"--site={folder / 'site.json'}", f"--credentials={credentials}")
        self._addresses = addresses or {}
        self._starts: Counter[str] = Counter()

    def hall(self, launch: Launch = AS_ON_SITE, *, options: Sequence[str] = ()) -> Child:
        """Start recorder, hall and store."""
        store = f"--store-config={self.folder / 'store.json'}"
        return self._start("hall", "hall", store, *options, launch=launch)

    def tent(self) -> Child:
        """Start all nodes on virtual pins in one process, and people who press their buttons."""
        order = LiveOrder(
            site=str(self.folder / "site.json"),
            broker=f"{self.broker.host}:{self.broker.port}",
            credentials=str(self.credentials),
            outboxes=str(self.folder / "outboxes"),
            presses=str(self.presses),
            page=self.url,
        )
        return self._children.python(
            "tent", "simulation.live", msgspec.json.encode(order).decode(), env=self._environment
        )

    @property
    def presses(self) -> Path:
        """What the tent's driver writes down of presses and lamps (``simulation.ledger``)."""
        return self.folder / "presses.jsonl"

    def dashboard(self) -> Child:
        """Start the pages and wait until they answer. Raises HouseError."""
        child = self._start(
            "dashboard",
            "dashboard",
            f"--store-config={self.folder / 'store.json'}",
            f"--port={self.port}",
            "--demonstration",
            f"--phone=127.0.0.1:{self.phone_port}",
        )
        self._until(self._answers, child)
        return child

    def node(self, name: str, launch: Launch = AS_ON_SITE) -> VirtualNode:
        """Start a node and wait until its pins can be driven. Raises HouseError."""
        # A socket for each start: what is said to a node that was killed never reaches the next.
        self._starts[name] += 1
        path = self.folder / f"{name}.{self._starts[name]}.sock"
        child = self._start(name, "node", name, "--pins=mock", f"--virtual-socket={path}", launch=launch)
        node = VirtualNode(child, path)
        self._until(lambda: node.is_up, child)
        return node

    def state_of(self, name: str) -> Path:
        """The folder that a part keeps its state in: a node's outbox, the hall's journal."""
        return self.folder / f"state-{name}"

    def kill(self, child: Child) -> None:
        """End a part as a power cut would."""
        self._children.kill(child)

    def stop(self, child: Child) -> None:
        """End a part as systemd would."""
        self._children.end(child)

    def watch_over(self, pid: int) -> None:
        """End this process too, should we be killed."""
        self._children.watch_over(pid)

    def watch_no_longer(self, pid: int) -> None:
        """That process has ended."""
        self._children.watch_no_longer(pid)

    def end(self) -> None:
        """End everything that was started here."""
        self._children.end_all()
        if self._owns_broker:
            self.broker.stop()

    def logs(self) -> str:
        """What every process said."""
        paths = sorted((self.folder / "logs").glob("*.log"))
        return "\n".join(f"--- {path.name}\n{path.read_text(encoding='utf-8')}" for path in paths)

    def _start(self, name: str, command: str, *arguments: str, launch: Launch = AS_ON_SITE) -> Child:
        address = self._addresses.get(name, f"{self.broker.host}:{self.broker.port}")
        return self._children.python(
            name,
            launch.module,
            *launch.arguments,
            command,
            *arguments,
            *self._common,
            f"--broker={address}",
            f"--state={self.state_of(name)}",
            env={**self._environment, **launch.environment},
        )

    def _until(self, condition: Callable[[], bool], child: Child) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if child.ended is not None or time.monotonic() > deadline:
                raise HouseError(f"{child.name} does not come up: see {child.log}\n{self.logs()}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            link.request("GET", "/sante")
            return link.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            link.close()
