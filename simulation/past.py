"""A site on simulated time: the nodes, the recorder and the hall in one process, as fast as they can.

Nodes run the code of a real site on virtual pins, each with its own outbox and sender; what they publish
goes through the hall's pipeline at once. There is no broker between them, and time goes only where
SimPy's does.
"""

from __future__ import annotations

import secrets
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import simpy

from broker.clock import SECOND, ManualClock
from broker.connection import Connected, Inbound
from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD, RECORDER, Topics
from broker.contract.views import ConsoleView
from broker.delivery.intake import Arrived
from broker.delivery.journal import Journal
from broker.delivery.outbox import Outbox
from broker.delivery.sender import Sender
from hall.feeding import Feed
from hall.pipeline import Outgoing, Pipeline
from hall.store.interface import Store
from nodes.hardware.virtual import VirtualHardware
from nodes.node import Node, subscriptions
from simulation.tent import Process
from simulation.virtual_tent import VirtualTent

REFRESH_S = 20.0
"""Machine seconds between two publications of everything: views are valid for 30."""

_NEVER_S = 1e6
"""Nobody reads the nodes' health in the past."""

_BOOT = "history"


class _Wire:
    """Where a node publishes: what is for the recorder waits to be taken, all else nobody reads."""

    def __init__(self, node: str, topics: Topics, arrived: deque[Arrived]) -> None:
        self._node, self._arrived = node, arrived
        self._topic = topics.of("event", node)

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:  # noqa: ARG002 - as in Link
        """See connection.Link."""
        if topic == self._topic:
            self._arrived.append(Arrived(self._node, payload))


@dataclass
class _Mounted:
    """A node, and the machine time at which SimPy will wake it (None: it sleeps).

    ``is_silent``: it only counts. Nobody waits for an answer to it, so views may follow a little later.
    """

    node: Node
    outbox: Outbox
    is_silent: bool
    wakes_ns: int | None = None


class PastSite:
    """The whole site behind the acts of a ``VirtualTent``.

    Args:
        site: the compiled description.
        environment: SimPy's; its time is civil seconds since the Unix epoch.
        speed: civil seconds a machine second.
        folder: for the journal, which nobody needs afterwards.
        store: where measures go.
    """

    def __init__(
        self, site: compiled.Site, environment: simpy.Environment, speed: int, folder: Path, store: Store
    ) -> None:
        self.clock = ManualClock(round(environment.now * SECOND), SECOND, speed)
        self._site, self._environment = site, environment
        self._topics = Topics(site.id)
        self._arrived: deque[Arrived] = deque()
        self._journal = Journal(folder / "journal.sqlite", durable=False)
        self._pipeline = Pipeline(site, self._journal, self.clock)
        self._feed = Feed(self._journal, store, ":memory:", ZoneInfo(site.timezone))
        self.console = PastConsole(self, site, self._topics, self._arrived)
        self.tent = VirtualTent(site, self.clock, None, self._acted, self.console)
        self._sleeps_until_s = 0.0
        self._nodes: dict[str, _Mounted] = {}
        self._listening: dict[str, list[Node]] = defaultdict(list)
        for description in site.nodes:
            self._mount(description)
        self._pipeline.start()
        status = messages.RecorderStatus(
            state="online",
            journal=self._journal.id,
            civil_ns=self.clock.civil_ns(),
            speed=speed,
        )
        self.console.begin(status)
        for mounted in self._nodes.values():
            self._begin(mounted.node, status)
        environment.process(self._keep_time())
        environment.process(self._keep_fresh())

    def run_until(self, over: simpy.Event) -> None:
        """Let SimPy's time go on until something is over, and the site's clock with it."""
        while not over.processed:
            self._step_environment()

    def sleep_until(self, civil_s: float) -> None:
        """Let the night pass: nobody is there, and the hall looks at the clock once, at its end."""
        self._sleeps_until_s = civil_s
        self.run_until(self._environment.timeout(civil_s - self._environment.now + 1.0))

    def feed(self) -> int:
        """Bring everything decided to the store; how many events that were."""
        events = 0
        while taken := self._feed.step():
            events += taken
        return events

    def close(self) -> None:
        """Let go of the nodes' hardware and outboxes, the journal and the store."""
        for mounted in self._nodes.values():
            mounted.node.stop()
            mounted.outbox.close()
        self.console.close()
        self._feed.close()

    def work_off(self) -> None:
        """Take, decide and hand on whatever waits, until nothing does."""
        self._work()

    # Nodes --------------------------------------------------------------------------------------

    def _mount(self, description: compiled.Node) -> None:
        wire = _Wire(description.id, self._topics, self._arrived)
        outbox = Outbox(":memory:", boot=_BOOT)
        sender = Sender(description.id, outbox, self._topics, wire, self.clock)
        hardware = VirtualHardware(self.clock, fast=True)
        node = Node(description, self._site, hardware, outbox, sender, wire, self.clock, health_s=_NEVER_S)
        counts = (compiled.DoorCounter, compiled.Presence, compiled.LedDisplay)
        is_silent = all(isinstance(device, counts) for device in description.devices)
        self._nodes[description.id] = _Mounted(node, outbox, is_silent)
        for topic in subscriptions(self._site, description):
            self._listening[topic].append(node)
        self.tent.wire(description, hardware)

    def _begin(self, node: Node, status: messages.RecorderStatus) -> None:
        node.start()
        node.put(Connected())
        topic = self._topics.of("status", RECORDER)
        node.put(Inbound(topic, messages.encode(status), retained=False))
        node.step()

    def _acted(self, node_id: str) -> None:
        mounted = self._nodes[node_id]
        self._step(mounted)
        self._work(urgent=not mounted.is_silent)

    def _step(self, mounted: _Mounted) -> None:
        mounted.node.step()
        due_ns = mounted.node.next_timer_ns()
        if due_ns is not None and (mounted.wakes_ns is None or due_ns < mounted.wakes_ns):
            mounted.wakes_ns = due_ns
            ahead_s = max(0, due_ns - self.clock.machine_ns()) * self.clock.speed / SECOND
            # A hair late rather than early: a float cannot hold this date's nanoseconds.
            alarm = self._environment.timeout(ahead_s + 1e-6)
            alarm.callbacks.append(lambda _event: self._wake(mounted, due_ns))

    def _wake(self, mounted: _Mounted, due_ns: int) -> None:
        if mounted.wakes_ns == due_ns:
            mounted.wakes_ns = None
            self._step(mounted)
            self._work(urgent=not mounted.is_silent)

    # Recorder and hall --------------------------------------------------------------------------

    def _work(self, *, urgent: bool = True) -> None:
        """Take and decide whatever arrived, hand on what follows, until nothing more does."""
        while self._arrived:
            arrived = list(self._arrived)
            self._arrived.clear()
            self._deliver([*self._pipeline.take(arrived), *self._pipeline.decide()])
            if urgent:
                self._deliver(self._pipeline.changed_views())

    def _deliver(self, outgoing: Iterable[Outgoing]) -> None:
        touched: dict[str, _Mounted] = {}
        for topic, payload, _qos, _retain in outgoing:
            self.console.take(topic, payload)
            for node in self._listening.get(topic, ()):
                node.put(Inbound(topic, payload, retained=False))
                touched[node.node.id] = self._nodes[node.node.id]
        for mounted in touched.values():
            self._step(mounted)

    def _keep_time(self) -> Process[None]:
        """Let time reach the hall, as its process does."""
        while True:
            ahead_ns = self._pipeline.next_tick_ns() - self.clock.civil_ns()
            yield self._environment.timeout(self._awake_in(max(ahead_ns / SECOND, 0.0) + 1e-6))
            self._deliver(self._pipeline.tick())
            self._deliver(self._pipeline.changed_views())
            self._work()

    def _keep_fresh(self) -> Process[None]:
        while True:
            self._deliver(self._pipeline.all_views())
            self._work()
            yield self._environment.timeout(self._awake_in(REFRESH_S * self.clock.speed))

    def _awake_in(self, seconds: float) -> float:
        return max(seconds, self._sleeps_until_s - self._environment.now)

    def _step_environment(self) -> None:
        passed_ns = round(self._environment.peek() * SECOND) - self.clock.now_civil_ns
        if passed_ns > 0:
            self.clock.now_civil_ns += passed_ns
            self.clock.now_machine_ns += passed_ns // self.clock.speed
        self._environment.step()


class PastConsole:
    """The agents' consoles without a page: the same views in, the same requests out.

    Args:
        past: the site.
        site: the compiled description.
        topics: its topics.
        arrived: where requests go.
    """

    def __init__(self, past: PastSite, site: compiled.Site, topics: Topics, arrived: deque[Arrived]) -> None:
        self._past = past
        self._desks = {topics.of("private", "desk", desk.id): desk.id for desk in site.desks}
        self._told: dict[str, bytes] = {}
        self._receipts = topics.of("receipt", DASHBOARD)
        self._topics = topics
        self._outbox = Outbox(":memory:", boot=_BOOT)
        wire = _Wire(DASHBOARD, topics, arrived)
        self._sender = Sender(DASHBOARD, self._outbox, topics, wire, past.clock)
        self._sender.connected()

    def take(self, topic: str, payload: bytes) -> None:
        """Keep what the consoles are told."""
        if topic in self._desks:
            self._told[self._desks[topic]] = payload
        elif topic == self._receipts:
            parsed = self._topics.parse(topic)
            if parsed is not None:
                self._sender.receive(parsed, payload, retained=False)
                self._sender.pump_all()

    def number(self, desk: str) -> str | None:
        """See virtual_tent.Console."""
        view = self._view(desk)
        return view.number or None if view is not None and view.state in {"called", "serving"} else None

    def is_taken(self, desk: str) -> bool:  # noqa: ARG002 - the same of every desk
        """See virtual_tent.Console: nobody real was there."""
        return False

    def has_come(self, desk: str) -> None:
        """See virtual_tent.Console."""
        view = self._view(desk)
        if view is None or view.state != "called":
            return
        request = messages.StartRequested(
            device="console", key=secrets.token_hex(8), desk=desk, call=view.call
        )
        self._outbox.record(request, self._past.clock.machine_ns())
        self._sender.pump_all()
        self._past.work_off()

    def begin(self, status: messages.RecorderStatus) -> None:
        """The recorder is there."""
        topic = self._topics.parse(self._topics.of("status", RECORDER))
        if topic is not None:
            self._sender.receive(topic, messages.encode(status), retained=False)

    def close(self) -> None:
        """Let go of the outbox."""
        self._outbox.close()

    def _view(self, desk: str) -> ConsoleView | None:
        payload = self._told.get(desk)
        return msgspec.json.decode(payload, type=ConsoleView) if payload else None
