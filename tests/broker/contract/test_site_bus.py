"""Distance sensors in a site description: what is compiled, and what is told of each slip."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.contract import compiled, messages
from broker.contract.origin import objection
from broker.contract.site import Problem, SiteError, load

BARNUM = Path(__file__).parents[3] / "firmware_configs" / "sites" / "barnum"

COUNTER = """
[[devices]]
type = "tof_counter"
id = "porte-tof"
outside = "left"
near_mm = 1100
far_mm = 1250
"""
BESIDE = """
[[devices]]
type = "tof_counter"
id = "second"
address = 0x31
xshut = 6
outside = "right"
near_mm = 1100
far_mm = 1250
"""
SEAT = 'type = "presence"\nid = "place-6"\nsubject = "place-6"\nkind = "seat"\npin = 21\n'
TOF_SEAT = (
    'type = "tof_presence"\nid = "place-6"\nsubject = "place-6"\nkind = "seat"\nnear_mm = 500\nfar_mm = 700\n'
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A barnum whose entrance takes more devices."""
    return Path(shutil.copytree(BARNUM, tmp_path / "barnum"))


def hang(site: Path, *devices: str) -> Path:
    """Hang devices on the entrance's node."""
    path = site / "nodes" / "entree.toml"
    path.write_text(path.read_text(encoding="utf-8") + "".join(devices), encoding="utf-8")
    return path


def problems(site: Path) -> tuple[Problem, ...]:
    with pytest.raises(SiteError) as raised:
        load(site)
    return raised.value.problems


def line_of(path: Path, text: str, after: str) -> int:
    """The line on which ``text`` begins, after the first line with ``after``."""
    whole = path.read_text(encoding="utf-8")
    return whole[: whole.index(text, whole.index(after))].count("\n") + 1


def test_one_sensor_needs_no_address_and_no_xshut(site):
    hang(site, COUNTER)
    assert load(site).node("entree").devices[-1] == compiled.TofCounter(
        id="porte-tof", address=0x29, near_mm=1100, far_mm=1250, outside="left", hand_mm=100
    )


def test_several_share_the_bus_with_addresses_and_xshut_wires_of_their_own(site):
    hang(site, COUNTER + "address = 0x30\nxshut = 5\n", BESIDE)
    found = load(site).node("entree").devices[-2:]
    assert [(one.address, one.xshut) for one in found] == [(0x30, 5), (0x31, 6)]


def test_a_seat_may_be_watched_by_distance(site):
    path = site / "nodes" / "comptoir.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(SEAT) == 1
    path.write_text(text.replace(SEAT, TOF_SEAT), encoding="utf-8")
    seat = load(site).node("comptoir").devices[-1]
    assert isinstance(seat, compiled.TofPresence)
    assert (seat.subject, seat.near_mm, seat.far_mm) == ("place-6", 500, 700)


def test_a_seat_watched_twice_is_told(site):
    hang(site, f"\n[[devices]]\n{TOF_SEAT}hold_s = 20\n")
    (problem,) = problems(site)
    assert "déjà donné" in problem.message.fr


def test_an_address_given_twice_is_told_with_line_and_suggestion(site):
    path = hang(site, COUNTER + "address = 0x31\nxshut = 5\n", BESIDE)
    (problem,) = problems(site)
    assert (problem.path, problem.field) == (path, "devices[second].address")
    assert problem.line == line_of(path, "address = 0x31", after='id = "second"')
    first = line_of(path, "address = 0x31", after='id = "porte-tof"')
    assert problem.found == "0x31"
    assert f"adresse I²C 0x31 déjà prise : entree.toml:{first}" in problem.message.fr
    assert problem.suggestion == "0x2a"
    assert problem.allowed is not None
    assert "0x31" not in problem.allowed.fr
    assert "did you mean 0x2a?" in problem.describe("en")


@pytest.mark.parametrize("address", ["0x07", "0x78", "-1"])
def test_an_address_outside_the_bus_is_told(site, address):
    hang(site, COUNTER + f"address = {address}\nxshut = 5\n")
    (problem,) = problems(site)
    assert problem.field == "devices[porte-tof].address"
    assert problem.allowed is not None
    assert problem.allowed.fr == "de 0x08 à 0x77"


def test_the_address_of_new_sensors_is_none_among_several(site):
    hang(site, COUNTER + "xshut = 5\n", BESIDE)
    (problem,) = problems(site)
    assert problem.field == "devices[porte-tof].address"
    assert "mise sous tension" in problem.message.fr
    assert problem.suggestion == "0x2a"


def test_another_address_needs_an_xshut_wire(site):
    hang(site, COUNTER + "address = 0x30\n")
    (problem,) = problems(site)
    assert problem.field == "devices[porte-tof].address"
    assert "XSHUT" in problem.message.fr
    assert problem.suggestion == "0x29"


def test_each_of_several_needs_its_xshut_wire(site):
    hang(site, COUNTER + "address = 0x30\n", BESIDE)
    (problem,) = problems(site)
    assert problem.field == "devices[porte-tof].xshut"


@pytest.mark.parametrize(
    "node_limits", [("near_mm = 1100", "near_mm = 1250"), ("far_mm = 1250", "far_mm = 900")]
)
def test_far_is_farther_than_near(site, node_limits):
    path = hang(site, COUNTER.replace(*node_limits))
    (problem,) = problems(site)
    assert problem.field == "devices[porte-tof].far_mm"
    assert problem.line == line_of(path, "far_mm", after='id = "porte-tof"')
    assert "`near_mm`" in problem.message.fr


def test_a_head_is_farther_than_a_hand_also_where_nothing_is_said_of_hands(site):
    hang(site, COUNTER.replace("near_mm = 1100", "near_mm = 90"))
    (problem,) = problems(site)
    assert problem.field == "devices[porte-tof].near_mm"
    assert problem.allowed is not None
    assert problem.allowed.fr == "plus que 100"


def test_a_side_of_the_door_misspelt_is_told(site):
    hang(site, COUNTER.replace('"left"', '"lefft"'))
    (problem,) = problems(site)
    assert (problem.field, problem.suggestion) == ("devices[porte-tof].outside", "left")


@pytest.mark.parametrize("pin", [2, 3])
def test_the_bus_takes_its_two_pins_from_buttons(site, pin):
    hang(site, COUNTER, f'\n[[devices]]\ntype = "buzzer"\nid = "bip"\npin = {pin}\n')
    (problem,) = problems(site)
    assert f"broche {pin} déjà prise" in problem.message.fr
    assert f"(I2C {'SDA' if pin == 2 else 'SCL'})" in problem.message.fr


def test_a_reset_wire_is_a_pin_like_others(site):
    hang(site, COUNTER + "xshut = 17\n")
    (problem,) = problems(site)
    assert problem.field == "devices[porte-tof].xshut"
    assert "broche 17 déjà prise" in problem.message.fr


def test_a_sensor_says_what_the_device_it_stands_for_says(site, barnum):
    hang(site, COUNTER + "address = 0x30\nxshut = 5\n")
    compiled_site = load(site)
    assert objection(compiled_site, "entree", messages.PassageCounted, "porte-tof") is None
    assert objection(compiled_site, "entree", messages.PresenceChanged, "porte-tof")
    assert objection(compiled_site, "entree", messages.VoteCast, "porte-tof")
