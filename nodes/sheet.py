"""A printed sheet before it meets a printer: lines, rules, pictures and a code to scan."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Align = Literal["left", "center"]


class Line(msgspec.Struct, frozen=True):
    """A line of text; ``size`` multiplies the font's width and height, 1 to 8.

    It fits the paper, and ``mark`` is empty, unless it becomes a picture, which breaks lines itself and
    draws the mark before them.
    """

    text: str = ""
    size: int = 1
    bold: bool = False
    align: Align = "left"
    mark: str = ""


class Rule(msgspec.Struct, frozen=True):
    """A line across the paper."""


class Code(msgspec.Struct, frozen=True):
    """A QR code, in the middle."""

    content: str


class Picture(msgspec.Struct, frozen=True):
    """A picture in the middle: ``width`` dots, a multiple of 8; rows of bits, the leftmost first, 1 is black.

    ``words`` says what it shows to who cannot see it: tests, logs, and a terminal.
    """

    width: int
    rows: bytes
    words: str = ""

    @property
    def height(self) -> int:
        """Its height in dots."""
        return len(self.rows) * 8 // self.width


Element: TypeAlias = Line | Rule | Code | Picture
Sheet: TypeAlias = list[Element]

BOX = "[ ]"
"""The mark of something to tick."""

DOTS = {58: 384, 80: 576}
"""Dots across the paper by its width in millimetres, 8 a millimetre (203 dpi); the edges stay free."""

COLUMNS = {58: 32, 80: 42}
"""Characters a line by paper width in millimetres. 80 mm printers have 42 or 48 columns: 42 suits both."""
