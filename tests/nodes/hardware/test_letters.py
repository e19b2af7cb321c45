from __future__ import annotations

import pytest

from nodes.hardware.letters import glyph, render

QUESTION = glyph("?")


@pytest.mark.parametrize("letter", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
def test_every_letter_and_digit_is_its_own(letter):
    others = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456789"
    assert glyph(letter) != QUESTION
    assert all(glyph(letter) != glyph(other) for other in others if letter not in {other, "0"})


@pytest.mark.parametrize("letter", "éèêëàâîïôùûüçœÉÈÊÀÂÎÔÙÇ€°·→«»'’–…")
def test_french_has_all_it_needs(letter):
    assert glyph(letter) != QUESTION
    assert any(glyph(letter))


@pytest.mark.parametrize(("plain", "accented"), ["eé", "eè", "eê", "eë", "aà", "uù", "cç", "EÉ", "AÀ", "CÇ"])
def test_an_accent_can_be_seen(plain, accented):
    assert glyph(plain) != glyph(accented)
    assert glyph("é") != glyph("è")


def test_an_accent_stands_clear_above_its_letter():
    for letter in "éèêëàâîïôùûü":
        lit_above = any(column & 0b11 for column in glyph(letter))
        assert lit_above, letter


def test_what_no_display_can_show_is_a_question_mark():
    assert glyph("☀") == QUESTION


def test_composed_and_decomposed_accents_are_drawn_alike():
    assert render("é") == render("e\u0301")


def test_bold_is_one_column_wider_a_letter():
    assert len(render("E042", bold=True)) == len(render("E042")) + 4
