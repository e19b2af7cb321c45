"""The wiring of a site on paper: complete, safe, and the same each time."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest
from msgspec.structs import replace

from broker.contract import compiled
from nodes.errors import WiringError
from nodes.wiring import book
from nodes.wiring.circuit import circuit, led_ma
from nodes.wiring.header import BY_GPIO, HEADER
from tests.nodes.distance_stand import DOOR, MAST, SEAT
from tests.nodes.distance_stand import with_sensors as barnum_with

NO_PIN = {
    "hold_s",
    "reserve_from",
    "modules",
    "port",
    "width_mm",
    "spi_port",
    "spi_device",
    "answer",
    "baud",
    "brightness",
    "night_from",
    "night_to",
}


def pins_of(device):
    """Every GPIO number in a device's description, wherever it stands."""
    tree = msgspec.to_builtins(device)
    tables = [tree, *tree.get("buttons", [])]
    return [
        value
        for table in tables
        for name, value in table.items()
        if isinstance(value, int) and not isinstance(value, bool) and name not in NO_PIN
    ]


def test_the_header_is_the_one_of_every_raspberry_pi():
    assert [contact.physical for contact in HEADER] == list(range(1, 41))
    assert sorted(BY_GPIO) == list(range(2, 28))
    assert {physical: HEADER[physical - 1].gpio for physical in (3, 8, 11, 12, 13, 19, 24, 37, 40)} == {
        3: 2,
        8: 14,
        11: 17,
        12: 18,
        13: 27,
        19: 10,
        24: 8,
        37: 26,
        40: 21,
    }
    assert {contact.physical for contact in HEADER if contact.kind == "GND"} == {6, 9, 14, 20, 25, 30, 34, 39}


def test_every_pin_that_a_node_describes_has_its_wire(barnum):
    for node in barnum.nodes:
        wired = {wire.contact.gpio for wire in circuit(node, barnum).wires}
        described = {pin for device in node.devices for pin in pins_of(device)}
        assert described <= wired, node.id
        displays = [device for device in node.devices if isinstance(device, compiled.LedDisplay)]
        assert wired - described == ({10, 11, 8} if displays else set()), node.id


def test_every_type_of_device_can_be_wired(barnum):
    with_sensors = barnum_with(barnum, DOOR, SEAT, MAST)
    sites = (barnum, with_sensors)
    seen = {type(device) for site in sites for node in site.nodes for device in node.devices}
    assert seen == set(get_args(compiled.Device))
    assert all(circuit(node, site).wires for site in sites for node in site.nodes)


def test_marks_are_given_once_in_a_node(barnum):
    for node in barnum.nodes:
        marks = [wire.mark for wire in circuit(node, barnum).wires]
        assert len(marks) == len(set(marks))


def test_the_currents_of_the_barnum_are_allowed(barnum):
    for node in barnum.nodes:
        made = circuit(node, barnum)
        assert made.problems == ()
        assert made.pins_ma < 50
        assert made.board_ma < made.supply_ma


def test_a_led_takes_what_ohms_law_says():
    assert led_ma(330) == pytest.approx(3.94, abs=0.01)


def overloaded(site, **changes):
    """The barnum with another description of kiosk A's buttons."""
    node = site.node("borne-a")
    devices = [
        replace(device, **changes) if isinstance(device, compiled.TicketKiosk) else device
        for device in node.devices
    ]
    other = replace(node, devices=devices)
    return replace(site, nodes=[other if each.id == node.id else each for each in site.nodes])


def test_too_many_lamps_are_an_error_and_nothing_is_written(barnum, tmp_path):
    kiosk = next(
        device for device in barnum.node("borne-a").devices if isinstance(device, compiled.TicketKiosk)
    )
    site = overloaded(barnum, buttons=[*kiosk.buttons, *kiosk.buttons[:4]])
    with pytest.raises(WiringError, match=r"borne-a : \d+ mA sur l'ensemble des broches, 50 permis"):
        book.write(site, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_pin_used_twice_is_an_error_that_names_both(barnum, tmp_path):
    kiosk = next(
        device for device in barnum.node("borne-a").devices if isinstance(device, compiled.TicketKiosk)
    )
    taken = kiosk.buttons[0].pin
    site = overloaded(barnum, plan=taken)
    place = BY_GPIO[taken].physical
    with pytest.raises(WiringError, match=rf"borne-a : broche {place} utilisée 2 fois : .*plan"):
        book.write(site, tmp_path / "out")


def test_the_book_has_a_drawing_for_each_node_and_one_pdf(barnum, tmp_path):
    written = book.write(barnum, tmp_path)
    assert [path.name for path in written] == [*(f"{node.id}.svg" for node in barnum.nodes), book.PDF]
    for node in barnum.nodes:
        drawn = (tmp_path / f"{node.id}.svg").read_text(encoding="utf-8")
        for wire in circuit(node, barnum).wires:
            assert f">{wire.mark}<" in drawn
            assert wire.terminal.split()[0] in drawn
        assert "Aucun conflit" in drawn
    pdf = (tmp_path / book.PDF).read_bytes()
    pages = len(re.findall(rb"/Type /Page\b", pdf))
    assert pages > 1 + len(barnum.nodes) + 1


def test_the_same_description_gives_the_same_files(barnum, tmp_path):
    first = [path.read_bytes() for path in book.write(barnum, tmp_path / "one")]
    second = [path.read_bytes() for path in book.write(barnum, tmp_path / "two")]
    assert first == second


def test_a_node_says_where_it_stands(barnum):
    assert book.place(barnum.node("borne-a"), barnum) == "zone 1, Point info"
    assert "Porte 112" in book.place(barnum.node("guichet-familles"), barnum)
    assert book.place(barnum.node("entree"), barnum) == "hors de la tente"
