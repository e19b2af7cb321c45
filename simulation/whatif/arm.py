"""An arrangement of a site that is tried: the description, who works when, and what visitors bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, NamedTuple

from broker.clock import SECOND
from broker.contract import compiled
from hall.opening import Calendar
from simulation.agents import LUNCH_S
from simulation.days import LUNCHES

HOUR: Final = 3600.0


class Span(NamedTuple):
    """From when to when, in seconds after local midnight."""

    from_s: float
    to_s: float


class Shift(NamedTuple):
    """Somebody at a desk. ``is_last``: at its end those who wait are still served."""

    from_s: float
    to_s: float
    is_last: bool


@dataclass(frozen=True)
class Arm:
    """One arrangement.

    Attributes:
        site: the description that rules the hall.
        shifts: when a desk is staffed, where that is not while the site is open but for lunch.
        staffed: when desks were staffed on recorded days.
        pace: by how much service times are multiplied, by service.
        demand: by how much the number of visitors is multiplied, by service.
    """

    site: compiled.Site
    shifts: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    staffed: Mapping[date, Mapping[str, tuple[Span, ...]]] = field(default_factory=dict)
    pace: Mapping[str, float] = field(default_factory=dict)
    demand: Mapping[str, float] = field(default_factory=dict)

    def openings(self, day: date) -> list[Span]:
        """When the site is open that day; nothing where it is closed."""
        calendar = Calendar(self.site)
        midnight_ns = calendar.day(_noon_ns(calendar, day)).starts_ns
        return [
            Span((opening.opens_ns - midnight_ns) / SECOND, (opening.closes_ns - midnight_ns) / SECOND)
            for opening in calendar.openings(day)
        ]

    def staff(self, day: date) -> dict[str, list[Shift]]:
        """Who works that day, by desk: agents go to lunch one desk after another, as simulated ones do."""
        openings = self.openings(day)
        found: dict[str, list[Shift]] = {}
        for index, desk in enumerate(self.site.desks):
            if desk.id in self.shifts:
                found[desk.id] = _within(self.shifts[desk.id], openings)
            elif desk.id in self.staffed.get(day, {}):
                spans = self.staffed[day][desk.id]
                found[desk.id] = [Shift(*span, is_last=span == spans[-1]) for span in spans]
            else:
                lunch_s = LUNCHES[index % len(LUNCHES)] * HOUR
                found[desk.id] = [shift for opening in openings for shift in _around(opening, lunch_s)]
        return found

    def midnight_ns(self, day: date) -> int:
        """When that local day begins, in civil nanoseconds."""
        calendar = Calendar(self.site)
        return calendar.day(_noon_ns(calendar, day)).starts_ns


def _noon_ns(calendar: Calendar, day: date) -> int:
    return int(datetime.combine(day, time(12), calendar.zone).timestamp()) * SECOND


def _around(opening: Span, lunch_s: float) -> list[Shift]:
    """A whole opening, with a lunch break where it is long enough for one."""
    if not opening.from_s + HOUR < lunch_s < opening.to_s - HOUR:
        return [Shift(opening.from_s, opening.to_s, is_last=True)]
    back_s = lunch_s + LUNCH_S
    return [Shift(opening.from_s, lunch_s, is_last=False), Shift(back_s, opening.to_s, is_last=True)]


def _within(spans: tuple[Span, ...], openings: list[Span]) -> list[Shift]:
    """Hours of a desk's own, as far as the site is open; it stays for those who wait when the site closes."""
    return [
        Shift(max(span.from_s, opening.from_s), min(span.to_s, opening.to_s), span.to_s >= opening.to_s)
        for span in spans
        for opening in openings
        if max(span.from_s, opening.from_s) < min(span.to_s, opening.to_s)
    ]
