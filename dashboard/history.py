"""What is asked of the past: which local days, of what, and beside which other days.

All of it stands in the page's address, so that a view can be kept, sent and printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from hall.store.figures import Figures
from hall.store.interface import Span, Store

Reach = Literal["jour", "semaine", "mois", "saison"]
DAYS: Final[dict[Reach, int]] = {"jour": 1, "semaine": 7, "mois": 28, "saison": 120}
"""How many days each choice of the page goes back, today included."""

MOST_DAYS: Final = 366
FIRST_YEAR, LAST_YEAR = 2000, 2200
WEEK: Final = 7
BEFORE: Final = "avant"
"""Beside the days before, whole weeks earlier, so that weekdays meet."""

ZONE, SERVICE = "zone", "service"


class AskedError(ValueError):
    """What is asked cannot be understood; the text is a key of the catalogue."""


class Period(NamedTuple):
    """Local days, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def span(self, zone: ZoneInfo) -> Span:
        """From the first midnight to the last, also across a clock change."""
        return Span(midnight_ns(self.first, zone), midnight_ns(self.last + timedelta(days=1), zone))

    def earlier(self, days: int) -> Period:
        """As many days, so many before."""
        return Period(self.first - timedelta(days=days), self.last - timedelta(days=days))


class Subject(NamedTuple):
    """Of what: the whole site, a zone or a service; ``id`` as the site description has it."""

    kind: Literal["", "zone", "service"] = ""
    id: str = ""

    def __str__(self) -> str:
        """As ``pour`` has it in the address."""
        return f"{self.kind}:{self.id}" if self.kind else ""

    def services(self, site: compiled.Site) -> list[str] | None:
        """The services it means; None for all of them."""
        match self.kind:
            case "service":
                return [self.id]
            case "zone":
                return [service.id for service in site.services if str(service.zone) == self.id]
            case _:
                return None

    def is_in(self, site: compiled.Site, zone: int | None) -> bool:
        """Whether what stands in that zone belongs to it."""
        match self.kind:
            case "service":
                return next(service.zone for service in site.services if service.id == self.id) == zone
            case "zone":
                return str(zone) == self.id
            case _:
                return True


class Asked(NamedTuple):
    """``reach`` is the choice that made the period, None for days of one's own."""

    period: Period
    reach: Reach | None
    subject: Subject
    beside: Period | None
    zone: ZoneInfo

    @property
    def grain(self) -> Literal["hour", "day"]:
        """A day is told by hours, more of them by days."""
        return "hour" if self.period.days == 1 else "day"

    def arguments(self, **changed: str) -> dict[str, str]:
        """What its address says, with some of it changed; empty values are left out."""
        said = {
            "etendue": self.reach or "",
            "du": "" if self.reach else self.period.first.isoformat(),
            "au": "" if self.reach else self.period.last.isoformat(),
            "pour": str(self.subject),
            "avec": self.beside.first.isoformat() if self.beside else "",
        }
        return {name: value for name, value in (said | changed).items() if value}


def asked_for(arguments: Mapping[str, str], today: date, site: compiled.Site) -> Asked:
    """What an address asks.

    ``etendue`` is a reach back from today; else ``du`` and ``au`` are the first and last day, in either
    order. ``pour`` is ``zone:3`` or ``service:etat-civil``. ``avec`` is ``avant`` or the first day of as many
    others. Without anything, or with a reach that is none, it is today.

    Raises:
        AskedError: a day that is none, too many days, or a subject that the site does not have.
    """
    period, reach = _period(arguments, today)
    if period.days > MOST_DAYS:
        raise AskedError("history.refused.long")
    subject = _subject(arguments.get("pour", ""), site)
    return Asked(period, reach, subject, _beside(arguments.get("avec", ""), period), ZoneInfo(site.timezone))


def _period(arguments: Mapping[str, str], today: date) -> tuple[Period, Reach | None]:
    reach = reach_of(arguments.get("etendue"))
    first, last = arguments.get("du", ""), arguments.get("au", "")
    if reach is None and (first or last):
        days = sorted((_day(first or last), _day(last or first)))
        return Period(days[0], days[1]), None
    reach = reach or "jour"
    return Period(today - timedelta(days=DAYS[reach] - 1), today), reach


def reach_of(name: str | None) -> Reach | None:
    """The choice of that name; None when there is none such."""
    return name if name in DAYS else None


def _beside(name: str, period: Period) -> Period | None:
    if not name:
        return None
    if name == BEFORE:
        return period.earlier(-(-period.days // WEEK) * WEEK)
    return period.earlier((period.first - _day(name)).days)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise AskedError("history.refused.day") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise AskedError("history.refused.day")
    return day


def _subject(text: str, site: compiled.Site) -> Subject:
    kind, _, name = text.partition(":")
    if not text:
        return Subject()
    if kind == ZONE and name in {str(zone.id) for zone in site.zones}:
        return Subject("zone", name)
    if kind == SERVICE and name in {service.id for service in site.services}:
        return Subject("service", name)
    raise AskedError("history.refused.subject")


def figures(store: Store, site: compiled.Site, period: Period) -> Figures:
    """The store's figures of a period."""
    zone = ZoneInfo(site.timezone)
    return Figures(store, period.span(zone), zone, target_s=site.rules.target_wait_min * 60)


def today(civil_ns: int, site: compiled.Site) -> date:
    """The site's day, which may not be this machine's."""
    return datetime.fromtimestamp(civil_ns / SECOND, UTC).astimezone(ZoneInfo(site.timezone)).date()


def midnight_ns(day: date, zone: ZoneInfo) -> int:
    """When a local day begins."""
    return int(datetime.combine(day, time(), zone).timestamp()) * SECOND
