"""Slips of an author about a site's several buildings, in the double town hall."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broker.contract.site import Problem, SiteError, load

DOUBLE = Path(__file__).parents[3] / "firmware_configs" / "sites" / "double-mairie"


def problems(folder: Path, old: str, new: str) -> list[Problem]:
    """What is said once ``old`` has become ``new`` in its site.toml."""
    site = shutil.copytree(DOUBLE, folder / "double-mairie")
    text = (site / "site.toml").read_text(encoding="utf-8")
    assert old in text
    (site / "site.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SiteError) as raised:
        load(site)
    return list(raised.value.problems)


def test_a_zone_says_which_building_it_lies_in(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'building = "nouveau"\n', "")
    assert "dire lequel" in problem.describe("fr")
    assert "nouveau, historique" in problem.describe("fr")


def test_a_building_misspelt_is_met_with_what_was_meant(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'building = "nouveau"\n', 'building = "noveau"\n')
    assert "bâtiment inconnu" in problem.describe("fr")
    assert "vouliez-vous dire nouveau" in problem.describe("fr")


def test_a_desk_away_from_the_zones_says_its_building_too(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'within = "nouveau"\n', "")
    assert problem.field == "desks[etat-civil].place.within"


def test_where_tickets_are_drawn_the_calls_are_shown(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        'node = "attente-historique"\ndevice = "afficheur"\nshows = "calls"',
        'node = "attente-historique"\ndevice = "afficheur"\nshows = "outside"',
    )
    assert [problem.field for problem in found] == ["buildings[historique].id"]
    assert "aucun afficheur n'y montre les appels" in found[0].describe("fr")
