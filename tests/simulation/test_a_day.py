"""A day of visitors and agents, on a tent made of paper."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import simpy

from broker.clock import SECOND
from broker.contract import compiled
from hall.opening import Opening
from simulation.crowd import Crowd
from simulation.days import SimulatedSite
from simulation.habits import Habits

MONDAY = datetime(2026, 6, 8, 8, 30, tzinfo=ZoneInfo("Europe/Paris")).timestamp()
OPENING = Opening(int(MONDAY) * SECOND, int(MONDAY + 8.5 * 3600) * SECOND)
HOUR = 3600


def a_day(tent: Any, site: compiled.Site, seed: int = 19, habits: Habits | None = None) -> Crowd:
    environment = simpy.Environment(initial_time=MONDAY - 600)
    tent.now = lambda: environment.now
    chance = random.Random(seed)  # noqa: S311 - a simulated day, not a secret
    simulated = SimulatedSite(environment, tent, site, chance, speed=1, habits=habits)
    environment.process(simulated.day(OPENING))
    environment.run(until=MONDAY + 12 * HOUR)
    return simulated.crowd


@pytest.fixture
def crowd(paper_tent, site) -> Crowd:
    return a_day(paper_tent, site)


def test_some_hundred_groups_come_on_an_ordinary_day(crowd):
    assert 220 < crowd.count.groups < 420


def test_everybody_who_came_in_has_gone_out_in_the_evening(crowd):
    assert crowd.count.entered > crowd.count.groups  # some bring children
    assert crowd.count.inside == 0


def test_most_tickets_are_served_and_some_people_walk_away(crowd):
    assert crowd.count.served > 0.6 * crowd.count.tickets
    assert 0 < crowd.count.walked_away < 0.35 * crowd.count.tickets


def test_everybody_with_a_ticket_was_served_or_walked_away(crowd):
    assert crowd.count.served + crowd.count.walked_away == crowd.count.tickets


def test_the_same_seed_gives_the_same_day(make_paper_tent, site):
    one, other = make_paper_tent(), make_paper_tent()
    a_day(one, site, seed=7)
    a_day(other, site, seed=7)
    assert one.acts == other.acts


def test_another_seed_gives_another_day(make_paper_tent, site):
    one, other = make_paper_tent(), make_paper_tent()
    a_day(one, site, seed=7)
    a_day(other, site, seed=8)
    assert one.acts != other.acts


def test_more_people_walk_away_when_less_was_announced(make_paper_tent, site):
    crowded = Habits(visitors_a_day=450)
    short = a_day(make_paper_tent(announced_min=2), site, habits=crowded)
    unsaid = a_day(make_paper_tent(announced_min=None), site, habits=crowded)
    assert short.count.walked_away > 1.15 * unsaid.count.walked_away


def test_no_button_stays_pressed_and_no_beam_broken(paper_tent, site):
    a_day(paper_tent, site)
    acts = Counter(kind for kind, _ in paper_tent.acts)
    assert acts["touch"] == acts["let go"] > 500
    assert acts["interrupt"] == acts["clear"] > 1000
    assert acts["sit"] == acts["rise"] > 10


def test_every_desk_is_opened_paused_for_lunch_and_closed(paper_tent, site):
    a_day(paper_tent, site)
    held: Counter[str] = Counter()
    down: dict[object, float] = {}
    for (kind, what), at in zip(paper_tent.acts, paper_tent.times, strict=True):
        if kind == "touch":
            down[what] = at
        elif kind == "let go" and at - down[what] > 2.0:
            held[what.node] += 1
    assert len(held) == len(site.desks)
    assert set(held.values()) == {3}  # lunch, then the evening's pause and close


def test_at_a_desk_that_a_person_has_taken_visitors_come_and_its_simulated_agent_presses_nothing(
    paper_tent, site
):
    environment = simpy.Environment(initial_time=MONDAY - 600)
    paper_tent.now = lambda: environment.now
    chance = random.Random(19)  # noqa: S311 - a simulated day, not a secret
    simulated = SimulatedSite(environment, paper_tent, site, chance, speed=1)
    mine = next(desk for desk in site.desks if desk.id == "info")
    panel = next(one for one in simulated.crowd.places.desks if one.desk == mine)
    paper_tent.taken.add(mine.id)
    served: list[str] = []

    def person():
        """Calls at the console, talks for four minutes, goes on; closes at noon and goes."""
        while environment.now < MONDAY + 3.5 * HOUR:
            number = paper_tent.called.pop(mine.id, None)
            served.extend([number] if number else [])
            paper_tent._call(mine)
            yield environment.timeout(240)
        paper_tent.called.pop(mine.id, None)
        paper_tent.taken.clear()

    environment.process(person())
    environment.process(simulated.day(OPENING))
    environment.run(until=MONDAY + 12 * HOUR)
    presses = [
        at
        for (kind, what), at in zip(paper_tent.acts, paper_tent.times, strict=True)
        if kind == "touch" and what in {panel.next, panel.recall, panel.no_show, panel.done}
    ]
    assert len(served) > 10
    assert presses
    assert min(presses) >= MONDAY + 3.5 * HOUR
    count = simulated.crowd.count
    assert count.inside == 0
    assert count.served + count.walked_away == count.tickets


def test_half_turns_at_the_door_break_one_beam_only(paper_tent, site):
    crowd = a_day(paper_tent, site, habits=Habits(turns_back=1.0, visitors_a_day=50))
    pins = Counter(pin for kind, pin in paper_tent.acts if kind == "interrupt")
    door = crowd.places.doors[0]
    assert pins[door.outer] > 20
    assert pins[door.inner] == 0
    assert crowd.count.entered == 0


def test_a_discreet_call_is_brought_to_the_visitor(paper_tent, site):
    habits = Habits(mix={"conciergerie": 1.0}, usual_weight=0.0, no_need=0.0, visitors_a_day=15)
    crowd = a_day(paper_tent, site, habits=habits)
    assert crowd.count.served > 5


def test_seats_at_the_digital_counter_are_taken_one_person_each(paper_tent, site):
    a_day(paper_tent, site, habits=Habits(mix={"en-ligne": 1.0}, usual_weight=0.0, visitors_a_day=300))
    taken: set[object] = set()
    most = 0
    for kind, subject in paper_tent.acts:
        if kind == "sit":
            assert subject not in taken
            taken.add(subject)
        elif kind == "rise":
            taken.remove(subject)
        most = max(most, len([one for one in taken if str(one).startswith("place")]))
    assert 2 < most <= 6
