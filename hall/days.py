"""A day's end and beginning: nothing is erased, all that was left open is closed by decisions."""

from __future__ import annotations

from msgspec.structs import replace

from hall import learning, occupancy, settings
from hall.decisions import DayStarted, Decision, DeskChanged, HelpCleared, VisitClosed
from hall.layout import Layout
from hall.state import State, Tally
from hall.visit import CLOSED, Visit


def is_over(state: State, now_ns: int) -> bool:
    """Whether the running day has ended by then; the time never goes back a day."""
    return now_ns >= state.day.ends_ns


def closing(state: State, layout: Layout) -> list[Decision]:
    """Close what the day left open; nothing before the first day."""
    if not state.day.day:
        return []
    visits = [
        VisitClosed(visit=_closed(visit, layout, state.day.ends_ns))
        for visit in state.visits.values()
        if visit.state in ("waiting", "parked", "called", "serving")
    ]
    shut = replace(CLOSED, since_ns=state.day.ends_ns)
    desks = [DeskChanged(desk=desk, now=shut) for desk, now in state.desks.items() if now.state != "closed"]
    helps = [HelpCleared(room=room) for room in state.helps]
    return [*visits, *desks, *helps, *learning.learned_today(state), *occupancy.resolved(state)]


def _closed(visit: Visit, layout: Layout, ends_ns: int) -> Visit:
    """Who still waited has left, at the latest when the doors closed; who was called was served.

    When that service ended nobody saw, so its length stays unknown and teaches nothing.
    """
    if visit.state in ("called", "serving"):
        return replace(visit, state="served", note="", ended_ns=None)
    opening = layout.calendar.opening(visit.arrived_ns)
    doors_ns = ends_ns if opening is None else min(opening.closes_ns, ends_ns)
    return replace(visit, state="left", note="", ended_ns=max(visit.arrived_ns, doors_ns))


def apply_started(state: State, decision: DayStarted) -> None:
    """Tallies, numbers and leases begin again; what was learned, sensed and counted stays."""
    day = decision.day
    state.day = day
    state.tally = Tally()
    state.visits = {}
    state.numbers = {}
    state.reserves = {}
    state.counters = {}
    state.leases = {}
    state.calls = []
    state.unheard = {}
    state.undos = {}
    state.votes = {}
    state.called_waits = []
    state.sheets = {}
    state.forgotten = {}
    state.border = None
    state.uses = {}
    state.recounts = []
    state.silences = {}
    state.half_hours = []
    state.keys = {key: at_ns for key, at_ns in state.keys.items() if at_ns >= day.starts_ns}
    settings.forget(state, day)
    for past in sorted(state.occupancies)[: -occupancy.KEPT_DAYS]:
        del state.occupancies[past]
