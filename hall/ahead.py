"""Calling ahead: desks that visitors walk to call by the walking time before they are free.

When the visit at a desk is expected to end within the walk, the next visitor is sent: the screens give the
way, the visitor walks while the desk still serves, and the agent's next press receives this visitor. The walk
is the visitor's own: to a desk inside the town hall, or from the building where the ticket was drawn.
"""

from __future__ import annotations

from msgspec.structs import replace

from broker.clock import SECOND
from hall import priority, serving, tickets, waiting
from hall.decisions import Decision, DeskChanged
from hall.layout import Layout
from hall.recorded import Recorded
from hall.state import State
from hall.visit import Visit


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
        if event.at_ns < _leaves_ns(state, layout, desk, visit):
            continue  # somebody nearer has come first since: their time comes later
        on_their_way.add(visit.ticket)
        key = f"{event.id}:{desk}"
        decisions += tickets.call(state, layout, visit, desk, key, event.at_ns)
        decisions.append(DeskChanged(desk=desk, now=replace(state.desk(desk), ahead=visit.ticket)))
    return decisions


def due_ns(state: State, layout: Layout, desk: str) -> int | None:
    """When that desk should send its next visitor (civil); None while it need not.

    Of those who walk equally far, who is first when they would have to leave is sent: who has the longest
    walk leaves first, unless somebody nearer is called before them.
    """
    now = state.desk(desk)
    if not layout.is_walked_to(desk) or now.ahead or now.state not in ("called", "serving"):
        return None
    if now.ticket not in state.visits:
        return None
    walks_s = {
        layout.visitors_walk_s(desk, visit)
        for visit in state.waiting()
        if serving.may_call(state, layout, desk, visit)
    }
    ends_ns = expected_end_ns(state, layout, desk)
    for walk_s in sorted(walks_s - {0}, reverse=True):
        leaves_ns = ends_ns - walk_s * SECOND
        first = priority.first_for(state, layout, desk, leaves_ns)
        if first is not None and layout.visitors_walk_s(desk, first) >= walk_s:
            return leaves_ns
    return None


def _leaves_ns(state: State, layout: Layout, desk: str, visit: Visit) -> int:
    return expected_end_ns(state, layout, desk) - layout.visitors_walk_s(desk, visit) * SECOND


def expected_end_ns(state: State, layout: Layout, desk: str) -> int:
    """When the visit at that desk should end by the learned mean: from its start, or from call and walk."""
    now = state.desk(desk)
    visit = state.visits[now.ticket]
    begins_ns = visit.started_ns
    if begins_ns is None:
        walk_s = layout.visitors_walk_s(desk, visit)
        begins_ns = max(now.since_ns, (visit.called_ns or now.since_ns) + walk_s * SECOND)
    return begins_ns + round(waiting.mean_s(state, layout, visit.service) * SECOND)
