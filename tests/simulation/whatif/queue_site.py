"""A queue as the textbooks have it: one service, some equal desks, nobody who leaves, no way to walk."""

from __future__ import annotations

import random
from datetime import date

from msgspec.structs import replace

from broker.contract import compiled
from simulation.whatif.people import Guest
from tests.hall.small_site import small_site, text

DAY = date(2027, 6, 9)
SERVICE_S = 150.0
DAY_S = 15 * 3600.0


def queue_site(desks: int) -> compiled.Site:
    """Open around the clock but for its last minute."""
    site = small_site()
    return replace(
        site,
        hours=[compiled.Hours(weekday=day, opens=0, closes=1439) for day in compiled.WEEKDAYS],
        exceptions=[],
        services=[service for service in site.services if service.id == "info"],
        desks=[
            compiled.Desk(id=f"desk-{n}", name=text(f"Guichet {n}"), zone=1, services=["info"], place=None)
            for n in range(desks)
        ],
        seats=[],
    )


def guests(seed: int, load: float) -> list[Guest]:
    """Poisson arrivals, exponential service times; ``load`` is the work that arrives, in desks."""
    chance = random.Random(seed)  # noqa: S311 - a simulated day
    found, at_s = [], 0.0
    while (at_s := at_s + chance.expovariate(load / SERVICE_S)) < DAY_S - 600:
        found.append(Guest(arrives_s=at_s, service="info", service_s=chance.expovariate(1 / SERVICE_S)))
    return found
