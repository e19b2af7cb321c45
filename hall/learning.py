"""What a call teaches the estimator of waits, once it can no longer be taken back."""

from __future__ import annotations

from broker.clock import SECOND
from hall import serving
from hall.decisions import WaitEnded, WaitsLearned
from hall.layout import Layout
from hall.promises import estimator
from hall.promises.memory import Memory, Seen
from hall.recorded import Recorded
from hall.state import State
from hall.visit import Unlearned, Visit
from hall.waiting import mean_s


def ended(state: State, layout: Layout, visit: Visit) -> list[WaitEnded]:
    """What the first call of a visit shows of each queue that shares its desks.

    A rehearsal teaches nothing, nor does a number called before its ticket was heard of.
    """
    if visit.exercise or visit.unheard or visit.first_called_ns is None:
        return []
    desks = serving.open_desks(state, layout)
    for service in serving.services_of(state, layout, visit.desk):
        desks.setdefault(service, set()).add(visit.desk)  # this call opens it where it was closed
    theirs = desks.get(visit.service, {visit.desk})
    seen = {
        service: _seen(state, layout, visit, service, ours, len(theirs & ours) / len(theirs))
        for service, ours in desks.items()
        if theirs & ours and mean_s(state, layout, service) > 0
    }
    return [WaitEnded(wait=Unlearned(ticket=visit.ticket, at_ns=visit.first_called_ns, seen=seen))]


def _seen(state: State, layout: Layout, visit: Visit, service: str, desks: set[str], shared: float) -> Seen:
    """The call from the side of one queue; what the queue did not decide is no measure of its promises."""
    own = visit.service == service
    by_the_queue = not (visit.priority or visit.step_free or visit.only_desk)
    began_ns = visit.arrived_ns if visit.waits_from_ns is None else visit.waits_from_ns
    service_s = mean_s(state, layout, service)
    return Seen(
        day=state.day.day,
        began_s=seconds_of_day(state, began_ns),
        at_s=seconds_of_day(state, visit.first_called_ns or began_ns),
        desks=float(len(desks)),
        service_s=service_s,
        work=1.0 if own else shared * mean_s(state, layout, visit.service) / service_s,
        own=own and by_the_queue,
        estimate=visit.estimate if own and by_the_queue else None,
    )


def seconds_of_day(state: State, at_ns: int) -> float:
    """Seconds since the day began; 0 before it."""
    return max(0, at_ns - state.day.starts_ns) / SECOND


def learned(state: State, layout: Layout, event: Recorded) -> list[WaitsLearned]:
    """The waits whose calls nobody can take back any more."""
    return _learned_before(state, event.at_ns - layout.rules.undo_s * SECOND)


def learned_today(state: State) -> list[WaitsLearned]:
    """All that is left at the end of a day: nothing is taken back in the next."""
    return _learned_before(state, state.day.ends_ns)


def _learned_before(state: State, settled_ns: int) -> list[WaitsLearned]:
    tickets = [wait.ticket for wait in state.unlearned if wait.at_ns < settled_ns]
    return [WaitsLearned(tickets=tickets)] if tickets else []


def apply_ended(state: State, decision: WaitEnded) -> None:
    """One more to learn from."""
    state.unlearned.append(decision.wait)


def apply_learned(state: State, decision: WaitsLearned) -> None:
    """Each queue remembers what was seen of it, in the order of the calls."""
    tickets = set(decision.tickets)
    for wait in state.unlearned:
        if wait.ticket in tickets:
            for service, seen in wait.seen.items():
                estimator.learn(state.queues.setdefault(service, Memory()), seen)
    state.unlearned = [wait for wait in state.unlearned if wait.ticket not in tickets]
