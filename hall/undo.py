"""Taking back an agent's latest press: for some seconds, and only while nothing else has happened since.

What a request touched is kept with it, so that taking it back puts values in place and computes nothing.
It is an event of its own, seen by everybody: the call leaves the screens, the visitor is where he was.
"""

from __future__ import annotations

from typing import Final

from broker.clock import SECOND
from broker.contract import messages
from hall import tickets
from hall.decisions import (
    VISIT_DECISIONS,
    Decision,
    DeskChanged,
    PromiseScored,
    RequestAnswered,
    RequestUndone,
    ServiceTimeLearned,
    TicketCalled,
    TicketRemoved,
    TicketReturned,
    UndoKept,
    VisitClosed,
)
from hall.press import Press
from hall.state import Learned, State, Undo, Visit

NOT_TAKEN_BACK: Final = (messages.RecallRequested, messages.AddRequested, messages.UndoRequested)
"""What has been heard cannot be unheard; an added visit is removed like any other."""

COUNTED: Final = {"served": "served", "unserved": "unserved", "left": "left", "no_show": "no_show"}
"""The day's count of each way a visit ends."""


def with_undo(press: Press, decisions: list[Decision]) -> list[Decision]:
    """The decisions of an accepted request, and how it is taken back."""
    answer = decisions[-1]
    refused = not isinstance(answer, RequestAnswered) or not answer.accepted
    if refused or isinstance(press.body, NOT_TAKEN_BACK):
        return decisions
    return [*decisions, UndoKept(desk=press.body.desk, undo=_kept(press, decisions))]


def _kept(press: Press, decisions: list[Decision]) -> Undo:
    before: dict[str, Visit] = {}
    after: dict[str, Visit] = {}
    tally: dict[str, int] = {}
    served: dict[str, int] = {}
    learned: dict[str, Learned | None] = {}
    ratios: dict[str, float] = {}
    desk_after = press.desk
    for decision in decisions:
        if isinstance(decision, VISIT_DECISIONS):
            visit = decision.visit
            before.setdefault(visit.ticket, press.state.visits.get(visit.ticket, visit))
            after[visit.ticket] = visit
            for name, moved in _moved(decision).items():
                tally[name] = tally.get(name, 0) + moved
        match decision:
            case VisitClosed(visit=visit) if visit.state == "served" and not visit.exercise:
                served[visit.service] = served.get(visit.service, 0) + 1
            case PromiseScored():
                tally["promises"] = tally.get("promises", 0) + 1
                tally["beyond_p90"] = tally.get("beyond_p90", 0) + decision.beyond_p90
                ratios[decision.service] = decision.ratio
            case ServiceTimeLearned(service=service):
                learned[service] = press.state.learned.get(service)
            case DeskChanged(now=now):
                desk_after = now
            case _:
                pass
    return Undo(
        key=press.body.key,
        type=str(press.body.__struct_config__.tag),
        at_ns=press.at_ns,
        desk=press.desk,
        desk_after=desk_after,
        before=list(before.values()),
        after=list(after.values()),
        tally={name: moved for name, moved in tally.items() if moved},
        served=served,
        learned=learned,
        ratios=ratios,
        calls=[call for call in press.state.calls if call.ticket in before],
    )


def _moved(decision: Decision) -> dict[str, int]:
    """By how much a decision about a visit moved the day's counts; a rehearsal moves none."""
    match decision:
        case TicketCalled(visit=visit) if not visit.exercise:
            return {"waits": decision.first, "within_target": decision.within_target}
        case VisitClosed(visit=visit) | TicketRemoved(visit=visit) if not visit.exercise:
            return {COUNTED[visit.state]: 1}
        case TicketReturned(visit=visit, was=was) if not visit.exercise and was in COUNTED:
            return {COUNTED[was]: -1}
        case _:
            return {}


def undo(press: Press, body: messages.UndoRequested) -> list[Decision]:
    """Take the desk's latest request back."""
    kept = press.state.undos.get(body.desk)
    if kept is None or kept.key != body.undoes:
        return press.refuse("nothing_to_undo")
    if press.at_ns > kept.at_ns + press.layout.rules.undo_s * SECOND:
        return press.refuse("too_late")
    if press.desk != kept.desk_after or any(_went_on(press.state, visit) for visit in kept.after):
        return press.refuse("overtaken")
    return press.accept(RequestUndone(desk=body.desk, undo=kept, visits=kept.before))


def _went_on(state: State, visit: Visit) -> bool:
    """Whether something has happened to a visit since; one that was closed is at hand no more."""
    return state.visits.get(visit.ticket, visit) != visit


def apply_kept(state: State, decision: UndoKept) -> None:
    """Only the latest request of a desk can be taken back."""
    state.undos[decision.desk] = decision.undo


def apply_undone(state: State, decision: RequestUndone) -> None:
    """Desk, visits, counts and what was learned: as before the request."""
    kept = decision.undo
    state.desks[decision.desk] = kept.desk
    state.undos.pop(decision.desk, None)
    tally = state.tally
    for name, moved in kept.tally.items():
        setattr(tally, name, getattr(tally, name) - moved)
    for service, count in kept.served.items():
        tally.served_by_service[service] = tally.served_by_service.get(service, 0) - count
    for visit in decision.visits:
        state.visits[visit.ticket] = visit
    touched = {visit.ticket for visit in decision.visits}
    calls = [*kept.calls, *(call for call in state.calls if call.ticket not in touched)]
    state.calls = sorted(calls, key=lambda call: -call.rang_ns)[: tickets.SHOWN_CALLS]
    for service, learned in kept.learned.items():
        if learned is None:
            state.learned.pop(service, None)
        else:
            state.learned[service] = learned
    for service, ratio in kept.ratios.items():
        errors = state.errors.get(service, [])
        if errors and errors[-1] == ratio:
            errors.pop()
