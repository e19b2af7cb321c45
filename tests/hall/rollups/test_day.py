"""A day's rollups, counted by hand, and held against what the store answers of the same points."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.clock import SECOND, local_day
from hall.measures import OccupancyMeasure, VoteMeasure, WaitMeasure
from hall.rollups.day import DayPoints, rollups_of
from hall.rollups.kinds import (
    DeviceDay,
    OccupancyHalfHour,
    PresenceDay,
    PresenceHour,
    VoteDay,
    VoteHour,
    WaitDay,
    WaitHour,
)
from hall.store.embedded import EmbeddedStore
from hall.store.interface import Every, Span
from hall.store.states import DeviceChange, PresenceChange

PARIS = ZoneInfo("Europe/Paris")
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = local_day(round(datetime(2027, 6, 15, 12, tzinfo=PARIS).timestamp()) * SECOND, PARIS)
SPAN = Span(DAY.start_ns, DAY.end_ns)
NINE = DAY.start_ns + 9 * HOUR


def wait(at_ns: int, wait_s: float | None, outcome: str = "served", **changes: Any) -> WaitMeasure:
    values = {
        "node": "kiosk",
        "at_ns": at_ns,
        "service": "info",
        "visit": "v",
        "outcome": outcome,
        "desk": "one",
        "wait_s": wait_s,
        "walk_s": None,
        "service_s": None,
        "stay_s": None,
        "promised_median_s": None,
        "promised_p90_s": None,
    }
    return msgspec.convert(values | changes, WaitMeasure)


def rolled(kind: type, span: Span = SPAN, **points: Any) -> list[Any]:
    nothing = DayPoints([], [], [], [], [])
    return [one for one in rollups_of(span, nothing._replace(**points)) if type(one) is kind]


def inside(at_ns: int, people: int, entered: int = 0, left: int = 0) -> OccupancyMeasure:
    return OccupancyMeasure(
        node="door", at_ns=at_ns, inside=people, uncertainty=people // 10, entered=entered, left=left
    )


def test_a_day_says_how_its_waits_ended_by_service_and_all_together():
    waits = [
        wait(NINE, 100.0),
        wait(NINE + 1, 300.0, "called"),
        wait(NINE + HOUR, 500.0, "no_show", service="families"),
        wait(NINE + HOUR, 700.0, "left"),
        wait(NINE + 2, None, "waiting"),
        wait(NINE + 3, 50.0, "undone"),
    ]
    days = {one.service: one for one in rolled(WaitDay, waits=waits)}
    hours = {(one.at_ns, one.service): one for one in rolled(WaitHour, waits=waits)}
    assert days.keys() == {"", "info", "families"}
    together = days[""]
    assert (together.drawn, together.served, together.left, together.no_show, together.called) == (
        5,
        1,
        1,
        1,
        3,
    )
    assert (together.median_s, together.p90_s, together.waits) == (300.0, 500.0, "[9,1,29,1,49,1]")
    assert (days["info"].called, days["info"].median_s) == (2, 200.0)
    assert hours.keys() == {
        (NINE, ""),
        (NINE, "info"),
        (NINE + HOUR, ""),
        (NINE + HOUR, "info"),
        (NINE + HOUR, "families"),
    }
    assert (hours[NINE + HOUR, ""].drawn, hours[NINE, ""].drawn) == (2, 3)


def test_a_promise_is_scored_when_its_wait_ends_and_censored_when_the_visitor_left():
    promise = {"promised_median_s": 300.0, "promised_p90_s": 600.0}
    (day, _) = rolled(
        WaitDay,
        waits=[
            wait(NINE, 400.0, **promise),  # held
            wait(NINE + 1, 700.0, **promise),  # did not
            wait(NINE + 2, 60.0, **promise),  # called at once: held, and flatters nothing
            wait(NINE + 3, 500.0, "left", **promise),  # nobody knows
            wait(NINE + 4, 900.0, "left", **promise),  # had not held when he left
            wait(NINE + 5, 100.0),  # none was announced
            wait(NINE + 6, 5000.0, scored=False, **promise),  # an agent decided, not the queue
            wait(NINE + 7, None, "waiting", **promise),  # not over
        ],
    )
    assert (day.promised, day.waited, day.covered, day.censored, day.censored_beyond) == (3, 2, 1, 2, 1)
    assert day.error_s == (300 - 400) + (300 - 700) + (300 - 60)
    assert day.pinball50_s == 0.5 * (100 + 400 + 240)
    assert abs(day.pinball90_s - (0.1 * 200 + 0.9 * 100 + 0.1 * 540)) < 1e-9


def test_people_inside_are_averaged_over_time_not_over_passages():
    counts = [
        inside(NINE, 10, entered=1),
        inside(NINE + 20 * MINUTE, 40, entered=1),
        inside(NINE + 45 * MINUTE, 0, left=1),
    ]
    first, second, *rest = rolled(OccupancyHalfHour, occupancy=counts)
    assert (first.at_ns, first.mean, first.maximum, first.entered, first.known_s) == (
        NINE,
        20.0,
        40,
        2,
        1800.0,
    )
    assert (second.mean, second.maximum, second.left, second.uncertainty) == (20.0, 40, 1, 4)
    assert {half.mean for half in rest} == {0.0}


def test_a_count_that_nothing_follows_says_nothing_after_three_hours():
    halves = rolled(OccupancyHalfHour, occupancy=[inside(NINE + 10 * MINUTE, 5)])
    assert sum(half.known_s for half in halves) == 3 * 3600
    assert max(half.at_ns for half in halves) == NINE + 3 * HOUR


def test_what_has_passed_of_today_is_summed_up_to_now():
    so_far = Span(SPAN.start_ns, NINE + HOUR)
    (day,) = rolled(PresenceDay, so_far, presence=[PresenceChange("seat", "s", NINE, True)])
    device, together = rolled(
        DeviceDay, so_far, devices=[DeviceChange("kiosk", "printer", NINE, "failed", "")]
    )
    assert (together.node, together.device, together.failed_s) == ("hall", "", 3600.0)
    assert (day.times, day.taken_s, device.failed_s, device.known_s) == (1, 3600.0, 3600.0, 3600.0)


def test_a_seat_kept_over_the_hour_is_used_in_both_hours_and_taken_once():
    taken = [
        PresenceChange("seat", "s", NINE + 50 * MINUTE, True),
        PresenceChange("seat", "s", NINE + 70 * MINUTE, False),
    ]
    hours = rolled(PresenceHour, presence=taken)
    assert [(one.at_ns, one.times, one.taken_s) for one in hours] == [
        (NINE, 1, 600.0),
        (NINE + HOUR, 0, 600.0),
    ]
    (day,) = rolled(PresenceDay, presence=taken)
    assert (day.times, day.taken_s) == (1, 1200.0)


def test_a_device_begins_the_day_in_the_state_in_which_it_ended_the_last():
    changes = [
        DeviceChange("kiosk", "printer", SPAN.start_ns - HOUR, "failed", "no paper"),
        DeviceChange("kiosk", "printer", NINE, "ok", ""),
        DeviceChange("panel", "led", NINE, "ok", ""),
    ]
    together, led, printer = sorted(rolled(DeviceDay, devices=changes), key=lambda one: one.device)
    assert (together.failed_s, together.known_s, together.failed_devices) == (9 * 3600, 39 * 3600, 1)
    assert (printer.failed_s, printer.known_s, printer.state, printer.changes) == (
        9 * 3600,
        24 * 3600,
        "ok",
        1,
    )
    assert (led.failed_s, led.known_s) == (0, 15 * 3600)


def test_votes_pressed_too_fast_stay_apart():
    def vote(at_ns: int, too_fast: bool = False) -> VoteMeasure:
        return VoteMeasure(
            node="barometer", at_ns=at_ns, barometer="b", question="q", answer="a", too_fast=too_fast
        )

    votes = [vote(NINE), vote(NINE + 1, too_fast=True), vote(NINE + HOUR)]
    (day,) = rolled(VoteDay, votes=votes)
    assert (day.votes, day.too_fast) == (2, 1)
    assert [(one.votes, one.too_fast) for one in rolled(VoteHour, votes=votes)] == [(1, 1), (1, 0)]


waits = st.builds(
    WaitMeasure,
    node=st.sampled_from(["kiosk-a", "kiosk-b"]),
    at_ns=st.integers(SPAN.start_ns, SPAN.end_ns - 1),
    service=st.sampled_from(["info", "families"]),
    visit=st.just("v"),
    desk=st.just("one"),
    **dict.fromkeys(
        ["wait_s", "walk_s", "service_s", "stay_s", "promised_median_s", "promised_p90_s"],
        st.one_of(st.none(), st.sampled_from([0.0, 1200.0]), st.floats(0, 10_000)),
    ),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=st.lists(waits, max_size=40, unique_by=lambda one: (one.node, one.at_ns, one.service)))
def test_a_day_says_of_its_waits_what_the_store_says_of_the_points(tmp_path: Path, some: list[WaitMeasure]):
    path = tmp_path / "store.sqlite"
    path.unlink(missing_ok=True)
    store = EmbeddedStore(path)
    store.write(some)
    answered = store.waits(SPAN, Every(0, "Europe/Paris"), target_s=1200, by_service=True)
    tickets = store.tickets(SPAN, Every(0, "Europe/Paris"))
    store.close()
    days = [one for one in rolled(WaitDay, waits=some) if one.service and one.drawn]
    assert {
        (one.service, one.called, one.median_s, one.p90_s, one.left, one.no_show)
        for one in days
        if one.called or one.left or one.no_show
    } == {(row.service, row.count, row.median_s, row.p90_s, row.left, row.no_show) for row in answered}
    assert {(one.service, one.drawn, one.served) for one in days} == {
        (row.service, row.drawn, row.served) for row in tickets
    }
