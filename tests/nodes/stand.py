"""A node on a test stand: virtual hardware, a clock that the test moves, and a broker made of a list."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from broker.clock import SECOND, ManualClock
from broker.connection import Connected, Disconnected, Inbound
from broker.contract import compiled, messages, views
from broker.contract.topics import Topics
from broker.delivery.outbox import Outbox, OutboxFullError
from broker.delivery.sender import Sender
from broker.logs import Recent
from nodes.hardware.virtual import VirtualHardware
from nodes.node import Node

MONDAY_10H = 1_780_300_800 * SECOND
"""Monday 1 June 2026, 10:00 in Paris."""

B = TypeVar("B", bound=messages.Body)


def let_pass(node: Node, clock: ManualClock, seconds: float) -> None:
    """Let machine time pass on a node's clock, timer by timer."""
    end_ns = clock.now_machine_ns + round(seconds * SECOND)
    node.step()
    while (due_ns := node.next_timer_ns()) is not None and due_ns <= end_ns:
        clock.advance((max(due_ns, clock.now_machine_ns) - clock.now_machine_ns) / SECOND)
        node.step()
    clock.advance((end_ns - clock.now_machine_ns) / SECOND)
    node.step()


class FullableOutbox(Outbox):
    """An outbox whose disk can be full."""

    is_full = False
    is_closed = False

    def __init__(self, path: Path | str = ":memory:", *, boot: str = "boot-1") -> None:
        super().__init__(path, boot=boot)
        self.bodies: list[messages.Body] = []

    def record(self, body: messages.Body, machine_ns: int) -> int:
        if self.is_full:
            raise OutboxFullError("the disk is full")
        seq = super().record(body, machine_ns)
        self.bodies.append(body)
        return seq

    def close(self) -> None:
        """May come twice: from a test that cuts the power, and when its stand is taken down."""
        if not self.is_closed:
            self.is_closed = True
            super().close()


class Stand:
    """One node of a site. Nothing happens by itself: ``wait`` lets machine time pass."""

    def __init__(
        self,
        site: compiled.Site,
        node: str,
        *,
        outbox: FullableOutbox | None = None,
        knows_time: bool = True,
        fast: bool = True,
        speed: int = 1,
        civil_ns: int = MONDAY_10H,
        recent: Recent | None = None,
    ) -> None:
        self.site, self.topics = site, Topics(site.id)
        self.clock = ManualClock(civil_ns, 1000 * SECOND, speed, known=knows_time)
        self.hardware = VirtualHardware(self.clock, fast=fast)
        self.outbox = outbox or FullableOutbox()
        self.sent: list[tuple[str, bytes]] = []
        sender = Sender(node, self.outbox, self.topics, self, self.clock)
        self.node = Node(
            site.node(node),
            site,
            self.hardware,
            self.outbox,
            sender,
            self,
            self.clock,
            version="0",
            phone_url="https://tent.example/t/",
            recent=recent,
        )
        self.lamps: list[tuple[int, bool]] = []
        self.hardware.on_lamp = lambda pin, lit: self.lamps.append((pin, lit))
        self.node.start()
        self.node.step()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """The link's end: what the node sends."""
        self.sent.append((topic, payload))

    def device(self, kind: type[compiled.DeviceRecord], index: int = 0) -> compiled.DeviceRecord:
        return [device for device in self.node.node.devices if isinstance(device, kind)][index]

    # Time and fingers ---------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Let machine time pass, timer by timer."""
        let_pass(self.node, self.clock, seconds)

    def press(self, pin: int, seconds: float = 0.1) -> None:
        self.hardware.hold(pin)
        self.wait(seconds)
        self.hardware.release(pin)
        self.wait(0.1)

    # The broker and the hall --------------------------------------------------------------------

    def connect(self) -> None:
        self.node.put(Connected())
        status = messages.RecorderStatus(state="online", journal="journal", civil_ns=self.clock.civil_ns())
        self.receive(self.topics.of("status", "recorder"), status)

    def disconnect(self) -> None:
        self.node.put(Disconnected("cable"))
        self.node.step()

    def receive(self, topic: str, message: msgspec.Struct, *, retained: bool = False) -> None:
        self.node.put(Inbound(topic, messages.encode(message), retained))
        self.node.step()

    def view(self, view: views.View, *path: str, retained: bool = False) -> None:
        """The hall says something now, under ``view/…``."""
        self.receive(self.topics.of("view", *path), self.now(view), retained=retained)

    def display(self, view: views.View, name: str, *, retained: bool = False) -> None:
        """The hall says what a display or room light shows."""
        self.receive(self.topics.of("display", name), self.now(view), retained=retained)

    def now(self, view: views.View) -> views.View:
        return view if view.at_ns else msgspec.structs.replace(view, at_ns=self.clock.civil_ns())

    def answer(self, key: str, *, accepted: bool = True) -> None:
        self.receive(self.topics.of("answer", self.node.node.id), messages.Answer(key=key, accepted=accepted))

    # What came of it ----------------------------------------------------------------------------

    def recorded(self, kind: type[B]) -> list[B]:
        """Every event of that kind on disk, in order."""
        return [body for body in self.outbox.bodies if isinstance(body, kind)]

    def health(self) -> messages.NodeHealth:
        """The last health published."""
        topic = self.topics.of("health", self.node.node.id)
        payload = [payload for name, payload in self.sent if name == topic][-1]
        return msgspec.json.decode(payload, type=messages.NodeHealth)

    def state_of(self, device: str) -> str:
        return next(found.state for found in self.node.health().devices if found.id == device)

    def close(self) -> None:
        if self.outbox.is_closed:  # the test cut the power: there is no goodbye
            self.hardware.close()
            return
        self.node.stop()
        self.outbox.close()
