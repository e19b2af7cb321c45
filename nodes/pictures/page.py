"""A whole sheet as one picture: for letters that the printer's code page lacks, and for clones that misprint.

Pillow with Raqm joins Arabic letters and orders lines written from right to left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from nodes.pictures.code import code
from nodes.pictures.fonts import font
from nodes.pictures.plan import as_picture, inverted
from nodes.sheet import BOX, DOTS, Code, Element, Line, Picture, Rule, Sheet
from nodes.words import RIGHT_TO_LEFT

LETTER: Final = 26
"""Dots high of text in size 1: a little more than a printer's own 24, since letters are thinner."""
LEADING: Final = 10
INDENT: Final = 40
"""How far words stand from the mark before them."""
RULE: Final = 24
SMALLEST_TITLE: Final = 0.7
SMALLEST: Final = 0.88
"""What is a little too long for one line in the middle gets smaller down to this, then it is broken."""

_BEYOND_LATIN: Final = 0x250
_EAST: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_OPENING, _CLOSING = "（《「『【", "，。、；：？！）》」』】"  # noqa: RUF001  they are meant
_PIECES: Final = re.compile(rf"\s+|[{_OPENING}]*[{_EAST}][{_CLOSING}]*|[^\s{_EAST}]+[{_CLOSING}]*")
"""Between which a line may be broken: words, and the signs of languages that write no spaces."""


class _Hand(NamedTuple):
    """How a line is written."""

    kind: ImageFont.FreeTypeFont
    size: int
    is_doubled: bool
    is_right_to_left: bool

    def long(self, text: str) -> float:
        """Dots across."""
        return self.kind.getlength(text, direction="rtl" if self.is_right_to_left else None)


def picture(sheet: Sheet, width_mm: int, language: str) -> Picture:
    """The sheet as one picture. Raises NoFontError where the language's letters are missing."""
    width = DOTS[width_mm]
    parts = [part for element in sheet for part in _parts(element, width, language)]
    image = Image.new("1", (width, sum(part.height for part in parts) or 1), 1)
    top = 0
    for part in parts:
        image.paste(part, ((width - part.width) // 2, top))
        top += part.height
    return as_picture(image, "\n".join(filter(None, map(_words, sheet))))


def _words(element: Element) -> str:
    match element:
        case Line():
            return f"{element.mark} {element.text}".strip()
        case Picture():
            return element.words
        case _:
            return ""


def _parts(element: Element, width: int, language: str) -> Sequence[Image.Image]:
    match element:
        case Line():
            return _line(element, width, language)
        case Rule():
            rule = Image.new("1", (width, RULE), 1)
            ImageDraw.Draw(rule).line((0, RULE // 2, width, RULE // 2), 0, 2)
            return [rule]
        case Code():
            return [code(element.content)]
        case Picture():
            return [Image.frombytes("1", (element.width, element.height), inverted(element.rows))]


@lru_cache(maxsize=128)
def _line(line: Line, width: int, language: str) -> tuple[Image.Image, ...]:
    """A line, broken where it is too long. Most are the same on every ticket: they are drawn once."""
    if not line.text:
        return (Image.new("1", (width, LEADING * 2), 1),)
    room = width - INDENT if line.mark else width
    hand = _hand(line, LETTER * line.size, language)
    too_long = hand.long(line.text) / room
    smallest = SMALLEST if line.size == 1 else SMALLEST_TITLE
    is_a_word = line.text.isascii() and " " not in line.text
    if too_long > 1 and line.align == "center" and (is_a_word or too_long <= 1 / smallest):
        hand = _hand(line, int(LETTER * line.size / too_long), language)
    texts = _broken(line.text, room, hand.long)
    return tuple(
        _row(text, line, width, hand, language, is_first=index == 0) for index, text in enumerate(texts)
    )


def _hand(line: Line, size: int, language: str) -> _Hand:
    """Text in Latin letters alone, such as a number or a door, keeps their font and direction."""
    is_latin = all(ord(letter) < _BEYOND_LATIN or letter in "·–—’€" for letter in line.text)
    letters = "fr" if is_latin else language
    kind = font(letters, size, bold=line.bold)
    # The one Chinese font has no bold: what should be is written twice, a dot apart.
    return _Hand(kind, size, letters == "zh" and line.bold, language in RIGHT_TO_LEFT and not is_latin)


def _row(text: str, line: Line, width: int, hand: _Hand, language: str, *, is_first: bool) -> Image.Image:
    """One row of a line, its mark before the first."""
    height = hand.size + LEADING
    row = Image.new("1", (width, height), 1)
    pen = ImageDraw.Draw(row)
    from_right = language in RIGHT_TO_LEFT
    indent = INDENT if line.mark else 0
    x, anchor = width // 2, "mm"
    if line.align == "left":
        x, anchor = (width - indent, "rm") if from_right else (indent, "lm")
    direction = "rtl" if hand.is_right_to_left else None
    for right in range(1 + hand.is_doubled):
        pen.text((x + right, height // 2), text, 0, font=hand.kind, anchor=anchor, direction=direction)
    if line.mark and is_first:
        _mark(pen, line.mark, width if from_right else 0, height // 2, from_right=from_right)
    return row


def _mark(pen: ImageDraw.ImageDraw, mark: str, x: int, y: int, *, from_right: bool) -> None:
    """A box to tick, or a zone's number."""
    if mark == BOX:
        left = x - 23 if from_right else x + 1
        pen.rectangle((left, y - 11, left + 22, y + 11), outline=0, width=2)
    else:
        pen.text((x, y), mark, 0, font=font("fr", LETTER), anchor="rm" if from_right else "lm")


def _broken(text: str, room: int, long: Callable[[str], float]) -> list[str]:
    """The text in lines that fit."""
    if long(text) <= room:
        return [text]
    lines, used = [""], 0.0
    for piece in _PIECES.findall(text):
        wide = long(piece)
        if lines[-1] and used + wide > room and not piece.isspace():
            lines.append("")
            used = 0.0
        lines[-1] += piece
        used += wide
    return [line.strip() for line in lines]
