from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from nodes.sheet import COLUMNS, Line
from nodes.ticket import Form, Ticket, announced, layout


def ticket(site, service, **changes):
    fields = {
        "number": "B042",
        "service": site.service(service),
        "drawn": datetime(2026, 6, 4, 10, 7),  # noqa: DTZ001 - local time, as the ticket shows it
        "ahead": 2,
        "wait_median_s": 610,
        "wait_p90_s": 1190,
        "url": "",
    }
    return Ticket(**fields | changes)


def words(sheet):
    return "\n".join(element.text for element in sheet if isinstance(element, Line))


@pytest.mark.parametrize("width_mm", [58, 80])
def test_every_line_fits_the_paper_for_every_service(barnum, width_mm):
    for service in barnum.services:
        for number in ("A001", "A1234"):
            sheet = layout(ticket(barnum, service.id, number=number), barnum, Form(width_mm))
            for line in sheet:
                if isinstance(line, Line):
                    assert len(line.text) * line.size <= COLUMNS[width_mm]


def test_the_number_is_by_far_the_largest(barnum):
    sheet = layout(ticket(barnum, "dossier"), barnum, Form(80))
    sizes = sorted((line.size, line.text) for line in sheet if isinstance(line, Line))
    assert sizes[-1] == (8, "B042")
    assert sizes[-2][0] <= 2


def test_a_promise_is_a_range_in_minutes_or_nothing():
    assert announced(610, 1190) == "entre 10 et 20 min"
    assert announced(30, 200) == "moins de 5 min"
    assert announced(600, 601) == "entre 10 et 11 min"
    assert announced(None, 600) == ""
    assert announced(600, None) == ""


def test_without_ground_nothing_is_promised(barnum):
    sheet = layout(
        ticket(barnum, "dossier", ahead=None, wait_median_s=None, wait_p90_s=None), barnum, Form(80)
    )
    assert "Attente" not in words(sheet)
    assert "avant vous" not in words(sheet)


def test_a_file_check_lists_its_papers(barnum):
    sheet = layout(ticket(barnum, "dossier"), barnum, Form(80))
    assert words(sheet).count("[ ]") == len(barnum.service("dossier").papers)


def test_a_desk_in_the_building_gives_the_way(barnum):
    text = words(layout(ticket(barnum, "etat-civil"), barnum, Form(80)))
    place = next(desk.place for desk in barnum.desks if "etat-civil" in desk.services)
    assert place.door in text
    assert " ".join(place.way.fr.split()) in " ".join(text.split())
    assert "appelé un peu avant" in " ".join(text.split())


def test_a_desk_in_the_tent_says_where_to_wait_and_no_way(barnum):
    text = words(layout(ticket(barnum, "dossier"), barnum, Form(80)))
    assert "Espace d'attente" in text
    assert "appelé un peu avant" not in text


def test_without_a_clock_no_time_is_printed(barnum):
    sheet = layout(ticket(barnum, "dossier", drawn=None), barnum, Form(80))
    assert "2026" not in words(sheet)


def test_a_site_without_a_display_of_calls_sends_nobody_to_wait_there(barnum):
    bare = msgspec.structs.replace(barnum, displays=[])
    assert "Attendez ici" not in words(layout(ticket(bare, "dossier"), bare, Form(80)))
