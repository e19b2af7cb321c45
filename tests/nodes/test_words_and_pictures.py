"""The words of tickets in every language, and what is printed as a picture."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from PIL import Image

import nodes.words
from nodes.pictures.plan import inverted, plan
from nodes.sheet import DOTS, Code, Line, Picture
from nodes.ticket import Form, formed, plan_sheet, questionnaire_sheet
from nodes.words import languages, say

WORDS = tomllib.loads(Path(nodes.words.__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def test_every_language_has_every_word_with_the_same_places(barnum):
    for language in languages():
        assert set(WORDS[language]) == set(WORDS["fr"]), language
        for word, text in WORDS[language].items():
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", WORDS["fr"][word])), word
    assert {language.code for language in barnum.languages} < set(languages())


def test_a_word_that_a_language_lacks_is_said_in_french():
    assert say("xx", "copy") == "COPIE"


def image(picture):
    return Image.frombytes("1", (picture.width, picture.height), inverted(picture.rows))


@pytest.mark.parametrize("width_mm", [58, 80])
def test_the_plan_marks_the_zone_in_black_and_no_other(barnum, width_mm):
    width = DOTS[width_mm]
    drawn = image(plan(barnum, width, 6, 1, "fr"))
    assert drawn.width == width
    scale = width / barnum.tent.width
    for zone in barnum.zones:
        shape = zone.shape
        part = drawn.crop(
            (
                round(shape.x * scale) + 10,
                round(shape.y * scale) + 10,
                round((shape.x + shape.width) * scale) - 10,
                round((shape.y + shape.height) * scale) - 10,
            )
        )
        dark = part.histogram()[0] / (part.width * part.height)
        assert (dark > 0.5) == (zone.id == 6), zone.id


def test_the_plans_sheet_names_every_zone(barnum):
    text = "\n".join(line.text for line in plan_sheet(barnum, Form(80), "fr", 1, 4) if isinstance(line, Line))
    for zone in barnum.zones:
        assert f"{zone.id}  {zone.name.fr}" in text


def test_a_clone_gets_everything_as_one_picture_with_the_code_in_it(barnum):
    sheet = [Line("Égalité, œuvre, €"), Code("http://10.19.0.1/t/abc")]
    (picture,) = formed(sheet, Form(58, picture=True), "fr")
    assert isinstance(picture, Picture)
    assert picture.width == DOTS[58]
    assert picture.words == "Égalité, œuvre, €"
    code = image(picture).crop((0, picture.height - 120, picture.width, picture.height))
    assert 0.05 < code.histogram()[0] / (code.width * code.height) < 0.5


def test_a_long_number_gets_smaller_and_is_never_broken():
    (picture,) = formed([Line("F1234", size=8, bold=True, align="center")], Form(58, picture=True), "fr")
    rows = [
        any(byte for byte in picture.rows[top : top + picture.width // 8])
        for top in range(0, len(picture.rows), picture.width // 8)
    ]
    blocks = sum(now and not before for before, now in zip([False, *rows], rows, strict=False))
    assert blocks == 1, "one line of letters"


def test_the_questionnaire_asks_every_question_of_the_barometers(barnum):
    text = " ".join(
        line.text for line in questionnaire_sheet(barnum, Form(80), "en") if isinstance(line, Line)
    )
    for question in barnum.barometers[0].questions:
        assert question.text.en in text
