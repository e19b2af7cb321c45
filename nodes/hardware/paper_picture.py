"""Draws a printed sheet as a picture of the paper, at the printer's own 8 dots a millimetre."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files

from PIL import Image, ImageChops, ImageDraw, ImageFont

from nodes.pictures.code import code
from nodes.sheet import COLUMNS, DOTS, Code, Element, Line, Picture, Rule, Sheet

_CELL_WIDTH, _CELL_HEIGHT, _LEADING = 12, 24, 6
_MARGIN = 36
_PAPER, _INK = "#fbfaf6", "#1b1a1a"


def draw(sheet: Sheet, columns: int) -> Image.Image:
    """The paper, with its cut edges above and below."""
    dots = next(DOTS[width_mm] for width_mm in COLUMNS if COLUMNS[width_mm] == columns)
    width, inner = dots + 2 * _MARGIN, (dots - columns * _CELL_WIDTH) // 2
    heights = [_height(element) for element in sheet]
    picture = Image.new("RGB", (width, sum(heights) + 2 * _MARGIN), _PAPER)
    pen = ImageDraw.Draw(picture)
    top = _MARGIN
    for element, height in zip(sheet, heights, strict=True):
        match element:
            case Line():
                _draw_line(pen, element, inner, top, columns)
            case Rule():
                pen.line((_MARGIN, top + height // 2, width - _MARGIN, top + height // 2), _INK, 2)
            case Picture():
                _burn(picture, Image.frombytes("1", (element.width, element.height), element.rows), top)
            case Code():
                _burn(picture, ImageChops.invert(code(element.content)), top)
        top += height
    return picture


def _burn(picture: Image.Image, bits: Image.Image, top: int) -> None:
    """Blacken what is set, in the middle."""
    left = (picture.width - bits.width) // 2
    picture.paste(_INK, (left, top, left + bits.width, top + bits.height), bits)


def _height(element: Element) -> int:
    match element:
        case Line():
            return _CELL_HEIGHT * element.size + _LEADING
        case Rule():
            return _CELL_HEIGHT
        case Picture():
            return element.height
        case Code():
            return code(element.content).height


def _draw_line(pen: ImageDraw.ImageDraw, line: Line, inner: int, top: int, columns: int) -> None:
    """One character a cell, as a thermal printer sets it."""
    cell = _CELL_WIDTH * line.size
    left = _MARGIN + inner
    if line.align == "center":
        left += (columns * _CELL_WIDTH - cell * len(line.text)) // 2
    font = _font(_CELL_HEIGHT * line.size)
    for index, character in enumerate(line.text):
        x, y = left + index * cell, top
        if character == "─":
            middle = y + _CELL_HEIGHT * line.size // 2
            pen.line((x, middle, x + cell, middle), _INK, 2)
            continue
        pen.text(
            (x + cell / 2, y + _CELL_HEIGHT * line.size * 0.8),
            character,
            _INK,
            font=font,
            anchor="ms",
            stroke_width=0.4 * line.size if line.bold else 0,
        )


@lru_cache(maxsize=16)
def _font(height: int) -> ImageFont.FreeTypeFont:
    # Comes with python-barcode, which comes with python-escpos; Pillow's own font has no accents.
    with as_file(files("barcode") / "fonts" / "DejaVuSansMono.ttf") as path:
        return ImageFont.truetype(str(path), height * 0.8)
