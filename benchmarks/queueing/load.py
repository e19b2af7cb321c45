"""Ten kiosks and twenty desks at fifty times the barnum's load: does any delay grow over the day?

First most of such a day is put through as fast as it goes, in equal parts whose times are printed; then
people come at the pace of fifty barnums' busiest hour, and every request is timed from its press to
the hall's answer at the panel. Real outboxes and senders, each with its own connection and certificate.
"""

from __future__ import annotations

import queue
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.ingest.contestants import use_of
from benchmarks.ingest.sending import Nodes
from benchmarks.ingest.stage import MORNING_NS, ROOT, until
from benchmarks.queueing.figures import load_average, p99, told
from broker.clock import Anchor, SystemClock
from broker.connection import Connection, Happening, Identity, Inbound
from broker.contract import compiled, messages, views
from broker.contract.site import load
from broker.contract.topics import DASHBOARD, Topics
from hall.store.open import StoreConfig
from simulation.habits import Habits
from simulation.house import House

KIOSKS, DESKS, TIMES = 10, 20, 50
BUSY = 2.0
"""The busiest hour brings about twice the day's mean."""
PARTS = 5


def wide_site(site: compiled.Site) -> compiled.Site:
    """The barnum with ten kiosks and twenty desks that all give every service."""
    services = [service.id for service in site.services if service.ticket]
    desk = msgspec.structs.replace(site.desks[0], services=services)
    desks = [msgspec.structs.replace(desk, id=f"poste-{number}") for number in range(DESKS)]
    kiosk, panel = site.node("borne-a"), site.node("guichet-info")
    nodes = [msgspec.structs.replace(kiosk, id=f"borne-{number}") for number in range(KIOSKS)]
    for number in range(DESKS):
        devices = [
            msgspec.structs.replace(device, desk=f"poste-{number}")
            for device in panel.devices
            if isinstance(device, compiled.DeskPanel)
        ]
        nodes.append(msgspec.structs.replace(panel, id=f"guichet-{number}", devices=list(devices)))
    return msgspec.structs.replace(
        site,
        desks=[*site.desks, *desks],
        nodes=[*site.nodes, *nodes],
        displays=[*site.displays],
    )


class Asked(NamedTuple):
    """A request under way."""

    at: float
    desk: int
    kind: type[messages.NextRequested | messages.StartRequested]


class Answered(NamedTuple):
    """When a request was made, after how many milliseconds the panel had its answer, and which."""

    asked: float
    delay_ms: float
    accepted: bool


class Day:
    """People who draw tickets and desks that call them.

    Args:
        house: the site's programs.
        clock: their time.
    """

    def __init__(self, house: House, clock: SystemClock) -> None:
        site = house.site
        self._kiosks = [f"borne-{number}" for number in range(KIOSKS)]
        self._panels = [f"guichet-{number}" for number in range(DESKS)]
        self._services = [service for service in site.services if service.ticket]
        self._kiosk = next(
            one.id for one in site.node("borne-0").devices if isinstance(one, compiled.TicketKiosk)
        )
        self._panel = next(
            one.id for one in site.node("guichet-0").devices if isinstance(one, compiled.DeskPanel)
        )
        self._asked: dict[str, Asked] = {}
        self._busy: set[int] = set()
        self._answers: queue.SimpleQueue[tuple[messages.Answer, float]] = queue.SimpleQueue()
        self._views: queue.SimpleQueue[views.DeskView] = queue.SimpleQueue()
        self._calls: dict[str, str] = {}
        self.refusals: Counter[str] = Counter()
        outboxes = house.folder / "outboxes"
        outboxes.mkdir()
        self.nodes = Nodes(
            site,
            [*self._kiosks, *self._panels],
            outboxes,
            house.folder / "credentials",
            (house.broker.host, house.broker.port),
            clock,
            lambda answer: self._answers.put((answer, time.monotonic())),
        )
        # The panels see their desks' views; one connection looks for all of them.
        self._looking = Connection(
            Identity.in_folder(house.folder / "credentials", DASHBOARD),
            house.broker.host,
            house.broker.port,
            [f"{Topics(site.id).root}/view/desk/+"],
            self._hear,
        )
        self.visits = 0

    def visit(self) -> None:
        """One more visitor comes, and a desk calls its next."""
        number = self.visits
        self.visits += 1
        service = self._services[number % len(self._services)]
        self.nodes.record(
            self._kiosks[number % KIOSKS],
            messages.TicketDrawn(
                device=self._kiosk,
                service=service.id,
                number=f"{service.letter}{number // len(self._services) + 1:03d}",
                token=f"{number:064x}",
            ),
        )
        self._ask(number % DESKS, messages.NextRequested)

    def _ask(self, desk: int, kind: type[messages.NextRequested | messages.StartRequested]) -> None:
        key = f"{desk}-{time.monotonic_ns()}"
        self._asked[key] = Asked(time.monotonic(), desk, kind)
        self._busy.add(desk)
        name = f"poste-{desk}"
        request = kind(device=self._panel, key=key, desk=name, call=self._calls.get(name, ""))
        self.nodes.record(self._panels[desk], request)

    def take_answers(self) -> list[Answered]:
        """What was answered since; who is newly called comes, and is begun with."""
        while not self._views.empty():
            view = self._views.get()
            if view.state == "called" and view.call != self._calls.get(view.desk):
                self._calls[view.desk] = view.call
                self._ask(int(view.desk.rpartition("-")[2]), messages.StartRequested)
            self._calls[view.desk] = view.call
        found = []
        while not self._answers.empty():
            answer, at = self._answers.get()
            asked = self._asked.pop(answer.key, None)
            if asked is None:
                continue
            found.append(Answered(asked.at, (at - asked.at) * 1000, answer.accepted))
            if not answer.accepted:
                self.refusals[answer.reason] += 1
            if asked.kind is messages.StartRequested or not (answer.accepted and answer.number):
                self._busy.discard(asked.desk)
        return found

    def _hear(self, happening: Happening) -> None:
        if isinstance(happening, Inbound) and happening.payload:
            view = msgspec.json.decode(happening.payload, type=views.DeskView)
            if view.desk.startswith("poste-"):
                self._views.put(view)

    def start(self) -> None:
        """Connect everything."""
        self._looking.start()
        self.nodes.start()

    def close(self) -> None:
        """Let go of everything."""
        self.nodes.close()
        self._looking.stop()

    @property
    def next_desk_is_busy(self) -> bool:
        """Whether the desk whose turn it is still waits for its last visitor, or for an answer."""
        return self.visits % DESKS in self._busy

    @property
    def open(self) -> int:
        """Requests without an answer."""
        return len(self._asked)


def measure(folder: Path, visits: int, seconds: float) -> None:
    """Measure and print: ``visits`` before, then ``seconds`` at the pace."""
    site = wide_site(load(ROOT / "firmware_configs" / "sites" / "barnum"))
    clock = SystemClock(Anchor(MORNING_NS, SystemClock().machine_ns(), 1))
    store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
    house = House(site, folder, store, Anchor(MORNING_NS, clock.machine_ns(), 1))
    before = load_average()
    try:
        hall = house.hall()
        day = Day(house, clock)
        day.start()
        _fill(day, visits)
        delays = _keep_pace(day, seconds)
        peak_mb = use_of(hall.process.pid).peak_mb
        day.close()
    finally:
        house.end()
    print(told("request to answer at the panel", [delay for _, delay, _ in delays], 200))
    parts = [delays[i * len(delays) // PARTS : (i + 1) * len(delays) // PARTS] for i in range(PARTS)]
    medians = ", ".join(f"{statistics.median(d for _, d, _ in part):.0f}" for part in parts)
    highest = ", ".join(f"{p99([d for _, d, _ in part]):.0f}" for part in parts)
    accepted = sum(ok for *_, ok in delays)
    print(
        f"  over the time: medians {medians} ms, P99 {highest} ms; accepted {accepted} of {len(delays)}",
        *day.refusals.items(),
    )
    print(f"  hall at most {peak_mb:.0f} MB; {before} before, {load_average()} after")


def _fill(day: Day, visits: int) -> None:
    """Put the day so far through, in parts."""
    size = visits // PARTS
    for part in range(PARTS):
        begun = time.monotonic()
        for _ in range(size):
            while day.next_desk_is_busy:
                day.take_answers()
                time.sleep(0.001)
            day.visit()
        until(lambda: not day.take_answers() and day.open == 0, "the last answer", 0.01)
        took = time.monotonic() - begun
        print(
            f"  visits {part * size + 1:,} to {(part + 1) * size:,}: {1000 * took / size:.1f} ms each",
            flush=True,
        )


def _keep_pace(day: Day, seconds: float) -> list[Answered]:
    """Visitors at the pace; what each request took, in the order of asking."""
    habits = Habits()
    every_s = habits.usual_hours * 3600 / habits.visitors_a_day / TIMES / BUSY
    print(
        f"  at one visitor each {every_s:.2f} s ({TIMES} barnums' busiest hour), {seconds:.0f} s", flush=True
    )
    found: list[Answered] = []
    begun = time.monotonic()
    number = 0
    while (now := time.monotonic()) < begun + seconds:
        if now >= begun + number * every_s:
            number += 1
            day.visit()
        found += day.take_answers()
        time.sleep(0.002)
    until(lambda: bool(found.extend(day.take_answers())) or day.open == 0, "the last answer", 0.01)
    return sorted(found)
