"""Who comes, drawn before anything is played: all chance of a visitor belongs to that visitor.

So the same people come with the same errands, the same patience and the same service times into both
arrangements: common random numbers (A. M. Law, Simulation Modeling and Analysis, 5th ed., 2015, 11.2). What
differs afterwards is the arrangement's doing.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from broker.contract import compiled
from simulation.agents import LOOKS_UP_EVERY_S
from simulation.days import BACKLOG_AT_OPENING
from simulation.habits import BUSIEST, Habits, busyness
from simulation.visitors import HELPS_THEMSELVES, LAST_ENTRY_S
from simulation.whatif.arm import HOUR, Arm, Span

BESIDE_S: Final = (10.0, 35.0)
"""The walk to a desk that is in sight, in seconds: from, to."""

PACE_OF_WALKS: Final = (0.8, 1.3)
"""By how much people walk faster or slower than the description says."""


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """One group, and all that chance decides about it. Times in seconds, shares from 0 to 1.

    Attributes:
        arrives_s: at the door, after local midnight.
        service: what they come for; empty for the space itself.
        people: how many come together.
        service_s: how long the desk takes for them.
        patience_s: how long they wait at most when nothing is announced.
        beyond_s: how much longer than announced they bear.
        where: picks the building they come to, on a site with several.
        reads_s: before the kiosk.
        beside_s: the walk to a desk in sight.
        walks: by how much other walks take longer than described.
        walk_s: a recorded walk to the desk, wherever it is; None: as the description says.
        reacts_s: until an idle agent sees that they wait.
        keeps: below 1 + the change of demand, they come (see ``Arm.demand``).
        helps_themselves: they can do it alone at a free seat.
        seat_s: how long they sit there.
        stays_s: how long who came for the space stays.
        lingers_s: between the desk and the door.
        wanders_off: they do not hear their call.
        missed_s: how long a desk was seen to wait for them in vain; None: as the rules and habits say.
        leaves_s: a recorded leaving, after the ticket: the hall is told. None: they leave when they have had
            enough, and tell nobody.
    """

    arrives_s: float
    service: str
    people: int = 1
    service_s: float
    patience_s: float = float("inf")
    beyond_s: float = float("inf")
    where: float = 0.0
    reads_s: float = 0.0
    beside_s: float = 0.0
    walks: float = 1.0
    walk_s: float | None = None
    reacts_s: float = 0.0
    keeps: float = 0.0
    helps_themselves: bool = False
    seat_s: float = 0.0
    stays_s: float = 0.0
    lingers_s: float = 0.0
    wanders_off: bool = False
    missed_s: float | None = None
    leaves_s: float | None = None


def draw(site: compiled.Site, openings: Sequence[Span], chance: random.Random, habits: Habits) -> list[Guest]:
    """The guests of one day: some before the door when it opens, then a Poisson process by the hour.

    Args:
        site: names the services and their mean service times.
        openings: when the site is open, in either arrangement.
        chance: the only source of it.
        habits: how people behave.
    """
    guests: list[Guest] = []
    for opening in openings:
        at_s = opening.from_s
        for _ in range(BACKLOG_AT_OPENING):
            guests += _guest(site, at_s, chance, habits)
            at_s += chance.expovariate(1 / 8.0)
        for arrives_s in _arrivals(at_s, opening.to_s - LAST_ENTRY_S, chance, habits):
            guests += _guest(site, arrives_s, chance, habits)
    return sorted(guests, key=lambda guest: guest.arrives_s)


def _arrivals(from_s: float, to_s: float, chance: random.Random, habits: Habits) -> Iterable[float]:
    """Thinned from the highest rate (Lewis and Shedler 1979), as simulated days are."""
    mean_rate = habits.visitors_a_day / (habits.usual_hours * HOUR)
    at_s = from_s
    while (at_s := at_s + chance.expovariate(mean_rate * BUSIEST)) < to_s:
        if chance.random() < busyness(at_s / HOUR) / BUSIEST:
            yield at_s


def _guest(site: compiled.Site, arrives_s: float, chance: random.Random, habits: Habits) -> Iterable[Guest]:
    """A group; nobody when it only looks in."""
    if chance.random() < habits.turns_back:
        return
    service = habits.need(site.services, chance)
    yield with_chance(
        Guest(
            arrives_s=arrives_s,
            service="" if service is None else service.id,
            service_s=0.0 if service is None else habits.service_s(service, chance),
            wanders_off=chance.random() < habits.wanders_off,
        ),
        chance,
        habits,
    )


def with_chance(guest: Guest, chance: random.Random, habits: Habits) -> Guest:
    """The guest with all that is not known about them drawn: companions, patience, walks, stays."""
    return msgspec.structs.replace(
        guest,
        people=habits.group_size(chance),
        patience_s=habits.patience_s(chance),
        beyond_s=60.0 * chance.expovariate(habits.impatience_a_minute),
        where=chance.random(),
        reads_s=chance.uniform(4.0, 15.0),
        beside_s=chance.uniform(*BESIDE_S),
        walks=chance.uniform(*PACE_OF_WALKS),
        reacts_s=LOOKS_UP_EVERY_S * chance.uniform(0.0, 1.4),
        keeps=chance.random(),
        helps_themselves=chance.random() < HELPS_THEMSELVES,
        seat_s=habits.seat_s(chance),
        stays_s=habits.sojourn_s(chance),
        lingers_s=chance.uniform(10.0, 120.0),
    )


def of(arm: Arm, guests: Sequence[Guest]) -> list[Guest]:
    """Those of the guests who come to this arrangement: of a service with less demand a part stays away.

    With more demand than now, some come twice: the second time as somebody else with the same errand, who
    comes at another moment.
    """
    found: list[Guest] = []
    for index, guest in enumerate(guests):
        share = arm.demand.get(guest.service, 1.0)
        copies = int(share) + (guest.keeps < share % 1.0)
        found += [guest] * min(copies, 1)
        found += [_another(guest, index, copy, guests) for copy in range(1, copies)]
    return sorted(found, key=lambda guest: guest.arrives_s)


def _another(guest: Guest, index: int, copy: int, guests: Sequence[Guest]) -> Guest:
    """Somebody with the same errand who comes when somebody else came: always the same one."""
    chance = random.Random(f"{index} {copy} {guest.arrives_s}")
    other = guests[chance.randrange(len(guests))]
    return msgspec.structs.replace(
        guest,
        arrives_s=other.arrives_s + chance.uniform(1.0, 60.0),
        patience_s=other.patience_s,
        beyond_s=other.beyond_s,
    )
