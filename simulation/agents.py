"""An agent's day at a desk: open, call, receive, recall, give up on somebody, pause, close."""

from __future__ import annotations

import simpy

from simulation.crowd import NUMBER, Crowd, Guest
from simulation.places import DeskButtons
from simulation.tent import Button, Gestures, Process

LOOKS_UP_EVERY_S = 12.0
"""Seconds between two looks of a free agent at the waiting area."""

LUNCH_S = 25 * 60.0
STAYS_AFTER_CLOSING_S = 25 * 60.0
PAUSE_HOLD_S = 2.4
"""The done button held beyond its two seconds means pause."""

ANSWER_S = 0.5
"""Machine seconds that an agent gives the hall before looking at the display."""

WAITS_FOR_GUEST_S = 45.0
"""Seconds an agent of the tent waits for the called visitor before calling again; more by the walk."""


class Agent:
    """Somebody at a desk for one opening span.

    Args:
        crowd: the tent and all that is in it.
        panel: the desk and its buttons.
        closes: when the doors close, in civil seconds.
        lunch: when this agent goes to lunch, in civil seconds; None when the span holds no lunch.
    """

    def __init__(self, crowd: Crowd, panel: DeskButtons, closes: float, lunch: float | None) -> None:
        self._crowd = crowd
        self._panel = panel
        self._desk = panel.desk
        self._closes = closes
        self._lunch = lunch
        self._environment = crowd.environment
        self._arrivals: simpy.FilterStore = crowd.at_desk[panel.desk.id]

    def work(self) -> Process[None]:
        """The whole span. The first press on *next* opens the desk."""
        yield self._environment.timeout(self._crowd.chance.uniform(0.0, 60.0))
        yield from self._press(self._panel.next)
        while not self._is_over():
            number = self._called_number()
            if self._crowd.tent.is_taken(self._desk.id):
                yield from self._stand_aside(number)
            elif number is None:
                yield from self._look_for_someone()
            else:
                yield from self._attend(number)
                yield from self._lunch_if_it_is_time()
        yield from self._leave_desk()

    def _is_over(self) -> bool:
        now = self._environment.now
        if now < self._closes:
            return False
        nobody = self._called_number() is None and not self._crowd.anybody_for(self._desk)
        return nobody or now > self._closes + STAYS_AFTER_CLOSING_S

    def _called_number(self) -> str | None:
        """Who is called here, by the display above the desk or, for a discreet call, by the console."""
        crowd = self._crowd
        shown = NUMBER.search(crowd.tent.read(self._panel.display)) if self._panel.display else None
        return shown.group() if shown else crowd.tent.told_on_console(self._desk.id)

    def _look_for_someone(self) -> Process[None]:
        """Nobody is called: press *next* as soon as somebody for this desk sits in the tent."""
        yield self._environment.timeout(LOOKS_UP_EVERY_S * self._crowd.chance.uniform(0.6, 1.4))
        if self._crowd.anybody_for(self._desk):
            yield from self._press(self._panel.next)
        yield from self._lunch_if_it_is_time()

    def _stand_aside(self, number: str | None) -> Process[None]:
        """A person has the desk: whoever they call comes, and stays until they go on. They close to end."""
        guest = None
        if number is None:
            yield self._environment.timeout(LOOKS_UP_EVERY_S)
        else:
            guest = yield from self._await_guest(number, LOOKS_UP_EVERY_S)
        if guest is not None:
            while self._called_number() == number and self._crowd.tent.is_taken(self._desk.id):
                yield self._crowd.gestures.pause(ANSWER_S)
            guest.finished.succeed()
            self._crowd.count.served += 1

    def _attend(self, number: str) -> Process[None]:
        """Wait for the called visitor, calling again as the rules say; then serve, or note a no-show."""
        rules = self._crowd.site.rules
        walk_s = 2.0 * self._longest_walk_s()
        guest = yield from self._await_guest(number, WAITS_FOR_GUEST_S + walk_s)
        for _ in range(rules.recalls_before_no_show):
            if guest is not None:
                break
            yield from self._press(self._panel.recall)
            guest = yield from self._await_guest(number, rules.recall_interval_s + 5.0)
        if guest is None:
            yield from self._press(self._panel.no_show)
            yield self._environment.timeout(2.0)
            return
        yield from self._serve(guest)

    def _longest_walk_s(self) -> float:
        """The walk of whoever comes from farthest: an agent does not know where a number waits."""
        site = self._crowd.site
        places = [site.place_of(self._desk, kiosk.building) for kiosk in self._crowd.places.kiosks]
        return max((place.walk_s for place in places if place is not None), default=0)

    def _await_guest(self, number: str, seconds: float) -> Process[Guest | None]:
        """The value is the Guest with that number, or None after so many seconds."""
        if self._crowd.is_discreet(number):
            yield self._environment.timeout(self._crowd.chance.uniform(10.0, 30.0))
            self._crowd.call(number, self._desk.id)  # in a low voice, beside the armchair
        get = self._arrivals.get(lambda guest: guest.waiting.paper.number == number and not guest.gone)
        yield get | self._environment.timeout(seconds)
        if not get.triggered:
            get.cancel()
            return None
        guest: Guest | None = get.value
        if guest is not None:
            guest.received = True
        return guest

    def _serve(self, guest: Guest) -> Process[None]:
        """Give the service, in a confidential room where the desk has one at hand."""
        self._crowd.tent.has_come(self._desk.id)
        seconds = self._crowd.habits.service_s(guest.waiting.service, self._crowd.chance)
        room = self._free_room_nearby()
        if room is None:
            yield self._environment.timeout(seconds)
        else:
            yield from self._talk_in(room, seconds)
        guest.finished.succeed()
        self._crowd.count.served += 1
        goes_on = self._crowd.anybody_for(self._desk) and not self._lunch_is_due()
        yield from self._press(self._panel.next if goes_on else self._panel.done)

    def _free_room_nearby(self) -> str | None:
        near = {room.id for room in self._crowd.site.rooms if room.zone == self._desk.zone}
        free = [room for room in self._crowd.free_rooms if room in near]
        return free[0] if free else None

    def _talk_in(self, room: str, seconds: float) -> Process[None]:
        crowd = self._crowd
        crowd.free_rooms.remove(room)
        sensor = crowd.places.rooms[room]
        crowd.tent.sense(sensor, present=True)
        if room in crowd.places.help and crowd.chance.random() < crowd.habits.asks_for_help:
            yield self._environment.timeout(seconds / 2)
            yield from crowd.gestures.press(crowd.places.help[room])
            yield self._environment.timeout(seconds / 2)
        else:
            yield self._environment.timeout(seconds)
        crowd.tent.sense(sensor, present=False)
        crowd.free_rooms.append(room)

    def _lunch_is_due(self) -> bool:
        return self._lunch is not None and self._environment.now >= self._lunch

    def _lunch_if_it_is_time(self) -> Process[None]:
        """Pause and come back, unless somebody is called here."""
        if not self._lunch_is_due() or self._called_number() is not None:
            return
        self._lunch = None
        yield from self._press(self._panel.done, PAUSE_HOLD_S)
        yield self._environment.timeout(LUNCH_S)
        yield from self._press(self._panel.next)

    def _leave_desk(self) -> Process[None]:
        """Close for the day: the first hold pauses, the second closes."""
        yield from self._press(self._panel.done, PAUSE_HOLD_S)
        yield from self._press(self._panel.done, PAUSE_HOLD_S)

    def _press(self, button: Button, held_s: float = Gestures.PRESS_S) -> Process[None]:
        """Press, and give lamp and display the moment that they need to answer. Not at another's desk."""
        if not self._crowd.tent.is_taken(self._desk.id):
            yield from self._crowd.gestures.press(button, held_s)
        yield self._crowd.gestures.pause(ANSWER_S)
