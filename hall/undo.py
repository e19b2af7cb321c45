"""Taking back an agent's latest press: for some seconds, and only while nothing else has happened since.

What a request touched is kept with it, so that taking it back puts values in place and computes nothing.
It is an event of its own, seen by everybody: the call leaves the screens, the visitor is where he was.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from hall import numbers, recent, tickets
from hall.decisions import (
    VISIT_DECISIONS,
    Decision,
    DeskChanged,
    PromiseScored,
    RequestAnswered,
    RequestUndone,
    ServiceTimeLearned,
    TicketAdmitted,
    TicketCalled,
    TicketRemoved,
    TicketReturned,
    UndoKept,
    VisitClosed,
)
from hall.layout import Layout
from hall.press import Press
from hall.state import State
from hall.visit import Learned, PublicCall, Undo, Visit

NOT_TAKEN_BACK: Final = (messages.RecallRequested, messages.UndoRequested)
"""What has been heard cannot be unheard."""

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
    state = press.state
    before: dict[str, Visit] = {}
    after: dict[str, Visit] = {}
    tally: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    served: Counter[str] = Counter()
    learned: dict[str, Learned | None] = {}
    taught: dict[str, Learned] = {}
    ratios: dict[str, float] = {}
    desk_after = press.desk
    for decision in decisions:
        if isinstance(decision, VISIT_DECISIONS):
            visit = decision.visit
            if visit.ticket in state.visits:
                before[visit.ticket] = state.visits[visit.ticket]
            after[visit.ticket] = visit
            tally.update(_moved(decision))
        match decision:
            case TicketAdmitted(visit=visit):
                drawn[visit.service] += 1
            case VisitClosed(visit=visit) if visit.state == "served" and not visit.exercise:
                served[visit.service] += 1
            case PromiseScored():
                tally.update(promises=1, beyond_p90=int(decision.beyond_p90))
                ratios[decision.service] = decision.ratio
            case ServiceTimeLearned(service=service):
                learned[service] = state.learned.get(service)
                taught[service] = Learned(mean_s=decision.mean_s, observed=decision.observed)
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
        drawn=dict(drawn),
        served=dict(served),
        learned=learned,
        taught=taught,
        ratios=ratios,
        calls=_calls_moved(state, {*before, *after}, decisions),
    )


def _calls_moved(state: State, touched: set[str], decisions: list[Decision]) -> list[PublicCall]:
    """The public calls that a press changes: those of the visits it touches, and one pushed off the end."""
    others = [call for call in state.calls if call.ticket not in touched]
    calls_one = any(isinstance(one, TicketCalled) and one.public for one in decisions)
    pushed = others[tickets.SHOWN_CALLS - 1 :] if calls_one else []
    return [*(call for call in state.calls if call.ticket in touched), *pushed]


def _moved(decision: Decision) -> dict[str, int]:
    """By how much a decision about a visit moved the day's counts; a rehearsal moves none."""
    match decision:
        case TicketAdmitted():
            return {"drawn": 1}
        case TicketCalled(visit=visit) if not visit.exercise:
            return {"waits": int(decision.first), "within_target": int(decision.within_target)}
        case VisitClosed(visit=visit) | TicketRemoved(visit=visit) if not visit.exercise:
            return {COUNTED[visit.state]: 1}
        case TicketReturned(visit=visit, was=was) if not visit.exercise and was in COUNTED:
            return {COUNTED[was]: -1}
        case _:
            return {}


def undo(press: Press, body: messages.UndoRequested) -> list[Decision]:
    """Take the desk's latest request back."""
    state, layout = press.state, press.layout
    kept = state.undos.get(body.desk)
    if kept is None or kept.key != body.undoes:
        return press.refuse("nothing_to_undo")
    if press.at_ns > until_ns(layout, kept):
        return press.refuse("too_late")
    if is_overtaken(state, body.desk, kept):
        return press.refuse("overtaken")
    known = {visit.ticket for visit in kept.before}
    undone = RequestUndone(
        desk=body.desk,
        undo=kept,
        visits=[_restored(state, visit) for visit in kept.before],
        opened=[replace(visit, state="undone") for visit in kept.after if visit.ticket not in known],
        learned={service: _unlearned(state, layout, kept, service) for service in kept.learned},
        calls=_calls(state, kept),
    )
    return press.accept(undone)


def until_ns(layout: Layout, kept: Undo) -> int:
    """Until when a request can be taken back (civil)."""
    return kept.at_ns + layout.rules.undo_s * SECOND


def is_overtaken(state: State, desk: str, kept: Undo) -> bool:
    """Whether anything has happened since to the desk, or to a visit that the request touched."""
    return state.desk(desk) != kept.desk_after or any(_went_on(state, visit) for visit in kept.after)


def _went_on(state: State, visit: Visit) -> bool:
    """Whether something has happened to a visit since; that its paper was printed is nothing."""
    now = state.visits.get(visit.ticket)
    if now is not None:
        return replace(now, printed=visit.printed) != visit
    return visit.state not in ("served", "unserved") or (
        visit.unheard and state.unheard.get(visit.number) != visit
    )


def _restored(state: State, visit: Visit) -> Visit:
    now = state.visits.get(visit.ticket)
    return visit if now is None else replace(visit, printed=now.printed)


def _unlearned(state: State, layout: Layout, kept: Undo, service: str) -> Learned | None:
    """The mean service time without this one; what other desks have taught since stays."""
    now, before, after = state.learned.get(service), kept.learned[service], kept.taught[service]
    if now is None or now == after:
        return before
    known = layout.services.get(service)
    prior_s = after.mean_s if known is None else float(known.mean_service_s)
    moved_s = after.mean_s - (prior_s if before is None else before.mean_s)
    return Learned(mean_s=max(1.0, now.mean_s - moved_s), observed=now.observed - 1)


def _calls(state: State, kept: Undo) -> list[PublicCall]:
    """The public calls without the request's: those before it, and those of others since."""
    touched = {visit.ticket for visit in kept.after}
    calls = {call.ticket: call for call in kept.calls}
    calls |= {call.ticket: call for call in state.calls if call.ticket not in touched}
    return sorted(calls.values(), key=lambda call: -call.rang_ns)[: tickets.SHOWN_CALLS]


def apply_kept(state: State, decision: UndoKept) -> None:
    """Only the latest request of a desk can be taken back."""
    state.undos[decision.desk] = decision.undo


def apply_undone(state: State, decision: RequestUndone) -> None:
    """Desk, visits, counts and what was learned: as before the request."""
    kept, tally = decision.undo, state.tally
    state.desks[decision.desk] = kept.desk
    state.undos.pop(decision.desk, None)
    state.calls = list(decision.calls)
    for visit in decision.opened:
        state.visits.pop(visit.ticket, None)
        numbers.note_free(state, visit)
    for visit in decision.visits:
        state.visits[visit.ticket] = visit
        if visit.unheard:
            state.unheard[visit.number] = visit
    called_before = {visit.ticket for visit in kept.before if visit.first_called_ns is not None}
    taken_back = {visit.ticket for visit in kept.after if visit.first_called_ns is not None} - called_before
    state.unlearned = [wait for wait in state.unlearned if wait.ticket not in taken_back]
    recent.forget_called(state, taken_back)
    for name, moved in kept.tally.items():
        setattr(tally, name, getattr(tally, name) - moved)
    _take_off(tally.drawn_by_service, kept.drawn)
    _take_off(tally.served_by_service, kept.served)
    for service, learned in decision.learned.items():
        if learned is None:
            state.learned.pop(service, None)
        else:
            state.learned[service] = learned
    for service, ratio in kept.ratios.items():
        _forget_last(state.errors.get(service, []), ratio)


def _take_off(counts: dict[str, int], moved: dict[str, int]) -> None:
    for service, count in moved.items():
        counts[service] = counts.get(service, 0) - count


def _forget_last(ratios: list[float], ratio: float) -> None:
    for place in range(len(ratios) - 1, -1, -1):
        if ratios[place] == ratio:
            del ratios[place]
            return
