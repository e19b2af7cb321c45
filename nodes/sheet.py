"""A printed sheet before it meets a printer: lines, rules and a code to scan."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Align = Literal["left", "center"]


class Line(msgspec.Struct, frozen=True):
    """A line of text that fits; ``size`` multiplies the font's width and height, 1 to 8."""

    text: str = ""
    size: int = 1
    bold: bool = False
    align: Align = "left"


class Rule(msgspec.Struct, frozen=True):
    """A line across the paper."""


class Code(msgspec.Struct, frozen=True):
    """A QR code, in the middle."""

    content: str


Element: TypeAlias = Line | Rule | Code
Sheet: TypeAlias = list[Element]

COLUMNS = {58: 32, 80: 42}
"""Characters a line by paper width in millimetres. 80 mm printers have 42 or 48 columns: 42 suits both."""
