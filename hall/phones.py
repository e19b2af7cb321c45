"""What each visitor's own phone is told: how many are ahead, how long, and where to go.

Tickets are known by the hash of their web token only. The views are private: a discreet call is shown on
its own ticket's page and nowhere else.
"""

from __future__ import annotations

import math
from typing import Final

from broker.contract.views import QueuedTicket, QueueView
from hall import serving, waiting
from hall.layout import Layout
from hall.public import Outlook
from hall.state import State, Visit

TOLD: Final = ("waiting", "parked", "called", "serving", "no_show", "left")
"""States that a phone page speaks of; a served visit's page ends."""


def tickets(state: State, layout: Layout, now: Outlook, queue: list[Visit]) -> dict[str, QueueView]:
    """The tickets with a phone page by service; ``queue`` is who can be called, the next one first.

    How long: the service's promise counts everybody who waits for it and one turn more, so the visitor
    in place k of n is told the share (k + 1) / (n + 1) of it.
    """
    desks = serving.open_desks(state, layout)
    ahead = _ahead(queue)
    promises = {
        service: waiting.promise(state, layout, service, desks=desks)
        for service in {visit.service for visit in queue if visit.token}
    }
    behind = {service: known.waiting for service, known in now.services.items()}
    found: dict[str, list[QueuedTicket]] = {service: [] for service in layout.services}
    for visit in state.visits.values():
        if not visit.token or visit.state not in TOLD or visit.service not in found:
            continue
        place = ahead.get(visit.ticket)
        promise = promises.get(visit.service) if place is not None else None
        share = 0.0 if place is None else min(1.0, (place + 1) / (behind[visit.service] + 1))
        found[visit.service].append(
            QueuedTicket(
                token=visit.token,
                number=visit.number,
                state="late" if visit.state == "waiting" and visit.late else visit.state,
                arrived_ns=visit.arrived_ns,
                language=visit.language,
                ahead=place,
                wait_median_s=None if promise is None else _minutes(promise.median_s * share),
                wait_p90_s=None if promise is None else _minutes(promise.p90_s * share),
                desk=visit.desk,
                rang_ns=visit.rang_ns,
                recalls=visit.recalls,
            )
        )
    return {service: QueueView(service=service, tickets=told) for service, told in found.items()}


def _ahead(queue: list[Visit]) -> dict[str, int]:
    """How many of its own service are called before each waiting visit, as things stand."""
    seen: dict[str, int] = {}
    found = {}
    for visit in queue:
        found[visit.ticket] = seen.get(visit.service, 0)
        seen[visit.service] = found[visit.ticket] + 1
    return found


def _minutes(seconds: float) -> int:
    """Whole minutes, rounded up, in seconds: a page that counts every second down promises too much."""
    return max(1, math.ceil(seconds / 60)) * 60
