"""Four months of a busy site, made up: 3,000 tickets and 3,000 votes on each of 120 days.

Every open day has the same people at other moments; what matters here is how much there is to add up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from dashboard.history import midnight_ns
from hall.measures import (
    AnyMeasure,
    DeviceMeasure,
    OccupancyMeasure,
    PresenceMeasure,
    VoteMeasure,
    WaitMeasure,
)

FIRST: Final = date(2027, 6, 1)
DAYS: Final = 120
TICKETS: Final = 3_000
VOTES: Final = 3_000
CHANGES: Final = 400
"""Of seats and rooms, a day."""

_SEED: Final = 19
_OPENS_S, _CLOSES_S = 9 * 3600, 18 * 3600


def days() -> Iterator[date]:
    """Every day, Sundays too: so much is asked for."""
    return (FIRST + timedelta(days=number) for number in range(DAYS))


def measures_of(day: date, site: compiled.Site) -> list[AnyMeasure]:
    """What the hall measures in a day, in no order."""
    chance = random.Random(f"{_SEED} {day}")  # noqa: S311 - invented visitors
    midnight = midnight_ns(day, ZoneInfo(site.timezone))

    def moment() -> int:
        return midnight + round(chance.triangular(_OPENS_S, _CLOSES_S, 11 * 3600) * SECOND)

    found: list[AnyMeasure] = []
    services = [service.id for service in site.services]
    for number in range(TICKETS):
        found += _visit(moment(), f"{day} {number}", chance.choice(services), chance)
    barometer = site.barometers[0]
    question = barometer.questions[0]
    found += [
        VoteMeasure(
            node="barometre",
            at_ns=moment(),
            barometer=barometer.id,
            question=question.id,
            answer=chance.choice(question.answers).id,
            too_fast=number % 20 == 0,
        )
        for number in range(VOTES)
    ]
    places = [*(("seat", one.id) for one in site.seats), *(("room", one.id) for one in site.rooms)]
    for number in range(CHANGES):
        kind, subject = chance.choice(places)
        found.append(
            PresenceMeasure(
                node="presence",
                at_ns=moment(),
                kind="seat" if kind == "seat" else "room",
                subject=subject,
                taken=bool(number % 2),
            )
        )
    found += [
        DeviceMeasure(
            node=node.id,
            at_ns=midnight + 8 * 3600 * SECOND + number,
            device=device.id,
            state="failed" if chance.random() < 0.02 else "ok",  # noqa: PLR2004 - one in fifty
            detail="",
        )
        for number, (node, device) in enumerate((n, d) for n in site.nodes for d in n.devices)
    ]
    return found


def _visit(at_ns: int, name: str, service: str, chance: random.Random) -> list[AnyMeasure]:
    wait_s = chance.expovariate(1 / 600)
    stays_ns = round((wait_s + 400) * SECOND)
    median_s = wait_s * chance.uniform(0.6, 1.5)
    return [
        WaitMeasure(
            node="borne-a",
            at_ns=at_ns,
            service=service,
            visit=name,
            outcome=chance.choices(["served", "left", "no_show"], [88, 9, 3])[0],  # type: ignore[arg-type]  # mypy sees text
            desk="info",
            wait_s=wait_s,
            walk_s=30.0,
            service_s=370.0,
            stay_s=wait_s + 400,
            promised_median_s=median_s,
            promised_p90_s=median_s * 1.7,
        ),
        OccupancyMeasure(
            node="porte", at_ns=at_ns, inside=chance.randrange(60), uncertainty=3, entered=1, left=0
        ),
        OccupancyMeasure(
            node="porte",
            at_ns=at_ns + stays_ns,
            inside=chance.randrange(60),
            uncertainty=3,
            entered=0,
            left=1,
        ),
    ]
