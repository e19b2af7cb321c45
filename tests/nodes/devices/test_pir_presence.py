"""A room watched by an infrared detector: it warms up, sees who moves, and may have either output."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages
from nodes.devices import presence
from tests.nodes.distance_stand import with_sensors
from tests.nodes.stand import Stand

PIR = compiled.Presence(id="salon", subject="salon-1", kind="room", pin=17, hold_s=120, sensor="pir")


@pytest.fixture
def stand(barnum):
    made = []

    def make(device=PIR):
        made.append(Stand(with_sensors(barnum, device), "entree"))
        return made[-1]

    yield make
    for each in made:
        each.close()


def told(node):
    return [body.taken for body in node.recorded(messages.PresenceChanged)]


def test_while_it_warms_up_nothing_is_said_of_the_room(stand):
    node = stand()
    node.hardware.hold(17)
    node.wait(5)
    node.hardware.release(17)
    node.wait(presence.WARM_UP_S - 6)
    assert told(node) == []
    node.wait(2)
    assert told(node) == [False]


def test_somebody_who_is_seen_when_it_is_warm_is_there(stand):
    node = stand()
    node.hardware.hold(17)
    node.wait(presence.WARM_UP_S + 1)
    assert told(node) == [True]


def test_whoever_sits_still_stays_until_the_hold_time_is_over(stand):
    node = stand()
    node.wait(presence.WARM_UP_S + 1)
    for _gesture in range(4):
        node.hardware.hold(17)
        node.wait(3)
        node.hardware.release(17)
        node.wait(100)
    assert told(node) == [False, True]
    node.wait(30)
    assert told(node) == [False, True, False]


@pytest.mark.parametrize(("active_high", "level"), [(None, True), (True, True), (False, False)])
def test_its_output_is_high_or_low_as_it_is_described(stand, active_high, level):
    node = stand(replace(PIR, active_high=active_high))
    node.wait(presence.WARM_UP_S + 1)
    node.hardware.hold(17)
    node.wait(1)
    assert told(node) == [False, True]
    assert bool(node.hardware._factory.pin(17).state) is level


def test_a_self_test_says_that_it_is_still_warming_up(stand):
    node = stand()
    node.wait(1)
    node.node.slots["salon"].device.test()
    assert node.node.health().devices[0].remark == "warming_up"
    node.wait(presence.WARM_UP_S)
    node.node.slots["salon"].device.test()
    assert node.node.health().devices[0].remark == "sees_nobody"
