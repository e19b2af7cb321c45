"""A quieter half-hour to come back at, from what is usual on this weekday; withheld without ground.

What is usual for a half-hour is the mean of its people inside over past same weekdays. Today may be busier
than usual: then all that is usual for the rest of the day counts as much busier as the running half-hour is.
Advised is the first half-hour, later today or on the next open day, in which the tent is calm by that: below
60 % of the permitted number (``levels.BUSY_FROM``).
"""

from __future__ import annotations

from typing import Final

from hall import inside
from hall.half_hours import HALF_HOUR_NS, border_before, slot, usual
from hall.layout import Layout
from hall.levels import BUSY_FROM
from hall.state import State

LEAST_DAYS: Final = 3
"""Fewer past same weekdays are no ground."""

LEAST_PEOPLE: Final = 1.0
"""Half-hours with fewer people than this say nothing about how busy today is."""


def half_hour(state: State, layout: Layout, now_ns: int) -> int | None:
    """When it usually becomes quieter (civil, the beginning of a half-hour); None without ground."""
    running_ns = border_before(state, now_ns)
    if running_ns is None:
        return None
    busier = _busier(state, layout, running_ns, now_ns)
    if busier is None:
        return None
    today = layout.calendar.local(now_ns).date()
    for opening in layout.calendar.openings(today):
        begins_ns = max(opening.opens_ns, running_ns + HALF_HOUR_NS)
        found = _calm(state, layout, begins_ns, opening.closes_ns, busier)
        if found is not None:
            return found
    following = layout.calendar.opening(state.day.ends_ns)
    return None if following is None else _calm(state, layout, following.opens_ns, following.closes_ns, 1.0)


def _busier(state: State, layout: Layout, running_ns: int, now_ns: int) -> float | None:
    """By what factor today is busier than usual just now, at least 1; None where nobody can tell."""
    people = inside.estimate(state, layout, state.occupancy, now_ns).likely
    known = usual(state, layout.calendar.weekday(running_ns), slot(layout, running_ns))
    if people is None or known.days < LEAST_DAYS or known.people < LEAST_PEOPLE:
        return None
    return max(1.0, people / known.people)


def _calm(state: State, layout: Layout, from_ns: int, to_ns: int, busier: float) -> int | None:
    """The first calm half-hour that lies in a span."""
    weekday = layout.calendar.weekday(from_ns)
    for at_ns in range(from_ns, to_ns - HALF_HOUR_NS + 1, HALF_HOUR_NS):
        known = usual(state, weekday, slot(layout, at_ns))
        if known.days >= LEAST_DAYS and known.people * busier < BUSY_FROM * layout.site.capacity:
            return at_ns
    return None
