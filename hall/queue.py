"""The queue by hand: who comes back, who has left, who is given priority, who comes without paper."""

from __future__ import annotations

from msgspec.structs import replace

from broker.contract import messages
from broker.contract.topics import EXERCISE
from hall import calls, numbers, serving, tickets
from hall.decisions import (
    Decision,
    DeskChanged,
    TicketAdmitted,
    TicketChanged,
    TicketRemoved,
    TicketReturned,
)
from hall.layout import Layout
from hall.press import Press
from hall.recorded import Recorded
from hall.state import State
from hall.visit import Visit

STILL_HERE = ("waiting", "parked")


def reinstate(press: Press, body: messages.ReinstateRequested) -> list[Decision]:
    """Back to the place by arrival: a no-show, a wrong "I leave", a late ticket, a parked visit."""
    visit = press.state.visits.get(body.ticket)
    if visit is None:
        return press.refuse("unknown_ticket")
    if visit.state not in ("no_show", "left", "parked") and not (visit.state == "waiting" and visit.late):
        return press.refuse("not_waiting")
    back = calls.returned(visit)
    return press.accept(TicketReturned(visit=back, was=visit.state), visit=back)


def remove(press: Press, body: messages.RemoveRequested) -> list[Decision]:
    """The visitor has left without being served."""
    visit = press.state.visits.get(body.ticket)
    if visit is None:
        return press.refuse("unknown_ticket")
    if visit.state not in STILL_HERE:
        return press.refuse("not_waiting")
    return press.accept(TicketRemoved(visit=_gone(visit, press.at_ns)), visit=visit)


def change(press: Press, body: messages.ChangeRequested) -> list[Decision]:
    """Give or take priority, or a desk without steps; why is nobody's business."""
    visit = press.state.visits.get(body.ticket)
    if visit is None:
        return press.refuse("unknown_ticket")
    if visit.state not in STILL_HERE:
        return press.refuse("not_waiting")
    if body.step_free and not _can_be_step_free(press, visit):
        return press.refuse("no_step_free_desk")
    changed = replace(
        visit,
        priority=visit.priority if body.priority is None else body.priority,
        step_free=visit.step_free if body.step_free is None else body.step_free,
    )
    return press.accept(TicketChanged(visit=changed), visit=changed)


def add(press: Press, body: messages.AddRequested) -> list[Decision]:
    """A visit without paper: the hall gives the number, one that no kiosk holds or may give."""
    service = press.layout.services.get(body.service)
    if service is None or not service.ticket:
        return press.refuse("unknown_service")
    if body.step_free and not serving.has_step_free_desk(press.state, press.layout, body.service):
        return press.refuse("no_step_free_desk")
    taken = numbers.take(press.state, press.layout, service)
    visit = Visit(
        ticket=press.event.id,
        node=press.event.node,
        arrived_ns=press.at_ns,
        number=taken.number,
        service=body.service,
        priority=body.priority,
        step_free=body.step_free,
    )
    promised = tickets.promised(press.state, press.layout, visit)
    return press.accept(taken, TicketAdmitted(visit=visit), *promised, visit=visit)


def left(state: State, _layout: Layout, event: Recorded, body: messages.VisitorLeft) -> list[Decision]:
    """A visitor gave the place back on the phone; nothing, where the visit has begun or is over."""
    visit = next((one for one in state.visits.values() if one.token and one.token == body.token), None)
    if visit is None or visit.state not in (*STILL_HERE, "called"):
        return []
    if event.node == EXERCISE and not visit.exercise:
        return []  # a rehearsal sends no real visitor away
    freed: list[Decision] = []
    for desk, now in state.desks.items():
        if now.ticket == visit.ticket:
            since_ns = max(event.at_ns, now.since_ns)
            gone = replace(now, state="free", ticket="", call="", since_ns=since_ns)
            freed.append(DeskChanged(desk=desk, now=gone))
        elif now.ahead == visit.ticket:
            freed.append(DeskChanged(desk=desk, now=replace(now, ahead="")))
    return [TicketRemoved(visit=_gone(visit, event.at_ns)), *freed]


def _gone(visit: Visit, at_ns: int) -> Visit:
    return replace(visit, state="left", call="", note="", ended_ns=max(at_ns, visit.arrived_ns))


def _can_be_step_free(press: Press, visit: Visit) -> bool:
    """Whether a desk without steps may call the visit; one reserved for a desk has no other."""
    reserved = press.layout.desks.get(visit.only_desk)
    if reserved is not None and press.state.desk(reserved.id).state != "closed":
        return reserved.step_free
    return serving.has_step_free_desk(press.state, press.layout, visit.service)
