"""Calling ahead: desks inside the town hall call by the walking time before they are free.

When the visit at a desk is expected to end within the walk, the next visitor is sent: the screens give the
way, the visitor walks while the desk still serves, and the agent's next press receives this visitor.
"""

from __future__ import annotations

from msgspec.structs import replace

from broker.clock import SECOND
from hall import priority, serving, tickets, waiting
from hall.decisions import Decision, DeskChanged
from hall.layout import Layout
from hall.recorded import Recorded
from hall.state import Desk, State, Visit


def sent(state: State, layout: Layout, event: Recorded) -> list[Decision]:
    """Send the next visitor to every desk whose time has come, at most one a desk."""
    decisions: list[Decision] = []
    on_their_way: set[str] = set()
    for desk in layout.desks:
        due = due_ns(state, layout, desk)
        if due is None or event.at_ns < due:
            continue
        visit = priority.first_for(state, layout, desk, event.at_ns)
        if visit is None or visit.ticket in on_their_way:
            continue  # the other desk has this visitor; the next minute finds the following one
        on_their_way.add(visit.ticket)
        key = f"{event.id}:{desk}"
        decisions += tickets.call(state, layout, visit, desk, key, event.at_ns)
        decisions.append(DeskChanged(desk=desk, now=replace(state.desk(desk), ahead=visit.ticket)))
    return decisions


def due_ns(state: State, layout: Layout, desk: str) -> int | None:
    """When that desk should send its next visitor (civil); None while it need not."""
    walk_s = layout.walk_s(desk)
    now = state.desk(desk)
    visit = state.visits.get(now.ticket)
    if not walk_s or now.ahead or visit is None or now.state not in ("called", "serving"):
        return None
    if not any(serving.may_call(state, layout, desk, waiting_visit) for waiting_visit in state.waiting()):
        return None
    return expected_end_ns(state, layout, now, visit, walk_s) - walk_s * SECOND


def expected_end_ns(state: State, layout: Layout, desk: Desk, visit: Visit, walk_s: int) -> int:
    """When the running visit should end by the learned mean: from its start, or from call and walk."""
    begins_ns = visit.started_ns
    if begins_ns is None:
        begins_ns = max(desk.since_ns, (visit.called_ns or desk.since_ns) + walk_s * SECOND)
    return begins_ns + round(waiting.mean_s(state, layout, visit.service) * SECOND)
