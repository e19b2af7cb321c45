"""Desks: opened, paused and closed, and what they give; and where every request of a desk is decided.

A request acts on the call that the agent saw when pressing; when the desk has gone on since, it is
overtaken and changes nothing. What the presses do to the running visit is in ``hall.calls``, what they
do to the queue in ``hall.queue``, how the latest is taken back in ``hall.undo``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from broker.contract import messages
from hall import calls, queue, undo
from hall.decisions import Decision, DeskChanged, Reason, RequestAnswered, TicketReleased
from hall.layout import Layout
from hall.press import Press
from hall.recorded import Recorded
from hall.requests import untimely
from hall.state import State

ABOUT_NO_CALL: Final = (
    messages.TicketRequest,
    messages.AddRequested,
    messages.OpenRequested,
    messages.ServicesRequested,
    messages.UndoRequested,
)
"""Requests that do not act on the running call: they count whatever the desk has gone on to."""


def requested(state: State, layout: Layout, event: Recorded, body: messages.DeskRequest) -> list[Decision]:
    """Decide a request at a desk: its decisions, the answer, and how it is taken back."""
    desk = state.desk(body.desk)
    press = Press(state, layout, event, body, desk, state.visits.get(desk.ticket))
    reason = untimely(state, layout, event, body) or _objection(press)
    if reason:
        return press.refuse(reason)
    return _with_who(press, undo.with_undo(press, _RULES[type(body)](press, body)))


def _with_who(press: Press, decisions: list[Decision]) -> list[Decision]:
    """Whoever presses at an open desk is at it, also where the answer is no: nobody waited, say."""
    answer, by = decisions[-1], press.body.by
    refused = isinstance(answer, RequestAnswered) and not answer.accepted
    if not refused or by in ("", press.desk.by) or press.desk.state == "closed":
        return decisions
    return [DeskChanged(desk=press.body.desk, now=replace(press.desk, by=by)), *decisions]


def _objection(press: Press) -> Reason:
    """Why this desk or this moment is the wrong one; empty when it is not."""
    if press.body.desk not in press.layout.desks:
        return "unknown_desk"
    if not press.layout.may_act(press.event.node, press.body.desk):
        return "not_allowed"
    if not isinstance(press.body, ABOUT_NO_CALL) and press.body.call != press.desk.call:
        return "overtaken"
    return ""


def _pause(press: Press, _body: messages.PauseRequested) -> list[Decision]:
    """Pause; a second press closes. A visitor sent ahead goes back to the queue, for any other desk."""
    if press.desk.state == "closed":
        return press.refuse("closed")
    if press.desk.state == "paused":
        return _leave(press, "closed", services=[], by="")
    return _leave(press, "paused")


def _close(press: Press, _body: messages.CloseRequested) -> list[Decision]:
    """Close; what it gave by choice is forgotten, so that it opens as described."""
    if press.desk.state == "closed":
        return press.refuse("closed")
    return _leave(press, "closed", services=[], by="")


def _leave(press: Press, state: str, **changes: object) -> list[Decision]:
    ended = calls.end_running(press)
    released: list[Decision] = []
    ahead = press.state.visits.get(press.desk.ahead)
    if ahead is not None:
        back = replace(ahead, state="waiting", desk="", call="", called_ns=None, rang_ns=None)
        released = [TicketReleased(visit=back)]
    turned = press.turn(state=state, ticket="", call="", ahead="", served=ended.served, **changes)
    return press.accept(*ended.decisions, *released, turned)


def _open(press: Press, body: messages.OpenRequested) -> list[Decision]:
    """Open, or end a pause, with the services asked for; a visit that runs goes on."""
    services, reason = _chosen(press, body.services)
    if reason:
        return press.refuse(reason)
    state = "free" if press.desk.state in ("closed", "paused") else press.desk.state
    return press.accept(_given(press, services, state))


def _services(press: Press, body: messages.ServicesRequested) -> list[Decision]:
    """Give other services from the next call on."""
    services, reason = _chosen(press, body.services)
    if reason:
        return press.refuse(reason)
    return press.accept(_given(press, services, press.desk.state))


def _given(press: Press, services: list[str], state: str) -> DeskChanged:
    """The desk with other services; since when it is what it is changes only where its state does."""
    turned = press.turn(state=state, services=services)
    if state != press.desk.state:
        return turned
    return DeskChanged(desk=turned.desk, now=replace(turned.now, since_ns=press.desk.since_ns))


def _chosen(press: Press, wanted: list[messages.Word]) -> tuple[list[str], Reason]:
    """The services in the description's order; none where they are the description's own."""
    known = press.layout.services
    if any(service not in known for service in wanted):
        return [], "unknown_service"
    ordered = [service for service in known if service in wanted]
    usual = press.layout.desks[press.body.desk].services
    return ([] if sorted(ordered) == sorted(usual) else ordered), ""


_RULES: Final[dict[type[messages.DeskRequest], Callable[[Press, Any], list[Decision]]]] = {
    messages.NextRequested: calls.next_visit,
    messages.RecallRequested: calls.recall,
    messages.StartRequested: calls.start,
    messages.NoShowRequested: calls.no_show,
    messages.DoneRequested: calls.done,
    messages.ParkRequested: calls.park,
    messages.TransferRequested: calls.transfer,
    messages.PauseRequested: _pause,
    messages.OpenRequested: _open,
    messages.CloseRequested: _close,
    messages.ServicesRequested: _services,
    messages.UndoRequested: undo.undo,
    messages.ReinstateRequested: queue.reinstate,
    messages.RemoveRequested: queue.remove,
    messages.ChangeRequested: queue.change,
    messages.AddRequested: queue.add,
}
"""What each request of a desk does."""


def apply_changed(state: State, decision: DeskChanged) -> None:
    """The desk as it now is."""
    state.desks[decision.desk] = decision.now
