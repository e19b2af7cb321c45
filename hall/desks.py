"""Desks and their calls: what an agent's press does.

A request acts on the call that the agent saw when pressing; when the desk has gone on since, it is
overtaken and changes nothing. Where no start was pressed, a visitor who was called and not reported
missing was served, with the service time counted from the call (the walk is unknown).
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from hall import priority, tickets, waiting
from hall.decisions import (
    Decision,
    DeskChanged,
    Reason,
    ServiceStarted,
    TicketRecalled,
    TicketReinstated,
    TicketReleased,
    VisitClosed,
)
from hall.layout import Layout
from hall.recorded import Recorded
from hall.requests import answer, untimely
from hall.state import Desk, State, Visit


class Press(NamedTuple):
    """One request at one desk, with all that it acts on."""

    state: State
    layout: Layout
    event: Recorded
    body: messages.DeskRequest
    desk: Desk
    visit: Visit | None

    @property
    def at_ns(self) -> int:
        """When it was pressed (civil)."""
        return self.event.at_ns

    def accept(self, *decisions: Decision, visit: Visit | None = None, reason: Reason = "") -> list[Decision]:
        """The decisions, and the answer that says yes. A discreet number is told on the console only."""
        number = "" if visit is None or self.layout.is_discreet(visit.service) else visit.number
        return [*decisions, self._answer(accepted=True, reason=reason, number=number)]

    def refuse(self, reason: Reason) -> list[Decision]:
        """The answer that says no, and why."""
        return [self._answer(accepted=False, reason=reason)]

    def _answer(self, *, accepted: bool, reason: Reason, number: str = "") -> Decision:
        return answer(
            self.event, self.body, accepted=accepted, reason=reason, desk=self.body.desk, number=number
        )

    def turn(self, **changes: object) -> DeskChanged:
        """The desk with other fields, since now."""
        now = replace(self.desk, since_ns=self.at_ns, **changes)
        return DeskChanged(desk=self.body.desk, now=now)


def requested(state: State, layout: Layout, event: Recorded, body: messages.DeskRequest) -> list[Decision]:
    """Decide a request at a desk."""
    desk = state.desk(body.desk)
    press = Press(state, layout, event, body, desk, state.visits.get(desk.ticket))
    reason = untimely(state, layout, event, body)
    if reason:
        return press.refuse(reason)
    if body.desk not in layout.desks:
        return press.refuse("unknown_desk")
    if not layout.may_act(event.node, body.desk):
        return press.refuse("not_allowed")
    if body.call != desk.call:
        return press.refuse("overtaken")
    match body:
        case messages.NextRequested():
            return _next(press, body)
        case messages.RecallRequested():
            return _recall(press)
        case messages.StartRequested():
            return _start(press)
        case messages.NoShowRequested():
            return _no_show(press)
        case messages.DoneRequested():
            return _done(press)
        case _:
            return _pause(press)


def _next(press: Press, body: messages.NextRequested) -> list[Decision]:
    """End the running visit, then call who was sent ahead, or who is named, or the first of the queue."""
    reinstated: list[Decision] = []
    if body.ticket:
        chosen = press.state.visits.get(body.ticket)
        if chosen is None or chosen.state not in ("waiting", "no_show"):
            return press.refuse("unknown_ticket")
        if chosen.service not in press.layout.desks[body.desk].services:
            return press.refuse("not_here")
        if chosen.state == "no_show":
            chosen = replace(chosen, state="waiting", desk="", call="", ended_ns=None)
            reinstated = [TicketReinstated(visit=chosen)]
    elif press.desk.ahead in press.state.visits:
        return _receive(press, press.state.visits[press.desk.ahead])
    else:
        chosen = priority.first_for(press.state, press.layout, body.desk, press.at_ns)
    ending = _end_running(press)
    if chosen is None:
        if press.desk.state == "free":
            return press.refuse("empty_queue")
        return press.accept(*ending, press.turn(state="free", ticket="", call=""), reason="empty_queue")
    key = press.event.id
    return press.accept(
        *ending,
        *reinstated,
        *tickets.call(press.layout, chosen, body.desk, key, press.at_ns),
        press.turn(state="called", ticket=chosen.ticket, call=key),
        visit=chosen,
    )


def _receive(press: Press, visit: Visit) -> list[Decision]:
    """The visitor sent ahead is at the door: ring once more, so that recalls count from now."""
    rung = replace(visit, rang_ns=press.at_ns)
    return press.accept(
        *_end_running(press),
        TicketRecalled(visit=rung, public=not press.layout.is_discreet(visit.service)),
        press.turn(state="called", ticket=visit.ticket, call=visit.call, ahead=""),
        visit=visit,
    )


def _recall(press: Press) -> list[Decision]:
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
    public = not press.layout.is_discreet(visit.service)
    return press.accept(TicketRecalled(visit=rung, public=public), visit=visit)


def _start(press: Press) -> list[Decision]:
    if press.visit is None:
        return press.refuse("no_call")
    if press.desk.state != "called":
        return press.refuse("already_started")
    started = replace(press.visit, state="serving", started_ns=press.at_ns)
    return press.accept(ServiceStarted(visit=started), press.turn(state="serving"), visit=started)


def _no_show(press: Press) -> list[Decision]:
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
    return press.accept(VisitClosed(visit=closed), press.turn(state="free", ticket="", call=""), visit=closed)


def _done(press: Press) -> list[Decision]:
    if press.visit is None:
        return press.refuse("no_call")
    return press.accept(*_end_running(press), press.turn(state="free", ticket="", call=""), visit=press.visit)


def _pause(press: Press) -> list[Decision]:
    """Pause; a second press closes. A visitor sent ahead goes back to the queue, for any other desk."""
    if press.desk.state == "closed":
        return press.refuse("closed")
    released: list[Decision] = []
    ahead = press.state.visits.get(press.desk.ahead)
    if ahead is not None:
        back = replace(ahead, state="waiting", desk="", call="", called_ns=None, rang_ns=None)
        released = [TicketReleased(visit=back)]
    state = "closed" if press.desk.state == "paused" else "paused"
    return press.accept(
        *_end_running(press), *released, press.turn(state=state, ticket="", call="", ahead="")
    )


def _end_running(press: Press) -> list[Decision]:
    """The visit at the desk, called or served, ends as served; its service time teaches."""
    if press.visit is None:
        return []
    closed = replace(press.visit, state="served", ended_ns=press.at_ns)
    return [VisitClosed(visit=closed), *waiting.learn(press.state, press.layout, closed)]


def rings_again_ns(layout: Layout, visit: Visit) -> int:
    """From when a called visit may be recalled, or reported missing (civil)."""
    return (visit.rang_ns or 0) + layout.rules.recall_interval_s * SECOND


def no_show_allowed_ns(layout: Layout, visit: Visit) -> int | None:
    """From when the visitor may be reported missing; None while recalls are left, or nobody is called."""
    if visit.state != "called" or visit.recalls < layout.rules.recalls_before_no_show:
        return None
    return rings_again_ns(layout, visit)


def apply_changed(state: State, decision: DeskChanged) -> None:
    """The desk as it now is."""
    state.desks[decision.desk] = decision.now
