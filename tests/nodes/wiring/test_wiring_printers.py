"""Printers on paper: cables, adapters, and the header's serial line."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled
from nodes.card.files import firmware_lines
from nodes.wiring.circuit import circuit
from tests.nodes.distance_stand import with_sensors

PRINTER = compiled.TicketPrinter(id="imprimante", host=None, port=9100, width_mm=80)


def made(barnum, *devices):
    site = with_sensors(barnum, *devices)
    return circuit(site.node("entree"), site)


@pytest.mark.parametrize(
    ("plugged", "cable"),
    [
        ({"host": "imprimante.local"}, "Cordon Ethernet RJ45"),
        ({"usb": "auto"}, "Cordon USB A-B"),
        ({"serial": "/dev/ttyUSB0"}, "Adaptateur USB-série RS-232"),
    ],
)
def test_a_printer_beside_the_header_takes_a_cable_and_no_pin(barnum, plugged, cable):
    found = made(barnum, replace(PRINTER, **plugged))
    assert found.wires == []
    assert cable in [part.name for part in found.parts]
    small = "Adaptateur micro-USB OTG vers USB A" in [part.name for part in found.parts]
    assert small == ("host" not in plugged), "a Zero 2 W has no USB A port"


def test_a_printer_on_the_headers_line_takes_pins_8_and_10_through_a_level_converter(barnum):
    found = made(barnum, replace(PRINTER, serial="/dev/serial0"))
    assert [(wire.contact.physical, wire.terminal, wire.via) for wire in found.wires] == [
        (8, "imprimante, TX", "MAX3232"),
        (10, "imprimante, RX", "MAX3232"),
    ]
    assert found.problems == ()
    assert found.rails() == {"3V3": 1, "GND": 1}
    assert any("MAX3232" in part.name for part in found.parts)


def test_a_button_on_the_printers_line_cannot_be_built(barnum):
    found = made(barnum, replace(PRINTER, serial="/dev/serial0"), compiled.Buzzer(id="bip", pin=14))
    assert any("broche 8 utilisée 2 fois" in problem for problem in found.problems)


def test_the_header_line_is_switched_on_for_a_printer_and_off_for_a_lamp(barnum):
    for device, wanted in (
        (replace(PRINTER, serial="/dev/serial0"), "enable_uart=1"),
        (compiled.Buzzer(id="bip", pin=14), "enable_uart=0"),
    ):
        site = with_sensors(barnum, device)
        assert wanted in list(firmware_lines(site.node("entree")))
