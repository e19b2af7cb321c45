"""Desks inside the town hall call ahead by the walking time: here 240 s, with services of 600 s."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages
from hall.decisions import TicketCalled, TicketReleased
from tests.hall.hall_tent import Tent, every, only


@pytest.fixture
def serving(tent: Tent) -> Tent:
    """The desk inside has just begun to serve E001."""
    tent.draw("civil")
    tent.next("inside")
    tent.wait(240)
    tent.ask(messages.StartRequested, "inside")
    return tent


def test_the_next_visitor_is_sent_when_the_visit_should_end_within_the_walk(serving: Tent) -> None:
    ticket = serving.draw("civil", "kiosk-b")
    serving.wait(359)
    assert every(TicketCalled, serving.tick()) == []
    serving.wait(1)
    called = only(TicketCalled, serving.tick()).visit
    assert (called.ticket, called.desk, called.wait_s) == (ticket, "inside", 360)
    assert serving.views()["view", "desk", "inside"].state == "serving"
    frames = serving.views()["display", "calls"].frames
    assert [frame.text for frame in frames[:2]] == ["E002 > État civil", "Mairie, 1er étage, porte 12"]


def test_the_hall_asks_for_the_moment_at_which_it_must_send(serving: Tent) -> None:
    begun_ns = serving.now_ns
    serving.draw("civil")
    assert serving.hall.next_deadline_ns() == begun_ns + 360 * 10**9


def test_the_agents_next_press_receives_the_visitor_who_was_sent(serving: Tent) -> None:
    ticket = _sent(serving)
    serving.wait(240)
    answer = serving.next("inside")
    assert (answer.accepted, answer.number) == (True, "E003")
    desk = serving.hall.state.desk("inside")
    assert (desk.state, desk.ticket, desk.ahead) == ("called", ticket, "")
    assert desk.call == serving.hall.state.visits[ticket].call
    serving.wait(60)
    serving.ask(messages.StartRequested, "inside")
    assert serving.hall.state.visits[ticket].walk_s == 300


def test_recalls_of_a_visitor_who_was_sent_count_from_the_desks_own_press(serving: Tent) -> None:
    _sent(serving)
    serving.wait(240)
    serving.next("inside")
    assert serving.ask(messages.RecallRequested, "inside").reason == "too_soon"


def test_nobody_is_sent_twice_and_one_at_a_time(serving: Tent) -> None:
    _sent(serving)
    serving.draw("civil")
    serving.wait(600)
    assert every(TicketCalled, serving.tick()) == []


def test_a_pause_gives_the_visitor_who_was_sent_back_to_the_queue_with_the_first_arrival(
    serving: Tent,
) -> None:
    ticket = _sent(serving)
    arrived_ns = serving.hall.state.visits[ticket].arrived_ns
    serving.ask(messages.PauseRequested, "inside")
    released = only(TicketReleased, serving.journal[-1][1]).visit
    assert (released.ticket, released.state, released.arrived_ns) == (ticket, "waiting", arrived_ns)
    assert serving.views()["view", "calls", "latest"].calls[0].number == "E001"
    assert serving.next("inside").number == "E003"


def test_two_desks_inside_never_send_for_the_same_visitor(site: compiled.Site) -> None:
    inside = site.desk("inside")
    tent = Tent(replace(site, desks=[*site.desks, replace(inside, id="upstairs")]))
    tent.tick()
    for desk in ("inside", "upstairs"):
        tent.draw("civil")
        tent.next(desk)
    first, second = tent.draw("civil"), tent.draw("civil")
    tent.wait(600)
    sent = [called.visit.ticket for called in every(TicketCalled, [*tent.tick(), *tent.tick()])]
    assert sent == [first, second]


def test_a_desk_in_the_tent_never_calls_ahead(tent: Tent) -> None:
    tent.draw("info")
    tent.draw("info")
    tent.next("one")
    tent.wait(3600)
    assert every(TicketCalled, tent.tick()) == []


def _sent(tent: Tent) -> str:
    ticket = tent.draw("civil")
    tent.wait(360)
    assert only(TicketCalled, tent.tick()).visit.ticket == ticket
    return ticket


def test_who_was_sent_ahead_is_the_next_one_on_the_console_and_received_by_name_too(serving: Tent) -> None:
    ticket = serving.draw("civil", "kiosk-b")
    serving.draw("civil", "kiosk-b")
    serving.wait(360)
    serving.tick()
    assert serving.views()["private", "desk", "inside"].waiting[0].ticket == ticket
    serving.ask(messages.DoneRequested, "inside")
    answer = serving.next("inside", ticket=ticket)
    assert (answer.accepted, serving.views()["view", "desk", "inside"].number) == (True, answer.number)
