"""A ticket of the double town hall says where to wait and where to walk, from the building of its kiosk."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.contract import compiled
from broker.contract.site import load
from nodes.composing import Form
from nodes.sheet import Line
from nodes.ticket import Ticket, layout

DOUBLE = Path(__file__).parents[2] / "firmware_configs" / "sites" / "double-mairie"
NEW, HISTORIC = 1, 2
"""Zones of the kiosks."""


@pytest.fixture(scope="module")
def double() -> compiled.Site:
    return load(DOUBLE)


def words(site: compiled.Site, service: str, here: int) -> str:
    ticket = Ticket(
        number="A001",
        service=site.service(service),
        drawn=None,
        ahead=None,
        wait_median_s=None,
        wait_p90_s=None,
        url="",
        here=here,
    )
    lines = [line.text for line in layout(ticket, site, Form(80)) if isinstance(line, Line)]
    return " ".join(" ".join(lines).split())


def test_everybody_waits_in_the_building_of_the_kiosk(double):
    assert "Café et attente" in words(double, "information", HISTORIC)
    assert "Espace d'attente" in words(double, "information", NEW)


def test_a_service_given_in_both_buildings_needs_no_walk(double):
    assert "Nouveau bâtiment" not in words(double, "information", HISTORIC)
    assert "À l'appel : Point info (zone 1)" in words(double, "information", NEW)
    assert "Point info" not in words(double, "information", HISTORIC)


def test_a_service_of_the_other_building_gives_both_ways(double):
    text = words(double, "etat-civil", HISTORIC)
    assert "appelé un peu avant" in text
    assert "traversez la rue" in text
    assert "1er étage, porte 101" in text
    assert "traversez la rue" not in words(double, "etat-civil", NEW)


def test_a_desk_in_a_zone_of_the_other_building_is_walked_to(double):
    text = words(double, "multiservices", NEW)
    assert "Mairie historique" in text
    assert "entrée sous l'horloge" in text
