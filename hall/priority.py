"""Who is called next: accumulating priority.

Each waiting visitor's score is ``minutes waited × rate of the service``; the highest is called. Everyone's
score grows, so that no class starves, and the order can be explained in one sentence: with rates 2
and 1, ten minutes of the first weigh as much as twenty of the second. Equal scores go by arrival.

Sources: L. Kleinrock, "A delay dependent queue discipline", Naval Research Logistics Quarterly 11
(1964), 329–341; D. A. Stanford, P. Taylor, I. Ziedins, "Waiting time distributions in the accumulating
priority queue", Queueing Systems 77 (2014), 297–330.

An agent may give a visit priority: its rate is then multiplied by the site's ``priority_rate``. Why is
never stored (CASF L241-3).
"""

from __future__ import annotations

from collections.abc import Iterable

from broker.clock import SECOND
from hall import serving
from hall.layout import Layout
from hall.state import State
from hall.visit import Visit

MINUTE = 60 * SECOND


def score(visit: Visit, layout: Layout, now_ns: int) -> float:
    """Minutes since the arrival × the visit's rate (1 for a service that the site no longer has)."""
    minutes = max(0, now_ns - visit.arrived_ns) / MINUTE
    service = layout.services.get(visit.service)
    rate = 1.0 if service is None else service.rate
    return minutes * rate * (layout.rules.priority_rate if visit.priority else 1.0)


def in_order(visits: Iterable[Visit], layout: Layout, now_ns: int) -> list[Visit]:
    """The visits as they would be called now, the next one first."""
    return sorted(visits, key=lambda visit: _place(visit, layout, now_ns))


def first_for(state: State, layout: Layout, desk: str, now_ns: int, service: str = "") -> Visit | None:
    """Who that desk would call now, of one ``service`` where it is given; None when nobody waits for it."""
    candidates = (
        visit
        for visit in state.waiting()
        if (not service or visit.service == service) and serving.may_call(state, layout, desk, visit)
    )
    return min(candidates, key=lambda visit: _place(visit, layout, now_ns), default=None)


def _place(visit: Visit, layout: Layout, now_ns: int) -> tuple[float, int, str]:
    """What the queue is sorted by: the score, then the arrival, then something that is always different."""
    return (-score(visit, layout, now_ns), visit.arrived_ns, visit.ticket)
