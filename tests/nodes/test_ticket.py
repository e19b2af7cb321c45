from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from nodes.composing import Form
from nodes.sheet import COLUMNS, DOTS, Code, Line, Picture
from nodes.ticket import Ticket, announced, layout


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


@pytest.mark.parametrize(
    ("width_mm", "number", "size"), [(80, "B042", 8), (80, "B1042", 8), (58, "B042", 8), (58, "B1042", 6)]
)
def test_the_number_is_by_far_the_largest_and_as_large_as_printer_and_width_allow(
    barnum, width_mm, number, size
):
    sheet = layout(ticket(barnum, "dossier", number=number), barnum, Form(width_mm))
    sizes = sorted((line.size, line.text) for line in sheet if isinstance(line, Line))
    assert sizes[-1] == (size, number)
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


def test_a_desk_in_the_tent_is_named_to_go_to_when_called(barnum):
    assert "À l'appel : Point info (zone 1)" in words(layout(ticket(barnum, "dossier"), barnum, Form(80)))


def test_whoever_waits_where_the_desk_is_is_sent_nowhere_else(barnum):
    waits_there = msgspec.structs.replace(barnum.service("dossier"), zone=6)
    drawn = msgspec.structs.replace(ticket(barnum, "dossier"), service=waits_there)
    sheet = layout(drawn, barnum, Form(80))
    assert "À l'appel" not in words(sheet)


def test_a_discreet_visit_is_fetched_and_sent_to_no_desk(barnum):
    text = words(layout(ticket(barnum, "conciergerie"), barnum, Form(80)))
    assert "un agent vient vous chercher" in " ".join(text.split())
    assert "À l'appel" not in text


@pytest.mark.parametrize("width_mm", [58, 80])
def test_the_plan_is_on_the_ticket_and_fits_the_paper(barnum, width_mm):
    sheet = layout(ticket(barnum, "dossier"), barnum, Form(width_mm))
    (plan,) = [element for element in sheet if isinstance(element, Picture)]
    assert plan.words == "Plan de l'espace : 6, Espace d'attente"
    assert plan.width <= DOTS[width_mm]


def test_a_copy_says_so_and_the_first_print_does_not(barnum):
    assert "COPIE" in words(layout(ticket(barnum, "dossier", is_copy=True), barnum, Form(58)))
    assert "COPIE" not in words(layout(ticket(barnum, "dossier"), barnum, Form(58)))


def test_a_ticket_in_english_has_no_french_but_names_of_places(barnum):
    text = words(layout(ticket(barnum, "etat-civil", language="en"), barnum, Form(80)))
    assert "2 people before you" in text
    assert "10 to 20 min" in text
    assert "Valid identity document" in text
    for french in ("Attendez", "personnes", "Pièce", "État civil", "Suivez"):
        assert french not in text
    assert "Porte 4" in text, "as the door says it"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ar", ["الحالة المدنية", "بين 10 و20 دقيقة", "الباب 4"]),
        ("zh", ["民事登记", "10 至 20 分钟", "4 号门"]),
    ],
)
def test_other_letters_make_the_whole_ticket_one_picture(barnum, language, told):
    (picture,) = layout(ticket(barnum, "etat-civil", language=language), barnum, Form(80))
    for words_told in (*told, "B042", "Porte 4"):
        assert words_told in picture.words
    assert picture.width == DOTS[80]


def test_a_printer_that_misprints_gets_the_whole_ticket_as_a_picture_in_french_too(barnum):
    (picture,) = layout(ticket(barnum, "dossier"), barnum, Form(58, picture=True))
    assert "entre 10 et 20 min" in picture.words


def test_a_printer_that_draws_no_codes_gets_them_as_a_picture_and_text_as_text(barnum):
    url = "http://10.19.0.1/t/abc"
    native = layout(ticket(barnum, "dossier", url=url), barnum, Form(80))
    drawn = layout(ticket(barnum, "dossier", url=url), barnum, Form(80, native_qr=False))
    assert native[-1] == Code(url)
    assert isinstance(drawn[-1], Picture)
    assert drawn[-1].words == url
    assert drawn[-2] == native[-2]
