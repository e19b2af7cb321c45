"""How printers are reached: what a node says where a library, a device or an answer is missing."""

from __future__ import annotations

import sys

import pytest
from msgspec.structs import replace

from broker.contract import compiled
from nodes.errors import HardwareError
from nodes.hardware import printer_links
from tests.nodes.distance_stand import BEEPER, with_sensors
from tests.nodes.stand import Stand

PRINTER = compiled.TicketPrinter(id="imprimante", host=None, port=9100, width_mm=80)
PLUGGED = {"usb": replace(PRINTER, usb="auto"), "serial": replace(PRINTER, serial="/dev/ttyUSB9")}


@pytest.mark.parametrize("library", PLUGGED)
def test_without_its_library_a_printer_is_failed_with_what_to_install_and_the_others_go_on(
    barnum, monkeypatch, library
):
    monkeypatch.setitem(sys.modules, library, None)
    node = Stand(with_sensors(barnum, PLUGGED[library], BEEPER), "entree", fast=False)
    try:
        states = {device.id: device for device in node.node.health().devices}
        assert states["imprimante"].state == "failed"
        assert "install preaccueil[node]" in states["imprimante"].detail
        assert states["bip"].state == "ok"
    finally:
        node.close()


def test_a_serial_line_that_is_not_there_is_an_oserror_that_names_it():
    pytest.importorskip("serial")
    with pytest.raises(OSError, match="ttyNone"):
        printer_links.serial("/dev/ttyNone", 9600)(1.0)


class Nothing:
    """A USB bus without a printer."""

    def enumerate_devices(self):
        return []


@pytest.mark.parametrize(("which", "says"), [("auto", "no USB printer"), ("04b8:0e15", "04b8:0e15")])
def test_a_usb_printer_that_is_not_there_is_an_oserror_that_names_it(which, says):
    pytest.importorskip("usb")
    with pytest.raises(OSError, match=says):
        printer_links.usb(which, backend=Nothing())(1.0)


def test_two_usb_printers_are_not_told_apart_by_auto():
    pytest.importorskip("usb")
    from nodes.hardware.virtual_usb import VirtualUsbPrinter  # noqa: PLC0415 - with its library only

    twin = VirtualUsbPrinter()
    one = twin.enumerate_devices()[0]
    twin.enumerate_devices = lambda: [one, one]
    with pytest.raises(OSError, match="several USB printers, say which: 04b8:0e15, 04b8:0e15"):
        printer_links.usb("auto", backend=twin)(1.0)


def test_a_missing_library_is_told_when_the_printer_is_opened(monkeypatch):
    monkeypatch.setitem(sys.modules, "usb", None)
    with pytest.raises(HardwareError, match="pyusb"):
        printer_links.connection(PLUGGED["usb"])
