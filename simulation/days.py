"""Open the tent, day after day: who comes to work, when the doors open, when everybody has left."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import simpy

from broker.clock import SECOND
from broker.contract import compiled
from hall.opening import Calendar, Opening
from simulation.agents import Agent
from simulation.crowd import Crowd
from simulation.habits import Habits
from simulation.tent import Process, Tent
from simulation.visitors import arrivals

BACKLOG_AT_OPENING = 12
"""Groups that stand before the door when it opens."""

SETTLES_S = 600.0
"""Seconds after the last agent in which the last visitors find the door."""

LUNCHES = (12.0, 12.5, 13.0, 13.5)
"""Local hours at which agents go to lunch, desk after desk."""


class SimulatedSite:
    """A site with people in it, on whatever SimPy environment it is given.

    Args:
        environment: its time is civil seconds since the Unix epoch.
        tent: where acts end.
        site: the compiled description.
        chance: the only source of chance: the same seed gives the same day.
        speed: civil seconds a machine second.
        habits: how people behave.
    """

    def __init__(
        self,
        environment: simpy.Environment,
        tent: Tent,
        site: compiled.Site,
        chance: random.Random,
        speed: int,
        habits: Habits | None = None,
    ) -> None:
        self._environment = environment
        self._site = site
        self._chance = chance
        self.crowd = Crowd(environment, tent, site, habits or Habits(), chance, speed)

    def every_day(self) -> Process[None]:
        """What is left of today's opening, then every one that follows."""
        calendar = Calendar(self._site)
        while (opening := calendar.opening(round(self._environment.now * SECOND))) is not None:
            yield from self.day(opening)

    def day(self, opening: Opening) -> Process[None]:
        """One opening span, until the last agent has left and the last visitor had time to."""
        opens, closes = opening.opens_ns / SECOND, opening.closes_ns / SECOND
        if opens > self._environment.now:
            yield self._environment.timeout(opens - self._environment.now)
        self._environment.process(arrivals(self.crowd, closes, BACKLOG_AT_OPENING))
        shifts = [
            self._environment.process(self._agent(index, opens, closes).work())
            for index in range(len(self.crowd.places.desks))
        ]
        yield self._environment.all_of(shifts)
        yield self._environment.timeout(max(0.0, closes - self._environment.now) + SETTLES_S)

    def _agent(self, index: int, opens: float, closes: float) -> Agent:
        midnight = datetime.fromtimestamp(opens, ZoneInfo(self._site.timezone)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        lunch = (midnight + timedelta(hours=LUNCHES[index % len(LUNCHES)])).timestamp()
        has_lunch = opens + 3600 < lunch < closes - 3600
        panel = self.crowd.places.desks[index]
        return Agent(self.crowd, panel, closes, lunch if has_lunch else None)
