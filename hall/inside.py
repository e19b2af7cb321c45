"""How many people are inside, as one estimate: what the doors counted, held against what is known otherwise.

The doors give a count with its uncertainty (``hall.occupancy``). A lower bound comes from two independent
tellings of which the greater holds, so that nobody is counted twice:

* seats taken, and visitors served at desks in the tent: these sit elsewhere;
* open tickets: who waits to be called, and who is called or served in the tent.

Left out: who is called into the building, a rehearsal's visitors, who stepped aside, and who has waited for
longer than ``HELD_S``: they may be gone. A holder who has just walked away unseen, or follows the queue on a
telephone outside, makes this bound too high by one. That errs on the safe side: a bound raises an estimate,
it never lowers one. An empty tent is certain only where a person says so (a recount of nobody).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from broker.clock import SECOND
from hall import occupancy
from hall.layout import Layout
from hall.space import Occupancy
from hall.state import State
from hall.visit import Visit

HELD_S: Final = 3600
"""So long an uncalled ticket's holder is believed to wait in the tent."""


class Estimate(NamedTuple):
    """People inside: at least ``low``, likely ``likely``, at most ``high``; None: nothing has counted."""

    low: int
    likely: int | None
    high: int | None


def fuse(count: int | None, uncertainty: int, at_least: int) -> Estimate:
    """The doors' count, give or take ``uncertainty``, and at least so many: never below zero.

    Where the bound lies above all that the count allows, the doors have missed people: the bound is believed.
    """
    bound = max(0, at_least)
    if count is None:
        return Estimate(bound, None, None)
    return Estimate(
        low=max(bound, count - uncertainty),
        likely=max(bound, count),
        high=max(bound, count + uncertainty),
    )


def estimate(state: State, layout: Layout, count: Occupancy, now_ns: int) -> Estimate:
    """Today's people inside at a moment (civil), given the doors' count."""
    return fuse(count.inside, occupancy.uncertainty(count), at_least(state, layout, now_ns))


def at_least(state: State, layout: Layout, now_ns: int) -> int:
    """How many people must be inside by tickets and seats."""
    served = waiting = 0
    for visit in state.visits.values():
        served += _is_served_here(layout, visit)
        waiting += _waits_here(visit, now_ns)
    seated = sum(presence.taken for seat, presence in state.seats.items() if seat in layout.seats)
    return max(seated + served, waiting + served)


def _is_served_here(layout: Layout, visit: Visit) -> bool:
    """Called or served at a desk of the tent: the building's desks draw people out of it."""
    if visit.state not in ("called", "serving") or visit.exercise:
        return False
    desk = layout.desks.get(visit.desk)
    return desk is not None and desk.place is None


def _waits_here(visit: Visit, now_ns: int) -> bool:
    if visit.state != "waiting" or visit.late or visit.exercise:
        return False
    return now_ns - visit.arrived_ns <= HELD_S * SECOND
