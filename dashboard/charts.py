"""Charts of the past: columns over a period, and over another one beside it; ``chart_kinds`` says which.

A chart is columns of numbers over the same buckets: what the script draws and what its table says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from broker.contract.compiled import WEEKDAYS
from dashboard.history import Asked, Period, Subject, figures, midnight_ns
from hall.store.figures import Figures, Grain
from hall.store.interface import Store
from hall.store.totals import Waits

Number: TypeAlias = float | int | None
Rows: TypeAlias = Mapping[int, Sequence[Number]]

MINUTE_S: Final = 60
HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S


class Series(NamedTuple):
    """One line or set of bars: its name in the catalogue, how it is drawn (``table``: not), its values.

    ``beside``: it belongs to the period beside.
    """

    name: str
    look: str
    values: list[Number]
    beside: bool = False


class Chart(NamedTuple):
    """``starts_s`` are the buckets' starts in seconds since the epoch, ``step_s`` apart.

    ``beside_s`` are those of the period beside, bucket by bucket.
    """

    id: str
    unit: str
    step_s: int
    starts_s: list[int]
    beside_s: list[int]
    series: list[Series]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known, of either period."""
        return all(value is None for one in self.series for value in one.values)


class Looked:
    """One period as charts see it: each question is asked once.

    Args:
        store: where the figures are.
        site: what names, hours and seats are from.
        period: the days.
        grain: hours, or days.
        subject: of what.
    """

    def __init__(
        self, store: Store, site: compiled.Site, period: Period, grain: Grain, subject: Subject
    ) -> None:
        self.site, self.period, self.grain, self.subject = site, period, grain, subject
        self.figures: Figures = figures(store, site, period)
        self.zone = ZoneInfo(site.timezone)

    @cached_property
    def waits(self) -> list[Waits]:
        """By bucket."""
        return self.figures.waits(self.grain, self.services)

    @property
    def services(self) -> list[str] | None:
        """What the subject means."""
        return self.subject.services(self.site)

    def barometers(self) -> set[str]:
        """Those of the subject's zone."""
        return {one.id for one in self.site.barometers if self.subject.is_in(self.site, one.zone)}

    def places(self, kind: str) -> set[str]:
        """Seats or rooms of the subject's zone."""
        found = self.site.seats if kind == "seat" else self.site.rooms
        return {one.id for one in found if self.subject.is_in(self.site, one.zone)}

    def open_s(self, bucket: int) -> int:
        """Seconds that the site is open in the bucket, by its weekly hours."""
        local = datetime.fromtimestamp(bucket // SECOND, self.zone)
        begins = local.hour * 60 + local.minute
        ends = begins + (60 if self.grain == "hour" else 24 * 60)
        return MINUTE_S * sum(
            max(0, min(ends, hours.closes) - max(begins, hours.opens))
            for hours in self.site.hours
            if hours.weekday == WEEKDAYS[local.weekday()]
        )

    def buckets(self, known: Sequence[int]) -> list[int]:
        """Every bucket of the period, so that a gap is shown as a gap: days, or the hours it is open."""
        if self.grain == "day":
            return [
                midnight_ns(self.period.first + timedelta(days=number), self.zone)
                for number in range(self.period.days)
            ]
        start = midnight_ns(self.period.first, self.zone)
        end = midnight_ns(self.period.first + timedelta(days=1), self.zone)
        hours = range(start, end, HOUR_S * SECOND)
        shown = [hour for hour in hours if self.open_s(hour) or hour in known]
        return [hour for hour in hours if shown and shown[0] <= hour <= shown[-1]]


class Kind(NamedTuple):
    """A chart that can be asked for: series by name and look, and where their rows come from."""

    id: str
    unit: str
    series: tuple[tuple[str, str], ...]
    rows: Callable[[Looked], Rows]


def chart_of(kind: Kind, store: Store, site: compiled.Site, asked: Asked) -> Chart:
    """The chart over every bucket of the period. Raises StoreUnavailableError."""
    here = Looked(store, site, asked.period, asked.grain, asked.subject)
    rows = kind.rows(here)
    if asked.beside is None:
        buckets, beside_s, beside = here.buckets([*rows]), [], []
    else:
        other = Looked(store, site, asked.beside, asked.grain, asked.subject)
        others = kind.rows(other)
        moved_ns = midnight_ns(asked.period.first, here.zone) - midnight_ns(asked.beside.first, here.zone)
        if asked.grain == "hour":
            buckets = here.buckets([*rows, *(bucket + moved_ns for bucket in others)])
            other_buckets = [bucket - moved_ns for bucket in buckets]
        else:
            buckets, other_buckets = here.buckets([*rows]), other.buckets([])
        beside_s = [bucket // SECOND for bucket in other_buckets]
        beside = _columns(kind, others, other_buckets, beside=True)
    return Chart(
        kind.id,
        kind.unit,
        HOUR_S if asked.grain == "hour" else DAY_S,
        [bucket // SECOND for bucket in buckets],
        beside_s,
        [*_columns(kind, rows, buckets), *beside],
    )


def _columns(kind: Kind, rows: Rows, buckets: Sequence[int], *, beside: bool = False) -> list[Series]:
    nothing: Sequence[Number] = (None,) * len(kind.series)
    return [
        Series(name, look, [rows.get(bucket, nothing)[column] for bucket in buckets], beside)
        for column, (name, look) in enumerate(kind.series)
        if not (beside and look == "aim")
    ]


def minutes(seconds: float | None) -> Number:
    """Seconds as whole minutes, the way waits are read."""
    return None if seconds is None else round(seconds / MINUTE_S)


def signed_minutes(seconds: float | None) -> Number:
    """A difference in minutes to a tenth."""
    return None if seconds is None else round(seconds / MINUTE_S, 1)


def percent(share: float | None) -> Number:
    """A share as whole percent."""
    return None if share is None else round(100 * share)
