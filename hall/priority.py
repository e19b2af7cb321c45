"""Who is called next: accumulating priority.

Each waiting visitor's score is ``minutes waited × rate of the service``; the highest is called. Everyone's
score grows, so that no class starves, and the order can be explained in one sentence: with rates 2
and 1, ten minutes of the first weigh as much as twenty of the second. Equal scores go by arrival.

Sources: L. Kleinrock, "A delay dependent queue discipline", Naval Research Logistics Quarterly 11
(1964), 329–341; D. A. Stanford, P. Taylor, I. Ziedins, "Waiting time distributions in the accumulating
priority queue", Queueing Systems 77 (2014), 297–330.

Why a visitor has a priority is never stored (CASF L241-3): it follows from the service alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from broker.clock import SECOND
from broker.contract.compiled import Service
from hall.layout import Layout
from hall.state import State, Visit

MINUTE = 60 * SECOND


def score(visit: Visit, service: Service | None, now_ns: int) -> float:
    """Minutes waited at ``now_ns`` × the service's rate (1 for a service that the site no longer has)."""
    minutes = max(0, now_ns - visit.arrived_ns) / MINUTE
    return minutes * (1.0 if service is None else service.rate)


def in_order(visits: Iterable[Visit], layout: Layout, now_ns: int) -> list[Visit]:
    """The visits as they would be called now, the next one first."""
    return sorted(visits, key=lambda visit: _place(visit, layout, now_ns))


def first_for(state: State, layout: Layout, desk: str, now_ns: int) -> Visit | None:
    """Who that desk would call now; None when nobody waits for what it gives."""
    known = layout.desks.get(desk)
    if known is None:
        return None
    candidates = (visit for visit in state.waiting() if visit.service in known.services)
    return min(candidates, key=lambda visit: _place(visit, layout, now_ns), default=None)


def _place(visit: Visit, layout: Layout, now_ns: int) -> tuple[float, int, str]:
    """What the queue is sorted by: the score, then the arrival, then something that is always different."""
    return (-score(visit, layout.services.get(visit.service), now_ns), visit.arrived_ns, visit.ticket)
