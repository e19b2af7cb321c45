"""What each visitor's own phone is told: how many are ahead, how long, and where to go.

Tickets are known by the hash of their web token only. The views are private: a discreet call is shown on
its own ticket's page and nowhere else.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

from broker.contract.views import QueuedTicket, QueueView
from hall.layout import Layout
from hall.public import Outlook
from hall.state import State, Visit
from hall.waiting import Promise

TOLD: Final = ("waiting", "parked", "called", "serving", "no_show", "left")
"""States that a phone page speaks of; a served visit's page ends."""


def tickets(state: State, layout: Layout, now: Outlook, queue: list[Visit]) -> dict[str, QueueView]:
    """The tickets with a phone page by service; ``queue`` is who can be called, the next one first."""
    places = _places(now, queue)
    found: dict[str, list[QueuedTicket]] = {service: [] for service in layout.services}
    for visit in state.visits.values():
        if not visit.token or visit.state not in TOLD or visit.service not in found:
            continue
        ahead, promise = places.get(visit.ticket, (None, None))
        found[visit.service].append(
            QueuedTicket(
                token=visit.token,
                number=visit.number,
                state="late" if visit.state == "waiting" and visit.late else visit.state,
                arrived_ns=visit.arrived_ns,
                language=visit.language,
                ahead=ahead,
                wait_median_s=None if promise is None else _minutes(promise.median_s),
                wait_p90_s=None if promise is None else _minutes(promise.p90_s),
                desk=visit.desk,
                rang_ns=visit.rang_ns,
                recalls=visit.recalls,
            )
        )
    return {service: QueueView(service=service, tickets=told) for service, told in found.items()}


def _places(now: Outlook, queue: list[Visit]) -> dict[str, tuple[int, Promise | None]]:
    """People ahead of each waiting visit with a phone page, and what a newcomer behind them is promised."""
    before: Counter[str] = Counter()
    found = {}
    for visit in queue:
        if visit.token:
            people = now.forecast.people(visit.service, before)
            known = now.services.get(visit.service)
            is_open = known is not None and known.state == "open"
            found[visit.ticket] = (people, now.forecast.promise(visit.service, before) if is_open else None)
        before[visit.service] += 1
    return found


def _minutes(seconds: float) -> int:
    """Whole minutes, rounded up, in seconds: a page that counts every second down promises too much."""
    return max(1, math.ceil(seconds / 60)) * 60
