"""Real outboxes and senders of many nodes in one process: what a node does between a press and a receipt."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from broker.clock import SystemClock, boot_id
from broker.connection import Connected, Connection, Disconnected, Happening, Identity, Inbound, Sink
from broker.contract import compiled, messages
from broker.contract.topics import Topics
from broker.delivery.outbox import Outbox
from broker.delivery.sender import Sender

LOOK_S = 0.2
"""Seconds after which every sender has a look whether something is to be sent again."""


class Nodes:
    """The sending halves of several nodes, on one thread.

    Args:
        site: what they belong to.
        names: which nodes.
        folder: holds ``<name>.sqlite``, their outboxes.
        credentials: the folder of certificates.
        address: the broker's host and port.
        clock: their time.
        answered: is given the hall's answers to their requests; None where nobody asks.
    """

    def __init__(
        self,
        site: compiled.Site,
        names: list[str],
        folder: Path,
        credentials: Path,
        address: tuple[str, int],
        clock: SystemClock,
        answered: Callable[[messages.Answer], None] | None = None,
    ) -> None:
        self._answered = answered
        self._topics = Topics(site.id)
        self._clock = clock
        self._inbox: queue.SimpleQueue[tuple[str, Happening | messages.Body] | None] = queue.SimpleQueue()
        self._outboxes = {name: Outbox(folder / f"{name}.sqlite", boot=boot_id()) for name in names}
        self._connections: dict[str, Connection] = {}
        self._senders: dict[str, Sender] = {}
        for name, outbox in self._outboxes.items():
            topics = [self._topics.of("receipt", name), self._topics.of("status", "recorder")]
            if answered is not None:
                topics.append(self._topics.of("answer", name))
            sink = self._sink(name)
            connection = Connection(Identity.in_folder(credentials, name), *address, topics, sink)
            self._connections[name] = connection
            self._senders[name] = Sender(name, outbox, self._topics, connection, clock)
        self._thread = threading.Thread(target=self._run, name="nodes", daemon=True)
        self.confirmed: dict[str, int] = dict.fromkeys(names, 0)
        """Events of each that are on disk: their lamps have answered."""
        self.pending = 1
        """Events without receipt, of all nodes, as of the last look."""

    @property
    def runs(self) -> Mapping[str, str]:
        """The run of each node."""
        return {name: outbox.run for name, outbox in self._outboxes.items()}

    def start(self) -> None:
        """Connect them all."""
        self._thread.start()
        for connection in self._connections.values():
            connection.start()

    def record(self, node: str, body: messages.Body) -> None:
        """Something happened at a node: it writes it down, confirms it, and sends it."""
        self._inbox.put((node, body))

    def close(self) -> None:
        """Disconnect, and let go of the outboxes."""
        for connection in self._connections.values():
            connection.stop()
        self._inbox.put(None)
        self._thread.join()
        for outbox in self._outboxes.values():
            outbox.close()

    def _sink(self, name: str) -> Sink:
        return lambda happening: self._inbox.put((name, happening))

    def _run(self) -> None:
        looked_ns = 0
        while True:
            try:
                item = self._inbox.get(timeout=LOOK_S)
            except queue.Empty:
                pass
            else:
                if item is None:
                    return
                self._handle(*item)
            now_ns = self._clock.machine_ns()
            if now_ns - looked_ns > LOOK_S * 1e9:
                looked_ns = now_ns
                for sender in self._senders.values():
                    sender.pump_all()
                self.pending = sum(outbox.pending() for outbox in self._outboxes.values())

    def _handle(self, name: str, item: Happening | messages.Body) -> None:
        sender = self._senders[name]
        match item:
            case Connected():
                sender.connected()
            case Disconnected():
                sender.disconnected()
            case Inbound(topic, payload, retained):
                parsed = self._topics.parse(topic)
                if parsed is not None and parsed.kind == "answer":
                    if self._answered is not None:
                        self._answered(msgspec.json.decode(payload, type=messages.Answer))
                elif parsed is not None:
                    sender.receive(parsed, payload, retained=retained)
                    sender.pump_all()
            case _:
                self._outboxes[name].record(item, self._clock.machine_ns())
                self.confirmed[name] += 1
                sender.pump_all()
