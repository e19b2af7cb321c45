"""The tent as everybody in it sees it: who queues where, which chair is free, what the screens say.

One crowd is shared by all visitors and agents of a simulated site. It holds bodies and things only;
what the hall believes is on displays and paper, and is read there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import simpy

from broker.contract import compiled
from simulation.habits import Habits
from simulation.places import DeskButtons, Kiosk, Places, VotingPlace
from simulation.tent import Door, Gestures, Paper, Process, Tent

NUMBER = re.compile(r"\b[A-Z]\d{2,4}\b")
"""What a ticket number looks like on a display."""

LOOKS_EVERY_S = 1.9
"""Machine seconds between two looks at the screens: out of step with frames that turn every few seconds."""


@dataclass
class Waiting:
    """Somebody with a ticket. ``called`` comes true with the desk's id once they know where to go.

    ``building`` is where they wait, on a site with several.
    """

    paper: Paper
    service: compiled.Service
    since: float
    called: simpy.Event
    building: str = ""


@dataclass(eq=False)
class Guest:
    """Somebody standing before a desk; ``finished`` comes true when the agent is done with them."""

    waiting: Waiting
    finished: simpy.Event
    received: bool = False
    gone: bool = False


@dataclass
class Count:
    """What really happened, for the status board: people, not events."""

    groups: int = 0
    entered: int = 0
    went: int = 0
    tickets: int = 0
    served: int = 0
    walked_away: int = 0
    votes: int = 0
    waits_s: list[float] = field(default_factory=list)

    @property
    def inside(self) -> int:
        """People in the tent."""
        return self.entered - self.went


class Crowd:
    """Bodies and things, with one queue at each thing that only one body can use at a time.

    Args:
        environment: SimPy's; its time is civil seconds since the Unix epoch.
        tent: where acts end.
        site: the compiled description.
        habits: how people behave.
        chance: the only source of chance.
        speed: civil seconds a machine second.
    """

    def __init__(
        self,
        environment: simpy.Environment,
        tent: Tent,
        site: compiled.Site,
        habits: Habits,
        chance: random.Random,
        speed: int,
    ) -> None:
        self.environment = environment
        self.tent = tent
        self.site = site
        self.habits = habits
        self.chance = chance
        self.speed = speed
        self.places = Places(site)
        self.gestures = Gestures(environment, tent, speed)
        self.count = Count()
        self.waiting: dict[str, Waiting] = {}
        self.free_seats = sorted(self.places.seats)
        self.free_rooms = sorted(self.places.rooms)
        self.at_desk = {desk.id: simpy.FilterStore(environment) for desk in site.desks}
        self._doors = [simpy.Resource(environment) for _ in self.places.doors]
        self._kiosks = [simpy.Resource(environment) for _ in self.places.kiosks]
        self._voting = [simpy.Resource(environment) for _ in self.places.voting]
        self._somebody_waits = environment.event()
        environment.process(self._watch_screens())

    # The door ------------------------------------------------------------------------------------

    def building(self) -> str:
        """The building that somebody comes to, of those with a kiosk; empty on a site of one place."""
        if not self.site.buildings:
            return ""
        return self.chance.choice(sorted({kiosk.building for kiosk in self.places.kiosks}))

    def come_in(self, people: int, building: str = "") -> Process[None]:
        """So many people walk in, one after the other."""
        for _ in range(people):
            yield from self._through_a_door(self.gestures.pass_in, building)
            self.count.entered += 1

    def go_out(self, people: int, building: str = "") -> Process[None]:
        """So many people leave."""
        for _ in range(people):
            yield from self._through_a_door(self.gestures.pass_out, building)
            self.count.went += 1

    def look_in(self) -> Process[None]:
        """Somebody turns back on the threshold."""
        yield from self._through_a_door(self.gestures.turn_back)

    def _through_a_door(self, gesture: Callable[[Door], Process[None]], building: str = "") -> Process[None]:
        doors = [
            index
            for index, door in enumerate(self.places.doors)
            if not building or self.places.building(door.node) == building
        ]
        if not doors:
            return
        index = doors[self.chance.randrange(len(doors))]
        with self._doors[index].request() as turn:
            yield turn
            yield from gesture(self.places.doors[index])

    # Tickets and calls ---------------------------------------------------------------------------

    def draw_ticket(self, service: compiled.Service, building: str = "") -> Process[Paper | None]:
        """Press the service's button at the shorter queue; the value is the Paper, or None if none came."""
        offering = [
            index
            for index, kiosk in enumerate(self.places.kiosks)
            if service.id in kiosk.buttons and kiosk.building == building
        ]
        if not offering:
            return None
        index = min(offering, key=lambda one: (len(self._kiosks[one].queue), self._kiosks[one].count))
        kiosk: Kiosk = self.places.kiosks[index]
        with self._kiosks[index].request() as turn:
            yield turn
            yield self.environment.timeout(self.chance.uniform(4.0, 15.0))  # reading the buttons
            yield from self.gestures.press(kiosk.buttons[service.id])
            for _ in range(40):
                yield self.gestures.pause(0.1)
                paper = self.tent.tear_off(kiosk.node)
                if paper is not None:
                    self.count.tickets += 1
                    return paper
        return None

    def wait_for_call(self, paper: Paper, service: compiled.Service, building: str = "") -> Waiting:
        """Sit down with a ticket where the screens can be seen."""
        waiting = Waiting(paper, service, self.environment.now, self.environment.event(), building)
        self.waiting[paper.number] = waiting
        if not self._somebody_waits.triggered:
            self._somebody_waits.succeed()
        return waiting

    def give_up(self, waiting: Waiting) -> None:
        """Stop waiting; the ticket goes into a pocket, and nobody is told."""
        self.waiting.pop(waiting.paper.number, None)

    def call(self, number: str, desk: str) -> None:
        """The holder of the number learns that this desk wants them, from a screen or by word of mouth."""
        waiting = self.waiting.pop(number, None)
        if waiting is not None:
            waiting.called.succeed(desk)

    def is_discreet(self, number: str) -> bool:
        """Whether the holder waits for a discreet service: such a call is on no screen."""
        waiting = self.waiting.get(number)
        return waiting is not None and waiting.service.discreet

    def anybody_for(self, desk: compiled.Desk) -> bool:
        """Whether somebody for the desk sits in the tent with a ticket, or stands before it already."""
        stands_there = any(not guest.gone for guest in self.at_desk[desk.id].items)
        return stands_there or any(one.service.id in desk.services for one in self.waiting.values())

    def _watch_screens(self) -> Process[None]:
        """One pair of eyes for everybody who waits."""
        while True:
            if not self.waiting:
                self._somebody_waits = self.environment.event()
                yield self._somebody_waits
            yield self.gestures.pause(LOOKS_EVERY_S)
            for desk in self.places.desks:
                self._look_at_desk(desk)
            for screen in self.places.call_screens:
                building = self.places.building_of_screen(screen)
                for line in self.tent.read(screen).splitlines():
                    for number in NUMBER.findall(line):
                        waiting = self.waiting.get(number)
                        if waiting and waiting.building == building:
                            self.call(number, self._desk_named(line, waiting.service))

    def _look_at_desk(self, desk: DeskButtons) -> None:
        """Who waits in sight of a desk reads the number above it."""
        if desk.display:
            for number in NUMBER.findall(self.tent.read(desk.display)):
                waiting = self.waiting.get(number)
                if waiting and self.site.place_of(desk.desk, waiting.building) is None:
                    self.call(number, desk.desk.id)

    def _desk_named(self, line: str, service: compiled.Service) -> str:
        """The desk that a call on the waiting area's screen sends to: by its name."""
        giving = [desk for desk in self.site.desks if service.id in desk.services]
        named = [desk for desk in giving if compiled.short_name(desk.name.fr) in line]
        return (named or giving)[0].id

    # The barometer -------------------------------------------------------------------------------

    def vote(self, waited_s: float) -> Process[None]:
        """Queue for the barometer, press, perhaps a second time, and make way after the pause."""
        if not self._voting:
            return
        index = self.chance.randrange(len(self._voting))
        place: VotingPlace = self.places.voting[index]
        with self._voting[index].request() as turn:
            yield turn
            yield self.environment.timeout(self.chance.uniform(5.0, 20.0))  # reading the question
            today = datetime.fromtimestamp(self.environment.now, ZoneInfo(self.site.timezone)).date()
            buttons = place.lit(today)
            button = buttons[self.habits.answer(len(buttons), waited_s, self.chance)]
            presses = 2 if self.chance.random() < self.habits.presses_twice else 1
            for _ in range(presses):
                yield from self.gestures.press(button)
                self.count.votes += 1
                yield self.gestures.pause(0.6)
            yield self.gestures.pause(place.barometer.pause_s)
