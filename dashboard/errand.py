"""The dashboard as a node of the site: what its console records leaves through an outbox of its own."""

from __future__ import annotations

import queue
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from broker.clock import SECOND, Clock, local_day
from broker.connection import Connected, Disconnected, Happening, Inbound, Link
from broker.contract import access, compiled, messages
from broker.contract.topics import DASHBOARD, RULES, Kind, Topics
from broker.delivery.outbox import Outbox
from broker.delivery.sender import Sender
from broker.memory import resident_bytes
from broker.notify import Watchdog
from dashboard.live import Live

HEALTH_S: Final = 30
TICK_S: Final = 1.0


class Hasten:
    """Put into the queue after a request was recorded: it leaves at once instead of at the next tick."""


class Stop:
    """Put into the queue to end ``run``."""


class Order(NamedTuple):
    """A technician's command to a node; lost where the link is: it expires soon, and is pressed again."""

    node: str
    command: messages.Command


Item: TypeAlias = Happening | Hasten | Stop | Order


def subscriptions(topics: Topics) -> list[str]:
    """What the dashboard listens to: all it may read, but what only LED displays show."""
    displays = topics.every("display")
    rights = access.dashboard_rights(topics)
    return [right.topic for right in rights if right.way == "read" and right.topic != displays]


def will(topics: Topics) -> tuple[str, bytes]:
    """Topic and payload of the dashboard's last will."""
    return topics.of("status", DASHBOARD), messages.encode(messages.NodeStatus(state="lost"))


class Errand:
    """Hands what the broker brings to the pages and to the sender, one item after the other.

    Args:
        site: the site, for its topics and its days.
        live: what the pages follow.
        outbox: where the console's requests are kept.
        link: where they go.
        clock: machine time for resends and health.
        version: the program's version, for the technician.
        items: the queue that the connection and the console put into.
    """

    def __init__(
        self,
        site: compiled.Site,
        live: Live,
        outbox: Outbox,
        link: Link,
        clock: Clock,
        version: str,
        items: queue.Queue[Item],
    ) -> None:
        self._topics, self._zone = Topics(site.id), ZoneInfo(site.timezone)
        self._live, self._outbox, self._link = live, outbox, link
        self._clock, self._version, self._items = clock, version, items
        self._sender = Sender(DASHBOARD, outbox, self._topics, link, clock)
        self._started_ns = clock.machine_ns()
        self._health_due_ns = 0

    def run(self) -> None:
        """Take items until Stop."""
        watchdog = Watchdog()
        while not isinstance(item := self._next(), Stop):
            watchdog.feed()
            self.step(item)
        self._health_due_ns = 0
        self._tell_health()
        self._publish("status", messages.NodeStatus(state="lost"))

    def step(self, item: Item | None) -> None:
        """Take one item (None: a second passed), then send what may be sent."""
        match item:
            case Connected():
                self._sender.connected()
                status = messages.NodeStatus(state="online", run=self._outbox.run, version=self._version)
                self._publish("status", status)
                self._health_due_ns = 0
            case Disconnected():
                self._sender.disconnected()
            case Inbound():
                topic = self._topics.parse(item.topic)
                if topic:
                    self._sender.receive(topic, item.payload, retained=item.retained)
            case Order(node, command):
                rule = RULES["command"]
                topic_of = self._topics.of("command", node)
                self._link.publish(topic_of, messages.encode(command), qos=rule.qos, retain=rule.retain)
            case _:
                pass
        if isinstance(item, Happening):
            self._live.take(item)
        self._sender.pump_all()
        self._tell_health()

    def _next(self) -> Item | None:
        try:
            return self._items.get(timeout=TICK_S)
        except queue.Empty:
            return None

    def _tell_health(self) -> None:
        now = self._clock.machine_ns()
        civil_ns = self._sender.civil_ns()
        if now < self._health_due_ns or civil_ns is None:
            return
        self._health_due_ns = now + HEALTH_S * SECOND
        day = local_day(civil_ns, self._zone)
        health = messages.NodeHealth(
            node=DASHBOARD,
            run=self._outbox.run,
            at_ns=civil_ns,
            uptime_s=(now - self._started_ns) // SECOND,
            recorded=self._outbox.recorded(),
            pending=self._outbox.pending(),
            outbox_bytes=self._outbox.size_bytes(),
            resident_bytes=resident_bytes(),
            pins="",
            devices=[],
            outbox_capacity_bytes=self._outbox.capacity_bytes,
            outboxes_set_aside=self._outbox.set_aside(),
            day=day.name,
            recorded_today=self._outbox.recorded_between(day.start_ns, day.end_ns),
        )
        self._publish("health", health)

    def _publish(self, kind: Kind, value: messages.NodeStatus | messages.NodeHealth) -> None:
        rule = RULES[kind]
        topic = self._topics.of(kind, DASHBOARD)
        self._link.publish(topic, messages.encode(value), qos=rule.qos, retain=rule.retain)
