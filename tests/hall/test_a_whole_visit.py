"""A visit's detours: parked, transferred, come back, gone, added, preferred, and presses taken back."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD, MOST_BYTES
from hall.decisions import TicketAdmitted, TicketCalled
from hall.hall import Hall
from hall.measures import WaitMeasure
from hall.visit import CLOSED
from tests.hall.hall_tent import MINUTE, Tent, every, only
from tests.hall.small_site import small_site, text

TOKEN = hashlib.sha256(b"a token on paper").hexdigest()


@pytest.fixture
def site() -> compiled.Site:
    """With outcomes, and a desk that cannot be reached without a step."""
    site = small_site()
    outcomes = [
        compiled.Outcome(id="done", name=text("Fait"), served=True),
        compiled.Outcome(id="papers", name=text("Pièces manquantes"), served=False),
    ]
    desks = [replace(desk, step_free=desk.id != "two") for desk in site.desks]
    return replace(site, outcomes=outcomes, desks=desks)


def visit_of(tent: Tent, ticket: str) -> Any:
    return tent.hall.state.visits[ticket]


def console(tent: Tent, desk: str) -> Any:
    return tent.views()["private", "desk", desk]


def serve(tent: Tent, desk: str, seconds: float = 60) -> None:
    """Call the next visitor and begin."""
    assert tent.next(desk).accepted
    tent.wait(seconds)
    assert tent.ask(messages.StartRequested, desk).accepted
    tent.wait(seconds)


def waits(tent: Tent) -> list[WaitMeasure]:
    return [measure for measure in tent.measures() if isinstance(measure, WaitMeasure)]


# Parking ------------------------------------------------------------------------------------------


def test_a_parked_visitor_is_called_by_nobody_until_an_agent_resumes_the_visit(tent: Tent) -> None:
    ticket = tent.draw("info")
    serve(tent, "one")
    assert tent.ask(messages.ParkRequested, "one", note="remplit le formulaire").accepted
    assert console(tent, "one").state == "free"
    assert tent.next("two").reason == "empty_queue"
    (listed,) = console(tent, "two").aside
    assert (listed.ticket, listed.state, listed.note) == (ticket, "parked", "remplit le formulaire")
    assert tent.next("two", ticket=ticket).accepted
    assert visit_of(tent, ticket).desk == "two"


def test_what_was_served_before_a_parking_counts(tent: Tent) -> None:
    ticket = tent.draw("info")
    serve(tent, "one", seconds=60)
    tent.ask(messages.ParkRequested, "one")
    tent.wait(600)
    tent.next("one", ticket=ticket)
    tent.ask(messages.StartRequested, "one")
    tent.wait(30)
    tent.ask(messages.DoneRequested, "one")
    (wait,) = waits(tent)
    assert wait.outcome == "served"
    assert wait.service_s == pytest.approx(90)


# Transfers ----------------------------------------------------------------------------------------


def test_a_transfer_keeps_the_arrival_and_opens_a_new_wait(tent: Tent) -> None:
    ticket = tent.draw("info")
    arrived_ns = tent.now_ns
    serve(tent, "two")
    tent.wait(120)
    assert tent.ask(messages.TransferRequested, "two", service="family", note="a ses papiers").accepted
    first, second = sorted(waits(tent), key=lambda wait: wait.at_ns)
    assert (first.service, first.outcome, first.at_ns) == ("info", "transferred", arrived_ns)
    assert (second.service, second.outcome, second.at_ns) == ("family", "waiting", tent.now_ns)
    assert second.node == DASHBOARD
    assert visit_of(tent, ticket).arrived_ns == arrived_ns
    tent.wait(300)
    tent.draw("family")
    assert tent.next("one").number == visit_of(tent, ticket).number, "the first arrival goes first"
    assert console(tent, "one").note == "a ses papiers"
    assert waits(tent)[0].wait_s == pytest.approx(300)


def test_a_visit_reserved_for_a_colleague_waits_for_that_desk_while_it_is_open(tent: Tent) -> None:
    ticket = tent.draw("info")
    serve(tent, "one")
    tent.ask(messages.OpenRequested, "two")
    tent.ask(messages.TransferRequested, "one", service="info", to_desk="two")
    assert tent.next("one").reason == "empty_queue"
    tent.ask(messages.CloseRequested, "two")
    assert tent.next("one").accepted, "a closed desk reserves nothing"
    assert visit_of(tent, ticket).desk == "one"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"service": "plan"}, "unknown_service"),
        ({"service": "no-such"}, "unknown_service"),
        ({"service": "info", "to_desk": "no-such"}, "unknown_desk"),
    ],
)
def test_a_transfer_to_nowhere_is_refused(tent: Tent, fields: dict[str, str], reason: str) -> None:
    tent.draw("info")
    serve(tent, "one")
    assert tent.ask(messages.TransferRequested, "one", **fields).reason == reason
    assert console(tent, "one").state == "serving"


# Coming back and leaving --------------------------------------------------------------------------


def missing(tent: Tent, desk: str) -> None:
    """Call a visitor, recall as often as the rules ask, and report nobody."""
    tent.next(desk)
    for _ in range(tent.site.rules.recalls_before_no_show):
        tent.wait(tent.site.rules.recall_interval_s)
        assert tent.ask(messages.RecallRequested, desk).accepted
    tent.wait(tent.site.rules.recall_interval_s)
    assert tent.ask(messages.NoShowRequested, desk).accepted


def test_a_no_show_reinstated_goes_before_those_who_came_later(tent: Tent) -> None:
    early = tent.draw("info")
    tent.wait(60)
    tent.draw("info")
    missing(tent, "one")
    assert tent.hall.state.tally.no_show == 1
    assert tent.ask(messages.ReinstateRequested, "one", ticket=early).accepted
    assert tent.hall.state.tally.no_show == 0
    assert tent.next("one").number == visit_of(tent, early).number


def test_a_visitor_who_leaves_on_the_phone_frees_the_desk_and_may_come_back(tent: Tent) -> None:
    body = messages.TicketDrawn(
        device="kiosk", service="info", number=tent.hall.state.leases["kiosk-a"]["info"], token=TOKEN
    )
    tent.send("kiosk-a", body)
    ticket = tent.journal[-1][0].id
    tent.next("one")
    tent.send(DASHBOARD, messages.VisitorLeft(device="phone", token=TOKEN))
    assert console(tent, "one").state == "free"
    assert tent.hall.state.tally.left == 1
    assert tent.views()["view", "calls", "latest"].calls == []
    tent.send(DASHBOARD, messages.VisitorLeft(device="phone", token=TOKEN))
    assert tent.hall.state.tally.left == 1, "once is enough"
    assert tent.ask(messages.ReinstateRequested, "one", ticket=ticket).accepted
    assert tent.hall.state.tally.left == 0


def test_a_visit_that_has_begun_is_not_left_by_phone(tent: Tent) -> None:
    body = messages.TicketDrawn(device="kiosk", service="info", number="A777", token=TOKEN)
    tent.send("kiosk-a", body)
    serve(tent, "one")
    assert tent.send(DASHBOARD, messages.VisitorLeft(device="phone", token=TOKEN)) == []


# Priority and steps -------------------------------------------------------------------------------


def test_priority_multiplies_the_score_and_is_told_without_a_reason(tent: Tent) -> None:
    tent.draw("info")
    tent.wait(60)
    late = tent.draw("info")
    tent.wait(120)
    assert tent.ask(messages.ChangeRequested, "one", ticket=late, priority=True).accepted
    assert console(tent, "one").waiting[0].ticket == late
    assert console(tent, "one").waiting[0].priority


def test_who_needs_no_step_is_called_only_where_there_is_none(tent: Tent) -> None:
    ticket = tent.draw("info")
    tent.ask(messages.ChangeRequested, "two", ticket=ticket, step_free=True)
    assert tent.next("two").reason == "empty_queue"
    assert tent.next("one").accepted


# What a desk gives --------------------------------------------------------------------------------


def test_a_supervisor_moves_a_desk_to_where_the_queue_is(tent: Tent) -> None:
    ticket = tent.draw("care")
    assert tent.ask(messages.ServicesRequested, "two", services=["info", "care"], by="chef").accepted
    (desk,) = [one for one in tent.views()["private", "supervision", "now"].desks if one.desk == "two"]
    assert (desk.services, desk.by) == (["info", "care"], "chef")
    assert tent.next("two").accepted
    assert visit_of(tent, ticket).desk == "two"


def test_a_desk_opens_with_chosen_services_and_closes_to_the_usual_ones(tent: Tent) -> None:
    assert tent.ask(messages.OpenRequested, "one", services=["family"]).accepted
    assert console(tent, "one").services == ["family"]
    assert tent.ask(messages.CloseRequested, "one").accepted
    assert tent.ask(messages.OpenRequested, "one").accepted
    assert console(tent, "one").services == ["info", "family"]


def test_the_next_of_one_service_may_be_called(tent: Tent) -> None:
    tent.draw("family")
    tent.wait(60)
    ticket = tent.draw("info")
    tent.next("one", service="info")
    assert visit_of(tent, ticket).state == "called"


# Done ---------------------------------------------------------------------------------------------


def test_what_was_done_is_kept_and_could_not_be_served_is_counted_apart(tent: Tent) -> None:
    tent.draw("info")
    serve(tent, "one")
    assert tent.ask(messages.DoneRequested, "one", outcome="no-such").reason == "unknown_outcome"
    assert tent.ask(messages.DoneRequested, "one", outcome="papers").accepted
    (wait,) = waits(tent)
    assert (wait.outcome, wait.done) == ("unserved", "papers")
    assert (tent.hall.state.tally.served, tent.hall.state.tally.unserved) == (0, 1)


# Without paper ------------------------------------------------------------------------------------


def test_an_added_visit_gets_a_number_that_no_kiosk_holds(tent: Tent) -> None:
    held = {number for leases in tent.hall.state.leases.values() for number in leases.values()}
    answer = tent.ask(messages.AddRequested, "one", service="info")
    assert answer.accepted
    assert answer.number not in held
    drawn = tent.draw("info")
    assert visit_of(tent, drawn).number != answer.number


def test_a_number_called_before_its_ticket_is_heard_of_is_one_visit(tent: Tent) -> None:
    arrived_ns = tent.now_ns - 20 * MINUTE
    assert tent.next("one", number="A901").accepted
    tent.wait(60)
    body = messages.TicketDrawn(device="kiosk", service="info", number="A901", reserve=True, token=TOKEN)
    made = tent.send("kiosk-a", body, at_ns=arrived_ns)
    assert every(TicketAdmitted, made) == []
    assert tent.hall.state.tally.drawn == 1
    (wait,) = waits(tent)
    assert wait.wait_s == pytest.approx(20 * 60)
    tent.ask(messages.DoneRequested, "one")
    assert tent.next("two").reason == "empty_queue"


def test_a_ticket_that_joins_after_its_visit_has_ended_opens_no_other(tent: Tent) -> None:
    tent.next("one", number="A901")
    tent.wait(60)
    tent.ask(messages.DoneRequested, "one")
    body = messages.TicketDrawn(device="kiosk", service="info", number="A901", reserve=True)
    tent.send("kiosk-a", body, at_ns=tent.now_ns - 10 * MINUTE)
    (wait,) = waits(tent)
    assert (wait.outcome, wait.wait_s) == ("served", pytest.approx(9 * 60))
    assert (tent.hall.state.tally.drawn, tent.hall.state.tally.waits) == (1, 1)
    assert tent.next("two").reason == "empty_queue"
    assert tent.next("one", number="A901").reason == "unknown_ticket"


# Taking back --------------------------------------------------------------------------------------


def everything(tent: Tent) -> Any:
    """The state, but for what a press leaves behind whatever it did; nothing and zero are the same."""
    state = Hall.restore(tent.site, tent.hall.snapshot()).state
    state.keys, state.undos, state.offset = {}, {}, 0
    state.desks = {desk: now for desk, now in state.desks.items() if now != CLOSED}
    served = state.tally.served_by_service
    state.tally.served_by_service = {service: count for service, count in served.items() if count}
    return state


def prepare(tent: Tent, request: type[messages.DeskRequest]) -> dict[str, Any]:
    """Bring desk one to where the request can be accepted; its fields."""
    tent.draw("info")
    tent.wait(60)
    tent.draw("info")
    if request is messages.OpenRequested:
        return {"services": ["family"]}
    if request is messages.NextRequested:
        serve(tent, "one")
        return {}
    if request is messages.StartRequested:
        tent.next("one")
        return {}
    if request is messages.NoShowRequested:
        missing(tent, "one")
        tent.ask(messages.UndoRequested, "one", undoes=tent.hall.state.undos["one"].key)
        return {}
    serve(tent, "one")
    fields: dict[type[messages.DeskRequest], dict[str, Any]] = {
        messages.TransferRequested: {"service": "family"},
        messages.DoneRequested: {"outcome": "papers"},
        messages.ServicesRequested: {"services": ["care"]},
    }
    return fields.get(request, {})


@pytest.mark.parametrize(
    "request_type",
    [
        messages.NextRequested,
        messages.StartRequested,
        messages.NoShowRequested,
        messages.DoneRequested,
        messages.ParkRequested,
        messages.TransferRequested,
        messages.PauseRequested,
        messages.OpenRequested,
        messages.CloseRequested,
        messages.ServicesRequested,
    ],
)
def test_taking_a_press_back_leaves_all_as_it_was(
    tent: Tent, request_type: type[messages.DeskRequest]
) -> None:
    fields = prepare(tent, request_type)
    before = everything(tent)
    assert tent.ask(request_type, "one", key="the press", **fields).accepted
    assert everything(tent) != before
    tent.wait(9)
    assert console(tent, "one").undo.key == "the press"
    assert tent.ask(messages.UndoRequested, "one", undoes="the press").accepted
    assert everything(tent) == before
    assert console(tent, "one").undo is None


def test_after_ten_seconds_a_press_stands(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one", key="the press")
    tent.wait(11)
    assert tent.ask(messages.UndoRequested, "one", undoes="the press").reason == "too_late"


def test_what_has_gone_on_is_not_taken_back(tent: Tent) -> None:
    ticket = tent.draw("info")
    serve(tent, "one")
    tent.ask(messages.ParkRequested, "one", key="the press")
    tent.next("two", ticket=ticket)
    assert tent.ask(messages.UndoRequested, "one", undoes="the press").reason == "overtaken"


def test_only_the_latest_press_of_a_desk_is_taken_back(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one", key="first")
    tent.ask(messages.StartRequested, "one", key="second")
    assert tent.ask(messages.UndoRequested, "one", undoes="first").reason == "nothing_to_undo"


def test_a_wait_that_a_taken_back_transfer_had_opened_is_in_no_figure(tent: Tent) -> None:
    tent.draw("info")
    serve(tent, "one")
    tent.ask(messages.TransferRequested, "one", service="family", key="the press")
    opened_ns = tent.now_ns
    tent.wait(5)
    tent.ask(messages.UndoRequested, "one", undoes="the press")
    outcomes = {wait.at_ns: wait.outcome for wait in waits(tent)}
    assert outcomes.pop(opened_ns) == "undone"
    assert list(outcomes.values()) == ["called"]


def test_a_call_taken_back_leaves_the_screens(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one", key="the press")
    assert len(tent.views()["view", "calls", "latest"].calls) == 1
    tent.ask(messages.UndoRequested, "one", undoes="the press")
    assert tent.views()["view", "calls", "latest"].calls == []


# Rehearsal ----------------------------------------------------------------------------------------


def test_a_rehearsal_is_in_no_figure(tent: Tent) -> None:
    tally = replace_tally(tent)
    body = messages.TicketDrawn(device="kiosk", service="info", number="A500", exercise=True)
    tent.send("kiosk-a", body)
    assert waits(tent) == []
    assert console(tent, "one").waiting[0].exercise
    called = tent.next("one")
    assert called.accepted
    assert every(TicketCalled, tent.journal[-1][1])
    assert waits(tent) == []
    tent.wait(300)
    tent.ask(messages.DoneRequested, "one")
    assert waits(tent) == []
    assert replace_tally(tent) == tally
    assert tent.hall.state.learned == {}


def replace_tally(tent: Tent) -> Any:
    """The day's counts as they are now."""
    return Hall.restore(tent.site, tent.hall.snapshot()).state.tally


def test_who_is_at_a_desk_is_told_until_it_closes(tent: Tent) -> None:
    tent.ask(messages.OpenRequested, "one", by="camille")
    assert console(tent, "one").by == "camille"
    tent.next("one")  # the panel has no account
    assert console(tent, "one").by == "camille"
    assert not tent.next("one", by="dominique").accepted  # nobody waits
    assert console(tent, "one").by == "dominique"
    tent.ask(messages.CloseRequested, "one", by="camille")
    assert console(tent, "one").by == ""


# The phone ----------------------------------------------------------------------------------------


def test_a_phone_is_told_its_place_and_its_call_discreet_or_not(tent: Tent) -> None:
    tent.ask(messages.OpenRequested, "quiet")
    for number, token in (("Z500", "0" * 64), ("Z501", TOKEN)):
        tent.send("kiosk-a", messages.TicketDrawn(device="kiosk", service="care", number=number, token=token))
        tent.wait(1)
    (first, second) = tent.views()["private", "queue", "care"].tickets
    assert (first.ahead, second.ahead) == (0, 1)
    assert second.token == TOKEN
    assert second.wait_median_s > 0
    assert first.wait_median_s <= second.wait_median_s
    tent.next("quiet")
    (first, second) = tent.views()["private", "queue", "care"].tickets
    assert (first.state, first.desk) == ("called", "quiet")
    assert second.ahead == 0
    assert tent.views()["view", "calls", "latest"].calls == []
    tent.ask(messages.DoneRequested, "quiet")
    (left,) = tent.views()["private", "queue", "care"].tickets
    assert left.token == TOKEN


def test_a_flood_of_tickets_keeps_every_view_within_what_the_broker_takes(tent: Tent) -> None:
    tent.ask(messages.OpenRequested, "quiet")
    flood = 2_000
    for place in range(flood):
        drawn = messages.TicketDrawn(
            device="kiosk", service="care", number=f"Z{place}", token=f"{place:064x}", language="zh"
        )
        tent.send("kiosk-a", drawn)
    tent.wait(60)
    tent.next("quiet")
    views = tent.views()
    longest = max(views, key=lambda key: len(msgspec.json.encode(views[key])))
    assert len(msgspec.json.encode(views[longest])) < MOST_BYTES, longest
    queue = views["private", "queue", "care"]
    assert not queue.complete
    assert (queue.tickets[0].state, queue.tickets[0].number) == ("called", "Z0")
    assert [one.ahead for one in queue.tickets[1:4]] == [0, 1, 2]


def test_a_number_mistyped_does_not_swallow_the_ticket_that_is_printed_later(tent: Tent) -> None:
    tent.next("one", number="A901")
    tent.wait(60)
    body = messages.TicketDrawn(device="kiosk", service="info", number="A901", reserve=True)
    made = tent.send("kiosk-a", body)
    assert only(TicketAdmitted, made).visit.conflict
    assert tent.next("two").number == "A901"


def test_a_number_called_by_mistake_and_taken_back_leaves_nobody_in_the_queue(tent: Tent) -> None:
    tent.next("one", number="A901", key="the press")
    assert tent.ask(messages.UndoRequested, "one", undoes="the press").accepted
    assert [wait.outcome for wait in waits(tent)] == ["undone"]
    assert tent.hall.state.tally.drawn == 0
    assert tent.next("one").reason == "empty_queue"


def test_what_another_desk_has_taught_meanwhile_is_not_taken_back(tent: Tent) -> None:
    tent.draw("info")
    tent.draw("info")
    serve(tent, "one", 200)
    serve(tent, "two", 100)
    tent.ask(messages.DoneRequested, "one", key="the press")
    tent.ask(messages.DoneRequested, "two")
    tent.ask(messages.UndoRequested, "one", undoes="the press")
    assert tent.hall.state.learned["info"].observed == 1


def test_a_visit_that_was_discreet_stays_so_wherever_it_is_sent(tent: Tent) -> None:
    tent.draw("care")
    serve(tent, "quiet")
    assert tent.ask(messages.TransferRequested, "quiet", service="info").accepted
    assert tent.next("one").number == ""
    assert tent.views()["view", "calls", "latest"].calls == []
    assert tent.views()["view", "desk", "one"].number is None


def test_a_visitor_helped_at_a_kiosk_needs_no_second_press(tent: Tent) -> None:
    site = tent.site
    device = replace(site.nodes[0].devices[0], help=20, help_lamp=21)
    nodes = [replace(site.nodes[0], devices=[device]), *site.nodes[1:]]
    tent = Tent(replace(site, nodes=nodes))
    tent.send("kiosk-a", messages.HelpRequested(device="kiosk", key="1", room="kiosk-a"))
    (alert,) = tent.views()["private", "alerts", "now"].alerts
    assert (alert.kind, alert.acknowledged) == ("visitor_help", False)
    tent.wait(site.rules.help_escalation_s)
    tent.tick()
    (alert,) = tent.views()["private", "alerts", "now"].alerts
    assert (alert.kind, alert.acknowledged) == ("visitor_help_escalated", False)
    tent.send(DASHBOARD, messages.HelpAcknowledged(device="console", key="2", room="kiosk-a", by="lea"))
    (alert,) = tent.views()["private", "alerts", "now"].alerts
    assert (alert.acknowledged, alert.by) == (True, "lea")
    assert tent.views()["view", "kiosk", "kiosk-a"].help == "acknowledged"
    tent.wait(site.rules.help_escalation_s)
    tent.tick()
    assert tent.views()["private", "alerts", "now"].alerts == []
