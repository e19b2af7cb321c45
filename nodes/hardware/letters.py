"""The letters of a LED display eight dots high.

The base is luma's LCD font (5×7). It has no letter with an accent, and its other fonts index by code
point and lack what French needs, so accents are put together here: a letter, made one dot lower where
it must, and a mark of two dots' height above it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from luma.core.legacy.font import LCD_FONT

Columns = tuple[int, ...]
"""A glyph: one number a column, bit 0 at the top."""

_SPACE = (0, 0, 0)
_MARKS: dict[str, Columns] = {
    "\N{COMBINING ACUTE ACCENT}": (0b00, 0b00, 0b10, 0b01, 0b00),
    "\N{COMBINING GRAVE ACCENT}": (0b00, 0b01, 0b10, 0b00, 0b00),
    "\N{COMBINING CIRCUMFLEX ACCENT}": (0b00, 0b10, 0b01, 0b10, 0b00),
    "\N{COMBINING DIAERESIS}": (0b00, 0b01, 0b00, 0b01, 0b00),
}
_CEDILLA = "\N{COMBINING CEDILLA}"
_LOWER_C: Columns = (0b00111000, 0b01000100, 0b11000100, 0b01000100)
_UPPER_C: Columns = (0b00111110, 0b01000001, 0b11000001, 0b01000001, 0b00100010)
_OWN: dict[str, Columns] = {
    "€": (0b00010100, 0b00111110, 0b01010101, 0b01010101, 0b01000001),
    "°": (0b00000010, 0b00000101, 0b00000010),
    "·": (0b00001000,),
    "…": (0b01000000, 0, 0b01000000, 0, 0b01000000),
    "’": (0b00000010, 0b00000001),
    "'": (0b00000010, 0b00000001),
    "–": (0b00001000, 0b00001000, 0b00001000, 0b00001000),
    "→": (0b00001000, 0b00001000, 0b00101010, 0b00011100, 0b00001000),
    "←": (0b00001000, 0b00011100, 0b00101010, 0b00001000, 0b00001000),
    "«": (0b00001000, 0b00010100, 0b00101010, 0b00010100, 0b00100010),
    "»": (0b00100010, 0b00010100, 0b00101010, 0b00010100, 0b00001000),
    # The LCD font's own have no descenders, and its zero is hard to tell from an 8 in bold.
    "g": (0b00011000, 0b10100100, 0b10100100, 0b10100100, 0b01111100),
    "p": (0b11111100, 0b00100100, 0b00100100, 0b00100100, 0b00011000),
    "q": (0b00011000, 0b00100100, 0b00100100, 0b00100100, 0b11111100),
    "y": (0b00011100, 0b10100000, 0b10100000, 0b10100000, 0b01111100),
    "0": (0b00111110, 0b01000001, 0b01000001, 0b01000001, 0b00111110),
    "œ": (0b00111000, 0b01000100, 0b00111000, 0b01010100, 0b01001000),
    "×": (0b00100010, 0b00010100, 0b00001000, 0b00010100, 0b00100010),
}
_UPPER_ROWS_KEPT = (0, 2, 3, 5, 6)
"""A capital under an accent keeps these of its seven rows."""


@lru_cache(maxsize=512)
def glyph(letter: str) -> Columns:
    """The columns of one character; a question mark for what no display can show."""
    if letter in _OWN:
        return _OWN[letter]
    if letter.isspace():
        return _SPACE
    base, *marks = tuple(unicodedata.normalize("NFD", letter))
    if base not in _OWN and not " " < base <= "~":
        return glyph("?")
    columns = _trimmed(tuple(LCD_FONT[ord(base)]))
    for mark in marks:
        columns = _marked(base, columns, mark)
    return columns


def render(text: str, *, bold: bool = False) -> list[int]:
    """The columns of a text, one dark column between letters; ``bold`` doubles each stroke's width."""
    columns: list[int] = []
    for letter in unicodedata.normalize("NFC", text):
        if columns:
            columns.append(0)
        columns += _embolden(glyph(letter)) if bold else glyph(letter)
    return columns


def _trimmed(columns: Columns) -> Columns:
    lit = [index for index, column in enumerate(columns) if column]
    return columns[lit[0] : lit[-1] + 1] if lit else _SPACE


def _marked(base: str, columns: Columns, mark: str) -> Columns:
    if mark == _CEDILLA and base in "cC":
        return _LOWER_C if base == "c" else _UPPER_C
    if mark not in _MARKS:
        return columns
    if base.isupper():
        columns = tuple(_lowered(column) for column in columns)
    columns = tuple(column & ~0b11 for column in columns)
    above = _MARKS[mark]
    width = max(len(columns), 3)
    left = (len(above) - width) // 2
    padding = (width - len(columns)) // 2
    wide = (0,) * padding + columns + (0,) * (width - len(columns) - padding)
    return tuple(column | above[left + index] for index, column in enumerate(wide))


def _lowered(column: int) -> int:
    """The column of a capital squeezed to five rows, standing where it stood."""
    return sum(1 << (2 + row) for row, kept in enumerate(_UPPER_ROWS_KEPT) if column >> kept & 1)


def _embolden(columns: Columns) -> Columns:
    return tuple(
        (columns[index] if index < len(columns) else 0) | (columns[index - 1] if index else 0)
        for index in range(len(columns) + 1)
    )
