"""Write rate and query medians of both stores, over four months of a busy tent.

Run: ``python benchmarks/store.py``. InfluxDB is measured where an influxd is at hand.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hall.measures import AnyMeasure, EventMeasure, OccupancyMeasure, VoteMeasure, WaitMeasure
from hall.store.interface import Every, Span, Store
from hall.store.open import StoreConfig, open_store
from simulation.influxd import Influxd, InfluxdError, find_influxd

SECOND = 10**9
DAY = 24 * 3600 * SECOND
START = round(datetime(2026, 6, 1, tzinfo=ZoneInfo("Europe/Paris")).timestamp()) * SECOND
DAYS = 120
PER_DAY = 300
BATCH = 2_000
REPEATS = 7
SERVICES = ["information", "dossier", "en-ligne", "multiservices", "conciergerie", "etat-civil", "familles"]

BY_DAY = Every(minutes=0, timezone="Europe/Paris")
BY_QUARTER = Every(minutes=15, timezone="Europe/Paris")
ONE_DAY = Span(START + 60 * DAY, START + 61 * DAY)
ALL_DAYS = Span(START, START + DAYS * DAY)


class Question(NamedTuple):
    """What is asked, and how."""

    name: str
    ask: Callable[[Store], object]


QUESTIONS = [
    Question(
        "waits, a day by quarter-hour", lambda s: s.waits(ONE_DAY, BY_QUARTER, target_s=1200, by_service=True)
    ),
    Question("waits, 120 days by day", lambda s: s.waits(ALL_DAYS, BY_DAY, target_s=1200, by_service=True)),
    Question("tickets, 120 days by day", lambda s: s.tickets(ALL_DAYS, BY_DAY)),
    Question("occupancy, a day by quarter-hour", lambda s: s.occupancy(ONE_DAY, BY_QUARTER)),
    Question("occupancy, 120 days by day", lambda s: s.occupancy(ALL_DAYS, BY_DAY)),
    Question("votes, 120 days by day", lambda s: s.votes(ALL_DAYS, BY_DAY, "dix-neuf")),
    Question("stored, 120 days", lambda s: s.stored(ALL_DAYS)),
]


def a_day(number: int, chance: random.Random) -> list[AnyMeasure]:
    """What the hall measures in a day: a visit is an event, a wait, a passage and a vote."""
    measures: list[AnyMeasure] = []
    for visit in range(PER_DAY):
        at_ns = START + number * DAY + round(chance.triangular(8.5, 17, 11) * 3600 * SECOND)
        wait_s = chance.expovariate(1 / 600)
        measures += [
            EventMeasure(
                node="kiosk-1", at_ns=at_ns, type="ticket.drawn", run="a1", seq=visit, undated=False
            ),
            WaitMeasure(
                node="kiosk-1",
                at_ns=at_ns,
                service=chance.choice(SERVICES),
                visit=f"kiosk-1/a1/{visit}",
                outcome="served" if visit % 10 else "left",
                desk="information-1",
                wait_s=wait_s,
                walk_s=30.0,
                service_s=420.0,
                stay_s=wait_s + 450,
                promised_median_s=500.0,
                promised_p90_s=None,
            ),
            OccupancyMeasure(node="door-1", at_ns=at_ns, inside=visit % 60, uncertainty=2, entered=1, left=0),
            VoteMeasure(
                node="barometer-1",
                at_ns=at_ns,
                barometer="dix-neuf",
                question="accueil",
                answer=chance.choice(["ravi", "content", "bof", "decu"]),
                too_fast=False,
            ),
        ]
    return measures


def measure(store: Store, measures: list[AnyMeasure]) -> None:
    """Print one store's figures."""
    begin = time.perf_counter()
    for start in range(0, len(measures), BATCH):
        store.write(measures[start : start + BATCH])
    rate = len(measures) / (time.perf_counter() - begin)
    print(f"\n{store.name}: {len(measures):,} points written at {rate:,.0f} a second in batches of {BATCH:,}")
    for question in QUESTIONS:
        durations = []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            question.ask(store)
            durations.append(time.perf_counter() - begin)
        print(f"  {question.name:<34} {statistics.median(durations) * 1000:7.1f} ms")
    store.close()


def main() -> None:
    """Measure both stores on the same points."""
    chance = random.Random(19)  # noqa: S311 - invented visitors
    measures = [measure for number in range(DAYS) for measure in a_day(number, chance)]
    with tempfile.TemporaryDirectory() as folder:
        measure(open_store(StoreConfig(kind="embedded", path=Path(folder) / "measures.sqlite")), measures)
        try:
            program = find_influxd(only_what_is_there=True)
        except InfluxdError as reason:
            print(f"\nInfluxDB: not measured: {reason}")
            return
        with Influxd(program, Path(folder) / "influxd") as influxd:
            measure(open_store(influxd.bucket("benchmark")), measures)


if __name__ == "__main__":
    main()
