"""Tickets: drawn, printed, and every change of a visit put in its place.

Life: waiting → called → serving → served, or waiting → left, or called → no_show. A visit can be parked
and resumed, transferred to another service, and a no-show or a wrong "left" reinstated: all keep the first
arrival.
"""

from __future__ import annotations

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from hall import learning, numbers, recent, waiting
from hall.decisions import (
    Decision,
    PrintNoted,
    PromiseMade,
    ServiceStarted,
    TicketAdmitted,
    TicketCalled,
    TicketChanged,
    TicketJoined,
    TicketMissed,
    TicketParked,
    TicketRecalled,
    TicketReinstated,
    TicketReleased,
    TicketRemoved,
    TicketReturned,
    TicketTransferred,
    VisitClosed,
)
from hall.errors import UnknownSubjectError
from hall.layout import Layout
from hall.recorded import Recorded
from hall.state import State
from hall.visit import PublicCall, Visit

CLOCKS_NS = 5 * SECOND
"""By how much the clocks of a kiosk and a desk may differ."""

SHOWN_CALLS = 4
"""How many public calls are kept for the screens."""


def drawn(state: State, layout: Layout, event: Recorded, body: messages.TicketDrawn) -> list[Decision]:
    """Admit a ticket, late or not, whatever its number says. Raises UnknownSubjectError."""
    if body.service not in layout.services:
        raise UnknownSubjectError("service", body.service, f"{event.node}/{body.device}")
    called = _called_before(state, event, body)
    if called is not None:
        return [_joined(layout, event, body, called), *numbers.renew(state, layout, body.number)]
    visit = Visit(
        ticket=event.id,
        node=event.node,
        arrived_ns=event.at_ns,
        number=body.number,
        service=body.service,
        reserve=body.reserve,
        token=body.token,
        language=body.language,
        exercise=body.exercise,
        late=event.recorded_ns - event.at_ns > layout.rules.late_ticket_s * SECOND,
        conflict=body.number in state.numbers,
    )
    if event.at_ns < state.day.starts_ns:
        return [TicketMissed(visit=replace(visit, state="left", late=True, conflict=False))]
    made = [] if visit.late else promised(state, layout, visit)
    return [TicketAdmitted(visit=visit), *made, *numbers.renew(state, layout, body.number)]


def _called_before(state: State, event: Recorded, body: messages.TicketDrawn) -> Visit | None:
    """The visit that an agent had called by this number; None where this paper was printed only after that.

    Such a number was mistyped, and is now given twice.
    """
    called = state.unheard.get(body.number)
    if called is None or not state.day.holds(event.at_ns) or event.at_ns > called.arrived_ns + CLOCKS_NS:
        return None
    return state.visits.get(called.ticket, called)


def _joined(layout: Layout, event: Recorded, body: messages.TicketDrawn, called: Visit) -> TicketJoined:
    """The paper of a visit that was called before its kiosk could be heard: its arrival is the paper's."""
    visit = replace(
        called,
        node=event.node,
        arrived_ns=event.at_ns,
        reserve=body.reserve,
        token=body.token,
        language=body.language,
        unheard=False,
    )
    first = visit.waits_from_ns is None
    return TicketJoined(visit=visit, first=first, within_target=first and _is_within_target(layout, visit))


def promised(state: State, layout: Layout, visit: Visit) -> list[PromiseMade]:
    """The promise to a visit that begins to wait; none where it has no ground."""
    building = layout.building(visit.node)
    promise = waiting.promise(state, layout, visit.service, visit.arrived_ns, building)
    return [] if promise is None else [PromiseMade(visit=waiting.with_promise(visit, promise))]


def printed(_state: State, _layout: Layout, _event: Recorded, body: messages.TicketPrinted) -> list[Decision]:
    """Note how a print ended; the ticket counts either way."""
    return [PrintNoted(ticket=body.ticket, outcome=body.outcome)]


def call(state: State, layout: Layout, visit: Visit, desk: str, key: str, at_ns: int) -> list[Decision]:
    """Call a visit to a desk; the first call ends its wait, and scores the promise made to it."""
    first = visit.first_called_ns is None
    called = replace(
        visit,
        state="called",
        desk=desk,
        call=key,
        first_called_ns=at_ns if first else visit.first_called_ns,
        called_ns=at_ns,
        rang_ns=at_ns,
        recalls=0,
        started_ns=None,
        ended_ns=None,
    )
    counts = first and called.wait_s is not None
    within = counts and _is_within_target(layout, called)
    public = not layout.keeps_quiet(visit)
    scored: list[Decision] = []
    if first:
        scored = [*waiting.judge(called), *learning.ended(state, layout, called)]
    over = replace(called, estimate=None)
    wait_s = called.wait_s if counts and not called.exercise else None
    return [
        TicketCalled(visit=over, first=counts, within_target=within, public=public, wait_s=wait_s),
        *scored,
    ]


def _is_within_target(layout: Layout, visit: Visit) -> bool:
    return visit.wait_s is not None and visit.wait_s <= layout.rules.target_wait_min * 60


# Applying ---------------------------------------------------------------------------------------


def apply_admitted(state: State, decision: TicketAdmitted) -> None:
    """A visit more."""
    visit = decision.visit
    state.visits[visit.ticket] = visit
    numbers.note_given(state, visit)
    if visit.unheard:
        state.unheard[visit.number] = visit
    if visit.exercise:
        return
    tally = state.tally
    tally.drawn += 1
    tally.drawn_by_service[visit.service] = tally.drawn_by_service.get(visit.service, 0) + 1


def apply_missed(state: State, decision: TicketMissed) -> None:
    """Nothing of today changes: the visit was another day's."""


def apply_printed(state: State, decision: PrintNoted) -> None:
    """Keep the outcome with a visit that is still open."""
    visit = state.visits.get(decision.ticket)
    if visit is not None:
        state.visits[decision.ticket] = replace(visit, printed=decision.outcome)


def apply_visit(
    state: State,
    decision: PromiseMade
    | TicketReleased
    | ServiceStarted
    | TicketParked
    | TicketTransferred
    | TicketChanged
    | TicketRemoved,
) -> None:
    """The visit as it now is; a call that was taken back leaves the screens."""
    visit = decision.visit
    state.visits[visit.ticket] = visit
    if visit.state not in ("called", "serving"):
        state.calls = [call for call in state.calls if call.ticket != visit.ticket]


def apply_removed(state: State, decision: TicketRemoved) -> None:
    """One more who left; the visit stays at hand."""
    apply_visit(state, decision)
    state.tally.left += not decision.visit.exercise


def apply_returned(state: State, decision: TicketReturned) -> None:
    """No longer what it had been counted as."""
    state.visits[decision.visit.ticket] = decision.visit
    if not decision.visit.exercise:
        state.tally.no_show -= decision.was == "no_show"
        state.tally.left -= decision.was == "left"


def apply_joined(state: State, decision: TicketJoined) -> None:
    """One visit, with the paper's arrival; it may be over already."""
    visit = decision.visit
    if visit.ticket in state.visits:
        state.visits[visit.ticket] = visit
    state.unheard.pop(visit.number, None)
    numbers.note_reserve(state, visit)
    state.tally.waits += decision.first
    state.tally.within_target += decision.within_target


def apply_reinstated(state: State, decision: TicketReinstated) -> None:
    """No longer a no-show."""
    state.visits[decision.visit.ticket] = decision.visit
    state.tally.no_show -= 1


def apply_called(state: State, decision: TicketCalled) -> None:
    """A call more; a wait less."""
    state.visits[decision.visit.ticket] = decision.visit
    if not decision.visit.exercise:
        state.tally.waits += decision.first
        state.tally.within_target += decision.within_target
    recent.note_called(state, decision.visit, decision.wait_s)
    _show(state, decision)


def apply_recalled(state: State, decision: TicketRecalled) -> None:
    """The same call, rung again."""
    state.visits[decision.visit.ticket] = decision.visit
    _show(state, decision)


def _show(state: State, decision: TicketCalled | TicketRecalled) -> None:
    visit = decision.visit
    if not decision.public or visit.rang_ns is None:
        return
    shown = PublicCall(
        call=visit.call,
        ticket=visit.ticket,
        number=visit.number,
        desk=visit.desk,
        rang_ns=visit.rang_ns,
        recalls=visit.recalls,
    )
    others = [call for call in state.calls if call.ticket != visit.ticket]
    state.calls = [shown, *others][:SHOWN_CALLS]


def apply_closed(state: State, decision: VisitClosed) -> None:
    """Count the end; only a no-show stays at hand, who may yet come back."""
    visit = decision.visit
    tally = state.tally
    if visit.unheard:
        state.unheard[visit.number] = visit
    if visit.state == "no_show":
        state.visits[visit.ticket] = visit
    else:
        state.visits.pop(visit.ticket, None)
    if visit.exercise:
        return
    if visit.state == "no_show":
        tally.no_show += 1
    elif visit.state == "unserved":
        tally.unserved += 1
    elif visit.state == "served":
        tally.served += 1
        tally.served_by_service[visit.service] = tally.served_by_service.get(visit.service, 0) + 1
    else:
        tally.left += 1
