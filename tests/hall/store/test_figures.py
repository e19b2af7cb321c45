"""Figures over days to months, from rollups, the same on both stores."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from broker.clock import local_day
from hall.measures import (
    CountCheckMeasure,
    DeviceMeasure,
    FlowMeasure,
    OccupancyMeasure,
    PresenceMeasure,
    VoteMeasure,
    WaitMeasure,
)
from hall.rollups import rolling
from hall.store.figures import Figures
from hall.store.interface import Span, Store
from hall.store.totals import Waits
from tests.hall.store.test_conformance import HOUR, MINUTE, PARIS, device, inside, paris, seat, vote, wait

ZONE = ZoneInfo(PARIS)
MONDAY, TUESDAY = paris("2026-06-15 00:00"), paris("2026-06-16 00:00")
TEN = MONDAY + 10 * HOUR
TWO_DAYS = Span(MONDAY, TUESDAY + 24 * HOUR)
PROMISE = {"promised_median_s": 300.0, "promised_p90_s": 600.0}


@pytest.fixture
def figures(store: Store) -> Figures:
    points: list[WaitMeasure | VoteMeasure | OccupancyMeasure | PresenceMeasure | DeviceMeasure] = [
        wait(TEN, 100.0, **PROMISE),
        wait(TEN + 1, 1300.0, **PROMISE),
        wait(TEN + HOUR, 700.0, outcome="left", **PROMISE),
        wait(TEN + 24 * HOUR, 500.0, service="etat-civil", **PROMISE),
        wait(TEN + 25 * HOUR, 300.0, **PROMISE),
        vote(TEN),
        vote(TEN + 24 * HOUR, too_fast=True),
        inside(TEN, 10),
        inside(TEN + 30 * MINUTE, 0, entered=0, left=1),
        inside(TEN + 24 * HOUR, 30),
        inside(TEN + 24 * HOUR + 30 * MINUTE, 0, entered=0, left=1),
        seat(TEN, taken=True),
        seat(TEN + 15 * MINUTE, taken=False),
        device(MONDAY + 12 * HOUR, "failed"),
        device(MONDAY + 18 * HOUR, "ok"),
    ]
    store.write(points)
    for start_ns in (MONDAY, TUESDAY):
        store.write(rolling.plan(store, local_day(start_ns, ZONE), 2**62).rollups)
    return Figures(store, TWO_DAYS, ZONE, target_s=1200)


def row_of(rows: list[Waits]) -> Waits:
    (row,) = rows
    return row


def test_a_day_and_service_is_exact_and_a_span_is_within_five_seconds(figures: Figures) -> None:
    monday, tuesday = figures.waits("day")
    assert (monday.bucket, monday.called, monday.median_s, monday.p90_s) == (MONDAY, 2, 700.0, 1300.0)
    assert (tuesday.bucket, tuesday.median_s) == (TUESDAY, 400.0)
    whole = row_of(figures.waits("whole"))
    assert (whole.drawn, whole.called, whole.left, whole.within) == (5, 4, 1, 3)
    assert whole.median_s == pytest.approx(400, abs=5)
    assert whole.p90_s == pytest.approx(1300, abs=5)


def test_who_left_was_not_served_within_the_target(figures: Figures) -> None:
    whole = row_of(figures.waits("whole"))
    assert (whole.share_within, whole.share_left) == (3 / 5, 1 / 5)


def test_services_are_told_apart_or_taken_together_as_asked(figures: Figures) -> None:
    by_service = figures.waits_by_service("whole")
    assert [(row.service, row.drawn) for row in by_service] == [("etat-civil", 1), ("familles", 4)]
    assert row_of(figures.waits("whole", ["familles"])).drawn == 4
    assert row_of(figures.waits("whole", ["familles", "etat-civil"])).drawn == 5
    assert [row.service for row in figures.waits_by_service("day", ["etat-civil"])] == ["etat-civil"]
    assert figures.waits("whole", ["nothing"]) == []


def test_hours_of_all_days_come_together(figures: Figures) -> None:
    assert [(row.bucket, row.drawn) for row in figures.waits("hour_of_day")] == [(10, 3), (11, 2)]
    assert [row.bucket for row in figures.waits("hour")] == [
        TEN,
        TEN + HOUR,
        TEN + 24 * HOUR,
        TEN + 25 * HOUR,
    ]
    assert [(row.bucket, row.drawn) for row in figures.waits("hour_of_week")] == [
        (10, 2),
        (11, 1),
        (34, 1),
        (35, 1),
    ]


def test_promises_are_scored_over_the_span(figures: Figures) -> None:
    whole = row_of(figures.waits("whole"))
    assert (whole.promised, whole.waited, whole.covered, whole.coverage) == (4, 3, 2, 2 / 3)
    assert (whole.censored, whole.censored_beyond) == (1, 1)
    assert whole.error_s == (200 - 1000 - 200 + 0) / 4


def test_people_are_averaged_over_the_known_time_of_each_hour(figures: Figures) -> None:
    ten = next(row for row in figures.people("hour_of_day") if row.bucket == 10)
    assert (ten.mean, ten.maximum, ten.entered, ten.left) == (10.0, 30, 2, 2)
    assert [row.bucket for row in figures.people("hour_of_week") if row.mean] == [10, 34]


def test_votes_seats_and_devices_add_up(figures: Figures) -> None:
    (votes,) = figures.votes("whole")
    assert (votes.votes, votes.too_fast) == (1, 1)
    (use,) = figures.use("hour_of_day")
    assert (use.bucket, use.times, use.taken_s) == (10, 1, 900.0)
    (uptime,) = figures.uptime("whole")
    assert (uptime.failed_s, uptime.known_s, uptime.share) == (6 * 3600, 36 * 3600, 1 - 6 / 36)


def test_ways_add_up_over_hours_and_days_and_a_negative_half_hour_with_them(store: Store) -> None:
    def flow(at_ns: int, way: str, people: int) -> FlowMeasure:
        return FlowMeasure(node="hall", at_ns=at_ns, way=way, people=people, span_s=1800.0)  # type: ignore[arg-type]  # a literal

    store.write(
        [
            flow(TEN, "kiosk", 3),
            flow(TEN, "none", -2),
            flow(TEN + 30 * MINUTE, "kiosk", 1),
            flow(TEN + 30 * MINUTE, "none", 5),
            flow(TEN + 24 * HOUR, "kiosk", 4),
        ]
    )
    figures = Figures(store, TWO_DAYS, ZONE, target_s=1200)
    assert figures.ways("whole") == [(0, "kiosk", 8), (0, "none", 3)]
    assert figures.ways("hour_of_day") == [(10, "kiosk", 8), (10, "none", 3)]
    assert figures.ways("day") == [(MONDAY, "kiosk", 4), (MONDAY, "none", 3), (TUESDAY, "kiosk", 4)]


def test_each_recount_and_each_nights_end_stands_by_itself(store: Store) -> None:
    def check(at_ns: int, kind: str, counted: int, people: int) -> CountCheckMeasure:
        return CountCheckMeasure(
            node="hall",
            at_ns=at_ns,
            kind=kind,  # type: ignore[arg-type]  # a literal
            counted=counted,
            people=people,
            uncertainty=2,
            passages=30,
        )

    store.write(
        [check(TEN, "recount", 12, 10), check(TUESDAY, "closing", 3, 0), check(MONDAY - 1, "recount", 1, 1)]
    )
    found = Figures(store, TWO_DAYS, ZONE, target_s=1200).checks()
    assert [(one.kind, one.counted - one.people) for one in found] == [("recount", 2), ("closing", 3)]


def test_the_hour_that_comes_twice_in_autumn_is_two_hours_and_one_hour_of_day(store: Store) -> None:
    start = paris("2026-10-25 00:00")
    store.write([vote(start + 2 * HOUR + MINUTE), vote(start + 3 * HOUR + MINUTE)])
    store.write(rolling.plan(store, local_day(start, ZONE), 2**62).rollups)
    figures = Figures(store, Span(start, start + 25 * HOUR), ZONE, target_s=1200)
    assert [row.bucket for row in figures.votes("hour")] == [start + 2 * HOUR, start + 3 * HOUR]
    assert [(row.bucket, row.votes) for row in figures.votes("hour_of_day")] == [(2, 2)]
