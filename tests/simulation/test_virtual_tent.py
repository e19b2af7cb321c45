"""The acts of a body on virtual pins, and what a body reads."""

from __future__ import annotations

import re

import pytest
import simpy

from broker.clock import ManualClock
from hall.store.embedded import EmbeddedStore
from nodes.composing import Form
from nodes.hardware.virtual_printer import Paper as Printed
from nodes.ticket import Ticket, layout
from simulation.crowd import NUMBER
from simulation.ledger import PressLog, read
from simulation.past import PastSite
from simulation.places import Places
from simulation.tent import Gestures, Paper
from simulation.virtual_tent import VirtualTent, read_paper

NOON = 1_780_912_800.0
"""Monday 8 June 2026, 12:00 in Paris."""


def ticket(site, *, median_s: int | None, p90_s: int | None) -> str:
    """The words on a real ticket."""
    drawn = Ticket(
        number="M042",
        service=site.service("multiservices"),
        drawn=None,
        ahead=2,
        wait_median_s=median_s,
        wait_p90_s=p90_s,
        url="",
    )
    return Printed(layout(drawn, site, Form(80)), 42).text


@pytest.mark.parametrize(
    ("median_s", "p90_s", "announced"), [(300, 720, 12), (60, 200, 5), (None, None, None)]
)
def test_a_visitor_reads_number_and_announced_wait_on_the_paper(site, median_s, p90_s, announced):
    text = ticket(site, median_s=median_s, p90_s=p90_s)
    assert read_paper(text) == Paper("M042", announced)


def test_a_paper_without_a_number_is_no_ticket():
    assert read_paper("TEST\né è ê à ç") is None


@pytest.fixture
def past(site, tmp_path):
    environment = simpy.Environment(initial_time=NOON)
    past = PastSite(site, environment, 10, tmp_path, EmbeddedStore(tmp_path / "store.sqlite"))
    past.environment = environment
    yield past
    past.close()


def act(past, steps) -> None:
    past.run_until(past.environment.process(steps))


def test_a_ticket_drawn_at_a_kiosk_is_called_on_the_displays(site, past):
    places, hands = Places(site), Gestures(past.environment, past.tent, 10)
    desk = next(one for one in places.desks if one.desk.id == "multiservices")
    act(past, hands.press(desk.next))
    act(past, hands.press(places.kiosks[0].buttons["multiservices"]))
    paper = past.tent.tear_off(places.kiosks[0].node)
    assert paper is not None
    act(past, hands.press(desk.next))
    assert NUMBER.findall(past.tent.read(desk.display)) == [paper.number]
    assert paper.number in past.tent.read(places.call_screens[0])


def test_a_discreet_call_is_on_the_console_and_on_no_display(site, past):
    places, hands = Places(site), Gestures(past.environment, past.tent, 10)
    desk = next(one for one in places.desks if one.desk.id == "conciergerie")
    act(past, hands.press(places.kiosks[0].buttons["conciergerie"]))
    paper = past.tent.tear_off(places.kiosks[0].node)
    act(past, hands.press(desk.next))
    assert past.tent.told_on_console("conciergerie") == paper.number
    # The kiosk itself tells the number to whoever drew it.
    public = [display.id for display in site.displays if display.shows != "kiosk"]
    assert not any(NUMBER.search(past.tent.read(display)) for display in public)


def test_a_paper_is_torn_off_once(site, past):
    places, hands = Places(site), Gestures(past.environment, past.tent, 10)
    act(past, hands.press(places.kiosks[0].buttons["multiservices"]))
    assert past.tent.tear_off(places.kiosks[0].node) is not None
    assert past.tent.tear_off(places.kiosks[0].node) is None


def test_a_press_is_logged_even_when_the_pins_are_dead(site, tmp_path):
    class Dead:
        on_lamp = None

        def hold(self, _pin):
            raise KeyError("no device listens")

    log = PressLog(tmp_path / "presses.jsonl")
    tent = VirtualTent(site, ManualClock(1, 1), log, lambda _node: None, console=None)
    button = Places(site).voting[0].buttons[0]
    tent.wire(site.node(button.node), Dead())
    with pytest.raises(KeyError):
        tent.touch(button)
    log.close()
    (press,) = read(tmp_path / "presses.jsonl")
    assert (press.node, press.pin, press.gives) == (button.node, button.pin, ("vote.cast",))


def test_ticket_numbers_look_like_the_numbers_of_the_site(site):
    letters = {service.letter for service in site.services if service.ticket}
    assert all(re.fullmatch(NUMBER.pattern, f"{letter}042") for letter in letters)
