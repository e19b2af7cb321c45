"""A whole sheet as one picture: for letters that the printer's code page lacks, and for clones that misprint.

Pillow with Raqm joins Arabic letters and orders lines written from right to left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import qrcode  # type: ignore[import-untyped]  # comes with python-escpos, ships no types
from PIL import Image, ImageDraw, ImageFont

from nodes.pictures.fonts import font
from nodes.pictures.plan import as_picture, inverted
from nodes.sheet import DOTS, Code, Line, Picture, Rule, Sheet
from nodes.words import RIGHT_TO_LEFT

LETTER: Final = 26
"""Dots high of text in size 1: a little more than a printer's own 24, since letters are thinner."""
LEADING: Final = 10
QR_DOT: Final = 6


def picture(sheet: Sheet, width_mm: int, language: str) -> Picture:
    """The sheet as one picture. Raises NoFontError where the language's letters are missing."""
    width = DOTS[width_mm]
    parts = [part for element in sheet for part in _parts(element, width, language)]
    image = Image.new("1", (width, sum(part.height for part in parts) or 1), 1)
    top = 0
    for part in parts:
        image.paste(part, ((width - part.width) // 2, top))
        top += part.height
    words = "\n".join(
        element.text if isinstance(element, Line) else element.words
        for element in sheet
        if isinstance(element, Line | Picture)
    )
    return as_picture(image, words)


def _parts(element: Line | Rule | Code | Picture, width: int, language: str) -> list[Image.Image]:
    match element:
        case Line():
            return _line(element, width, language)
        case Rule():
            rule = Image.new("1", (width, 22), 1)
            ImageDraw.Draw(rule).line((0, 11, width, 11), 0, 2)
            return [rule]
        case Code():
            return [_code(element.content)]
        case Picture():
            return [Image.frombytes("1", (element.width, element.height), inverted(element.rows))]


def _line(line: Line, width: int, language: str) -> list[Image.Image]:
    """A line, broken where it is too long; one that is a number alone keeps its Latin font."""
    if not line.text:
        return [Image.new("1", (width, LEADING * 2), 1)]
    is_latin = line.text.isascii()
    letters = "fr" if is_latin else language
    direction = "rtl" if language in RIGHT_TO_LEFT and not is_latin else "ltr"
    pen = ImageDraw.Draw(Image.new("1", (1, 1)))
    size = LETTER * line.size
    kind = font(letters, size, bold=line.bold)

    def long(text: str) -> float:
        return pen.textlength(text, font=kind, direction=direction)

    if is_latin and " " not in line.text and long(line.text) > width:
        # One word that is too long, such as a large number, gets smaller: it is never broken.
        size = int(size * width / long(line.text))
        kind = font(letters, size, bold=line.bold)
    return [_row(text, width, kind, size, direction, line) for text in _broken(line.text, width, long)]


def _row(
    text: str, width: int, kind: ImageFont.FreeTypeFont, size: int, direction: str, line: Line
) -> Image.Image:
    height = size + LEADING
    row = Image.new("1", (width, height), 1)
    x, anchor = width // 2, "mm"
    if line.align == "left":
        x, anchor = (width, "rm") if direction == "rtl" else (0, "lm")
    ImageDraw.Draw(row).text((x, height // 2), text, 0, font=kind, anchor=anchor, direction=direction)
    return row


def _broken(text: str, width: int, long: Callable[[str], float]) -> list[str]:
    """The text in lines that fit: between words, or between signs where a language writes no spaces."""
    lines: list[str] = []
    pieces = text.split(" ") if " " in text else list(text)
    glue = " " if " " in text else ""
    current = ""
    for piece in pieces:
        longer = f"{current}{glue}{piece}" if current else piece
        if current and long(longer) > width:
            lines.append(current)
            current = piece
        else:
            current = longer
    return [*lines, current]


def _code(content: str) -> Image.Image:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=1, border=2)
    code.add_data(content)
    code.make(fit=True)
    modules = code.get_matrix()
    small = Image.new("1", (len(modules), len(modules)), 1)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                small.putpixel((x, y), 0)
    side = len(modules) * QR_DOT
    return small.resize((side, side), Image.Resampling.NEAREST)
