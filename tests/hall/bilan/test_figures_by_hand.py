"""The report's figures against a day counted by hand, in both stores."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from broker.clock import SECOND
from broker.contract import messages
from broker.contract.settings import OpeningChange, PublicText, SettingChange
from broker.delivery.journal import Decided, Journal, Row
from hall.bilan.days import ObservedDay, observe
from hall.bilan.figures import Bilan, bilan_of
from hall.bilan.inside import hours_of
from hall.bilan.table import COLUMNS, as_csv
from hall.bilan.use import PlaceFigures
from hall.bilan.waits import censored_quantile, promise_figures, wait_figures
from hall.decisions import SettingChanged
from hall.measures import FlowMeasure, OccupancyMeasure
from hall.opening import Opening
from hall.store.interface import Every, Span, Store
from tests.hall.bilan.small_day import AFTER, CHECKS, COUNTS, DAY, PERIOD, VOTES, at, waited
from tests.hall.small_site import small_site


@pytest.fixture
def bilan(store: Store) -> Bilan:
    store.write(DAY)
    return bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER))


def test_waits_count_from_the_ticket_and_who_left_or_did_not_come_was_not_called_in_time(
    bilan: Bilan,
) -> None:
    waits = bilan.waits
    assert (waits.tickets, waits.called, waits.left, waits.no_show, waits.unserved) == (9, 6, 2, 1, 1)
    assert (waits.ended, waits.unknown) == (8, 1)
    # 1, 5, 10 and 20 minutes, of eight that ended; the twelve minutes of who did not come are none.
    assert (waits.within, waits.within_share) == (4, 0.5)
    assert waits.left_share == 0.25
    # Of 1, 5, 10, 12, 20, 30 minutes.
    assert (waits.median_s, waits.p90_s) == (11 * 60, 20 * 60)


def test_median_and_p90_are_those_of_the_store_and_the_history_page(bilan: Bilan, store: Store) -> None:
    day = Span(at("00:00"), at("23:59"))
    (row,) = store.waits(day, Every(0, "Europe/Paris"), target_s=1200, by_service=False)
    assert (row.count, row.median_s, row.p90_s, row.left) == (
        bilan.waits.called,
        bilan.waits.median_s,
        bilan.waits.p90_s,
        bilan.waits.left,
    )


def test_waits_are_told_apart_by_service_and_by_the_hour_of_the_ticket(bilan: Bilan) -> None:
    by_service = {service.id: figures for service, figures in bilan.by_service}
    assert (by_service["info"].called, by_service["info"].within) == (4, 3)
    assert (by_service["family"].called, by_service["family"].left, by_service["family"].within) == (1, 2, 0)
    assert by_service["writer"].tickets == 0
    assert by_service["writer"].median_s is None
    assert [(hour, figures.tickets) for hour, figures in bilan.by_hour] == [(10, 4), (11, 4), (12, 1)]


def test_a_day_without_data_is_told_as_such_and_a_closed_one_is_none(bilan: Bilan) -> None:
    assert bilan.quality.days == 3
    assert bilan.quality.without_data == [date(2027, 6, 14), date(2027, 6, 15)]
    assert [(day.day, figures is None) for day, figures in bilan.by_day] == [
        (14, True),
        (15, True),
        (16, False),
    ]


def test_a_day_to_come_is_not_one_without_data(store: Store) -> None:
    store.write(DAY)
    period = PERIOD._replace(last=date(2027, 6, 30))
    found = bilan_of(small_site(), period, observe(store, small_site(), period, AFTER))
    assert found.quality.days == 3


def test_a_promise_is_scored_among_who_really_waited(bilan: Bilan) -> None:
    # Scored: 5, 10, 20 and 30 minutes, and who left after 40; beyond: the ten minutes and the forty.
    promises = bilan.promises
    assert (promises.scored, promises.beyond, promises.without) == (5, 2, 1)
    assert promises.bias_s == pytest.approx((60 - 300 + 0 - 300) / 4)
    by_service = {service.id: (found.scored, found.beyond) for service, found in bilan.promises_by_service}
    assert by_service == {"info": (4, 1), "family": (1, 1), "care": (0, 0), "civil": (0, 0), "writer": (0, 0)}


def test_people_inside_are_weighted_by_time_while_open_and_unknown_before_the_first_count(
    bilan: Bilan,
) -> None:
    wednesday = {hour: figures for (weekday, hour), figures in bilan.hours.items() if weekday == 2}
    assert {hour: figures.mean for hour, figures in wednesday.items()} == {
        9: pytest.approx(1.5),
        10: pytest.approx(2.0),
        11: pytest.approx(3.0),  # until half past: the recount is an hour old then
        12: pytest.approx(2.0),
        # An hour after the passage of noon nobody knows any more.
    }
    assert (wednesday[9].maximum, wednesday[9].days) == (2, 1)


def test_counters_are_held_against_recounts_and_the_empty_tent_at_night(bilan: Bilan) -> None:
    # One was counted where three were, after three passages; one was left over, within what was announced.
    assert bilan.counter.recounts == (1, -2, 2, 0, pytest.approx(2 / 3))
    assert bilan.counter.nights == (1, 1, 1, 1, 0.5)
    assert bilan.counter.entered == 2


def test_a_door_that_was_not_heard_after_closing_says_nothing_of_the_night(store: Store) -> None:
    store.write([one for one in DAY if one is not COUNTS[-1]])
    found = bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER))
    assert found.counter.nights == (0, None, None, 0, None)


def test_a_tent_that_an_agent_found_empty_says_nothing_more_at_night(store: Store) -> None:
    emptied = [
        msgspec.structs.replace(one, counted=0, passages=0) if one is CHECKS[2] else one for one in DAY
    ]
    store.write(emptied)
    found = bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER))
    assert found.counter.nights.checks == 0


def test_weeks_to_come_are_left_out(store: Store) -> None:
    store.write(DAY)
    period = PERIOD._replace(last=date(2027, 7, 30))
    found = bilan_of(small_site(), period, observe(store, small_site(), period, AFTER))
    assert [monday.day for monday, _ in found.by_week] == [7, 14]


def test_seats_and_rooms_count_while_the_site_is_open(bilan: Bilan) -> None:
    assert bilan.places == [
        PlaceFigures("room", "salon", 1, pytest.approx(3 / 8.5)),
        PlaceFigures("seat", "seat-1", 1, pytest.approx(1 / 8.5)),
        PlaceFigures("seat", "seat-2", 0, 0.0),
    ]


def test_a_zone_without_desk_seat_room_or_barometer_is_not_measured_rather_than_empty(bilan: Bilan) -> None:
    zones = {figures.zone.id: figures for figures in bilan.zones}
    assert zones[1].visits == 5
    assert zones[3].seats == pytest.approx(1 / 17)
    assert (zones[5].rooms, zones[5].visits) == (pytest.approx(3 / 8.5), 0)
    assert zones[6][1:] == (None,) * 6
    assert zones[7].votes == 5


def test_paths_are_counted_without_following_anyone(bilan: Bilan) -> None:
    paths = bilan.paths
    assert (paths.entered, paths.kiosk, paths.directed, paths.inside) == (2, 9, 2, 1)


def test_the_ways_of_visitors_add_up_over_the_day(bilan: Bilan) -> None:
    ways = bilan.ways
    assert (ways.kiosk, ways.online, ways.concierge, ways.none) == (8, 1, 1, 10)
    assert (ways.people, ways.days) == (20, 1)


def test_where_no_door_counts_nobody_knows_who_took_no_way(store: Store) -> None:
    store.write([one for one in DAY if not (isinstance(one, FlowMeasure) and one.way == "none")])
    found = bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER))
    assert (found.ways.days, found.ways.people) == (0, 0)


def test_seats_and_rooms_are_told_by_hour_while_open(bilan: Bilan) -> None:
    assert [(use.zone.id, use.kind, use.places, use.hours) for use in bilan.hourly_use] == [
        (3, "seat", 2, {10: 45 / 120}),
        (5, "room", 1, {14: 1.0}),
    ]


def test_votes_are_told_by_what_the_hall_waited(bilan: Bilan) -> None:
    mood = bilan.questions[1]
    assert [(band.from_s, band.votes, band.favourable.votes) for band in mood.by_wait] == [
        (0, 2, 2),
        (600, 1, 1),
        (1200, 1, 0),
    ]
    # Under the minimum of four votes nothing is said of any of them.
    assert [band.favourable.share for band in mood.by_wait] == [None, None, None]


def test_paper_is_told_apart_and_a_withdrawn_sheet_not_at_all(bilan: Bilan) -> None:
    unasked, mood = bilan.questions
    assert (mood.votes, mood.ticked) == (5, 4)
    assert [(answer.id, share.votes, share.share) for answer, share in mood.paper] == [
        ("yes", 1, 0.25),
        ("so-so", 0, 0.0),
        ("no", 3, 0.75),
    ]
    assert unasked.ticked == 0


def test_votes_have_wilsons_interval_and_the_days_visits_as_denominator(bilan: Bilan) -> None:
    unasked, mood = bilan.questions
    assert (mood.votes, mood.too_fast, mood.days, mood.visits) == (5, 1, 1, 5)
    assert mood.favourable.share == 0.6
    assert (mood.favourable.low, mood.favourable.high) == (
        pytest.approx(0.2307, abs=1e-4),
        pytest.approx(0.8824, abs=1e-4),
    )
    assert (unasked.votes, unasked.favourable.share) == (0, None)


def test_two_barometers_may_ask_the_same_question(store: Store) -> None:
    site = small_site()
    both = msgspec.structs.replace(
        site, barometers=[*site.barometers, msgspec.structs.replace(site.barometers[0], id="outside", zone=1)]
    )
    store.write([*DAY, msgspec.structs.replace(VOTES[0], barometer="outside")])
    found = bilan_of(both, PERIOD, observe(store, both, PERIOD, AFTER))
    assert [(each.barometer.id, each.votes) for each in found.questions if each.votes] == [
        ("mood", 5),
        ("outside", 1),
    ]
    assert {figures.zone.id: figures.votes for figures in found.zones if figures.votes} == {1: 1, 7: 5}


def test_quality_tells_what_stood_still(bilan: Bilan) -> None:
    kiosk = next(node for node in bilan.quality.nodes if node.node == "kiosk-a")
    assert (kiosk.days_heard, kiosk.starts, kiosk.events) == (1, 1, 12)
    assert (kiosk.worst_device, kiosk.worked) == ("kiosk", pytest.approx(0.9))
    assert kiosk.heard == 1.0
    assert bilan.quality.events == 12 + 510
    assert bilan.quality.ledger is None


def test_a_node_that_was_wholly_lost_did_not_work_though_no_device_said_so(bilan: Bilan) -> None:
    panel = next(node for node in bilan.quality.nodes if node.node == "panel-one")
    assert (panel.heard, panel.worked) == (pytest.approx(0.9), pytest.approx(0.9))
    other = next(node for node in bilan.quality.nodes if node.node == "kiosk-b")
    assert (other.heard, other.worked) == (1.0, None)
    # Of three devices one was failed, and the panel's lost with its node, each for a tenth of the time.
    assert bilan.quality.worked == pytest.approx(1 - 0.2 / 3)


def test_a_period_without_any_data_has_figures_that_are_unknown(store: Store) -> None:
    found = bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER))
    assert not found.has_data
    assert (found.waits.tickets, found.waits.median_s, found.waits.within_share) == (0, None, None)
    assert found.hours == {}
    assert as_csv(found).count("sans données") >= 3


def test_every_line_of_the_csv_has_all_columns_and_says_what_it_is_of(bilan: Bilan) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(bilan).removeprefix("\ufeff")), delimiter=";"))
    assert tuple(rows[0]) == COLUMNS
    within = next(
        row for row in rows if row["sujet"] == "ensemble" and row["grandeur"] == "appelés dans le délai visé"
    )
    assert (within["valeur"], within["sur"]) == ("0,5", "8")
    assert not any(None in row or None in row.values() for row in rows)


def test_a_visit_whose_wait_nobody_knows_is_unknown_whatever_became_of_it() -> None:
    late = waited("10:00", "info", None, "no_show", None)
    figures = wait_figures([late, msgspec.structs.replace(late, outcome="served")], 1200)
    assert (figures.tickets, figures.unknown, figures.called, figures.no_show) == (2, 2, 0, 0)


def test_a_wait_that_the_queue_alone_did_not_decide_is_not_held_against_its_promise() -> None:
    late = waited("10:10", "info", 10, "served", (5, 8))
    figures = promise_figures([late, msgspec.structs.replace(late, scored=False)])
    assert (figures.scored, figures.beyond, figures.without) == (1, 1, 0)


def test_hours_are_local_where_a_clock_is_half_an_hour_off() -> None:
    noon = int(datetime(2027, 6, 16, 12, 0, tzinfo=ZoneInfo("Pacific/Marquesas")).timestamp()) * SECOND
    minute = 60 * SECOND
    day = ObservedDay(
        day=date(2027, 6, 16),
        openings=(Opening(noon - 60 * minute, noon + 60 * minute),),
        counts=[
            OccupancyMeasure(node="door", at_ns=at_ns, inside=inside, uncertainty=0, entered=1, left=0)
            for at_ns, inside in ((noon - 30 * minute, 4), (noon, 8))
        ],
    )
    found = hours_of([day], "Pacific/Marquesas")
    assert {hour: figures.mean for (_, hour), figures in found.items()} == {11: 4, 12: 8}


def test_nine_of_ten_would_have_waited_longer_had_nobody_left() -> None:
    assert censored_quantile([1, 2, 3, 4], [], 0.5) == 2
    # The same four, and one who left after two and a half: three of five remain, then half of them.
    assert censored_quantile([1, 2, 3, 4], [2.5], 0.5) == 3
    assert censored_quantile([1], [2, 3], 0.9) is None


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def test_a_journal_that_does_not_cover_the_days_proves_nothing(store: Store, journal: Journal) -> None:
    store.write(DAY)
    found = bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER, journal))
    assert found.quality.ledger is None


def test_what_the_store_holds_beyond_the_journal_is_no_match(store: Store, journal: Journal) -> None:
    store.write(DAY)
    body = messages.encode(messages.TimePassed(device=""))
    journal.append(
        Row("hall", "run", 1, at("09:00"), at("09:00"), 0, undated=False, body=body, quarantined=None)
    )
    found = bilan_of(small_site(), PERIOD, observe(store, small_site(), PERIOD, AFTER, journal))
    ledger = found.quality.ledger
    assert ledger is not None
    assert (ledger.received, ledger.stored) == (1, 522)
    # The journal begins that day: the two before it are not in its word.
    assert (ledger.days, ledger.days_that_hold) == (1, 0)


def test_hours_that_a_supervisor_changed_are_those_of_the_report(store: Store, journal: Journal) -> None:
    monday = PERIOD.first + timedelta(days=1)
    meeting = PublicText(fr="Réunion", en="Meeting")
    said = [
        OpeningChange(day=monday, closed=True, reason=meeting),
        OpeningChange(day=monday + timedelta(days=1), closed=True, reason=meeting),
        OpeningChange(day=monday + timedelta(days=1), closes=840, reason=meeting),
    ]
    changes = [
        SettingChanged(change=SettingChange(key=str(place), subject=one.subject, at_ns=0, after=one))
        for place, one in enumerate(said)
    ]
    journal.decide([Decided(1, messages.encode(change)) for change in changes], upto=1)
    days = {found.day: found.open_s for found in observe(store, small_site(), PERIOD, AFTER, journal)}
    usual = {found.day: found.open_s for found in observe(store, small_site(), PERIOD, AFTER)}
    assert monday in usual
    assert monday not in days  # nobody was to come, and nobody came
    assert days[monday + timedelta(days=1)] == usual[monday + timedelta(days=1)] - 3 * 3600
