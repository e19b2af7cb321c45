"""The signs of a site: tagged sheets of the right size, French first, for whatever a description holds."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from pypdf import PdfReader

from broker.contract import compiled
from broker.contract.site import load
from dashboard.documents import signs
from preaccueil.__main__ import main
from tests.dashboard.documents import tags

BARNUM = Path("firmware_configs/sites/barnum")
A3 = (842, 1191)
A4 = (595, 842)


@pytest.fixture(scope="module")
def site() -> compiled.Site:
    return load(BARNUM)


@pytest.fixture(scope="module")
def sheets(site: compiled.Site) -> dict[str, bytes]:
    return dict(signs.signs(site))


def size(pdf: bytes) -> tuple[int, int]:
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    return round(float(box.width)), round(float(box.height))


def test_every_zone_and_every_desk_inside_has_its_sign_and_the_experiment_one(
    sheets: dict[str, bytes],
) -> None:
    zones = {f"zone-{number}" for number in range(1, 8)}
    assert set(sheets) == {"experimentation", *zones, "batiment-etat-civil", "batiment-familles"}


def test_every_sign_is_tagged_and_titled_in_french(sheets: dict[str, bytes]) -> None:
    for name, sheet in sheets.items():
        found = tags.read(sheet)
        assert found.is_marked, name
        assert found.says_ua, name
        assert found.language.startswith("fr"), name
        assert found.title, name
        assert found.kinds["H1"] >= 1, name
        assert all(found.figure_texts), name


def test_signs_are_sheets_that_a_town_hall_prints(sheets: dict[str, bytes]) -> None:
    assert size(sheets["experimentation"]) == A3
    assert size(sheets["zone-1"]) == A3[::-1]
    assert size(sheets["batiment-familles"]) == A4[::-1]
    assert {tags.read(sheets[f"zone-{number}"]).pages for number in range(1, 8)} == {1}
    assert tags.read(sheets["experimentation"]).pages == 1


def test_a_zones_sign_says_its_name_its_services_and_then_english(sheets: dict[str, bytes]) -> None:
    text = " ".join(tags.read(sheets["zone-5"]).text.split())
    assert "Conciergerie" in text
    assert text.index("gratuit et confidentiel") < text.index("free and confidential")
    # Its desk is inside the building: the waiting area does not promise it.
    assert "Naissance, mariage" not in tags.read(sheets["zone-6"]).text


def test_the_way_inside_has_a_page_for_the_door_and_one_for_each_turn(sheets: dict[str, bytes]) -> None:
    found = tags.read(sheets["batiment-familles"])
    assert found.pages == 4
    assert found.figure_texts == [
        "Une personne qui marche",
        "Flèche à droite",
        "Flèche à gauche",
        "Flèche tout droit",
    ]
    assert "Porte 112" in found.text
    assert "grand escalier ou ascenseur" in found.text


def test_the_experiments_sign_says_what_is_tried_and_shows_the_plan(sheets: dict[str, bytes]) -> None:
    found = tags.read(sheets["experimentation"])
    text = " ".join(found.text.split())
    assert "Votre futur espace accueil se prépare" in text
    assert "Une attente conviviale, en un seul lieu plutôt qu’éparpillée" in text
    assert "Ni caméra, ni nom" in text
    assert any("7 Le baromètre du 19" in alt for alt in found.figure_texts)


@pytest.mark.parametrize(
    ("zone", "pictogram"),
    [(1, "information"), (2, "cafe"), (3, "ecran"), (4, "guichet"), (5, "entretien"), (6, "attente")],
)
def test_a_pictogram_follows_from_what_stands_in_the_zone(
    site: compiled.Site, zone: int, pictogram: str
) -> None:
    assert signs.pictogram_of(site, site.zones[zone - 1]) == pictogram


def test_a_zone_of_which_nothing_is_known_has_a_sign_without_pictogram(site: compiled.Site) -> None:
    empty = replace(site.zones[1], id=9, name=compiled.Text(fr="Jardin d’hiver", en="Winter garden"))
    sheet = dict(signs.signs(replace(site, zones=[empty])))["zone-9"]
    assert tags.read(sheet).figure_texts == []
    assert "Winter garden" in tags.read(sheet).text


def test_a_zone_of_many_services_keeps_to_one_sheet(site: compiled.Site) -> None:
    many = [
        replace(site.services[0], id=f"service-{n}", name=compiled.Text(fr=f"Le service numéro {n}", en="x"))
        for n in range(9)
    ]
    desk = replace(site.desks[0], services=[service.id for service in many])
    crowded = replace(site, services=many, desks=[desk], zones=site.zones[:1])
    found = tags.read(dict(signs.signs(crowded))["zone-1"])
    assert found.pages == 1
    assert "Aussi : Le service numéro 4" in found.text.replace("\xa0", " ")


def test_the_command_names_what_it_wrote_and_a_bad_description_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["signaletique", str(BARNUM), "--out", str(tmp_path / "signes")])
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "signes" / "zone-7.pdf") in done.output
    failed = CliRunner().invoke(main, ["signaletique", str(tmp_path), "--out", str(tmp_path)])
    assert failed.exit_code == 1
