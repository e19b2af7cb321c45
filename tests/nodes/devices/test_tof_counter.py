"""People who walk below a virtual distance sensor."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from broker.contract import messages
from tests.nodes.distance_stand import BEEPER, DOOR, with_sensors

LEFT, RIGHT = 0, 1
IN = [(900, None), (900, 900), (None, 900), (None, None)]
OUT = [(right, left) for left, right in IN]


@pytest.fixture
def door(stand, barnum):
    """An entrance with one sensor above it, which has seen that nobody is there."""
    node = stand("entree", site=with_sensors(barnum, DOOR, BEEPER), fast=False)
    node.wait(1)
    return node


def walk(node, way, seconds=0.2) -> None:
    for left, right in way:
        sensor = node.hardware.distances["porte"]
        sensor.put(LEFT, left)
        sensor.put(RIGHT, right)
        node.wait(seconds)


def passages(node) -> list[str]:
    return [passage.direction for passage in node.recorded(messages.PassageCounted)]


def changes(node, device="porte"):
    return [
        (change.state, change.detail)
        for change in node.recorded(messages.DeviceChanged)
        if change.device == device
    ]


def test_the_order_of_the_halves_gives_the_direction(door):
    walk(door, IN)
    walk(door, OUT)
    assert passages(door) == ["in", "out"]
    assert {passage.device for passage in door.recorded(messages.PassageCounted)} == {"porte"}


def test_a_sensor_may_be_mounted_the_other_way_round(stand, barnum):
    site = with_sensors(barnum, replace(DOOR, outside="right"))
    node = stand("entree", site=site, fast=False)
    node.wait(1)
    walk(node, IN)
    assert passages(node) == ["out"]


def test_somebody_in_a_hurry_is_counted(door):
    walk(door, IN, seconds=0.11)
    assert passages(door) == ["in"]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_whoever_turns_back_is_not_counted(door, depth):
    walk(door, [*IN[:depth], *reversed(IN[: depth - 1]), (None, None)])
    assert passages(door) == []


def test_whoever_stands_in_the_door_is_one_person(door):
    walk(door, IN[:2])
    door.wait(60)
    assert passages(door) == []
    walk(door, IN[2:])
    assert passages(door) == ["in"]


def test_a_hand_in_one_half_and_one_before_the_sensor_are_nobody(door):
    walk(door, [(600, None), (None, None)])
    walk(door, [(40, None), (40, 40), (None, 40), (None, None)])
    assert passages(door) == []


def test_two_people_one_behind_the_other_are_two(door):
    walk(door, [*IN, *IN])
    assert passages(door) == ["in", "in"]


def test_a_door_blocked_for_minutes_is_told_and_forgotten_when_free(door):
    walk(door, [(None, 900)])
    door.wait(290)
    assert door.state_of("porte") == "ok"
    door.wait(20)
    assert changes(door)[-1] == ("degraded", "inner zone interrupted for a long time")
    walk(door, [(None, None)])
    assert changes(door)[-1] == ("ok", "")
    assert passages(door) == []


def test_a_sensor_that_is_covered_is_told(door):
    walk(door, [(20, 20)])
    door.wait(310)
    assert changes(door)[-1] == ("degraded", "sensor interrupted for a long time")


@pytest.mark.parametrize(
    ("fault", "why"), [("gone", "no sensor answers at 0x30"), ("bus", "the bus is stuck")]
)
def test_a_sensor_that_vanishes_is_told_retried_ever_more_rarely_and_recovers(door, fault, why):
    sensor = door.hardware.distances["porte"]
    sensor.fault = fault
    door.wait(1)
    ((state, detail),) = changes(door)
    assert state == "failed"
    assert why in detail
    tried = tries(sensor, door, 120)
    assert tried == sorted(tried)
    assert 4 <= len(tried) <= 8
    assert len(changes(door)) == 1
    sensor.fault = ""
    door.wait(61)
    assert changes(door)[-1] == ("ok", "")
    walk(door, IN)
    assert passages(door) == ["in"]


def tries(sensor, node, seconds) -> list[float]:
    """The pauses between the questions that a sensor hears, in seconds."""
    heard: list[int] = []
    ask = sensor.read

    def read():
        heard.append(node.clock.now_machine_ns)
        return ask()

    sensor.read = read
    node.wait(seconds)
    sensor.read = ask
    return [round((after - before) / 1e9, 1) for before, after in pairwise(heard)]


def test_after_a_recovery_the_next_failure_is_retried_soon_again(door):
    sensor = door.hardware.distances["porte"]
    for _time in range(2):
        sensor.fault = "gone"
        door.wait(20)
        assert door.state_of("porte") == "failed"
        sensor.fault = ""
        door.wait(20)
        assert door.state_of("porte") == "ok"
    sensor.fault = "gone"
    door.wait(0.1)
    sensor.fault = ""
    door.wait(1.2)
    assert door.state_of("porte") == "ok"


def test_whoever_was_in_the_door_when_the_sensor_went_is_not_guessed(door):
    walk(door, IN[:2])
    sensor = door.hardware.distances["porte"]
    sensor.fault = "gone"
    door.wait(0.2)
    sensor.fault = ""
    door.wait(3)
    walk(door, IN[2:])
    assert passages(door) == []
    walk(door, IN)
    assert passages(door) == ["in"]


def test_a_sensor_that_measures_nothing_is_told(door):
    door.hardware.distances["porte"].fault = "silent"
    door.wait(4.5)
    assert door.state_of("porte") == "ok"
    door.wait(1)
    assert "measures nothing for 5 s" in changes(door)[0][1]
    door.wait(120)
    assert len(changes(door)) == 1


def test_the_others_go_on_without_it(door):
    door.hardware.distances["porte"].fault = "gone"
    door.wait(5)
    assert (door.state_of("porte"), door.state_of("bip")) == ("failed", "ok")


def test_a_full_outbox_does_not_stop_the_counting(door):
    door.outbox.is_full = True
    walk(door, IN)
    door.outbox.is_full = False
    walk(door, IN)
    assert passages(door) == ["in"]


def test_in_the_simulated_history_nothing_is_asked(stand, barnum):
    node = stand("entree", site=with_sensors(barnum, DOOR))
    node.wait(5)
    assert node.state_of("porte") == "ok"
    assert not node.hardware.distances["porte"].wait_until_read(LEFT, 1, 0)
