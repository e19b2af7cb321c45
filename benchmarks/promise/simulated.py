"""Months of simulated visits: each day by the same node, recorder and hall code as ``make run``'s past."""

from __future__ import annotations

import os
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from hall.measures import WaitMeasure
from hall.opening import Calendar
from hall.promises.visits import PastVisit
from simulation import history
from simulation.kept_days import KeptDays

FIRST = date(2026, 6, 1)


def visits(site: compiled.Site, days: int) -> list[PastVisit]:
    """The waits of so many open days, kept for the next time."""
    kept = KeptDays(_folder(), site)
    wanted = _open_days(site, days)
    with tempfile.TemporaryDirectory(prefix="pre-") as folder:
        for day in history.make(site, [day for day in wanted if not kept.has(day)], kept, Path(folder)):
            print(f"  {day}", flush=True)
    zone = ZoneInfo(site.timezone)
    found = [visit for day in wanted for visit in _of_a_day(kept, day, zone)]
    return sorted(found, key=lambda visit: (visit.day, visit.arrival_s))


def _open_days(site: compiled.Site, count: int) -> list[date]:
    calendar = Calendar(site)
    days = (FIRST + timedelta(days=more) for more in range(4 * count))
    return [day for day in days if calendar.openings(day)][:count]


def _of_a_day(kept: KeptDays, day: date, zone: ZoneInfo) -> list[PastVisit]:
    midnight_s = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    latest = {
        (measure.service, measure.node, measure.at_ns): measure
        for measure in kept.measures(day)
        if isinstance(measure, WaitMeasure)
    }
    return [
        _visit(measure, day, measure.at_ns / SECOND - midnight_s)
        for measure in latest.values()
        if measure.wait_s is not None and measure.outcome != "undone"
    ]


def _visit(measure: WaitMeasure, day: date, arrival_s: float) -> PastVisit:
    over_s = arrival_s + (measure.wait_s or 0.0)
    left = measure.outcome == "left"
    served_s = (measure.walk_s or 0.0) + (measure.service_s or 0.0)
    end_s = over_s if left else over_s + served_s if measure.service_s is not None else None
    return PastVisit(measure.service, day.isoformat(), arrival_s, None if left else over_s, end_s, None, None)


def _folder() -> Path:
    folder = Path(os.environ.get("KEPT") or tempfile.gettempdir()) / "preaccueil-promise-days"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
