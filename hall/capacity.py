"""How near the people inside come to the permitted number: free, near, full, with room against flicker.

**Full** is a likely count that reaches the permitted number. **Near** is a count that may already have
reached it (count plus uncertainty), or a likely count above the site's declared share of it. A level that was
reached is left only once the count has fallen ``margin`` people under its border: one person in the door does
not make displays flicker. Where nothing has counted the level is **unknown**, unless tickets and seats
alone fill the tent.

The permitted number is declared in the site description with its source, never computed. It follows from
the activity and the safety commission's opinion (article CTS 2 of the fire regulations, order of 23 January
1985).
"""

from __future__ import annotations

import math
from typing import Final

from broker.contract.views import Crowding
from hall import inside
from hall.decisions import CrowdingChanged, Decision
from hall.inside import Estimate
from hall.layout import Layout
from hall.space import Crowd, Occupancy
from hall.state import State

MARGIN_SHARE: Final = 0.05
LEAST_MARGIN: Final = 2


def margin(permitted: int) -> int:
    """How many people fewer than its border end a level."""
    return min(permitted, max(LEAST_MARGIN, math.ceil(MARGIN_SHARE * permitted)))


def crowding(people: Estimate, permitted: int, near_share: float, before: Crowding) -> Crowding:
    """The level now.

    Args:
        people: how many are inside.
        permitted: the declared capacity, 1 or more.
        near_share: the share of it from which agents are warned (0 to 1).
        before: the level until now.
    """
    if people.likely is None or people.high is None:
        return "full" if people.low >= permitted else "unknown"
    slack = margin(permitted)
    if people.likely >= permitted:
        return "full"
    if before == "full" and people.likely > permitted - slack:
        return "full"
    border = near_share * permitted
    if people.high >= permitted or people.likely >= border:
        return "near"
    if before in ("near", "full") and (
        people.high > permitted - slack or people.likely > max(0.0, border - slack)
    ):
        return "near"
    return "free"


def changed(state: State, layout: Layout, count: Occupancy, now_ns: int) -> list[Decision]:
    """Another level than before, given today's count; nothing while it stays."""
    people = inside.estimate(state, layout, count, now_ns)
    now = crowding(people, layout.site.capacity, layout.site.capacity_near, state.crowd.level)
    if now == state.crowd.level:
        return []
    return [CrowdingChanged(now=Crowd(level=now, since_ns=now_ns), people=people.likely)]


def apply_changed(state: State, decision: CrowdingChanged) -> None:
    """The level as it now is."""
    state.crowd = decision.now
