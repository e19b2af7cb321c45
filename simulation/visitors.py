"""A visitor's way through the tent, and how visitors arrive.

Everything they do is a bodily act on the virtual tent; everything they know they read on paper or
screens. The same code runs as fast as it can (history) and in step with a clock (live).
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from broker.contract import compiled
from simulation.crowd import Crowd, Guest, Waiting
from simulation.habits import BUSIEST, busyness
from simulation.tent import Process

HELPS_THEMSELVES = 0.6
"""Share of those who come for online services and can do it alone at a free seat."""

GIVES_UP_AT_DESK_S = 15 * 60.0
"""How long somebody who was called stands before a desk: those sent ahead find it busy."""


LAST_ENTRY_S = 300.0
"""Seconds before closing from which nobody comes any more."""


def arrivals(crowd: Crowd, closes: float, backlog: int) -> Process[None]:
    """Let visitors arrive from now until ``closes`` (civil seconds), ``backlog`` groups at once first.

    A Poisson process whose rate follows the hour: one at the highest rate, thinned (Lewis and Shedler
    1979).
    """
    environment, habits, chance = crowd.environment, crowd.habits, crowd.chance
    timezone = ZoneInfo(crowd.site.timezone)
    for _ in range(backlog):
        environment.process(visit(crowd))
        yield environment.timeout(chance.expovariate(1 / 8.0))
    mean_rate = habits.visitors_a_day / (habits.usual_hours * 3600)
    while True:
        yield environment.timeout(chance.expovariate(mean_rate * BUSIEST))
        if environment.now >= closes - LAST_ENTRY_S:
            return
        local = datetime.fromtimestamp(environment.now, timezone)
        if chance.random() < busyness(local.hour + local.minute / 60) / BUSIEST:
            environment.process(visit(crowd))


def visit(crowd: Crowd) -> Process[None]:
    """One group's stay, from the door to the door."""
    habits, chance = crowd.habits, crowd.chance
    if chance.random() < habits.turns_back:
        yield from crowd.look_in()
        return
    people = habits.group_size(chance)
    crowd.count.groups += 1
    building = crowd.building()
    yield from crowd.come_in(people, building)
    service = habits.need(crowd.site.services, chance)
    waited_s = 0.0
    if service is None:
        yield crowd.environment.timeout(habits.sojourn_s(chance))
    elif _helps_itself(crowd, service):
        yield from _use_a_seat(crowd)
    else:
        waited_s = yield from _be_served(crowd, service, building)
    if chance.random() < habits.votes:
        yield from crowd.vote(waited_s)
    yield crowd.environment.timeout(chance.uniform(10.0, 120.0))
    yield from crowd.go_out(people, building)


def _helps_itself(crowd: Crowd, service: compiled.Service) -> bool:
    """Whether they need nobody: a seat in the service's zone is free, and they know what to do there."""
    free_there = any(seat.id in crowd.free_seats and seat.zone == service.zone for seat in crowd.site.seats)
    return free_there and crowd.chance.random() < HELPS_THEMSELVES


def _use_a_seat(crowd: Crowd) -> Process[None]:
    seat = crowd.free_seats.pop(crowd.chance.randrange(len(crowd.free_seats)))
    sensor = crowd.places.seats[seat]
    crowd.tent.sense(sensor, present=True)
    yield crowd.environment.timeout(crowd.habits.seat_s(crowd.chance))
    crowd.tent.sense(sensor, present=False)
    # The next one sits down after the sensor has seen the seat free: nobody jumps onto a warm chair.
    yield crowd.environment.timeout(20.0)
    crowd.free_seats.append(seat)


def _be_served(crowd: Crowd, service: compiled.Service, building: str) -> Process[float]:
    """Ticket, wait, desk. The value is the seconds waited."""
    habits, chance, environment = crowd.habits, crowd.chance, crowd.environment
    paper = yield from crowd.draw_ticket(service, building)
    if paper is None:  # sent on without a ticket, closed, or the printer kept silent
        yield environment.timeout(min(600.0, habits.sojourn_s(chance)))
        return 0.0
    waiting = crowd.wait_for_call(paper, service, building)
    if chance.random() < habits.votes_while_waiting:
        environment.process(crowd.vote(0.0))
    patience = environment.timeout(_bears_s(crowd, paper.announced_min))
    yield waiting.called | patience
    if not waiting.called.triggered:
        crowd.give_up(waiting)
        crowd.count.walked_away += 1
        return environment.now - waiting.since
    waited_s = environment.now - waiting.since
    crowd.count.waits_s.append(waited_s)
    if chance.random() < habits.wanders_off:
        crowd.count.walked_away += 1
        return waited_s
    yield from _go_to_desk(crowd, waiting, str(waiting.called.value))
    return waited_s


def _bears_s(crowd: Crowd, announced_min: int | None) -> float:
    """How long they will wait: their patience, and less of it with each minute beyond what was announced."""
    patience_s = crowd.habits.patience_s(crowd.chance)
    if announced_min is None:
        return patience_s
    beyond_min = crowd.chance.expovariate(crowd.habits.impatience_a_minute)
    return min(patience_s, (announced_min + beyond_min) * 60.0)


def _go_to_desk(crowd: Crowd, waiting: Waiting, desk_id: str) -> Process[None]:
    environment, chance = crowd.environment, crowd.chance
    desk = crowd.site.desk(desk_id)
    place = crowd.site.place_of(desk, waiting.building)
    walk_s = chance.uniform(10.0, 35.0) if place is None else place.walk_s * chance.uniform(0.8, 1.3)
    yield environment.timeout(walk_s)
    finished = environment.event()
    guest = Guest(waiting, finished)
    yield crowd.at_desk[desk_id].put(guest)
    yield finished | environment.timeout(GIVES_UP_AT_DESK_S)
    if not guest.received:
        guest.gone = True
        crowd.count.walked_away += 1
        return
    yield finished
    if place is not None:  # and back through the tent, where the rest of the group sits
        yield environment.timeout(place.walk_s)
