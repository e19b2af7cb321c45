"""A rehearsal with the agents: virtual visitors queue at a real site, before the real consoles and displays.

They come at a chosen rate, wait, and leave when it is too long for them; what becomes of those called is the
agents' exercise. Every ticket is marked: agents see it as an exercise, its number begins with X on every
screen, and nothing of it is in any figure. At the end whoever still waits leaves.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import random
import secrets
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from broker.clock import SECOND, Clock, boot_id
from broker.connection import Connected, Connection, Disconnected, Happening, Identity, Inbound, Will
from broker.contract import access, compiled, messages
from broker.contract.topics import EXERCISE, RULES, Topics
from broker.contract.views import DeskView, ServiceView
from broker.delivery.outbox import Outbox
from broker.delivery.sender import Sender
from simulation.habits import Habits

log = logging.getLogger(__name__)

LOOK_S: Final = 0.5
DEVICE: Final = "visitors"
PREFIX: Final = "X"
"""Begins every number of a rehearsal: no service has this letter together with its own."""

LAST_WORDS_S: Final = 10.0
"""How long the end waits for the recorder's receipts."""


class Options(NamedTuple):
    """``visitors_an_hour`` on average; ``seconds`` None: until it is ended."""

    visitors_an_hour: float
    seconds: float | None


@dataclass
class Waiting:
    """A virtual visitor with a ticket; machine time."""

    number: str
    token: str
    leaves_ns: int


@dataclass
class Visitors:
    """Who comes and who goes, as a function of time and of what the screens say.

    Args:
        site: the compiled description.
        options: how many come.
        chance: the only source of chance.
        speed: civil seconds a machine second.
    """

    site: compiled.Site
    options: Options
    chance: random.Random
    speed: int = 1
    habits: Habits = field(default_factory=Habits)
    open_services: set[str] = field(default_factory=set)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    drawn: Counter[str] = field(default_factory=Counter)
    next_ns: int | None = None

    def service(self, view: ServiceView) -> None:
        """A service opened or closed."""
        (self.open_services.discard if view.state == "closed" else self.open_services.add)(view.service)

    def desk(self, view: DeskView) -> None:
        """Somebody was called: who is called waits no more."""
        if view.number is not None:
            self.waiting.pop(view.number, None)

    def pass_time(self, now_ns: int) -> list[messages.TicketDrawn | messages.VisitorLeft]:
        """What those do who come or go by now."""
        acts: list[messages.TicketDrawn | messages.VisitorLeft] = []
        if self.next_ns is None:
            self.next_ns = now_ns + self._pause_ns()
        while now_ns >= self.next_ns:
            drawn = self._come(self.next_ns)
            if drawn is not None:
                acts.append(drawn)
            self.next_ns += self._pause_ns()
        late = [one for one in self.waiting.values() if now_ns >= one.leaves_ns]
        return [*acts, *(self._leave(one) for one in late)]

    def all_leave(self) -> list[messages.VisitorLeft]:
        """The rehearsal is over."""
        return [self._leave(one) for one in list(self.waiting.values())]

    def _come(self, now_ns: int) -> messages.TicketDrawn | None:
        here = [one for one in self.site.services if one.ticket and one.id in self.open_services]
        if not here:
            return None
        weights = [self.habits.mix.get(one.id, self.habits.usual_weight) for one in here]
        service = self.chance.choices(here, weights)[0]
        self.drawn[service.letter] += 1
        number = f"{PREFIX}{service.letter}{self.drawn[service.letter]:02d}"
        token = hashlib.sha256(secrets.token_bytes(16)).hexdigest()
        patience_ns = round(self.habits.patience_s(self.chance) * SECOND / self.speed)
        self.waiting[number] = Waiting(number, token, now_ns + patience_ns)
        return messages.TicketDrawn(
            device=DEVICE, service=service.id, number=number, token=token, exercise=True
        )

    def _leave(self, one: Waiting) -> messages.VisitorLeft:
        del self.waiting[one.number]
        return messages.VisitorLeft(device=DEVICE, token=one.token)

    def _pause_ns(self) -> int:
        """To the next arrival: a Poisson process."""
        mean_s = 3600 / self.options.visitors_an_hour / self.speed
        return max(1, round(self.chance.expovariate(1 / mean_s) * SECOND))


class Rehearsal:
    """The virtual visitors' connection to a site.

    Args:
        site: the compiled description.
        broker: host and TLS port.
        credentials: folder with ``ca.pem``, ``exercise.pem`` and ``exercise.key``.
        state: folder of the outbox; made when missing.
        options: how many come, and how long.
        clock: this process's clock.
        version: the program's version.
        chance: the only source of chance.
    """

    def __init__(
        self,
        site: compiled.Site,
        broker: tuple[str, int],
        credentials: Path,
        state: Path,
        options: Options,
        clock: Clock,
        version: str,
        chance: random.Random,
    ) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._topics, self._clock, self._options, self._version = Topics(site.id), clock, options, version
        self._items: queue.SimpleQueue[Happening] = queue.SimpleQueue()
        reads = [right.topic for right in access.exercise_rights(self._topics) if right.way == "read"]
        lost = messages.encode(messages.NodeStatus(state="lost"))
        self._connection = Connection(
            Identity.in_folder(credentials, EXERCISE),
            *broker,
            reads,
            self._items.put,
            will=Will(self._topics.of("status", EXERCISE), lost),
        )
        self._outbox = Outbox(state / "outbox.sqlite", boot=boot_id())
        self._sender = Sender(EXERCISE, self._outbox, self._topics, self._connection, clock)
        self._visitors = Visitors(site, options, chance, clock.speed)

    def run(self, ends: threading.Event) -> int:
        """Play until the time is over or ``ends`` is set; how many tickets were drawn."""
        self._connection.start()
        began_ns = self._clock.machine_ns()
        seconds = self._options.seconds
        try:
            while not ends.is_set():
                now_ns = self._clock.machine_ns()
                if seconds is not None and now_ns - began_ns >= seconds * SECOND:
                    break
                self._hear(LOOK_S)
                self._record(self._visitors.pass_time(now_ns))
            self._record(self._visitors.all_leave())
            deadline_ns = self._clock.machine_ns() + round(LAST_WORDS_S * SECOND)
            while self._outbox.pending() and self._clock.machine_ns() < deadline_ns:
                self._hear(LOOK_S)
            self._tell(messages.NodeStatus(state="lost"))
        finally:
            self._connection.stop()
            self._outbox.close()
        return self._visitors.drawn.total()

    def _record(self, acts: Sequence[messages.TicketDrawn | messages.VisitorLeft]) -> None:
        for act in acts:
            self._outbox.record(act, self._clock.machine_ns())
            if isinstance(act, messages.TicketDrawn):
                log.info("%s: %s", act.number, act.service)
        self._sender.pump_all()

    def _hear(self, patience_s: float) -> None:
        try:
            happening = self._items.get(timeout=patience_s)
        except queue.Empty:
            return
        match happening:
            case Connected():
                self._sender.connected()
                self._tell(messages.NodeStatus(state="online", run=self._outbox.run, version=self._version))
            case Disconnected():
                self._sender.disconnected()
            case Inbound():
                self._read(happening)
        self._sender.pump_all()

    def _read(self, message: Inbound) -> None:
        topic = self._topics.parse(message.topic)
        if topic is None:
            return
        if topic.kind != "view":
            self._sender.receive(topic, message.payload, retained=message.retained)
        elif message.payload and topic.path[0] == "service":
            self._visitors.service(msgspec.json.decode(message.payload, type=ServiceView))
        elif message.payload:
            self._visitors.desk(msgspec.json.decode(message.payload, type=DeskView))

    def _tell(self, status: messages.NodeStatus) -> None:
        rule = RULES["status"]
        topic = self._topics.of("status", EXERCISE)
        self._connection.publish(topic, messages.encode(status), qos=rule.qos, retain=rule.retain)
