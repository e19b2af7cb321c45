"""The tent's plan in black and white, from the site description, one zone marked and this kiosk shown.

Drawn at the printer's own dots (203 dpi), so that no edge is blurred: walls two dots wide, zones by their
number, the marked one white on black.
"""

from __future__ import annotations

from typing import Final

from PIL import Image, ImageDraw

from broker.contract import compiled
from nodes.pictures.fonts import font
from nodes.sheet import Picture
from nodes.words import say

MARGIN: Final = 4
WALL: Final = 4
LABEL: Final = 26
"""Dots high: 3.2 mm, readable at arm's length."""


def plan(site: compiled.Site, width: int, marked: int | None, here: int | None, language: str) -> Picture:
    """The plan, as wide as the paper allows.

    Args:
        site: its tent, entrance and zones.
        width: dots, a multiple of 8.
        marked: the zone to go to; None for none.
        here: the zone that the kiosk stands in; None where it stands outside.
        language: of the words on it. Raises NoFontError where its letters are missing.
    """
    scale = (width - 2 * MARGIN - 1) / site.tent.width
    height = round(site.tent.height * scale) + 2 * MARGIN + LABEL + 12
    image = Image.new("1", (width, height), 1)
    pen = ImageDraw.Draw(image)

    def box(shape: compiled.Shape) -> tuple[int, int, int, int]:
        return (
            MARGIN + round(shape.x * scale),
            MARGIN + round(shape.y * scale),
            MARGIN + round((shape.x + shape.width) * scale),
            MARGIN + round((shape.y + shape.height) * scale),
        )

    tent = box(compiled.Shape(x=0, y=0, width=site.tent.width, height=site.tent.height))
    pen.rectangle(tent, outline=0, width=WALL)
    _entrance(pen, box(site.entrance), tent, language)
    for zone in site.zones:
        _zone(pen, box(zone.shape), zone.id, is_marked=zone.id == marked, is_here=zone.id == here)
    if here is not None and here != marked:
        at = next((zone for zone in site.zones if zone.id == here), None)
        if at is not None:
            left, _top, right, bottom = box(at.shape)
            _label(pen, ((left + right) // 2, bottom), say(language, "here"), language)
    return as_picture(image, _words(site, marked, language))


def as_picture(image: Image.Image, words: str) -> Picture:
    """A one-bit picture as printers take it: 1 is black."""
    return Picture(image.width, inverted(image.tobytes()), words)


def inverted(rows: bytes) -> bytes:
    """Bits as Pillow keeps them (1 is white) as printers take them (1 is black), or back."""
    return bytes(255 - byte for byte in rows)


def _zone(
    pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], number: int, *, is_marked: bool, is_here: bool
) -> None:
    left, top, right, bottom = box
    middle = ((left + right) // 2, (top + bottom) // 2)
    if is_marked:
        pen.rectangle(box, fill=0)
        pen.text(middle, str(number), 1, font=font("fr", 62), anchor="mm")
        return
    pen.rectangle(box, outline=0, width=2)
    pen.text(middle, str(number), 0, font=font("fr", 40), anchor="mm")
    if is_here:
        x, y = middle
        pen.ellipse((x - 30, y - 30, x + 30, y + 30), outline=0, width=3)


def _label(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, language: str) -> None:
    """A word on the edge of a zone, on a ground of its own."""
    kind = font(language, LABEL - 2)
    left, top, right, bottom = pen.textbbox(at, text, font=kind, anchor="mm")
    pen.rectangle((left - 5, top - 3, right + 5, bottom + 3), fill=1)
    pen.text(at, text, 0, font=kind, anchor="mm")


def _entrance(
    pen: ImageDraw.ImageDraw, door: tuple[int, int, int, int], tent: tuple[int, int, int, int], language: str
) -> None:
    """A gap in the wall, with an arrow into it and a word below."""
    left, _top, right, _bottom = door
    wall = tent[3]
    pen.rectangle((left, wall - WALL, right, wall), fill=1)
    x = (left + right) // 2
    pen.polygon([(x, wall - 16), (x - 11, wall + 4), (x + 11, wall + 4)], fill=0)
    pen.text((x, wall + 8), say(language, "entrance"), 0, font=font(language, LABEL), anchor="ma")


def _words(site: compiled.Site, marked: int | None, language: str) -> str:
    zone = next((zone for zone in site.zones if zone.id == marked), None)
    title = say(language, "plan")
    return title if zone is None else f"{title} : {zone.id}, {zone.name.in_language(language)}"
