"""A tent made of paper: tickets in order, calls first come first served, nothing on a wire."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.contract import compiled
from broker.contract.site import load
from simulation.places import Places
from simulation.tent import Button, Door, Paper, Sensor

ROOT = Path(__file__).parents[2]


class PaperTent:
    """The smallest hall that can be imagined, behind the acts of a Tent."""

    def __init__(self, site: compiled.Site, announced_min: int | None = 15) -> None:
        self.site = site
        self.places = Places(site)
        self.acts: list[tuple[str, object]] = []
        self.times: list[float] = []
        self.now: Callable[[], float] = lambda: 0.0
        self.announced_min = announced_min
        self.drawn: Counter[str] = Counter()
        self.queues: dict[str, list[str]] = defaultdict(list)
        self.papers: dict[str, Paper] = {}
        self.called: dict[str, str] = {}
        self.taken: set[str] = set()

    def touch(self, button: Button) -> None:
        self._note("touch", button)
        for kiosk in self.places.kiosks:
            for service, own in kiosk.buttons.items():
                if own == button:
                    self._draw(kiosk.node, self.site.service(service))
        for panel in self.places.desks:
            if button in {panel.next, panel.no_show, panel.done}:
                self._free(panel.desk.id)
            if button == panel.next:
                self._call(panel.desk)

    def _note(self, kind: str, what: object) -> None:
        self.acts.append((kind, what))
        self.times.append(self.now())

    def _draw(self, node: str, service: compiled.Service) -> None:
        if service.ticket:
            self.drawn[service.letter] += 1
            number = f"{service.letter}{self.drawn[service.letter]:03}"
            self.papers[node] = Paper(number, self.announced_min)
            self.queues[service.id].append(number)

    def _call(self, desk: compiled.Desk) -> None:
        waiting = [service for service in desk.services if self.queues[service]]
        if waiting:
            self.called[desk.id] = self.queues[waiting[0]].pop(0)

    def _free(self, desk: str) -> None:
        self.called.pop(desk, None)

    def let_go(self, button: Button) -> None:
        self._note("let go", button)

    def interrupt(self, door: Door, pin: int) -> None:
        self._note("interrupt", pin)

    def clear(self, door: Door, pin: int) -> None:
        self._note("clear", pin)

    def sense(self, sensor: Sensor, present: bool) -> None:
        self._note("sit" if present else "rise", sensor.subject)

    def read(self, display: str) -> str:
        shown = next(one for one in self.site.displays if one.id == display)
        if shown.shows == "desk":
            number = self.called.get(shown.subject, "")
            return "" if self._is_discreet(number) else number
        calls = [f"{number} {desk}" for desk, number in self.called.items() if not self._is_discreet(number)]
        return "  ".join(calls) if shown.shows == "calls" else ""

    def tear_off(self, node: str) -> Paper | None:
        return self.papers.pop(node, None)

    def told_on_console(self, desk: str) -> str | None:
        return self.called.get(desk)

    def is_taken(self, desk: str) -> bool:
        return desk in self.taken

    def has_come(self, desk: str) -> None:
        self._note("has come", desk)

    def _is_discreet(self, number: str) -> bool:
        return any(service.discreet and number.startswith(service.letter) for service in self.site.services)


@pytest.fixture(scope="session")
def site() -> compiled.Site:
    return load(ROOT / "firmware_configs/sites/barnum")


@pytest.fixture
def paper_tent(site: compiled.Site) -> PaperTent:
    return PaperTent(site)


@pytest.fixture
def make_paper_tent(site: compiled.Site) -> Callable[..., PaperTent]:
    def make(announced_min: int | None = 15) -> PaperTent:
        return PaperTent(site, announced_min)

    return make
