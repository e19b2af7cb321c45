"""Writes a sheet as the ESC/POS that printers take, through python-escpos."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nodes.hardware.escpos_library import printers
from nodes.sheet import Code, Line, Picture, Rule, Sheet

if TYPE_CHECKING:
    from escpos.escpos import Escpos

CODE_PAGE = "CP858"
"""One page with all of é è ê à ç ù ï É À € ° « »: python-escpos' own choice misprints on clones."""

_RASTER = b"\x1dv0\x00"
"""GS v 0, as large as it is: every ESC/POS printer and clone knows it. Its rows are already bits."""
_STRIP_ROWS = 960

_REPLACED = str.maketrans(
    {"œ": "oe", "Œ": "OE", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "→": ">"}
)


def printable(text: str) -> str:
    """The text in what the code page holds; a letter it lacks loses its accent, not its place."""

    def letter(character: str) -> str:
        try:
            character.encode(CODE_PAGE)
        except UnicodeEncodeError:
            plain = unicodedata.normalize("NFD", character)[0]
            return plain if plain.isascii() else "?"
        return character

    return "".join(letter(character) for character in unicodedata.normalize("NFC", text.translate(_REPLACED)))


def job(sheet: Sheet, columns: int) -> bytes:
    """The whole sheet and its cut, to be sent in one go: a ticket is some three hundred commands."""
    printer = printers().Dummy()
    _write(printer, sheet, columns)
    output: bytes = printer.output
    return output


def _write(printer: Escpos, sheet: Sheet, columns: int) -> None:
    printer.hw("INIT")
    printer.charcode(CODE_PAGE)
    for element in sheet:
        match element:
            case Line():
                # Left lines are as wide as the rules, and centred with them: printers have 42 or 48 columns.
                printer.set(
                    align="center",
                    bold=element.bold,
                    custom_size=True,
                    width=element.size,
                    height=element.size,
                )
                text = printable(element.text)
                printer.textln(text.ljust(columns) if element.align == "left" and text else text)
            case Rule():
                printer.set(align="center", bold=False, custom_size=True, width=1, height=1)
                printer.textln("─" * columns)
            case Picture():
                printer.set(align="center")
                for strip in _strips(element):
                    printer._raw(_RASTER + _lengths(strip) + strip.rows)  # noqa: SLF001  its own way in
            case Code():
                printer.set(align="center")
                # Drawn by the printer itself: 45 bytes instead of 635 for a picture.
                printer.qr(element.content, native=True, size=6, ec=1)
    printer.cut()


def _strips(picture: Picture) -> Iterator[Picture]:
    """The picture in pieces that leave no gap: printers take no more than some thousand rows at once."""
    size = picture.width // 8 * _STRIP_ROWS
    for start in range(0, len(picture.rows), size):
        yield Picture(picture.width, picture.rows[start : start + size])


def _lengths(picture: Picture) -> bytes:
    """The picture's size as GS v 0 wants it: bytes across and dots down, the low byte first."""
    return (picture.width // 8).to_bytes(2, "little") + picture.height.to_bytes(2, "little")
