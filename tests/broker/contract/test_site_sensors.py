"""Presence sensors in a site description: contacts, infrared detectors, radars."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.contract.site import SiteError, load

BARNUM = Path(__file__).parents[3] / "firmware_configs" / "sites" / "barnum"


@pytest.fixture
def described(tmp_path: Path):
    """The barnum, with more said of a seat's or a room's sensor."""

    def described(node: str, kind: str, more: str, hold: str = "") -> Path:
        site = Path(shutil.copytree(BARNUM, tmp_path / "barnum"))
        path = site / "nodes" / f"{node}.toml"
        text = path.read_text(encoding="utf-8")
        written = f'kind = "{kind}"\n'
        at = text.index(written)
        text = text[:at] + text[at:].replace(written, written + more, 1)
        if hold:
            lines = text[at:].split("\n")
            place = next(number for number, line in enumerate(lines) if line.startswith("hold_s"))
            lines[place] = hold
            text = text[:at] + "\n".join(lines)
        path.write_text(text, encoding="utf-8")
        return site

    return described


def rooms(site):
    return [device for device in load(site).node("salons").devices if getattr(device, "kind", "") == "room"]


def test_a_room_has_a_radar_unless_it_is_said_otherwise(described):
    assert (rooms(BARNUM)[0].senses, rooms(BARNUM)[0].drives_high) == ("radar", True)
    pir = rooms(described("salons", "room", 'sensor = "pir"\nactive_high = false\n', "hold_s = 90"))[0]
    assert (pir.senses, pir.drives_high) == ("pir", False)


@pytest.mark.parametrize(
    ("node", "kind", "more", "hold", "says"),
    [
        ("salons", "room", 'sensor = "pir"\n', "hold_s = 20", "ne voit que ce qui bouge"),
        ("comptoir", "seat", 'sensor = "pir"\n', "", "pas une place"),
        ("comptoir", "seat", "active_high = true\n", "", "ferme vers la masse"),
    ],
)
def test_a_sensor_that_could_not_see_is_told(described, node, kind, more, hold, says):
    with pytest.raises(SiteError) as raised:
        load(described(node, kind, more, hold))
    (problem,) = raised.value.problems
    assert says in problem.message.fr
