"""Tickets: drawn, printed, and every change of a visit put in its place.

Life: waiting → called → serving → served, or waiting → left, or called → no_show; a no-show can be
reinstated and keeps its first arrival.
"""

from __future__ import annotations

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from hall import numbers, waiting
from hall.decisions import (
    Decision,
    PrintNoted,
    PromiseMade,
    ServiceStarted,
    TicketAdmitted,
    TicketCalled,
    TicketMissed,
    TicketRecalled,
    TicketReinstated,
    TicketReleased,
    VisitClosed,
)
from hall.errors import UnknownSubjectError
from hall.layout import Layout
from hall.recorded import Recorded
from hall.state import PublicCall, State, Visit

SHOWN_CALLS = 4
"""How many public calls are kept for the screens."""


def drawn(state: State, layout: Layout, event: Recorded, body: messages.TicketDrawn) -> list[Decision]:
    """Admit a ticket, late or not, whatever its number says. Raises UnknownSubjectError."""
    if body.service not in layout.services:
        raise UnknownSubjectError("service", body.service, f"{event.node}/{body.device}")
    visit = Visit(
        ticket=event.id,
        node=event.node,
        arrived_ns=event.at_ns,
        number=body.number,
        service=body.service,
        reserve=body.reserve,
        token=body.token,
        late=event.recorded_ns - event.at_ns > layout.rules.late_ticket_s * SECOND,
        conflict=body.number in state.numbers,
    )
    if event.at_ns < state.day.starts_ns:
        return [TicketMissed(visit=replace(visit, state="left", late=True, conflict=False))]
    decisions: list[Decision] = [TicketAdmitted(visit=visit)]
    if not visit.late:
        promise = waiting.promise(state, layout, body.service)
        if promise is not None:
            promised = replace(
                visit, expected_s=promise.expected_s, median_s=promise.median_s, p90_s=promise.p90_s
            )
            decisions.append(PromiseMade(visit=promised))
    return [*decisions, *numbers.renew(state, layout, body.number)]


def printed(_state: State, _layout: Layout, _event: Recorded, body: messages.TicketPrinted) -> list[Decision]:
    """Note how a print ended; the ticket counts either way."""
    return [PrintNoted(ticket=body.ticket, outcome=body.outcome)]


def call(layout: Layout, visit: Visit, desk: str, key: str, at_ns: int) -> list[Decision]:
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
    wait = called.wait_s
    within = wait is not None and wait <= layout.rules.target_wait_min * 60
    public = not layout.is_discreet(visit.service)
    scored = waiting.judge(called) if first else []
    return [TicketCalled(visit=called, first=first, within_target=first and within, public=public), *scored]


# Applying ---------------------------------------------------------------------------------------


def apply_admitted(state: State, decision: TicketAdmitted) -> None:
    """A visit more."""
    visit = decision.visit
    state.visits[visit.ticket] = visit
    numbers.note_given(state, visit)
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


def apply_visit(state: State, decision: PromiseMade | TicketReleased | ServiceStarted) -> None:
    """The visit as it now is; a call that was taken back leaves the screens."""
    state.visits[decision.visit.ticket] = decision.visit
    if isinstance(decision, TicketReleased):
        state.calls = [call for call in state.calls if call.ticket != decision.visit.ticket]


def apply_reinstated(state: State, decision: TicketReinstated) -> None:
    """No longer a no-show."""
    state.visits[decision.visit.ticket] = decision.visit
    state.tally.no_show -= 1


def apply_called(state: State, decision: TicketCalled) -> None:
    """A call more; a wait less."""
    state.visits[decision.visit.ticket] = decision.visit
    state.tally.waits += decision.first
    state.tally.within_target += decision.within_target
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
    if visit.state == "no_show":
        state.visits[visit.ticket] = visit
        tally.no_show += 1
        return
    state.visits.pop(visit.ticket, None)
    if visit.state == "served":
        tally.served += 1
        tally.served_by_service[visit.service] = tally.served_by_service.get(visit.service, 0) + 1
    else:
        tally.left += 1
