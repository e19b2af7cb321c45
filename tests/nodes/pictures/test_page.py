# ruff: noqa: RUF001  Chinese signs are meant
"""Sheets as one picture. People have looked at them (docs/tickets.png); here is what must hold of them."""

from __future__ import annotations

import shutil
from itertools import groupby

import pytest
from PIL import Image, ImageChops

from nodes.errors import NoFontError
from nodes.pictures import fonts, page
from nodes.pictures.code import code
from nodes.pictures.plan import inverted
from nodes.sheet import BOX, DOTS, Code, Line, Picture, Rule
from nodes.words import languages, say


def image(picture):
    return Image.frombytes("1", (picture.width, picture.height), inverted(picture.rows))


def rows_of_letters(picture):
    """How many lines are written: runs of rows that are not white."""
    across = picture.width // 8
    rows = [any(picture.rows[top : top + across]) for top in range(0, len(picture.rows), across)]
    return sum(has_ink for has_ink, _run in groupby(rows))


def ink(picture):
    """The edges of what is black: left, top, right, bottom."""
    return ImageChops.invert(image(picture).convert("L")).getbbox()


@pytest.mark.parametrize("width_mm", [58, 80])
def test_it_is_as_wide_as_the_paper_and_says_in_words_what_it_shows(width_mm):
    sheet = [Line("Égalité, œuvre, €"), Rule(), Line("papiers", mark=BOX), Picture(8, b"\xff", "un plan")]
    picture = page.picture(sheet, width_mm, "fr")
    assert picture.width == DOTS[width_mm]
    assert picture.words == "Égalité, œuvre, €\n[ ] papiers\nun plan"


def test_a_large_number_fills_the_width_and_is_never_broken():
    for width_mm in DOTS:
        for number in ("E042", "F1234"):
            picture = page.picture([Line(number, size=8, bold=True, align="center")], width_mm, "ar")
            left, _top, right, _bottom = ink(picture)
            assert rows_of_letters(picture) == 1
            assert right - left > 0.85 * picture.width


def test_a_line_that_is_too_long_is_broken_between_words():
    text = "Justificatif de domicile de moins de trois mois, à votre nom ou à celui de qui vous héberge"
    picture = page.picture([Line(text)], 58, "fr")
    left, _top, right, _bottom = ink(picture)
    assert rows_of_letters(picture) > 1
    assert 0 <= left < right <= picture.width


def test_chinese_is_broken_anywhere_but_before_a_closing_sign():
    texts = page._broken("进入区政府，穿过大厅，走左侧走廊，4 号门", 5, len)
    assert "".join(texts).replace(" ", "") == "进入区政府，穿过大厅，走左侧走廊，4号门"
    assert len(texts) > 3
    assert not any(text[0] in "，。）" for text in texts)


def test_arabic_begins_at_the_right_edge_with_its_box_and_french_at_the_left():
    arabic = ink(page.picture([Line("المدخل", mark=BOX)], 80, "ar"))
    french = ink(page.picture([Line("Entrée", mark=BOX)], 80, "fr"))
    assert arabic[2] > DOTS[80] - 4
    assert arabic[0] > DOTS[80] / 2
    assert french[0] < 4
    assert french[2] < DOTS[80] / 2


def test_an_arabic_line_that_begins_with_a_number_or_a_latin_word_has_it_at_the_right():
    """Its first letter has a dot below the line: at the right edge there is none where the number stands."""
    left, _top, _right, bottom = ink(page.picture([Line("19")], 80, "ar"))

    def is_dotted(text):
        drawn = page.picture([Line(text)], 80, "ar")
        part = image(drawn).crop((left, bottom + 2, drawn.width, drawn.height))
        return part.histogram()[0] > 0

    assert is_dotted("بلدية 19")
    assert not is_dotted("19 بلدية")
    assert not is_dotted("Hall بلدية")


def test_arabic_letters_are_joined():
    """Apart each letter has a form of its own: written by letters the word is longer."""
    kind = fonts.font("ar", 40)
    word = "استعلامات"
    assert kind.getlength(word, direction="rtl") < 0.9 * sum(kind.getlength(letter) for letter in word)


@pytest.mark.parametrize("language", languages())
def test_the_fonts_have_every_letter_of_what_a_language_says(language):
    kind = fonts.font(language, 30)
    nothing = bytes(kind.getmask("\uffff"))
    told = {letter for word in _words("fr") for letter in say(language, word)}
    lacking = {letter for letter in told if not letter.isspace() and bytes(kind.getmask(letter)) == nothing}
    assert lacking == set()


def test_a_code_is_the_one_that_the_printer_would_draw_by_itself():
    picture = page.picture([Code("http://10.19.0.1/t/abc")], 58, "fr")
    left, top, right, bottom = ink(picture)
    wanted = code("http://10.19.0.1/t/abc")
    edge = (wanted.width - (right - left)) // 2
    assert right - left == bottom - top
    part = image(picture).crop((left - edge, top - edge, right + edge, bottom + edge))
    assert part.tobytes() == wanted.tobytes()


def forget():
    """What was drawn before stays drawn on a real machine; here it would hide what is missing."""
    fonts.font.cache_clear()
    page._line.cache_clear()


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """A machine without the fonts of the distribution."""
    forget()
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    yield tmp_path
    forget()


@pytest.mark.parametrize(("language", "package"), [("ar", "fonts-dejavu-core"), ("zh", "fonts-wqy-microhei")])
def test_without_its_font_a_language_is_refused_by_the_name_of_the_package(bare_machine, language, package):
    with pytest.raises(NoFontError, match=package):
        page.picture([Line("1"), Line(say(language, "here"))], 80, language)


def test_latin_letters_need_no_font_of_the_distribution(bare_machine):
    assert ink(page.picture([Line("Égalité")], 80, "fr"))


def test_without_fribidi_arabic_is_refused_rather_than_written_backwards(monkeypatch):
    fonts.font.cache_clear()
    monkeypatch.setattr(fonts.features, "check", lambda feature: feature != "fribidi")
    with pytest.raises(NoFontError, match="libfribidi0"):
        fonts.font("ar", 30)


def test_a_font_installed_later_is_found_without_a_restart(bare_machine):
    with pytest.raises(NoFontError):
        fonts.font("zh", 30)
    shutil.copytree("/usr/share/fonts/truetype/wqy", bare_machine / "truetype" / "wqy")
    assert fonts.font("zh", 30)


def _words(language):
    import nodes.words  # noqa: PLC0415  its catalogue is nobody else's business

    return nodes.words._catalogue()[language]
