"""How people behave, in numbers: when they come, what for, how long they bear it, how long they take.

No day of the tent was ever recorded, so these are assumptions, chosen to look like the town hall's
public figures (a backlog at opening, lunch, the late Thursday; a mobile town hall's talks of up to an
hour). A study that has better ones passes its own ``Habits``.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import pairwise

from broker.contract import compiled


@dataclass(frozen=True)
class Habits:
    """The numbers of one kind of day. Times in seconds, rates in people an hour, shares from 0 to 1.

    Attributes:
        visitors_a_day: expected groups that come through the door on a day of ``usual_hours``.
        usual_hours: the opening hours that this number is for.
        mix: how often a service is what one comes for, relative; by service id.
        usual_weight: the weight of a service that ``mix`` does not name.
        no_need: share that comes for the coffee, the children's corner, the wifi.
        turns_back: share that looks in and goes away again.
        companions: chances of 0, 1, 2, 3 people who come along.
        patience_median_s: what half of the visitors would wait if nothing were announced.
        patience_spread: sigma of the lognormal patience.
        impatience_a_minute: chance to leave in each minute beyond an announced 90th percentile.
        service_spread: sigma of the lognormal service time: wide, since cases differ.
        votes: share that votes on the way out.
        votes_while_waiting: share that votes while waiting.
        presses_twice: share of voters who press a second time at once.
        wanders_off: share of called visitors who do not come (in the café, on the phone).
        asks_for_help: share of talks in a room in which the agent presses the help button.
    """

    visitors_a_day: float = 280.0
    usual_hours: float = 8.5
    mix: dict[str, float] = field(
        default_factory=lambda: {
            "information": 20.0,
            "dossier": 7.0,
            "en-ligne": 16.0,
            "multiservices": 12.0,
            "conciergerie": 6.0,
            "ecrivain-public": 3.0,
            "associations": 3.0,
            "budget-participatif": 3.0,
            "etat-civil": 9.0,
            "familles": 8.0,
        }
    )
    usual_weight: float = 4.0
    no_need: float = 0.10
    turns_back: float = 0.04
    companions: tuple[float, ...] = (0.68, 0.20, 0.09, 0.03)
    patience_median_s: float = 50 * 60.0
    patience_spread: float = 0.55
    impatience_a_minute: float = 0.035
    service_spread: float = 0.65
    votes: float = 0.38
    votes_while_waiting: float = 0.06
    presses_twice: float = 0.08
    wanders_off: float = 0.03
    asks_for_help: float = 0.01

    def group_size(self, chance: random.Random) -> int:
        """People who come through the door together."""
        return 1 + chance.choices(range(len(self.companions)), self.companions)[0]

    def need(self, services: list[compiled.Service], chance: random.Random) -> compiled.Service | None:
        """What somebody comes for, of what is on the kiosk; None for the space itself."""
        if not services or chance.random() < self.no_need:
            return None
        weights = [self.mix.get(service.id, self.usual_weight) for service in services]
        return chance.choices(services, weights)[0]

    def patience_s(self, chance: random.Random) -> float:
        """How long somebody waits at most when nothing else drives them away."""
        return max(5 * 60.0, chance.lognormvariate(math.log(self.patience_median_s), self.patience_spread))

    def service_s(self, service: compiled.Service, chance: random.Random) -> float:
        """How long one visit takes: lognormal around the service's declared mean, never under 20 s."""
        location = math.log(service.mean_service_s) - self.service_spread**2 / 2
        return max(20.0, chance.lognormvariate(location, self.service_spread))

    def seat_s(self, chance: random.Random) -> float:
        """How long somebody works at the Comptoir numérique."""
        return max(120.0, chance.lognormvariate(math.log(18 * 60.0), 0.5))

    def sojourn_s(self, chance: random.Random) -> float:
        """How long somebody stays who came for the space itself."""
        return max(180.0, chance.lognormvariate(math.log(15 * 60.0), 0.6))

    def answer(self, answers: int, waited_s: float, chance: random.Random) -> int:
        """Which button is pressed: the first is the kindest, and a long wait is not kind."""
        content = 1.0 / (1.0 + math.exp((waited_s - 30 * 60.0) / (12 * 60.0)))
        weights = [content ** (answers - 1 - step) * (1.15 - content) ** step for step in range(answers)]
        return chance.choices(range(answers), weights)[0]


PROFILE: tuple[tuple[float, float], ...] = (
    (8.5, 1.15),
    (9.5, 1.35),
    (11.0, 1.25),
    (12.0, 1.05),
    (13.0, 1.30),
    (14.0, 0.95),
    (15.5, 0.90),
    (16.5, 0.60),
    (17.5, 0.95),
    (18.5, 0.85),
    (19.5, 0.30),
)
"""How busy a local hour is, relative to the day's mean: hour and factor, linear in between."""


def busyness(hour: float) -> float:
    """The factor at a local hour (13.5 is half past one), from ``PROFILE``."""
    if hour <= PROFILE[0][0]:
        return PROFILE[0][1]
    for (earlier, low), (later, high) in pairwise(PROFILE):
        if hour <= later:
            return low + (high - low) * (hour - earlier) / (later - earlier)
    return PROFILE[-1][1]


BUSIEST = max(factor for _, factor in PROFILE)
"""The highest factor: arrivals are thinned from it (Lewis and Shedler 1979)."""
