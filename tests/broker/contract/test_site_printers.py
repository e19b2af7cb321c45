"""Printers in a site description: network, USB and serial, and what cannot be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.contract.site import Problem, SiteError, load

BARNUM = Path(__file__).parents[3] / "firmware_configs" / "sites" / "barnum"
NETWORK = 'host = "imprimante-a.local"\nport = 9100\n'


@pytest.fixture
def plug(tmp_path: Path):
    """Plugs the first kiosk's printer in as it is written, and hangs further devices on it."""
    site = Path(shutil.copytree(BARNUM, tmp_path / "barnum"))
    path = site / "nodes" / "borne-a.toml"

    def plug(written: str, *devices: str) -> Path:
        text = path.read_text(encoding="utf-8")
        assert text.count(NETWORK) == 1
        path.write_text(text.replace(NETWORK, written) + "".join(devices), encoding="utf-8")
        return site

    return plug


def problem(site: Path) -> Problem:
    with pytest.raises(SiteError) as raised:
        load(site)
    (found,) = raised.value.problems
    return found


def another(written: str) -> str:
    return f'\n[[devices]]\ntype = "ticket_printer"\nid = "seconde"\n{written}\n'


@pytest.mark.parametrize(
    ("written", "place"),
    [
        (NETWORK, "imprimante-a.local"),
        ('usb = "auto"\n', "USB auto"),
        ('usb = "04b8:0e15"\n', "USB 04b8:0e15"),
        ('serial = "/dev/ttyUSB0"\nbaud = 9600\n', "/dev/ttyUSB0"),
        ('serial = "/dev/ttyUSB0"\nflow = "rts_cts"\nbaud = 115200\npicture = true\n', "/dev/ttyUSB0"),
    ],
)
def test_a_printer_is_plugged_in_by_network_usb_or_serial(plug, written, place):
    devices = load(plug(written)).node("borne-a").devices
    assert [device.place for device in devices if device.id == "imprimante"] == [place]


@pytest.mark.parametrize(
    ("written", "devices", "field", "says"),
    [
        ("", (), "imprimante]", "dire comment l'imprimante est branchée"),
        ('host = "a"\nusb = "auto"\n', (), "usb", "d'une seule façon"),
        ('usb = "EPSON"\n', (), "usb", ""),
        ('serial = "COM1"\n', (), "serial", ""),
        ('serial = "/dev/ttyUSB0"\npicture = true\n', (), "baud", "trop lent"),
        ('serial = "/dev/serial0"\n', (), "serial", "broche 14 déjà prise"),
        ('serial = "/dev/ttyUSB0"\n', (another('serial = "/dev/ttyUSB0"'),), "serial", "déjà prise"),
        ('usb = "auto"\n', (another('usb = "auto"'),), "usb", "aucune n'est `auto`"),
        ('usb = "04b8:0e15"\n', (another('usb = "auto"'),), "usb", "aucune n'est `auto`"),
        ('usb = "04b8:0e15"\n', (another('usb = "04b8:0e15"'),), "usb", "déjà prise"),
    ],
)
def test_what_cannot_be_plugged_in_so_is_told(plug, written, devices, field, says):
    with pytest.raises(SiteError) as raised:
        load(plug(written, *devices))
    found = raised.value.problems[0]
    assert found.field.endswith(field)
    assert says in found.message.fr


def test_two_usb_printers_that_are_told_apart_are_right(plug):
    load(plug('usb = "04b8:0e15"\n', another('usb = "0519:0003"')))
