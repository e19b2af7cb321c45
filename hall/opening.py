"""When a site, or a service in it, is open: local hours, with exceptions of n-th weekdays and of single days.

A single day's exception (``OpeningChange``) closes the day, or moves its first opening or its end. It never
opens a day on which the site is closed. The site's own rules over its services: a service, even a permanence
with hours of its own, is closed with the site, opens no earlier and closes no later than such a day says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract.compiled import WEEKDAYS, Hours, OpeningException, Service, Site, Weekday
from broker.contract.settings import OpeningChange, PublicText
from hall.state import Day

SEARCHED_DAYS = 35
"""How far ahead a next opening is looked for: a permanence may be cut by an exception four weeks long."""

MIDNIGHT = 24 * 60
"""The end of a day, in minutes after its beginning."""

REMEMBERED = 1_000
"""How many computed days are kept: some weeks of every permanence."""


class Opening(NamedTuple):
    """A span in which something is open (civil nanoseconds, the end not included)."""

    opens_ns: int
    closes_ns: int

    def holds(self, at_ns: int) -> bool:
        """Whether it is open at that moment."""
        return self.opens_ns <= at_ns < self.closes_ns


class Minutes(NamedTuple):
    """A span of a local day, in minutes after midnight."""

    opens: int
    closes: int


class Calendar:
    """The site's days and hours. Pure: every question carries its moment.

    Args:
        site: whose weekly hours and exceptions count.
        changes: the exceptions of single days, at most one for a day and service.
    """

    def __init__(self, site: Site, changes: Iterable[OpeningChange] = ()) -> None:
        self.zone = ZoneInfo(site.timezone)
        self._hours = tuple(site.hours)
        self._exceptions = site.exceptions
        self._changes = {(change.day, change.service): change for change in changes}
        self._usual = Calendar(site) if self._changes else self
        self._openings: dict[tuple[str, date], tuple[Opening, ...]] = {}

    def local(self, at_ns: int) -> datetime:
        """That moment on the site's wall clock."""
        return datetime.fromtimestamp(at_ns // SECOND, self.zone)

    def day(self, at_ns: int) -> Day:
        """The local day of that moment; it has 23 or 25 hours when clocks change."""
        today = self.local(at_ns).date()
        return Day(
            day=today.isoformat(),
            starts_ns=self.moment(today, 0),
            ends_ns=self.moment(today + timedelta(days=1), 0),
        )

    def weekday(self, at_ns: int) -> Weekday:
        """The day of the week of that moment."""
        return WEEKDAYS[self.local(at_ns).weekday()]

    def opening(self, at_ns: int, service: Service | None = None) -> Opening | None:
        """The opening that holds ``at_ns``, else the next one; None when there is none in sight.

        Args:
            at_ns: the moment asked about.
            service: whose hours; None for the site's.
        """
        today = self.local(at_ns).date()
        for ahead in range(SEARCHED_DAYS):
            for opening in self.openings(today + timedelta(days=ahead), service):
                if at_ns < opening.closes_ns:
                    return opening
        return None

    def openings(self, day: date, service: Service | None = None) -> tuple[Opening, ...]:
        """The openings of one local day, earliest first."""
        key = ("" if service is None else service.id, day)
        if key not in self._openings:
            if len(self._openings) > REMEMBERED:
                self._openings.clear()
            spans = self.spans(day, service)
            self._openings[key] = tuple(
                Opening(self.moment(day, opens), self.moment(day, closes)) for opens, closes in spans
            )
        return self._openings[key]

    def reason(self, day: date, service: Service | None = None) -> PublicText | None:
        """Why hours are others than usual on that day; None where they are as usual."""
        sites = self._changes.get((day, ""))
        own = None if service is None else self._changes.get((day, service.id))
        change = sites if own is None or (sites is not None and sites.closed) else own
        if change is None or self.spans(day, service) == self._usual.spans(day, service):
            return None
        return change.reason

    def spans(self, day: date, service: Service | None = None) -> list[Minutes]:
        """The openings of one local day by the wall clock, earliest first."""
        sites = self._changes.get((day, ""))
        here = _changed(self._weekly(day, self._hours, sites), sites)
        if service is None:
            return here
        usual = here
        if service.hours:
            usual = self._weekly(day, service.hours, sites)
            usual = usual if sites is None else _within(usual, sites)
        own = self._changes.get((day, service.id))
        return usual if own is None else _only(_changed(usual, own), [*usual, *here])

    def _weekly(self, day: date, hours: Sequence[Hours], change: OpeningChange | None) -> list[Minutes]:
        """The week's hours; an n-th weekday's later opening counts unless the day has a word of its own."""
        weekday = WEEKDAYS[day.weekday()]
        not_before = 0
        if change is None or change.opens is None:
            not_before = max((each.opens for each in self._exceptions if _falls_on(each, day)), default=0)
        spans = sorted(
            Minutes(max(span.opens, not_before), span.closes) for span in hours if span.weekday == weekday
        )
        return [span for span in spans if span.opens < span.closes]

    def moment(self, day: date, minutes: int) -> int:
        """Wall-clock minutes after local midnight, as civil nanoseconds."""
        wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 wall time, zoned on the next line
        return int(wall.replace(tzinfo=self.zone).timestamp()) * SECOND


def _falls_on(exception: OpeningException, day: date) -> bool:
    """Whether the n-th weekday of the month is that day."""
    week_of_month = (day.day - 1) // 7 + 1
    return exception.weekday == WEEKDAYS[day.weekday()] and exception.week_of_month == week_of_month


def _changed(usual: list[Minutes], change: OpeningChange | None) -> list[Minutes]:
    """The spans as a day's exception makes them: its first opening or its end moved, either way."""
    if change is None or not usual:
        return usual
    first, last = usual[0].opens, usual[-1].closes
    spans = list(usual)
    spans[0] = spans[0]._replace(opens=min(first, first if change.opens is None else change.opens))
    spans[-1] = spans[-1]._replace(closes=max(last, last if change.closes is None else change.closes))
    return _within(spans, change)


def _within(spans: list[Minutes], change: OpeningChange) -> list[Minutes]:
    """What an exception leaves of spans; it adds nothing."""
    if change.closed:
        return []
    opens = 0 if change.opens is None else change.opens
    closes = MIDNIGHT if change.closes is None else change.closes
    return _only(spans, [Minutes(opens, closes)])


def _only(spans: list[Minutes], where: list[Minutes]) -> list[Minutes]:
    """The parts of spans that lie in others, joined where they touch."""
    both = sorted(
        Minutes(max(span.opens, other.opens), min(span.closes, other.closes))
        for span in spans
        for other in where
    )
    joined: list[Minutes] = []
    for span in both:
        if span.opens >= span.closes:
            continue
        if joined and span.opens <= joined[-1].closes:
            joined[-1] = Minutes(joined[-1].opens, max(joined[-1].closes, span.closes))
        else:
            joined.append(span)
    return joined
