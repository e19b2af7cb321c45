"""When a site, or a permanence in it, is open: local hours, with the exceptions of n-th weekdays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract.compiled import WEEKDAYS, Hours, Site, Weekday
from hall.state import Day

SEARCHED_DAYS = 35
"""How far ahead a next opening is looked for: a permanence may be cut by an exception four weeks long."""


REMEMBERED = 1_000
"""How many computed days are kept: some weeks of every permanence."""


class Opening(NamedTuple):
    """A span in which something is open (civil nanoseconds, the end not included)."""

    opens_ns: int
    closes_ns: int

    def holds(self, at_ns: int) -> bool:
        """Whether it is open at that moment."""
        return self.opens_ns <= at_ns < self.closes_ns


class Calendar:
    """The site's days and hours. Pure: every question carries its moment."""

    def __init__(self, site: Site) -> None:
        self.zone = ZoneInfo(site.timezone)
        self._hours = tuple(site.hours)
        self._exceptions = site.exceptions
        self._openings: dict[tuple[tuple[Hours, ...], date], tuple[Opening, ...]] = {}

    def local(self, at_ns: int) -> datetime:
        """That moment on the site's wall clock."""
        return datetime.fromtimestamp(at_ns // SECOND, self.zone)

    def day(self, at_ns: int) -> Day:
        """The local day of that moment; it has 23 or 25 hours when clocks change."""
        today = self.local(at_ns).date()
        return Day(
            day=today.isoformat(),
            starts_ns=self._moment(today, 0),
            ends_ns=self._moment(today + timedelta(days=1), 0),
        )

    def weekday(self, at_ns: int) -> Weekday:
        """The day of the week of that moment."""
        return WEEKDAYS[self.local(at_ns).weekday()]

    def opening(self, at_ns: int, hours: Sequence[Hours] = ()) -> Opening | None:
        """The opening that holds ``at_ns``, else the next one; None when there is none in sight.

        Args:
            at_ns: the moment asked about.
            hours: a permanence's own hours; empty means the site's.
        """
        today = self.local(at_ns).date()
        for ahead in range(SEARCHED_DAYS):
            for opening in self.openings(today + timedelta(days=ahead), hours):
                if at_ns < opening.closes_ns:
                    return opening
        return None

    def openings(self, day: date, hours: Sequence[Hours] = ()) -> tuple[Opening, ...]:
        """The openings of one local day, earliest first."""
        key = (tuple(hours) or self._hours, day)
        if key not in self._openings:
            if len(self._openings) > REMEMBERED:
                self._openings.clear()
            self._openings[key] = tuple(self._compute(*key))
        return self._openings[key]

    def _compute(self, hours: tuple[Hours, ...], day: date) -> list[Opening]:
        weekday = WEEKDAYS[day.weekday()]
        week_of_month = (day.day - 1) // 7 + 1
        not_before = max(
            (
                exception.opens
                for exception in self._exceptions
                if exception.weekday == weekday and exception.week_of_month == week_of_month
            ),
            default=0,
        )
        spans = sorted(
            (max(span.opens, not_before), span.closes) for span in hours if span.weekday == weekday
        )
        return [
            Opening(self._moment(day, opens), self._moment(day, closes))
            for opens, closes in spans
            if opens < closes
        ]

    def _moment(self, day: date, minutes: int) -> int:
        """Wall-clock minutes after local midnight, as civil nanoseconds."""
        wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 wall time, zoned on the next line
        return int(wall.replace(tzinfo=self.zone).timestamp()) * SECOND
