from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from broker.contract import access, compiled
from broker.contract.site_numbers import HEADER_PINS


def test_the_barnum_has_the_zones_and_services_of_the_sheet(barnum: compiled.Site) -> None:
    assert [zone.id for zone in barnum.zones] == [1, 2, 3, 4, 5, 6, 7]
    assert {service.id for service in barnum.services} == {
        "information",
        "dossier",
        "en-ligne",
        "multiservices",
        "conciergerie",
        "ecrivain-public",
        "associations",
        "budget-participatif",
        "etat-civil",
        "familles",
    }
    assert barnum.service("dossier").papers


def test_the_waiting_area_is_the_biggest_zone(barnum: compiled.Site) -> None:
    biggest = max(barnum.zones, key=lambda zone: zone.shape.width * zone.shape.height)
    assert biggest.id == 6


def test_the_tent_has_a_hundred_and_fifty_square_metres(barnum: compiled.Site) -> None:
    assert barnum.tent.width * barnum.tent.height == 150 * 100 * 100


def test_the_barnum_opens_as_the_town_hall_does(barnum: compiled.Site) -> None:
    assert {hours.weekday: (hours.opens, hours.closes) for hours in barnum.hours} == {
        "monday": (8 * 60 + 30, 17 * 60),
        "tuesday": (8 * 60 + 30, 17 * 60),
        "wednesday": (8 * 60 + 30, 17 * 60),
        "thursday": (8 * 60 + 30, 19 * 60 + 30),
        "friday": (8 * 60 + 30, 17 * 60),
    }
    (exception,) = barnum.exceptions
    assert (exception.weekday, exception.week_of_month, exception.opens) == ("tuesday", 1, 13 * 60)


def test_a_permanence_has_hours_of_its_own(barnum: compiled.Site) -> None:
    assert barnum.service("ecrivain-public").hours
    assert not barnum.service("information").hours


def test_desks_in_the_building_say_the_way(barnum: compiled.Site) -> None:
    for name in ("etat-civil", "familles"):
        place = barnum.desk(name).place
        assert place is not None
        assert 120 <= place.walk_s <= 240
        assert place.way.fr
        assert place.way.en


def test_a_discreet_service_hides_behind_a_letter_of_another_word(barnum: compiled.Site) -> None:
    discreet = [service for service in barnum.services if service.discreet]
    assert discreet
    for service in discreet:
        assert service.letter
        assert not service.name.fr.upper().startswith(service.letter)


def test_every_service_has_a_button_on_each_kiosk(barnum: compiled.Site) -> None:
    for name in ("borne-a", "borne-b"):
        (kiosk,) = (
            device for device in barnum.node(name).devices if isinstance(device, compiled.TicketKiosk)
        )
        assert {button.service for button in kiosk.buttons} == {service.id for service in barnum.services}


def test_a_node_can_read_what_was_compiled(barnum: compiled.Site, tmp_path: Path) -> None:
    compiled.write(barnum, tmp_path / "site.json")
    assert compiled.read(tmp_path / "site.json") == barnum


def test_every_name_makes_topics_and_rights(barnum: compiled.Site) -> None:
    acl = access.acl(barnum)
    for node in barnum.nodes:
        assert f"user {node.id}\n" in acl
    for display in barnum.displays:
        assert f"/display/{display.id}\n" in acl


@pytest.mark.parametrize("name", ["borne-a", "borne-b"])
def test_a_kiosk_of_ten_buttons_leaves_the_free_spi_pins_alone(barnum: compiled.Site, name: str) -> None:
    (kiosk,) = (device for device in barnum.node(name).devices if isinstance(device, compiled.TicketKiosk))
    pins = {button.pin for button in kiosk.buttons} | {button.lamp for button in kiosk.buttons}
    assert len(pins) == 20
    assert pins < set(HEADER_PINS) - {7, 8, 9, 10, 11}


def test_texts_are_there_in_both_languages(barnum: compiled.Site) -> None:
    def texts(value: object) -> list[compiled.Text]:
        if isinstance(value, compiled.Text):
            return [value]
        if isinstance(value, msgspec.Struct):
            return [text for name in value.__struct_fields__ for text in texts(getattr(value, name))]
        if isinstance(value, list):
            return [text for element in value for text in texts(element)]
        return []

    found = texts(barnum)
    assert len(found) > 50
    assert all(text.fr.strip() and text.en.strip() for text in found)
