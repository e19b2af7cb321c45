"""Calls: what an agent's press does to the visit at the desk.

Where no start was pressed, a visitor who was called and not reported missing was served, with the service
time counted from the call (the walk is unknown).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from broker.contract.numbers import parts
from hall import numbers, priority, serving, tickets, waiting
from hall.decisions import (
    Decision,
    ServiceStarted,
    TicketAdmitted,
    TicketParked,
    TicketRecalled,
    TicketReturned,
    TicketTransferred,
    VisitClosed,
)
from hall.layout import Layout
from hall.press import Press
from hall.visit import Visit

CALLABLE = ("waiting", "parked", "no_show", "left")
"""Who can be called: by the queue's order, or by hand."""

FREE = {"state": "free", "ticket": "", "call": ""}
"""A desk that waits for its next press."""


class Ended(NamedTuple):
    """What ends a running visit, and how many the desk has then served today."""

    decisions: Sequence[Decision]
    served: int


def next_visit(press: Press, body: messages.NextRequested) -> list[Decision]:
    """End the running visit, then call who was sent ahead, or who is named, or the first of the queue."""
    if body.number:
        return _call_number(press, body)
    if body.ticket:
        return _call_ticket(press, body.ticket)
    if press.desk.ahead in press.state.visits and not body.service:
        return _receive(press, press.state.visits[press.desk.ahead])
    if body.service and body.service not in press.layout.services:
        return press.refuse("unknown_service")
    chosen = priority.first_for(press.state, press.layout, press.body.desk, press.at_ns, body.service)
    if chosen is not None:
        return _call(press, chosen)
    if press.desk.state == "free":
        return press.refuse("empty_queue")
    ended = end_running(press)
    return press.accept(*ended.decisions, press.turn(**FREE, served=ended.served), reason="empty_queue")


def _call(press: Press, visit: Visit, *before: Decision) -> list[Decision]:
    key = press.event.id
    ended = end_running(press)
    called = tickets.call(press.state, press.layout, visit, press.body.desk, key, press.at_ns)
    turned = press.turn(state="called", ticket=visit.ticket, call=key, served=ended.served)
    return press.accept(*ended.decisions, *before, *called, turned, visit=visit)


def _call_ticket(press: Press, ticket: str) -> list[Decision]:
    """Call a chosen visit: waiting, late, parked, or back after a no-show or a wrong "I leave"."""
    chosen = press.state.visits.get(ticket)
    if chosen is None:
        return press.refuse("unknown_ticket")
    if ticket == press.desk.ahead:
        return _receive(press, chosen)
    if chosen.state not in CALLABLE:
        return press.refuse("not_waiting")
    if not serving.may_choose(press.state, press.layout, press.body.desk, chosen):
        return press.refuse("not_here")
    if chosen.state == "waiting":
        return _call(press, chosen)
    back = returned(chosen)
    return _call(press, back, TicketReturned(visit=back, was=chosen.state))


def _call_number(press: Press, body: messages.NextRequested) -> list[Decision]:
    """Call a number that the hall has not heard of: its ticket joins this visit when it comes."""
    known = [visit for visit in press.state.visits.values() if visit.number == body.number]
    if known:
        chosen = next((visit for visit in known if visit.state in CALLABLE), known[0])
        return _call_ticket(press, chosen.ticket)
    number = parts(body.number)
    lettered = [
        service.id
        for service in press.layout.services.values()
        if number is not None and service.letter == number.letter and body.service in ("", service.id)
    ]
    if not lettered or body.number in press.state.numbers:
        return press.refuse("unknown_ticket")  # nobody's number, or its visit is over
    given = serving.services_of(press.state, press.layout, press.body.desk)
    fitting = [service for service in given if service in lettered]
    if not fitting:
        return press.refuse("not_here")
    visit = Visit(
        ticket=press.event.id,
        node=press.event.node,
        arrived_ns=press.at_ns,
        number=body.number,
        service=fitting[0],
        filed_node=press.event.node,
        filed_ns=press.at_ns,
        unheard=True,
    )
    renewed = numbers.renew(press.state, press.layout, body.number)
    return _call(press, visit, TicketAdmitted(visit=visit), *renewed)


def _receive(press: Press, visit: Visit) -> list[Decision]:
    """The visitor sent ahead is at the door: ring once more, so that recalls count from now."""
    ended = end_running(press)
    rung = replace(visit, rang_ns=press.at_ns)
    return press.accept(
        *ended.decisions,
        TicketRecalled(visit=rung, public=not press.layout.keeps_quiet(visit)),
        press.turn(state="called", ticket=visit.ticket, call=visit.call, ahead="", served=ended.served),
        visit=visit,
    )


def recall(press: Press, _body: messages.RecallRequested) -> list[Decision]:
    """Ring again, a few times, some seconds apart."""
    visit = press.visit
    if visit is None:
        return press.refuse("no_call")
    if press.desk.state != "called":
        return press.refuse("already_started")
    if visit.recalls >= press.layout.rules.recalls_before_no_show:
        return press.refuse("recall_limit")
    if press.at_ns < rings_again_ns(press.layout, visit):
        return press.refuse("too_soon")
    rung = replace(visit, rang_ns=press.at_ns, recalls=visit.recalls + 1)
    public = not press.layout.keeps_quiet(visit)
    return press.accept(TicketRecalled(visit=rung, public=public), visit=visit)


def start(press: Press, _body: messages.StartRequested) -> list[Decision]:
    """The visitor has come."""
    if press.visit is None:
        return press.refuse("no_call")
    if press.desk.state != "called":
        return press.refuse("already_started")
    started = replace(press.visit, state="serving", started_ns=press.at_ns)
    return press.accept(ServiceStarted(visit=started), press.turn(state="serving"), visit=started)


def no_show(press: Press, _body: messages.NoShowRequested) -> list[Decision]:
    """The visitor has not come, after all recalls."""
    visit = press.visit
    if visit is None:
        return press.refuse("no_call")
    if press.desk.state != "called":
        return press.refuse("already_started")
    allowed_ns = no_show_allowed_ns(press.layout, visit)
    if allowed_ns is None:
        return press.refuse("recalls_left")
    if press.at_ns < allowed_ns:
        return press.refuse("too_soon")
    closed = replace(visit, state="no_show", ended_ns=press.at_ns)
    return press.accept(VisitClosed(visit=closed), press.turn(**FREE), visit=closed)


def done(press: Press, body: messages.DoneRequested) -> list[Decision]:
    """Service ended; what was done may say that the visitor could not be served."""
    if press.visit is None:
        return press.refuse("no_call")
    if body.outcome and body.outcome not in press.layout.outcomes:
        return press.refuse("unknown_outcome")
    ended = end_running(press, body.outcome)
    return press.accept(*ended.decisions, press.turn(**FREE, served=ended.served), visit=press.visit)


def park(press: Press, body: messages.ParkRequested) -> list[Decision]:
    """The visitor steps aside; what was served so far counts when the visit goes on."""
    visit = press.visit
    if visit is None:
        return press.refuse("no_call")
    parked = replace(
        visit, state="parked", call="", note=body.note, served_before_s=_served_s(visit, press.at_ns)
    )
    return press.accept(TicketParked(visit=parked), press.turn(**FREE), visit=parked)


def transfer(press: Press, body: messages.TransferRequested) -> list[Decision]:
    """End this wait, and begin another one for the same visit, with its first arrival."""
    visit = press.visit
    if visit is None:
        return press.refuse("no_call")
    service = press.layout.services.get(body.service)
    if service is None or not service.ticket:
        return press.refuse("unknown_service")
    if body.to_desk and body.to_desk not in press.layout.desks:
        return press.refuse("unknown_desk")
    if body.to_desk and press.state.desk(body.to_desk).state == "closed":
        return press.refuse("closed")
    if visit.step_free and not _is_step_free(press, body):
        return press.refuse("no_step_free_desk")
    before = replace(visit, state="served", ended_ns=press.at_ns)
    onward = replace(
        visit,
        state="waiting",
        service=body.service,
        only_desk=body.to_desk,
        note=body.note,
        desk="",
        call="",
        first_called_ns=None,
        called_ns=None,
        rang_ns=None,
        recalls=0,
        started_ns=None,
        ended_ns=None,
        served_before_s=0.0,
        waits_from_ns=press.at_ns,
        discreet=press.layout.keeps_quiet(visit),
        filed_node=press.event.node,
        filed_ns=press.at_ns,
        expected_s=None,
        median_s=None,
        p90_s=None,
        estimate=None,
    )
    promise = waiting.promise_in_place(press.state, press.layout, onward, press.at_ns)
    if promise is not None:
        onward = waiting.with_promise(onward, promise)
    return press.accept(
        TicketTransferred(visit=onward, before=before),
        *waiting.learn(press.state, press.layout, before),
        press.turn(**FREE, served=_served(press)),
        visit=onward,
    )


def _is_step_free(press: Press, body: messages.TransferRequested) -> bool:
    """Whether the visit can go where it is sent without a step."""
    if body.to_desk:
        return press.layout.desks[body.to_desk].step_free
    return serving.has_step_free_desk(press.state, press.layout, body.service)


def end_running(press: Press, outcome: str = "") -> Ended:
    """The visit at the desk, called or served, ends as served; its service time teaches."""
    if press.visit is None:
        return Ended([], press.desk.served)
    known = press.layout.outcomes.get(outcome)
    state = "served" if known is None or known.served else "unserved"
    closed = replace(press.visit, state=state, outcome=outcome, note="", ended_ns=press.at_ns)
    taught = waiting.learn(press.state, press.layout, closed)
    return Ended([VisitClosed(visit=closed), *taught], _served(press))


def _served(press: Press) -> int:
    """How many visits the desk has had today once its running one ends; a rehearsal's do not count."""
    return press.desk.served + (press.visit is not None and not press.visit.exercise)


def returned(visit: Visit) -> Visit:
    """A visit back in the queue, with its first arrival."""
    return replace(
        visit,
        state="waiting",
        late=False,
        desk="",
        call="",
        called_ns=None,
        rang_ns=None,
        recalls=0,
        started_ns=None,
        ended_ns=None,
    )


def _served_s(visit: Visit, at_ns: int) -> float:
    began_ns = visit.called_ns if visit.started_ns is None else visit.started_ns
    return visit.served_before_s + max(0, at_ns - (at_ns if began_ns is None else began_ns)) / SECOND


def rings_again_ns(layout: Layout, visit: Visit) -> int:
    """From when a called visit may be recalled, or reported missing (civil)."""
    return (visit.rang_ns or 0) + layout.rules.recall_interval_s * SECOND


def recall_allowed_ns(layout: Layout, visit: Visit) -> int | None:
    """From when the visitor may be called again (civil); None when nobody is called, or often enough."""
    if visit.state != "called" or visit.recalls >= layout.rules.recalls_before_no_show:
        return None
    return rings_again_ns(layout, visit)


def no_show_allowed_ns(layout: Layout, visit: Visit) -> int | None:
    """From when the visitor may be reported missing; None while recalls are left, or nobody is called."""
    if visit.state != "called" or visit.recalls < layout.rules.recalls_before_no_show:
        return None
    return rings_again_ns(layout, visit)
