from __future__ import annotations

from broker.contract import messages
from hall.decisions import (
    PromiseMade,
    RequestAnswered,
    TicketAdmitted,
    TicketCalled,
    TicketMissed,
    VisitClosed,
)
from tests.hall.hall_tent import MINUTE, Tent, every, moment, only


def test_each_kiosk_holds_a_number_of_its_own_and_gets_the_next_when_it_is_used(tent: Tent) -> None:
    leases = tent.hall.state.leases
    assert (leases["kiosk-a"]["info"], leases["kiosk-b"]["info"]) == ("A001", "A002")
    tent.draw("info", "kiosk-a")
    assert (leases["kiosk-a"]["info"], leases["kiosk-b"]["info"]) == ("A003", "A002")


def test_a_kiosk_needs_no_number_where_no_ticket_is_needed(tent: Tent) -> None:
    services = {service.service: service for service in tent.views()["view", "kiosk", "kiosk-a"].services}
    assert services["plan"].number == ""
    assert services["info"].number == "A001"


def test_a_reserve_number_is_a_ticket_like_any_other_and_leaves_the_lease_alone(tent: Tent) -> None:
    tent.draw("info", number="A900")
    assert tent.hall.state.leases["kiosk-a"]["info"] == "A001"
    tent.next("one")
    assert tent.hall.state.desk("one").ticket == "kiosk-a:run:1"


def test_a_number_drawn_twice_gives_two_visits_that_can_both_be_called(tent: Tent) -> None:
    first = tent.draw("info", number="A777")
    second = tent.draw("info", "kiosk-b", number="A777")
    assert only(TicketAdmitted, tent.journal[-1][1]).visit.conflict
    tent.next("one")
    tent.next("two")
    assert [tent.hall.state.desk(desk).ticket for desk in ("one", "two")] == [first, second]


def test_a_number_that_somebody_made_up_is_not_leased_any_more(tent: Tent) -> None:
    tent.draw("info", number="A003")
    tent.draw("info", "kiosk-a")
    assert tent.hall.state.leases["kiosk-a"]["info"] == "A004"


def test_a_visit_goes_from_waiting_to_called_to_serving_to_served(tent: Tent) -> None:
    ticket = tent.draw("info")
    tent.wait(120)
    answer = tent.next("one")
    assert (answer.accepted, answer.number, answer.desk) == (True, "A001", "one")
    tent.wait(40)
    assert tent.ask(messages.StartRequested, "one").accepted
    tent.wait(300)
    assert tent.ask(messages.DoneRequested, "one").accepted
    visit = only(VisitClosed, tent.journal[-1][1]).visit
    assert (visit.ticket, visit.state) == (ticket, "served")
    assert (visit.wait_s, visit.walk_s, visit.service_s, visit.stay_s) == (120, 40, 300, 460)
    assert tent.hall.state.desk("one").state == "free"


def test_next_ends_the_running_visit_and_counts_its_service_from_the_call_when_nobody_pressed_start(
    tent: Tent,
) -> None:
    tent.draw("info")
    tent.draw("info")
    tent.next("one")
    tent.wait(200)
    assert tent.next("one").number == "A003"
    visit = only(VisitClosed, tent.journal[-1][1]).visit
    assert (visit.number, visit.state, visit.walk_s, visit.service_s) == ("A001", "served", None, 200)


def test_next_opens_a_closed_desk_and_says_when_nobody_waits(tent: Tent) -> None:
    answer = tent.next("one")
    assert (answer.accepted, answer.reason) == (True, "empty_queue")
    assert tent.hall.state.desk("one").state == "free"
    answer = tent.next("one")
    assert (answer.accepted, answer.reason) == (False, "empty_queue")


def test_next_with_an_empty_queue_still_ends_the_running_visit(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    answer = tent.next("one")
    assert (answer.accepted, answer.reason, answer.number) == (True, "empty_queue", "")
    assert tent.hall.state.tally.served == 1


def test_a_desk_calls_only_for_what_it_gives(tent: Tent) -> None:
    tent.draw("family")
    assert tent.next("two").reason == "empty_queue"
    assert tent.next("one").number == "F001"


def test_no_show_is_allowed_only_after_the_configured_recalls_and_pauses(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    assert tent.ask(messages.NoShowRequested, "one").reason == "recalls_left"
    assert tent.ask(messages.RecallRequested, "one").reason == "too_soon"
    for _ in range(2):
        tent.wait(30)
        assert tent.ask(messages.RecallRequested, "one").accepted
    console = tent.views()["private", "desk", "one"]
    assert (console.recalls, console.no_show_allowed_ns) == (2, tent.now_ns + 30 * MINUTE // 60)
    assert tent.ask(messages.RecallRequested, "one").reason == "recall_limit"
    assert tent.ask(messages.NoShowRequested, "one").reason == "too_soon"
    tent.wait(30)
    assert tent.ask(messages.NoShowRequested, "one").accepted
    assert tent.hall.state.tally.no_show == 1
    assert tent.hall.state.desk("one").state == "free"


def test_a_no_show_is_not_offered_again_by_itself_but_can_be_reinstated_with_its_first_arrival(
    tent: Tent,
) -> None:
    ticket = tent.draw("info")
    arrived_ns = tent.now_ns
    _not_come(tent)
    assert tent.next("one").reason == "empty_queue"
    tent.wait(600)
    assert tent.next("one", ticket=ticket).number == "A001"
    visit = tent.hall.state.visits[ticket]
    assert (visit.state, visit.arrived_ns, visit.wait_s) == ("called", arrived_ns, 0)
    assert tent.hall.state.tally.no_show == 0
    assert tent.hall.state.tally.waits == 1


def _not_come(tent: Tent) -> None:
    tent.next("one")
    for request in (messages.RecallRequested, messages.RecallRequested, messages.NoShowRequested):
        tent.wait(30)
        assert tent.ask(request, "one").accepted


def test_a_ticket_that_comes_late_is_listed_but_called_only_by_name(tent: Tent) -> None:
    ticket = tent.draw("info", at_ns=tent.now_ns - 6 * MINUTE)
    assert every(PromiseMade, tent.journal[-1][1]) == []
    assert tent.next("one").reason == "empty_queue"
    (listed,) = tent.views()["private", "desk", "one"].aside
    assert (listed.ticket, listed.late) == (ticket, True)
    assert [alert.kind for alert in tent.views()["private", "alerts", "now"].alerts] == ["late_ticket"]
    assert tent.next("one", ticket=ticket).number == "A001"


def test_a_ticket_just_in_time_is_called_by_itself(tent: Tent) -> None:
    tent.draw("info", at_ns=tent.now_ns - 5 * MINUTE)
    assert tent.next("one").number == "A001"


def test_a_named_ticket_must_exist_wait_and_be_for_this_desk(tent: Tent) -> None:
    family = tent.draw("family")
    assert tent.next("two", ticket=family).reason == "not_here"
    assert tent.next("two", ticket="nobody").reason == "unknown_ticket"
    tent.next("one")
    assert tent.next("one", ticket=family).reason == "not_waiting"
    assert tent.hall.state.desk("one").ticket == family


def test_a_ticket_of_yesterday_counts_for_yesterday_and_disturbs_nobody(tent: Tent) -> None:
    tent.draw("info", number="A001", at_ns=moment("2016-06-07T16:00"))
    assert only(TicketMissed, tent.journal[-1][1]).visit.late
    assert tent.hall.state.tally.drawn == 0
    assert tent.hall.state.visits == {}
    assert tent.hall.state.leases["kiosk-a"]["info"] == "A001"


def test_a_stale_request_changes_nothing(tent: Tent) -> None:
    tent.draw("info")
    before = tent.hall.state.desks.copy()
    assert tent.next("one", age_ms=10_001).reason == "stale"
    assert tent.next("one", age_ms=None).reason == "stale"
    assert tent.hall.state.desks == before
    assert tent.next("one", age_ms=10_000).accepted


def test_a_repeated_request_changes_nothing(tent: Tent) -> None:
    tent.draw("info")
    tent.draw("info")
    assert tent.next("one", key="once").accepted
    assert tent.next("one", key="once").reason == "repeated"
    assert tent.hall.state.tally.served == 0


def test_a_request_about_a_call_that_is_over_is_overtaken(tent: Tent) -> None:
    tent.draw("info")
    tent.draw("info")
    seen = tent.hall.state.desk("one").call
    assert tent.next("one").accepted
    answer = tent.next("one", call=seen)
    assert (answer.accepted, answer.reason) == (False, "overtaken")
    assert tent.hall.state.tally.served == 0


def test_a_panel_acts_on_its_own_desk_only(tent: Tent) -> None:
    assert tent.next("one", node="panel-one").accepted
    assert tent.next("two", node="panel-one").reason == "not_allowed"
    assert tent.next("nowhere").reason == "unknown_desk"


def test_requests_without_a_call_say_so(tent: Tent) -> None:
    for request in (
        messages.RecallRequested,
        messages.StartRequested,
        messages.NoShowRequested,
        messages.DoneRequested,
    ):
        assert tent.ask(request, "one").reason == "no_call"
    assert tent.ask(messages.PauseRequested, "one").reason == "closed"


def test_once_service_began_nobody_is_recalled_or_missing(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    tent.ask(messages.StartRequested, "one")
    for request in (messages.RecallRequested, messages.StartRequested, messages.NoShowRequested):
        assert tent.ask(request, "one").reason == "already_started"


def test_a_pause_ends_the_running_visit_and_a_second_press_closes_the_desk(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    assert tent.ask(messages.PauseRequested, "one").accepted
    assert (tent.hall.state.desk("one").state, tent.hall.state.tally.served) == ("paused", 1)
    assert tent.ask(messages.PauseRequested, "one").accepted
    assert tent.hall.state.desk("one").state == "closed"


def test_a_failed_print_is_kept_with_the_visit_and_the_ticket_counts(tent: Tent) -> None:
    ticket = tent.draw("info")
    tent.send("kiosk-a", messages.TicketPrinted(device="printer", ticket=ticket, outcome="failed"))
    assert tent.hall.state.visits[ticket].printed == "failed"
    assert tent.next("one").number == "A001"


def test_waits_are_counted_against_the_target_once_each(tent: Tent) -> None:
    tent.draw("info")
    tent.draw("info", "kiosk-b")
    tent.wait(19 * 60)
    assert only(TicketCalled, _next(tent)).within_target
    tent.wait(2 * 60)
    assert not only(TicketCalled, _next(tent)).within_target
    figures = tent.views()["view", "space", "now"].figures
    assert (figures.visits, figures.waits, figures.within_target, figures.served) == (2, 2, 1, 1)


def _next(tent: Tent) -> list[object]:
    tent.next("one")
    return list(tent.journal[-1][1])


def test_the_answer_goes_to_whoever_asked(tent: Tent) -> None:
    tent.next("one", node="panel-one", key="mine")
    answer = only(RequestAnswered, tent.journal[-1][1])
    assert (answer.node, answer.key) == ("panel-one", "mine")


def test_no_lease_falls_into_a_kiosks_reserve(tent: Tent) -> None:
    """The small site's kiosks hold 900 to 999 in reserve."""
    tent.hall.state.counters["A"] = 898
    tent.draw("info", "kiosk-a")
    tent.draw("info", "kiosk-a")
    tent.draw("info", "kiosk-a")
    assert tent.hall.state.leases["kiosk-a"]["info"] == "A1001"


def test_a_kiosk_is_told_how_far_its_own_series_is(tent: Tent) -> None:
    for number in ("A900", "A904"):
        body = messages.TicketDrawn(device="kiosk", service="info", number=number, reserve=True)
        tent.send("kiosk-a", body)
    services = {one.service: one for one in tent.views()["view", "kiosk", "kiosk-a"].services}
    assert services["info"].reserve_used == 5
    others = {one.service: one for one in tent.views()["view", "kiosk", "kiosk-b"].services}
    assert others["info"].reserve_used == 0
