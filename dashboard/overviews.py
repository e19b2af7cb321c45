"""What the history page shows beside its charts: figures of a period; tables by service, hour, device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from broker.contract import compiled
from dashboard.charts import HOUR_S, Looked, Number, minutes, percent, signed_minutes
from dashboard.history import Asked, Period
from hall.store.interface import Store
from hall.store.totals import People, Waits


class Figure(NamedTuple):
    """A figure of the whole period; ``before`` is that of the period beside. None where nothing is known."""

    id: str
    unit: str
    value: Number
    before: Number


class Line(NamedTuple):
    """A table's line: what it is about, and its numbers in the order of the columns."""

    id: str
    values: tuple[Number, ...]


WAIT_COLUMNS: Final = (
    "drawn",
    "called",
    "median",
    "p90",
    "within",
    "share_left",
    "covered",
    "error",
    "pinball90",
)
"""Of ``wait_lines``."""

DEVICE_COLUMNS: Final = ("uptime", "failed_hours", "changes")
"""Of ``device_lines``."""

UNITS: Final = {
    "median": "min",
    "p90": "min",
    "within": "percent",
    "share_left": "percent",
    "covered": "percent",
    "error": "min",
    "pinball90": "min",
    "uptime": "percent",
    "failed_hours": "hours",
}
"""What columns are counted in; the others are counts."""


def figures_of(store: Store, site: compiled.Site, asked: Asked) -> list[Figure]:
    """Of the whole period, and of the one beside. Raises StoreUnavailableError."""
    now = _whole(store, site, asked, asked.period)
    before = _whole(store, site, asked, asked.beside) if asked.beside else {}
    return [Figure(name, unit, now[name], before.get(name)) for name, unit in _FIGURES.items()]


_FIGURES: Final = {
    "visits": "",
    "median": "min",
    "p90": "min",
    "within": "percent",
    "share_left": "percent",
    "covered": "percent",
    "votes": "",
}


def _whole(store: Store, site: compiled.Site, asked: Asked, period: Period) -> dict[str, Number]:
    here = Looked(store, site, period, "whole", asked.subject)
    waits = next(iter(here.waits), None)
    barometers = here.barometers()
    votes = sum(row.votes for row in here.figures.votes("whole") if row.barometer in barometers)
    if waits is None:
        return dict.fromkeys(_FIGURES) | {"visits": 0, "votes": votes}
    return {
        "visits": waits.drawn,
        "median": minutes(waits.median_s),
        "p90": minutes(waits.p90_s),
        "within": percent(waits.share_within),
        "share_left": percent(waits.share_left),
        "covered": percent(waits.coverage),
        "votes": votes,
    }


def service_lines(store: Store, site: compiled.Site, asked: Asked) -> list[Line]:
    """By service, in the order of the site description. Raises StoreUnavailableError."""
    here = Looked(store, site, asked.period, "whole", asked.subject)
    order = {service.id: place for place, service in enumerate(site.services)}
    rows = here.figures.waits_by_service("whole", here.services)
    rows.sort(key=lambda row: order.get(row.service, len(order)))
    return [_wait_line(row.service, row) for row in rows if row.drawn]


def hour_lines(store: Store, site: compiled.Site, asked: Asked) -> list[Line]:
    """By hour, all days together. Raises StoreUnavailableError."""
    here = Looked(store, site, asked.period, "hour_of_day", asked.subject)
    return [_wait_line(str(row.bucket), row) for row in here.waits if row.drawn]


def _wait_line(name: str, row: Waits) -> Line:
    return Line(
        name,
        (
            row.drawn,
            row.called,
            minutes(row.median_s),
            minutes(row.p90_s),
            percent(row.share_within),
            percent(row.share_left),
            percent(row.coverage),
            signed_minutes(row.error_s),
            signed_minutes(row.pinball90_s),
        ),
    )


def device_lines(store: Store, site: compiled.Site, asked: Asked) -> list[Line]:
    """By device, the least available first; ``id`` is node and device. Raises StoreUnavailableError."""
    here = Looked(store, site, asked.period, "whole", asked.subject)
    rows = [row for row in here.figures.uptime("whole") if row.share is not None]
    rows.sort(key=lambda row: (row.share, row.node, row.device))
    return [
        Line(
            f"{row.node} {row.device}",
            (round(100 * (row.share or 0), 1), round(row.failed_s / HOUR_S, 1), row.changes),
        )
        for row in rows
    ]


STEPS: Final = 9
"""Shades of the heat map above nothing."""


class Heat(NamedTuple):
    """People by hour and weekday: ``rows`` by hour, a cell for each weekday; None where nothing is known.

    A cell is the mean and its shade, 0 to ``STEPS``.
    """

    weekdays: list[int]
    rows: list[tuple[int, list[tuple[int, int] | None]]]


def heats_of(store: Store, site: compiled.Site, asked: Asked) -> list[Heat]:
    """The period's, and that of the period beside, in the same shades. Raises StoreUnavailableError."""
    periods = [asked.period, *([asked.beside] if asked.beside else [])]
    found = [
        Looked(store, site, period, "hour_of_week", asked.subject).figures.people("hour_of_week")
        for period in periods
    ]
    opened = {
        (compiled.WEEKDAYS.index(hours.weekday), hour)
        for hours in site.hours
        for hour in range(hours.opens // 60, -(-hours.closes // 60))
    }
    shown = [[row for row in rows if divmod(row.bucket, 24) in opened] for rows in found]
    highest = max((row.mean for rows in shown for row in rows), default=0.0)
    return [_heat(rows, opened, highest) for rows in shown]


def _heat(rows: Sequence[People], opened: set[tuple[int, int]], highest: float) -> Heat:
    means = {row.bucket: row.mean for row in rows}
    weekdays = sorted({weekday for weekday, _ in opened})
    hours = (
        range(min(hour for _, hour in opened), max(hour for _, hour in opened) + 1) if opened else range(0)
    )

    def cell(weekday: int, hour: int) -> tuple[int, int] | None:
        mean = means.get(weekday * 24 + hour)
        return None if mean is None else (round(mean), round(STEPS * mean / highest) if highest else 0)

    if not means:
        return Heat(weekdays, [])
    return Heat(weekdays, [(hour, [cell(weekday, hour) for weekday in weekdays]) for hour in hours])
