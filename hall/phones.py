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
from hall.state import State
from hall.visit import Visit
from hall.waiting import Promise

TOLD: Final = ("called", "serving", "waiting", "parked", "no_show", "left")
"""States that a phone page speaks of; a served visit's page ends. Those who are here come first."""

LISTED = 600
"""How many tickets of a service are told at most: a message has a bound, a flood of tickets has none."""


def tickets(state: State, layout: Layout, now: Outlook, queue: list[Visit]) -> dict[str, QueueView]:
    """The tickets with a phone page by service; ``queue`` is who can be called, the next one first."""
    places = _places(layout, now, queue)
    turns = {ticket: turn for turn, ticket in enumerate(places)}
    found: dict[str, list[Visit]] = {service: [] for service in layout.services}
    for visit in state.visits.values():
        if visit.token and visit.state in TOLD and visit.service in found:
            found[visit.service].append(visit)
    views = {}
    for service, visits in found.items():
        complete = len(visits) <= LISTED
        if not complete:
            visits.sort(
                key=lambda visit: (TOLD.index(visit.state), turns.get(visit.ticket, 0), visit.arrived_ns)
            )
        told = [
            _told(visit, layout.building(visit.node), *places.get(visit.ticket, (None, None)))
            for visit in visits[:LISTED]
        ]
        views[service] = QueueView(service=service, tickets=told, complete=complete)
    return views


def _told(visit: Visit, building: str, ahead: int | None, promise: Promise | None) -> QueuedTicket:
    return QueuedTicket(
        token=visit.token,
        number=visit.number,
        state="late" if visit.state == "waiting" and visit.late else visit.state,  # type: ignore[arg-type]  # TOLD
        arrived_ns=visit.arrived_ns,
        language=visit.language,
        ahead=ahead,
        wait_median_s=None if promise is None else _minutes(promise.median_s),
        wait_p90_s=None if promise is None else _minutes(promise.p90_s),
        desk=visit.desk,
        rang_ns=visit.rang_ns,
        recalls=visit.recalls,
        building=building,
    )


def _places(layout: Layout, now: Outlook, queue: list[Visit]) -> dict[str, tuple[int, Promise | None]]:
    """People ahead of each waiting visit with a phone page, and what a newcomer behind them is promised."""
    before: Counter[str] = Counter()
    found = {}
    for visit in queue:
        if visit.token:
            people = now.forecast.people(visit.service, before)
            known = now.services.get(visit.service)
            # After the doors have closed, who waits is served all the same, and told how long it takes.
            is_served = known is not None and known.open_desks > 0
            building = layout.building(visit.node)
            promise = now.forecast.promise(visit.service, before, building) if is_served else None
            found[visit.ticket] = (people, promise)
        before[visit.service] += 1
    return found


def _minutes(seconds: float) -> int:
    """Whole minutes, rounded up, in seconds: a page that counts every second down promises too much."""
    return max(1, math.ceil(seconds / 60)) * 60
