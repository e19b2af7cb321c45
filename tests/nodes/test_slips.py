from __future__ import annotations

import pytest

from nodes.composing import Form
from nodes.sheet import COLUMNS, DOTS, Line, Picture
from nodes.slips import papers_sheet, plan_sheet, questionnaire_sheet


def words(sheet):
    return "\n".join(element.text for element in sheet if isinstance(element, Line))


@pytest.mark.parametrize("width_mm", [58, 80])
def test_every_line_fits_the_paper(barnum, width_mm):
    form = Form(width_mm)
    sheets = [
        plan_sheet(barnum, form, "fr", 1, 4, ["Sans ticket : les projets sont au Multiservices, zone 4"]),
        questionnaire_sheet(barnum, form, "en"),
        *(papers_sheet(service, barnum, form, "fr") for service in barnum.services),
    ]
    for line in [element for sheet in sheets for element in sheet if isinstance(element, Line)]:
        assert len(line.text) * line.size <= COLUMNS[width_mm]


def test_the_plan_names_every_zone_and_says_what_the_visitor_was_told(barnum):
    sheet = plan_sheet(barnum, Form(80), "fr", 1, 4, ["Sans ticket : zone 4"])
    for zone in barnum.zones:
        assert f"{zone.id}  {zone.name.fr}" in words(sheet)
    assert "Sans ticket : zone 4" in words(sheet)
    assert [element.width for element in sheet if isinstance(element, Picture)] == [DOTS[80]]
    bold = [line.text for line in sheet if isinstance(line, Line) and line.bold and line.size == 1]
    assert "4  Multiservices" in bold


def test_the_papers_of_a_permanence_come_with_its_timetable(barnum):
    text = words(papers_sheet(barnum.service("ecrivain-public"), barnum, Form(80), "fr"))
    assert "mardi 14h-17h\njeudi 14h-19h" in text
    assert "[ ] Le courrier reçu" in text
    assert "Horaires" not in words(papers_sheet(barnum.service("dossier"), barnum, Form(80), "fr"))


def test_the_questionnaire_asks_every_question_of_the_barometers_with_a_box_for_each_answer(barnum):
    text = words(questionnaire_sheet(barnum, Form(80), "en"))
    for question in barnum.barometers[0].questions:
        assert question.text.en in " ".join(text.split("\n"))
        for place, answer in enumerate(question.answers, start=1):
            assert f"[ ] {place}. {answer.text.en}" in text


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_other_letters_come_as_one_picture_that_says_it_in_their_words(barnum, language):
    (picture,) = questionnaire_sheet(barnum, Form(58), language)
    assert picture.width == DOTS[58]
    for question in barnum.barometers[0].questions:
        assert question.text.in_language(language) in picture.words
