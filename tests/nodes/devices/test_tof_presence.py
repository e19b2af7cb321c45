"""A seat watched by distance."""

from __future__ import annotations

import pytest

from broker.contract import messages
from tests.nodes.distance_stand import DOOR, SEAT, with_sensors

NEAR, BETWEEN, FAR = 450, 600, 900


@pytest.fixture
def seat(stand, barnum):
    node = stand("entree", site=with_sensors(barnum, SEAT, DOOR), fast=False)
    node.wait(1)
    return node


def sees(node, mm, seconds=1.0) -> None:
    node.hardware.distances["place"].put(0, mm)
    node.wait(seconds)


def states(node):
    said = node.recorded(messages.PresenceChanged)
    assert {(body.device, body.subject, body.kind) for body in said} <= {("place", "place-6", "seat")}
    return [body.taken for body in said]


def test_it_is_taken_at_once_and_free_after_the_hold_time(seat):
    sees(seat, NEAR)
    assert states(seat) == [False, True]
    sees(seat, FAR, SEAT.hold_s - 1)
    assert states(seat) == [False, True]
    seat.wait(2)
    assert states(seat) == [False, True, False]


def test_leaning_out_of_sight_does_not_free_it(seat):
    sees(seat, NEAR)
    for _lean in range(5):
        sees(seat, None, SEAT.hold_s / 2)
        sees(seat, NEAR)
    assert states(seat) == [False, True]


def test_between_the_thresholds_it_stays_as_it_was(seat):
    sees(seat, BETWEEN, 60)
    assert states(seat) == [False]
    sees(seat, NEAR)
    sees(seat, BETWEEN, 60)
    assert states(seat) == [False, True]


def test_one_measurement_that_is_wrong_changes_nothing(seat):
    for _time in range(5):
        sees(seat, NEAR, 0.2)
        sees(seat, FAR, 0.6)
    assert states(seat) == [False]


def test_nothing_is_said_until_it_has_measured(stand, barnum):
    node = stand("entree", site=with_sensors(barnum, SEAT), fast=False)
    node.hardware.distances["place"].fault = "gone"
    node.wait(10)
    assert states(node) == []
    node.hardware.distances["place"].put(0, NEAR)
    node.hardware.distances["place"].fault = ""
    node.wait(20)
    assert states(node) == [True]


def test_a_seat_left_while_the_sensor_was_gone_is_free_once_it_is_back(seat):
    sees(seat, NEAR)
    seat.hardware.distances["place"].fault = "bus"
    sees(seat, FAR, 2)
    assert seat.state_of("place") == "failed"
    assert states(seat) == [False, True]
    seat.hardware.distances["place"].fault = ""
    seat.wait(10)
    assert seat.state_of("place") == "ok"
    assert states(seat) == [False, True, False]


def test_a_neighbour_on_the_bus_goes_on(seat):
    seat.hardware.distances["porte"].fault = "gone"
    seat.wait(1)
    sees(seat, NEAR)
    assert (seat.state_of("porte"), states(seat)) == ("failed", [False, True])
