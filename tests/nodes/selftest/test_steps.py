"""The plan of a self-test follows from the description."""

from __future__ import annotations

import msgspec
import pytest

from broker.contract import compiled
from nodes.selftest.steps import Near, Press, Shine, Show, Walk, plan
from tests.conftest import BARNUM
from tests.nodes.distance_stand import DOOR, MAST, SEAT, with_sensors

NODES = sorted(path.stem for path in (BARNUM / "nodes").glob("*.toml"))
NO_PINS = {
    "modules",
    "port",
    "width_mm",
    "spi_port",
    "spi_device",
    "reserve_from",
    "answer",
    "hold_s",
    "baud",
    "brightness",
    "night_from",
    "night_to",
}


def pins_of(described) -> set[int]:
    """Every number of a description that is a pin."""
    match described:
        case dict():
            return set().union(*(pins_of(value) for key, value in described.items() if key not in NO_PINS))
        case list():
            return set().union(*map(pins_of, described))
        case bool():
            return set()
        case int():
            return {described}
        case _:
            return set()


def pins_tried(step, record) -> set[int]:
    match step.act:
        case Press(pin=pin, lamp=lamp):
            return {pin, lamp} - {None}
        case Walk(outer=outer, inner=inner):
            return {outer, inner}
        case Shine(lamp=lamp):
            return {lamp}
        case Show() if isinstance(record, compiled.Buzzer):
            return {record.pin}
        case _:
            return set()


@pytest.mark.parametrize("node", NODES)
def test_every_device_of_every_node_is_tried_and_every_pin_of_it(barnum, node):
    record = barnum.node(node)
    steps = plan(record, barnum)
    assert list(dict.fromkeys(step.device for step in steps)) == [device.id for device in record.devices]
    for device in record.devices:
        mine = [step for step in steps if step.device == device.id]
        tried = set().union(*(pins_tried(step, device) for step in mine))
        assert tried == pins_of(msgspec.to_builtins(device))


def test_the_barnum_has_a_device_of_every_type_but_distance_sensors_and_a_mast(barnum):
    found = {type(device) for node in barnum.nodes for device in node.devices}
    assert found == set(compiled.Device.__args__) - {
        compiled.TofCounter,
        compiled.TofPresence,
        compiled.Anemometer,
    }


def test_an_anemometer_is_turned_by_hand(barnum):
    site = with_sensors(barnum, MAST)
    (step,) = plan(site.node("entree"), site)
    assert isinstance(step.act, Press)
    assert (step.act.pin, step.words.en) == (17, "turn the cups slowly by hand")


def test_a_distance_sensor_is_tried_too(barnum):
    site = with_sensors(barnum, DOOR, SEAT)
    steps = plan(site.node("entree"), site)
    assert [(step.device, type(step.act)) for step in steps] == [("porte", Near), ("place", Near)]


@pytest.mark.parametrize("node", NODES)
def test_every_step_is_told_in_both_languages(barnum, node):
    for step in plan(barnum.node(node), barnum):
        assert step.words.fr
        assert step.words.en
        assert step.words.fr != step.words.en


def test_a_desks_fifth_button_and_a_kiosks_extra_ones_are_tried_where_they_are(barnum):
    desk = msgspec.structs.replace(barnum.node("guichet-info").devices[0], start=20)
    kiosk = msgspec.structs.replace(barnum.node("borne-a").devices[0], plan=10, questionnaire=11, help_lamp=8)
    node = msgspec.structs.replace(barnum.node("guichet-info"), devices=[desk, kiosk])
    presses = [step.act for step in plan(node, barnum) if isinstance(step.act, Press)]
    assert {press.pin for press in presses} >= {20, 10, 11}
    assert [press.lamp for press in presses if press.pin == kiosk.help] == [8]
