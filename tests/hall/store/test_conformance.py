"""What any store does: every test here runs on SQLite and on a real InfluxDB and expects the same answers."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hall.measures import (
    DeviceMeasure,
    EventMeasure,
    OccupancyMeasure,
    PaperMeasure,
    PresenceMeasure,
    VoteMeasure,
    WaitMeasure,
)
from hall.recent import WaitBand
from hall.rollups.kinds import DeviceDay, WaitDay, WaitHour
from hall.store.interface import (
    DeviceRow,
    EventRow,
    Every,
    OccupancyRow,
    PaperRow,
    PresenceRow,
    Span,
    Store,
    StoredRow,
    SumRow,
    TicketRow,
    TypeRow,
    VoteRow,
    WaitRow,
)

SECOND = 10**9
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
PARIS = "Europe/Paris"
DAYS = Every(minutes=0, timezone=PARIS)
QUARTERS = Every(minutes=15, timezone=PARIS)


def paris(text: str) -> int:
    """Nanoseconds of a local time, ``2026-06-15 10:00``."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(PARIS)).timestamp()) * SECOND


TEN = paris("2026-06-15 10:00")
MORNING = Span(TEN, TEN + 2 * HOUR)
JUNE = Span(paris("2026-06-01 00:00"), paris("2026-07-01 00:00"))


def wait(at_ns: int, wait_s: float | None = 300.0, **changes: Any) -> WaitMeasure:
    measure = WaitMeasure(
        node="kiosk-1",
        at_ns=at_ns,
        service="familles",
        visit="kiosk-1/a1/7",
        outcome="served",
        desk="familles-1",
        wait_s=wait_s,
        walk_s=40.0,
        service_s=480.0,
        stay_s=820.0,
        promised_median_s=280.0,
        promised_p90_s=600.0,
    )
    return msgspec.structs.replace(measure, **changes)


def vote(at_ns: int, answer: str = "content", **changes: Any) -> VoteMeasure:
    measure = VoteMeasure(
        node="barometer-1",
        at_ns=at_ns,
        barometer="dix-neuf",
        question="accueil",
        answer=answer,
        too_fast=False,
    )
    return msgspec.structs.replace(measure, **changes)


def paper(at_ns: int, answer: str = "content", **changes: Any) -> PaperMeasure:
    measure = PaperMeasure(
        node="dashboard",
        at_ns=at_ns,
        barometer="dix-neuf",
        question="accueil",
        answer=answer,
        sheet=f"sheet-{at_ns}",
        by="zoe",
        withdrawn=False,
    )
    return msgspec.structs.replace(measure, **changes)


def inside(at_ns: int, people: int, entered: int = 1, left: int = 0) -> OccupancyMeasure:
    return OccupancyMeasure(
        node="door-1", at_ns=at_ns, inside=people, uncertainty=2, entered=entered, left=left
    )


def seat(at_ns: int, taken: bool, subject: str = "seat-1") -> PresenceMeasure:
    return PresenceMeasure(node="counter-1", at_ns=at_ns, kind="seat", subject=subject, taken=taken)


def device(at_ns: int, state: str, detail: str = "") -> DeviceMeasure:
    return msgspec.convert(
        {"node": "kiosk-1", "at_ns": at_ns, "device": "printer", "state": state, "detail": detail},
        DeviceMeasure,
    )


def event(at_ns: int, node: str = "kiosk-1", seq: int = 1) -> EventMeasure:
    return EventMeasure(node=node, at_ns=at_ns, type="ticket.drawn", run="a1", seq=seq, undated=False)


def waits(store: Store, span: Span = MORNING, every: Every = QUARTERS, target_s: int = 1200) -> list[WaitRow]:
    return store.waits(span, every, target_s=target_s, by_service=True)


# Nothing -----------------------------------------------------------------------------------------


def test_a_store_that_holds_nothing_answers_nothing(store: Store) -> None:
    for every in (DAYS, QUARTERS):
        assert waits(store, every=every) == []
        assert store.tickets(MORNING, every) == []
        assert store.occupancy(MORNING, every) == []
        assert store.votes(MORNING, every, "dix-neuf") == []
        assert store.paper(MORNING, every, "dix-neuf") == []
    assert store.presence(MORNING) == []
    assert store.devices(MORNING) == []
    assert store.stored(MORNING) == []
    assert store.events(MORNING) == []
    assert store.stored_by_type(MORNING) == []


@pytest.mark.parametrize("span", [Span(TEN, TEN), Span(TEN + HOUR, TEN)])
def test_a_span_without_length_holds_nothing(store: Store, span: Span) -> None:
    store.write(
        [wait(TEN), vote(TEN), inside(TEN, 1), seat(TEN, taken=True), device(TEN, "ok"), event(TEN)],
    )
    assert waits(store, span) == []
    assert store.tickets(span, DAYS) == []
    assert store.occupancy(span, QUARTERS) == []
    assert store.votes(span, QUARTERS, "dix-neuf") == []
    assert store.paper(span, QUARTERS, "dix-neuf") == []
    assert store.presence(span) == []
    assert store.devices(span) == []
    assert store.stored(span) == []
    assert store.events(span) == []
    assert store.stored_by_type(span) == []


def test_writing_nothing_writes_nothing(store: Store) -> None:
    assert store.write([]) == (0, 0, [])


def test_a_span_holds_its_first_nanosecond_and_not_its_end(store: Store) -> None:
    store.write([event(TEN - 1), event(TEN), event(TEN + HOUR - 1), event(TEN + HOUR)])
    assert store.stored(Span(TEN, TEN + HOUR)) == [StoredRow("kiosk-1", 2)]


# Waits -------------------------------------------------------------------------------------------


def test_waits_are_counted_by_quarter_and_service_in_order(store: Store) -> None:
    store.write(
        [
            wait(TEN + 20 * MINUTE, 900.0),
            wait(TEN + 1 * MINUTE, 100.0),
            wait(TEN + 2 * MINUTE, 1300.0),
            wait(TEN + 3 * MINUTE, 60.0, service="etat-civil"),
        ]
    )
    assert waits(store) == [
        WaitRow(TEN, "etat-civil", 1, 60.0, 60.0, 1, 0, 0),
        WaitRow(TEN, "familles", 2, 700.0, 1300.0, 1, 0, 0),
        WaitRow(TEN + 15 * MINUTE, "familles", 1, 900.0, 900.0, 1, 0, 0),
    ]


def test_waits_of_all_services_taken_together_have_no_service(store: Store) -> None:
    store.write([wait(TEN, 100.0), wait(TEN + 1, 200.0, service="etat-civil")])
    assert store.waits(MORNING, QUARTERS, target_s=150, by_service=False) == [
        WaitRow(TEN, "", 2, 150.0, 200.0, 1, 0, 0)
    ]


@pytest.mark.parametrize(
    ("seconds", "median", "p90"),
    [
        ([7.0], 7.0, 7.0),
        ([7.0, 9.0], 8.0, 9.0),
        ([9.0, 1.0, 5.0], 5.0, 9.0),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3.5, 5.0),
        ([float(n) for n in range(1, 12)], 6.0, 10.0),
        ([5.0] * 9 + [100.0], 5.0, 5.0),
        ([0.1, 0.2], 0.1 + (0.2 - 0.1) / 2, 0.2),
    ],
)
def test_the_median_is_between_the_middle_two_and_the_ninetieth_percentile_a_nearest_rank(
    store: Store, seconds: list[float], median: float, p90: float
) -> None:
    store.write([wait(TEN + n, value) for n, value in enumerate(seconds)])
    (row,) = waits(store)
    assert (row.count, row.median_s, row.p90_s) == (len(seconds), median, p90)


def test_a_wait_of_exactly_the_target_is_within_it(store: Store) -> None:
    store.write([wait(TEN, 1200.0), wait(TEN + 1, 1200.5)])
    assert waits(store)[0].within_target == 1


def test_a_wait_of_no_time_counts(store: Store) -> None:
    store.write([wait(TEN, 0.0)])
    assert waits(store) == [WaitRow(TEN, "familles", 1, 0.0, 0.0, 1, 0, 0)]


def test_who_left_or_did_not_come_is_counted_apart(store: Store) -> None:
    store.write(
        [
            wait(TEN + 1, 100.0, outcome="called"),
            wait(TEN + 2, 5000.0, outcome="left"),
            wait(TEN + 3, 300.0, outcome="no_show"),
            wait(TEN + 4, None, outcome="waiting"),
        ]
    )
    assert waits(store) == [WaitRow(TEN, "familles", 2, 200.0, 300.0, 2, 1, 1)]


def test_where_all_left_the_wait_is_unknown_not_zero(store: Store) -> None:
    store.write([wait(TEN, 5000.0, outcome="left")])
    assert waits(store) == [WaitRow(TEN, "familles", 0, None, None, 0, 1, 0)]


def test_those_who_still_wait_make_no_row_of_waits(store: Store) -> None:
    store.write([wait(TEN, None, outcome="waiting")])
    assert waits(store) == []
    assert store.tickets(MORNING, QUARTERS) == [TicketRow(TEN, "familles", 1, 0, 0, 0)]


def test_tickets_are_filed_where_their_wait_began_with_how_they_ended(store: Store) -> None:
    store.write(
        [
            wait(TEN + 1, outcome="served"),
            wait(TEN + 2, outcome="served"),
            wait(TEN + 3, outcome="left"),
            wait(TEN + 4, outcome="no_show"),
            wait(TEN + 5, None, outcome="waiting"),
            wait(TEN + 16 * MINUTE, outcome="served"),
            wait(TEN + 6, outcome="called", service="etat-civil"),
        ]
    )
    assert store.tickets(MORNING, QUARTERS) == [
        TicketRow(TEN, "etat-civil", 1, 0, 0, 0),
        TicketRow(TEN, "familles", 5, 2, 1, 1),
        TicketRow(TEN + 15 * MINUTE, "familles", 1, 1, 0, 0),
    ]


# Points as they were written ---------------------------------------------------------------------


def test_points_come_back_as_they_were_written_in_order(store: Store) -> None:
    later, first, without = wait(TEN + 2, 0.1), wait(TEN, outcome="left"), wait(TEN + 1, None, service="")
    store.write([later, first, without, vote(TEN), vote(TEN + 1, too_fast=True), seat(TEN, taken=True)])
    assert store.points(WaitMeasure, MORNING) == [first, without, later]
    assert store.points(VoteMeasure, MORNING) == [vote(TEN), vote(TEN + 1, too_fast=True)]
    assert store.points(PresenceMeasure, MORNING) == [seat(TEN, taken=True)]
    assert store.points(DeviceMeasure, MORNING) == []
    assert store.points(WaitMeasure, Span(TEN + 1, TEN + 2)) == [without]


def test_points_are_chosen_by_their_tags_the_empty_one_too(store: Store) -> None:
    together, one, other = wait(TEN, service=""), wait(TEN, service="a b\\"), wait(TEN, node="kiosk-2")
    store.write([together, one, other])
    assert store.points(WaitMeasure, MORNING, {"service": ""}) == [together]
    assert store.points(WaitMeasure, MORNING, {"service": "a b\\"}) == [one]
    assert store.points(WaitMeasure, MORNING, {"service": "familles", "node": "kiosk-2"}) == [other]


def test_a_rollup_comes_back_with_its_histogram_and_is_rewritten_whole(store: Store) -> None:
    day = WaitDay(
        node="hall",
        at_ns=TEN,
        service="",
        drawn=3,
        served=2,
        left=1,
        no_show=0,
        called=2,
        median_s=None,
        p90_s=600.5,
        waits="[12,1,60,1]",
        promised=2,
        waited=2,
        covered=1,
        error_s=-30.5,
        pinball50_s=1.0,
        pinball90_s=2.0,
        censored=1,
        censored_beyond=0,
    )
    store.write([day])
    assert store.points(WaitDay, JUNE) == [day]
    after = msgspec.structs.replace(day, p90_s=None, waits="[]")
    store.write([after])
    assert store.points(WaitDay, JUNE) == [after]
    assert store.points(WaitHour, JUNE) == []


def test_numbers_are_added_up_by_series_in_the_store(store: Store) -> None:
    store.write([inside(TEN, 4, entered=3), inside(TEN + 1, 5, entered=4), inside(TEN + HOUR, 9)])
    assert store.sums(OccupancyMeasure, Span(TEN, TEN + 2), ("entered", "left")) == [
        SumRow(("door-1",), (7, 0))
    ]
    assert store.sums(OccupancyMeasure, Span(TEN, TEN), ("entered",)) == []
    with pytest.raises(ValueError, match="wait_s"):  # where it is not known, it is no number
        store.sums(WaitMeasure, MORNING, ("wait_s",))


def test_series_are_added_up_apart_the_empty_tag_too(store: Store) -> None:
    days = [
        DeviceDay(node="n", at_ns=at_ns, device=name, state="ok", changes=changes, failed_s=0.5, known_s=60.0)
        for at_ns, name, changes in ((TEN, "", 1), (TEN, "a b\\", 2), (TEN + 24 * HOUR, "a b\\", 3))
    ]
    store.write(days)
    assert store.sums(DeviceDay, JUNE, ("changes", "failed_s")) == [
        SumRow(("", "n"), (1, 0.5)),
        SumRow(("a b\\", "n"), (5, 1.0)),
    ]


# Corrections -------------------------------------------------------------------------------------


def test_writing_the_same_again_changes_nothing(store: Store) -> None:
    measures = [wait(TEN + n, 60.0 * n) for n in range(5)]
    assert store.write(measures) == (5, 0, [])
    before = waits(store)
    assert store.write(measures) == (5, 0, [])
    assert waits(store) == before
    assert before[0].count == 5


def test_a_correction_rewrites_the_point(store: Store) -> None:
    store.write([wait(TEN, None, outcome="waiting")])
    store.write([wait(TEN, 240.0, outcome="called")])
    assert waits(store) == [WaitRow(TEN, "familles", 1, 240.0, 240.0, 1, 0, 0)]


def test_an_undone_call_makes_the_wait_unknown_again(store: Store) -> None:
    store.write([wait(TEN, 240.0, outcome="called"), wait(TEN + 1, 100.0)])
    store.write([wait(TEN, None, outcome="called")])
    assert waits(store) == [WaitRow(TEN, "familles", 1, 100.0, 100.0, 1, 0, 0)]


def test_of_two_values_of_one_point_in_one_write_the_later_stays(store: Store) -> None:
    store.write([wait(TEN, 1.0), wait(TEN, 2.0), wait(TEN, 3.0)])
    assert waits(store) == [WaitRow(TEN, "familles", 1, 3.0, 3.0, 1, 0, 0)]


def test_two_nodes_in_one_nanosecond_are_two_points(store: Store) -> None:
    store.write([wait(TEN, 100.0), wait(TEN, 200.0, node="kiosk-2")])
    assert waits(store)[0].count == 2


def test_a_late_point_is_counted_where_it_happened(store: Store) -> None:
    store.write([vote(TEN + HOUR)])
    store.write([vote(TEN)])
    assert [row.start_ns for row in store.votes(MORNING, QUARTERS, "dix-neuf")] == [TEN, TEN + HOUR]


# Buckets -----------------------------------------------------------------------------------------


def test_buckets_begin_where_the_span_begins(store: Store) -> None:
    begin = TEN + 7 * MINUTE + 3
    store.write([vote(begin), vote(begin + 15 * MINUTE - 1), vote(begin + 15 * MINUTE)])
    assert store.votes(Span(begin, begin + HOUR), QUARTERS, "dix-neuf") == [
        VoteRow(begin, "accueil", "content", 2, 0),
        VoteRow(begin + 15 * MINUTE, "accueil", "content", 1, 0),
    ]


def test_the_last_bucket_ends_with_the_span(store: Store) -> None:
    store.write([vote(TEN + 16 * MINUTE), vote(TEN + 21 * MINUTE)])
    (row,) = store.votes(Span(TEN, TEN + 20 * MINUTE), QUARTERS, "dix-neuf")
    assert row.votes == 1


@pytest.mark.parametrize(
    ("day", "following", "hours"),
    [
        ("2026-03-29", "2026-03-30", 23),
        ("2026-10-25", "2026-10-26", 25),
        ("2026-06-15", "2026-06-16", 24),
    ],
)
def test_a_local_day_is_whole_also_when_the_clocks_change(
    store: Store, day: str, following: str, hours: int
) -> None:
    begin, end = paris(f"{day} 00:00"), paris(f"{following} 00:00")
    assert end - begin == hours * HOUR
    store.write([vote(at_ns) for at_ns in (begin - 1, begin, begin + 150 * MINUTE, end - 1, end)])
    found = store.votes(Span(begin - 48 * HOUR, end + 48 * HOUR), DAYS, "dix-neuf")
    assert [(row.start_ns, row.votes) for row in found] == [
        (paris(f"{day} 00:00") - 24 * HOUR, 1),
        (begin, 3),
        (end, 1),
    ]


def test_a_days_bucket_begins_at_midnight_where_the_span_begins_later(store: Store) -> None:
    store.write([vote(TEN - 1), vote(TEN)])
    (row,) = store.votes(MORNING, DAYS, "dix-neuf")
    assert (row.start_ns, row.votes) == (paris("2026-06-15 00:00"), 1)


def test_four_months_have_a_row_for_each_day(store: Store) -> None:
    begin, end = paris("2026-06-01 00:00"), paris("2026-11-15 00:00")
    noons = list(range(begin + 12 * HOUR, end, 24 * HOUR))
    store.write([wait(at_ns + n, 60.0 * (n + 1)) for at_ns in noons for n in range(3)])
    rows = waits(store, Span(begin, end), DAYS)
    assert len(rows) == len(noons) == 167
    assert {(row.count, row.median_s, row.p90_s) for row in rows} == {(3, 120.0, 180.0)}
    starts = [datetime.fromtimestamp(row.start_ns / SECOND, ZoneInfo(PARIS)) for row in rows]
    assert all((start.hour, start.minute) == (0, 0) for start in starts)
    assert len({start.date() for start in starts}) == 167


def test_a_days_place_follows_its_timezone(store: Store) -> None:
    at_ns = int(datetime(2026, 6, 15, 3, 0, tzinfo=UTC).timestamp()) * SECOND
    store.write([vote(at_ns)])
    span = Span(at_ns - 48 * HOUR, at_ns + 48 * HOUR)
    (row,) = store.votes(span, Every(minutes=0, timezone="America/Cayenne"), "dix-neuf")
    assert datetime.fromtimestamp(row.start_ns / SECOND, UTC) == datetime(2026, 6, 15, 3, tzinfo=UTC)
    (row,) = store.votes(span, Every(minutes=0, timezone="America/New_York"), "dix-neuf")
    assert datetime.fromtimestamp(row.start_ns / SECOND, UTC) == datetime(2026, 6, 14, 4, tzinfo=UTC)


# The other questions -------------------------------------------------------------------------------


def test_people_inside_are_averaged_over_the_points_and_passages_summed(store: Store) -> None:
    store.write(
        [
            inside(TEN + 1, 4),
            inside(TEN + 2, 5),
            inside(TEN + 3, 4, entered=0, left=1),
            inside(TEN + 4, 8, entered=0),
            inside(TEN + 40 * MINUTE, 0, entered=0, left=1),
        ]
    )
    assert store.occupancy(MORNING, QUARTERS) == [
        OccupancyRow(TEN, 5.25, 8, 2, 1),
        OccupancyRow(TEN + 30 * MINUTE, 0.0, 0, 0, 1),
    ]


def test_votes_pressed_too_fast_are_counted_apart(store: Store) -> None:
    store.write([vote(TEN), vote(TEN + 1, too_fast=True), vote(TEN + 2, "decu", too_fast=True)])
    assert store.votes(MORNING, QUARTERS, "dix-neuf") == [
        VoteRow(TEN, "accueil", "content", 1, 1),
        VoteRow(TEN, "accueil", "decu", 0, 1),
    ]


def test_votes_are_told_by_the_halls_waits_at_their_time(store: Store) -> None:
    waits_s = (0.0, 599.9, 600.0, 1200.0, 5000.0, None)
    store.write([vote(TEN + place, wait_s=wait_s) for place, wait_s in enumerate(waits_s)])
    counted = [
        sum(row.votes for row in store.votes(MORNING, DAYS, "dix-neuf", band))
        for band in (WaitBand(0, 600), WaitBand(600, 1200), WaitBand(1200, None), None)
    ]
    assert counted == [2, 1, 2, 6]


def test_answers_on_paper_are_counted_apart_from_votes(store: Store) -> None:
    store.write([vote(TEN), paper(TEN), paper(TEN, "decu"), paper(TEN + MINUTE)])
    assert store.votes(MORNING, QUARTERS, "dix-neuf") == [VoteRow(TEN, "accueil", "content", 1, 0)]
    assert store.paper(MORNING, QUARTERS, "dix-neuf") == [
        PaperRow(TEN, "accueil", "content", 2),
        PaperRow(TEN, "accueil", "decu", 1),
    ]


def test_a_withdrawn_sheet_is_in_no_count(store: Store) -> None:
    store.write([paper(TEN), paper(TEN + 1, barometer="autre")])
    store.write([paper(TEN, withdrawn=True)])
    assert store.paper(MORNING, QUARTERS, "dix-neuf") == []
    assert len(store.paper(MORNING, QUARTERS, "autre")) == 1


def test_votes_of_another_barometer_are_not_counted(store: Store) -> None:
    store.write([vote(TEN), vote(TEN, barometer="dehors")])
    assert sum(row.votes for row in store.votes(MORNING, QUARTERS, "dix-neuf")) == 1
    assert store.votes(MORNING, QUARTERS, "nulle-part") == []


def test_a_seat_is_taken_from_its_change_to_the_next(store: Store) -> None:
    store.write(
        [
            seat(TEN + 10 * SECOND, taken=True),
            seat(TEN + 70 * SECOND, taken=False),
            seat(TEN + 100 * SECOND, taken=True),
            seat(TEN + 105 * SECOND, taken=True),
            seat(TEN + 110 * SECOND, taken=False),
            seat(TEN + 1, taken=False, subject="seat-2"),
        ]
    )
    assert store.presence(MORNING) == [
        PresenceRow("seat", "seat-1", 2, 70.0),
        PresenceRow("seat", "seat-2", 0, 0.0),
    ]


def test_a_seat_taken_before_the_span_counts_its_time_within_it(store: Store) -> None:
    store.write([seat(TEN - HOUR, taken=True), seat(TEN + MINUTE, taken=False), seat(TEN + HOUR, taken=True)])
    assert store.presence(MORNING) == [PresenceRow("seat", "seat-1", 1, 60.0 + 3600.0)]


def test_a_seat_last_heard_of_the_evening_before_is_not_taken_all_night(store: Store) -> None:
    store.write([seat(TEN - 16 * HOUR, taken=True)])
    assert store.presence(MORNING) == []


def test_a_device_that_failed_tells_for_how_long(store: Store) -> None:
    store.write(
        [
            device(TEN + 1 * MINUTE, "ok"),
            device(TEN + 10 * MINUTE, "failed", "no paper"),
            device(TEN + 11 * MINUTE, "failed", "cover open"),
            device(TEN + 12 * MINUTE, "ok"),
        ]
    )
    assert store.devices(MORNING) == [
        DeviceRow("kiosk-1", "printer", "ok", TEN + 12 * MINUTE, 3, 120.0, ""),
    ]


def test_a_device_that_failed_weeks_ago_is_failed_all_the_span(store: Store) -> None:
    failed = paris("2026-05-02 09:00")
    store.write([device(failed - HOUR, "ok"), device(failed, "failed", "no answer")])
    assert store.devices(MORNING) == [
        DeviceRow("kiosk-1", "printer", "failed", failed, 0, 7200.0, "no answer"),
    ]


def test_stored_events_are_counted_by_node(store: Store) -> None:
    store.write([event(TEN + n, "kiosk-2", n) for n in range(3)] + [event(TEN, "door-1")])
    assert store.stored(MORNING) == [StoredRow("door-1", 1), StoredRow("kiosk-2", 3)]


def test_every_stored_event_is_told_with_its_identity_by_node_date_and_type(store: Store) -> None:
    late = msgspec.structs.replace(event(TEN, "kiosk-2", 8), type="vote.cast", run="b2")
    store.write([event(TEN + 5, "kiosk-2", 9), late, event(TEN, "kiosk-2", 7), event(TEN + 9, "door-1", 1)])
    store.write([event(TEN + 5, "kiosk-2", 9), event(TEN + 2 * HOUR, "door-1", 2)])
    assert store.events(MORNING) == [
        EventRow("door-1", "ticket.drawn", TEN + 9, "a1", 1),
        EventRow("kiosk-2", "ticket.drawn", TEN, "a1", 7),
        EventRow("kiosk-2", "vote.cast", TEN, "b2", 8),
        EventRow("kiosk-2", "ticket.drawn", TEN + 5, "a1", 9),
    ]


def test_an_events_number_is_exact_however_large(store: Store) -> None:
    store.write([event(TEN, seq=2**62 + 1)])
    assert store.events(MORNING)[0].seq == 2**62 + 1


# Names and texts ---------------------------------------------------------------------------------

AWKWARD = [
    "",
    "deux mots",
    "a,b=c d",
    'dit "oui"',
    "l'état civil",
    "ligne\nsuivante\r\tfin",
    "fin\\",
    "a\\,b",
    "\\n",
    "50 % %41",
    "œuvre 日本 🎟",
    " bords ",
    "#",
    "nul\x00",
    "true",
    "1i",
    "$start",
    "x" * 1000,
]


@pytest.mark.parametrize("name", AWKWARD)
def test_any_name_comes_back_as_it_was_written(store: Store, name: str) -> None:
    measures = [
        wait(TEN, service=name, node=name, visit=name, desk=name),
        vote(TEN, name, barometer=name, question=name, node=name),
        seat(TEN, taken=True, subject=name),
        msgspec.structs.replace(device(TEN, "degraded", name), node=name, device=name),
        event(TEN, name),
    ]
    assert store.write(measures) == (5, 0, [])
    assert [row.service for row in waits(store)] == [name]
    assert store.votes(MORNING, DAYS, name) == [VoteRow(paris("2026-06-15 00:00"), name, name, 1, 0)]
    assert [row.subject for row in store.presence(MORNING)] == [name]
    assert store.devices(MORNING) == [DeviceRow(name, name, "degraded", TEN, 1, 0.0, name)]
    assert store.stored(MORNING) == [StoredRow(name, 1)]
    assert [row.node for row in store.events(MORNING)] == [name]


def test_names_that_look_alike_stay_apart_and_in_order(store: Store) -> None:
    store.write([wait(TEN, service=name) for name in AWKWARD])
    assert [row.service for row in waits(store)] == sorted(AWKWARD)


def test_a_long_text_is_kept_whole(store: Store) -> None:
    detail = "é" * 10_000
    assert store.write([device(TEN, "failed", detail)]).points == 1
    assert store.devices(MORNING)[0].detail == detail


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (wait(TEN, -5.0), "wait_s is -5.0: a duration is never negative"),
        (wait(TEN, math.nan), "wait_s is nan, not a finite number"),
        (wait(TEN, math.inf), "wait_s is inf, not a finite number"),
        (wait(-1), "at_ns is -1, out of range"),
        (wait(2**63), "at_ns is 9223372036854775808, out of range"),
        (wait(TEN, service="x" * 1001), "service has 1001 characters; 1000 at most"),
        (wait(TEN, visit="x" * 10_001), "visit has 10001 characters; 10000 at most"),
        (wait(TEN, service="\ud800"), "service is not valid Unicode: '\\ud800'"),
        (wait(TEN, "soon"), "wait_s is 'soon', not a finite number"),  # type: ignore[arg-type]
        (wait(TEN, desk=None), "desk is None, not text"),
        (vote(TEN, too_fast=1), "too_fast is 1, neither true nor false"),
        (event(TEN, seq=2**64), "seq is 18446744073709551616, out of range"),
        (inside(TEN, 3.5), "inside is 3.5, not a whole number"),  # type: ignore[arg-type]
    ],
)
def test_a_bad_measure_refuses_only_itself(store: Store, bad: WaitMeasure, reason: str) -> None:
    good = [vote(TEN + n) for n in range(1, 8)]
    written = store.write([*good[:3], bad, *good[3:]])
    assert written == (7, 0, [(bad, reason)])
    assert sum(row.votes for row in store.votes(MORNING, DAYS, "dix-neuf")) == 7


def test_whole_seconds_count_as_seconds(store: Store) -> None:
    store.write([wait(TEN, 5), wait(TEN + 1, 6.5)])
    assert waits(store)[0].median_s == 5.75


def test_a_bucket_of_negative_length_is_an_error(store: Store) -> None:
    with pytest.raises(ValueError, match="-5 minutes"):
        store.tickets(MORNING, Every(minutes=-5, timezone=PARIS))


# One by one ----------------------------------------------------------------------------------------


def test_events_are_counted_by_node_and_type(store: Store) -> None:
    store.write([event(TEN), event(TEN + 1), event(TEN, node="kiosk-2")])
    assert store.stored_by_type(MORNING) == [
        TypeRow("kiosk-1", "ticket.drawn", 2),
        TypeRow("kiosk-2", "ticket.drawn", 1),
    ]
