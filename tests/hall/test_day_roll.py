from __future__ import annotations

import msgspec
from msgspec.structs import replace

from broker.contract import compiled, messages
from broker.contract.topics import HALL
from hall.decisions import DayEnded, DayStarted, SiteApplied, VisitClosed
from hall.layout import fingerprint
from hall.state import State
from tests.hall.hall_tent import Tent, every, moment, only


def tomorrow(tent: Tent) -> list[object]:
    tent.now_ns = moment("2016-06-09T00:00")
    return list(tent.tick())


def test_the_first_event_of_a_new_day_ends_the_old_one_and_starts_the_new(tent: Tent) -> None:
    tent.draw("info")
    decisions = tomorrow(tent)
    kinds = [type(decision) for decision in decisions]
    assert kinds.index(DayEnded) < kinds.index(DayStarted)
    started = only(DayStarted, decisions).day  # type: ignore[arg-type]  # decisions
    assert (started.day, started.starts_ns) == ("2016-06-09", tent.now_ns)


def test_within_a_day_no_minute_ends_it(tent: Tent) -> None:
    tent.now_ns = moment("2016-06-08T23:59:59")
    assert every(DayEnded, tent.tick()) == []


def test_numbers_begin_again_and_the_queue_is_empty(tent: Tent) -> None:
    tent.draw("info")
    tomorrow(tent)
    assert tent.hall.state.leases["kiosk-a"]["info"] == "A001"
    figures = tent.views()["view", "space", "now"].figures
    assert (figures.visits, figures.waiting, figures.left) == (0, 0, 0)


def test_who_still_waited_has_left_when_the_doors_closed_and_their_wait_counts_as_censored(
    tent: Tent,
) -> None:
    tent.draw("info")
    closed = only(VisitClosed, tomorrow(tent)).visit  # type: ignore[arg-type]  # decisions
    assert (closed.state, closed.ended_ns, closed.wait_s) == ("left", moment("2016-06-08T17:00"), 7 * 3600)
    (point,) = tent.measures()[1:]
    assert (point.node, point.at_ns, point.outcome) == ("kiosk-a", moment("2016-06-08T10:00"), "left")  # type: ignore[union-attr]  # a wait


def test_who_was_being_served_was_served_until_nobody_knows_when(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    tent.ask(messages.StartRequested, "one")
    closed = only(VisitClosed, tomorrow(tent)).visit  # type: ignore[arg-type]  # decisions
    assert (closed.state, closed.service_s, closed.stay_s) == ("served", None, None)
    assert tent.hall.state.desk("one").state == "closed"


def test_the_days_end_tells_its_figures_and_carries_its_state(tent: Tent) -> None:
    tent.draw("info")
    tent.draw("family")
    tent.next("one")
    ended = only(DayEnded, tomorrow(tent))  # type: ignore[arg-type]  # decisions
    assert (ended.day.day, ended.tally.drawn, ended.tally.served, ended.tally.left) == ("2016-06-08", 2, 1, 1)
    state = msgspec.json.decode(ended.snapshot, type=State)
    assert state.tally == ended.tally


def test_what_was_learned_and_sensed_survives_the_night(tent: Tent) -> None:
    tent.send("seats", messages.PresenceChanged(device="s", subject="seat-1", kind="seat", taken=True))
    tent.draw("info")
    tent.next("one")
    tent.wait(400)
    tent.ask(messages.DoneRequested, "one")
    learned = dict(tent.hall.state.learned)
    tomorrow(tent)
    assert tent.hall.state.learned == learned
    assert tent.hall.state.seats["seat-1"].taken


def test_a_no_show_cannot_be_reinstated_tomorrow(tent: Tent) -> None:
    ticket = tent.draw("info")
    tent.next("one")
    for request in (messages.RecallRequested, messages.RecallRequested, messages.NoShowRequested):
        tent.wait(30)
        tent.ask(request, "one")
    assert ticket in tent.hall.state.visits
    tomorrow(tent)
    assert tent.next("one", ticket=ticket).reason == "unknown_ticket"


def test_the_state_stays_small_however_long_the_season(tent: Tent) -> None:
    sizes = []
    for _ in range(40):
        tent.wait(24 * 3600)
        tent.draw("info", number="A001")
        tent.send("door", messages.PassageCounted(device="door", direction="in"))
        tent.next("one")
        sizes.append(len(tent.hall.snapshot()))
    assert sizes[-1] < sizes[19] * 1.1


def test_a_hall_that_slept_through_a_weekend_wakes_on_the_right_day(tent: Tent) -> None:
    tent.now_ns = moment("2016-06-13T09:00")
    tent.draw("info", number="A001")
    assert tent.hall.state.day.day == "2016-06-13"
    assert tent.hall.state.tally.drawn == 1


def test_a_clock_that_goes_back_does_not_open_yesterday_again(tent: Tent) -> None:
    tent.now_ns = moment("2016-06-07T23:00")
    assert every(DayStarted, tent.tick()) == []


def test_another_site_is_applied_once_and_its_new_kiosk_gets_numbers(tent: Tent, site: compiled.Site) -> None:
    assert tent.hall.needs_site(site)
    third = replace(site.nodes[0], id="kiosk-c")
    larger = replace(site, nodes=[*site.nodes, third])
    tent.draw("info")
    body = messages.SiteChanged(device="", site=msgspec.Raw(msgspec.json.encode(larger)))
    assert only(SiteApplied, tent.send(HALL, body)).fingerprint == fingerprint(larger)
    assert not tent.hall.needs_site(larger)
    assert tent.hall.needs_site(site)
    assert tent.hall.state.leases["kiosk-c"]["info"] == "A004"
    assert tent.views()["view", "kiosk", "kiosk-c"].node == "kiosk-c"
    assert tent.next("one").number == "A001"


def test_a_service_that_the_new_site_no_longer_has_breaks_nothing(tent: Tent, site: compiled.Site) -> None:
    tent.draw("family")
    tent.next("one")
    tent.draw("family")
    smaller = replace(
        site,
        services=[service for service in site.services if service.id != "family"],
        desks=[
            replace(desk, services=[one for one in desk.services if one != "family"]) for desk in site.desks
        ],
    )
    tent.send(HALL, messages.SiteChanged(device="", site=msgspec.Raw(msgspec.json.encode(smaller))))
    tent.views()
    tent.wait(60)
    assert tent.ask(messages.DoneRequested, "one").accepted
    tomorrow(tent)
