"""The made-up past: the open days before the live one, by the same node, recorder and hall code.

What a day gives the store is kept and given to the store again in later runs; a day that is kept is not
made again. Started by the site runner with a JSON order; reports after each day.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import msgspec
import simpy

from broker.clock import SECOND, local_day
from broker.contract import compiled
from hall.measures import AnyMeasure, EventMeasure
from hall.opening import Calendar
from hall.rollups import rolling
from hall.rollups.kinds import AnyPoint
from hall.store.interface import Store, StoreUnavailableError, Written
from hall.store.open import open_store, read_config
from simulation.days import SimulatedSite
from simulation.kept_days import KeptDays
from simulation.past import PastSite
from simulation.reports import HistoryReport, tell

log = logging.getLogger(__name__)

SPEED = 10
"""Civil seconds a machine second: as the live day runs, so that gestures weigh the same."""

BATCH = 5_000
PATIENCE_S = 60.0
"""How long an unavailable store is tried again."""

WAKES_BEFORE_OPENING_S = 600.0
SEED = 19


class HistoryOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the runner wants: those days in that store."""

    site: str
    store_config: str
    kept: str
    days: list[date]


class _Collecting:
    """Stands where the store stands, and keeps what it is given."""

    def __init__(self) -> None:
        self.measures: list[AnyMeasure] = []

    def write(self, measures: Sequence[AnyMeasure]) -> Written:
        """See Store."""
        self.measures += measures
        return Written(len(measures), 0, [])

    def take(self) -> list[AnyMeasure]:
        """What was given since the last call."""
        taken, self.measures = self.measures, []
        return taken

    def close(self) -> None:
        """See Store."""


def make(site: compiled.Site, days: Sequence[date], kept: KeptDays, folder: Path) -> Iterable[date]:
    """Make days one after the other, each kept as it ends; yields each day that is kept.

    The site lives through all of them: what it learned one day it knows the next.
    """
    if not days:
        return
    calendar, collecting = Calendar(site), _Collecting()
    first = calendar.openings(days[0])[0]
    environment = simpy.Environment(initial_time=first.opens_ns / SECOND - WAKES_BEFORE_OPENING_S)
    # Nothing asks a question of it: writing is all that a feed does here.
    past = PastSite(site, environment, SPEED, folder, cast("Store", collecting))
    for day in days:
        # A day's chance is its own: the same day comes whichever days were made before it.
        chance = random.Random(f"{SEED} {site.id} {day.isoformat()}")
        people = SimulatedSite(environment, past.tent, site, chance, SPEED)
        for opening in calendar.openings(day):
            past.sleep_until(opening.opens_ns / SECOND - WAKES_BEFORE_OPENING_S)
            past.run_until(environment.process(people.day(opening)))
        past.sleep_until(_midnight_after(site, day))
        past.feed()
        kept.keep(day, collecting.take())
        yield day
    past.close()


def run(order: HistoryOrder) -> None:
    """Fill the store with the past, made or kept."""
    site = compiled.read(Path(order.site))
    kept = KeptDays(Path(order.kept), site)
    store = open_store(read_config(Path(order.store_config)))
    done = events = 0

    def give(day: date) -> None:
        nonlocal done, events
        measures = list(kept.measures(day))
        _write(store, measures)
        _sum_up(store, site, day)
        done += 1
        events += sum(isinstance(measure, EventMeasure) for measure in measures)
        tell(HistoryReport(days_done=done, days=len(order.days), events=events))

    tell(HistoryReport(days_done=0, days=len(order.days), events=0))
    missing = [day for day in order.days if not kept.has(day)]
    for day in order.days:
        if day not in missing:
            give(day)
    with tempfile.TemporaryDirectory(dir=order.kept) as folder:
        for day in make(site, missing, kept, Path(folder)):
            give(day)
    store.close()


def _sum_up(store: Store, site: compiled.Site, day: date) -> None:
    """The day's rollups, and again those of a later day that was made from other ones."""
    ends_ns = round(_midnight_after(site, day)) * SECOND
    again: int | None = ends_ns - 1
    while again is not None:
        plan = rolling.plan(store, local_day(again, ZoneInfo(site.timezone)), 2**62)
        _write(store, plan.rollups)
        again = plan.follows_ns


def _write(store: Store, measures: Sequence[AnyPoint]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    for start in range(0, len(measures), BATCH):
        while True:
            try:
                store.write(measures[start : start + BATCH])
                break
            except StoreUnavailableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1.0)


def _midnight_after(site: compiled.Site, day: date) -> float:
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(site.timezone))
    return midnight.timestamp()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    os.nice(10)  # the live day comes first
    run(msgspec.json.decode(sys.argv[1], type=HistoryOrder))
