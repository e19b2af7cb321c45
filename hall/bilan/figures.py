"""All figures of the report, from the days of a period: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract.compiled import Service, Site
from hall.bilan.before import FEW_DAYS, Comparison, compared
from hall.bilan.changes import Changes
from hall.bilan.days import ObservedDay, Period
from hall.bilan.inside import CounterFigures, HourFigures, counter_figures, hours_of
from hall.bilan.quality import QualityFigures, quality_figures
from hall.bilan.use import (
    PathFigures,
    PlaceFigures,
    ZoneFigures,
    path_figures,
    place_figures,
    zone_figures,
)
from hall.bilan.votes import QuestionFigures, question_figures
from hall.bilan.waits import (
    PromiseFigures,
    WaitFigures,
    grouped,
    promise_figures,
    wait_figures,
)
from hall.bilan.ways import HourlyUse, WayFigures, hourly_use, way_figures
from hall.measures import WaitMeasure
from hall.promises.scores import interval


class Bilan(NamedTuple):
    """A period in figures.

    ``by_day`` and ``by_week`` (Mondays) hold None where there is no data; weeks to come are left out.
    ``promises_interval`` is None under ``FEW_DAYS`` days. ``by_hour`` goes by the local hour of the ticket.
    ``comparison`` needs counts by hand.
    """

    site: Site
    period: Period
    quality: QualityFigures
    waits: WaitFigures
    by_service: list[tuple[Service, WaitFigures]]
    by_day: list[tuple[date, WaitFigures | None]]
    by_week: list[tuple[date, WaitFigures | None]]
    by_hour: list[tuple[int, WaitFigures]]
    promises: PromiseFigures
    promises_interval: tuple[float, float] | None
    promises_by_service: list[tuple[Service, PromiseFigures]]
    hours: dict[tuple[int, int], HourFigures]
    counter: CounterFigures
    places: list[PlaceFigures]
    zones: list[ZoneFigures]
    paths: PathFigures
    ways: WayFigures
    hourly_use: list[HourlyUse]
    questions: list[QuestionFigures]
    changes: list[Changes]
    comparison: Comparison | None

    @property
    def has_data(self) -> bool:
        """Whether there is any day with data."""
        return len(self.quality.without_data) < self.quality.days

    @property
    def target_min(self) -> int:
        """The minutes within which the site wants to call."""
        return self.site.rules.target_wait_min


def bilan_of(
    site: Site,
    period: Period,
    days: Iterable[ObservedDay],
    before: Sequence[WaitMeasure] | None = None,
    changes: Sequence[Changes] = (),
) -> Bilan:
    """The figures of the days.

    Args:
        site: its description.
        period: which days.
        days: what is known of them.
        before: what was counted by hand (``hall.bilan.before.read``).
        changes: what was entered of the period's months.
    """
    days = list(days)
    target_s = 60.0 * site.rules.target_wait_min
    waits = [wait for day in days for wait in day.waits]
    by_service = grouped(waits, lambda wait: wait.service)
    places = place_figures(days)
    scored = [found for found in (promise_figures(day.waits) for day in days) if found.scored]
    return Bilan(
        site=site,
        period=period,
        quality=quality_figures(site, days),
        waits=wait_figures(waits, target_s),
        by_service=[
            (service, wait_figures(by_service.get(service.id, ()), target_s))
            for service in site.services
            if service.ticket
        ],
        by_day=[(day.day, wait_figures(day.waits, target_s) if day.has_data else None) for day in days],
        by_week=_by_week(period, days, target_s),
        by_hour=_by_hour(waits, site.timezone, target_s),
        promises=promise_figures(waits),
        promises_interval=interval([(float(day.beyond), float(day.scored)) for day in scored])
        if len(scored) >= FEW_DAYS
        else None,
        promises_by_service=[
            (service, promise_figures(by_service.get(service.id, ())))
            for service in site.services
            if service.ticket
        ],
        hours=hours_of(days, site.timezone),
        counter=counter_figures(days),
        places=places,
        zones=zone_figures(site, days, places),
        paths=path_figures(site, days, places),
        ways=way_figures(days),
        hourly_use=hourly_use(site, days),
        questions=question_figures(site, days),
        changes=[each for each in changes if each.lines],
        comparison=None if before is None else compared(before, [day.waits for day in days], target_s),
    )


def _by_week(
    period: Period, days: list[ObservedDay], target_s: float
) -> list[tuple[date, WaitFigures | None]]:
    last = max((day.day for day in days), default=period.first)
    mondays = sorted({day - timedelta(days=day.weekday()) for day in period.days() if day <= last})
    found: list[tuple[date, WaitFigures | None]] = []
    for monday in mondays:
        known = [day for day in days if day.has_data and 0 <= (day.day - monday).days < 7]  # noqa: PLR2004
        waits = [wait for day in known for wait in day.waits]
        found.append((monday, wait_figures(waits, target_s) if known else None))
    return found


def _by_hour(waits: list[WaitMeasure], timezone: str, target_s: float) -> list[tuple[int, WaitFigures]]:
    zone = ZoneInfo(timezone)
    hours = grouped(waits, lambda wait: datetime.fromtimestamp(wait.at_ns // SECOND, zone).hour)
    return [(hour, wait_figures(hours[hour], target_s)) for hour in sorted(hours)]
