"""People inside: counted at the doors, with an uncertainty that grows until somebody counts.

Door counters drift by up to ±7 % one way, and errors add up. So each count carries an uncertainty of
7 % of the passages since the last certainty, in the direction that had more of them. An agent's recount is
certain. The count is never below zero: an exit with nobody inside proves missed entries and is noted as
impossible. Nothing is reset silently: the day's end resolves the count by a decision with what was left over.

``hall.inside`` holds the count against tickets and seats, ``hall.capacity`` against the permitted number.
"""

from __future__ import annotations

import math
from typing import Final

from msgspec.structs import replace

from broker.contract import messages
from hall.decisions import Decision, OccupancyCounted, OccupancyRecounted, OccupancyResolved, RecountNoted
from hall.layout import Layout
from hall.recorded import Recorded
from hall.requests import answer, untimely
from hall.space import UNCOUNTED, Occupancy, Recount
from hall.state import State

DRIFT_PERCENT = 7
"""How many of a hundred passages a light-beam counter misses or invents, at worst, in one direction."""

KEPT_RECOUNTS: Final = 10
"""So many of today's recounts are listed."""

KEPT_DAYS = 14
"""How many days' counts wait for passages that a cut-off door tells late."""


def uncertainty(count: Occupancy) -> int:
    """By how many people the count can be wrong, either way."""
    return math.ceil(DRIFT_PERCENT * max(count.entered_since, count.left_since) / 100)


def passed(state: State, layout: Layout, event: Recorded, body: messages.PassageCounted) -> list[Decision]:
    """Count a passage for the day it happened on."""
    entered = body.direction == "in"
    today = state.day.holds(event.at_ns)
    day = state.day.day if today else layout.calendar.day(event.at_ns).day
    count = state.occupancies.get(day, UNCOUNTED)
    now = replace(count, entered=count.entered + entered, left=count.left + (not entered))
    if count.recounted_ns is None or event.at_ns > count.recounted_ns:
        inside = (count.inside or 0) + (1 if entered else -1)
        now = replace(
            now,
            inside=max(0, inside),
            entered_since=count.entered_since + entered,
            left_since=count.left_since + (not entered),
            impossible=count.impossible + (inside < 0),
        )
    return [
        OccupancyCounted(
            day=day, now=now, uncertainty=uncertainty(now), entered=int(entered), left=int(not entered)
        )
    ]


def recounted(
    state: State, layout: Layout, event: Recorded, body: messages.RecountRequested
) -> list[Decision]:
    """Take an agent's count as certain."""
    reason = untimely(state, layout, event, body) or ("impossible" if body.people < 0 else "")
    if reason:
        return [answer(event, body, accepted=False, reason=reason)]
    before = state.occupancy
    now = replace(
        before,
        inside=body.people,
        entered_since=0,
        left_since=0,
        recounted_ns=event.at_ns,
    )
    recount = Recount(at_ns=event.at_ns, people=body.people, before=before.inside, by=body.by)
    return [
        OccupancyRecounted(
            day=state.day.day,
            now=now,
            before=before.inside,
            uncertainty=uncertainty(before),
            passages=before.entered_since + before.left_since,
            by=body.by,
        ),
        RecountNoted(recount=recount),
        answer(event, body, accepted=True),
    ]


def resolved(state: State) -> list[Decision]:
    """At the day's end the tent is empty, whatever the counters say."""
    count = state.occupancy
    if count.inside is None:
        return []
    return [
        OccupancyResolved(
            day=state.day.day,
            residual=count.inside,
            uncertainty=uncertainty(count),
            passages=count.entered_since + count.left_since,
        )
    ]


def apply_counted(state: State, decision: OccupancyCounted | OccupancyRecounted) -> None:
    """The day's count as it now is."""
    state.occupancies[decision.day] = decision.now


def apply_noted(state: State, decision: RecountNoted) -> None:
    """One more of today's recounts."""
    state.recounts = [*state.recounts, decision.recount][-KEPT_RECOUNTS:]


def apply_resolved(state: State, decision: OccupancyResolved) -> None:
    """Nothing moves: the next day counts for itself, and this day's count stays for late passages."""
