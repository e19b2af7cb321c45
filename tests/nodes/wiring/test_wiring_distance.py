"""Distance sensors on paper: a bus that is shared, and reset wires that are not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled
from nodes.errors import WiringError
from nodes.wiring import book
from nodes.wiring.circuit import circuit
from tests.nodes.distance_stand import DOOR, SEAT, with_sensors

ALONE = replace(DOOR, address=0x29, xshut=None)


def made(barnum: compiled.Site, *devices: compiled.Device):
    site = with_sensors(barnum, *devices)
    return circuit(site.node("entree"), site)


def test_two_sensors_share_the_bus_and_have_a_reset_wire_each(barnum):
    found = made(barnum, DOOR, SEAT)
    assert found.problems == ()
    assert [
        (wire.contact.physical, wire.device, wire.terminal.rsplit(", ", 1)[1]) for wire in found.wires
    ] == [
        (3, "porte", "SDA"),
        (3, "place", "SDA"),
        (5, "porte", "SCL"),
        (5, "place", "SCL"),
        (29, "porte", "XSHUT"),
        (31, "place", "XSHUT"),
    ]
    assert found.rails() == {"3V3": 2, "GND": 2}


def test_one_alone_is_fed_beside_its_clock(barnum):
    found = made(barnum, ALONE)
    assert found.problems == ()
    assert [wire.contact.gpio for wire in found.wires] == [2, 3]
    assert found.rails() == {"3V3": 1, "GND": 1}


def test_two_without_reset_wires_cannot_be_built(barnum):
    found = made(barnum, ALONE, replace(SEAT, xshut=None))
    assert any("broche 5 utilisée 2 fois" in problem for problem in found.problems)


def test_a_button_on_the_bus_cannot_be_built(barnum, tmp_path):
    site = with_sensors(barnum, ALONE, compiled.Buzzer(id="bip", pin=2))
    with pytest.raises(WiringError, match="broche 3 utilisée 2 fois"):
        book.write(site, tmp_path)


def test_sensors_are_bought_and_their_current_is_counted(barnum):
    without, found = made(barnum), made(barnum, DOOR, SEAT)
    (part,) = [part for part in found.parts if "VL53L1X" in part.name]
    assert part.count == 2
    assert found.board_ma - without.board_ma == 40


def test_the_book_shows_them(barnum, tmp_path):
    written = book.write(with_sensors(barnum, DOOR, SEAT), tmp_path)
    sheet = (tmp_path / "entree.svg").read_text(encoding="utf-8")
    assert written[-1].read_bytes().startswith(b"%PDF")
    for words in ("XSHUT", "SDA", "VL53L1X", "bornier 3,3 V"):
        assert words in sheet
