"""The tent's plan in black and white, from the site description, one zone marked and this kiosk shown.

Drawn at the printer's own dots (203 dpi), so that no edge is blurred: walls four dots wide, zones by their
number, the marked one white on black.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from PIL import Image, ImageDraw

from broker.contract import compiled
from nodes.pictures.fonts import font
from nodes.sheet import Picture
from nodes.words import say

MARGIN: Final = 4
WALL: Final = 4
LABEL: Final = 24
"""Dots high: 3 mm, readable at arm's length."""
NUMBER: Final = 40
MARKED: Final = 60


class _Box(NamedTuple):
    """Left, top, right and bottom, in dots."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> tuple[int, int]:
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2


class _Ground(NamedTuple):
    """What the plan shows of a site: all that it changes with, so that it need be drawn once only."""

    tent: tuple[int, int]
    entrance: compiled.Shape
    zones: tuple[tuple[int, compiled.Shape], ...]
    marked: int | None
    here: int | None


def plan(site: compiled.Site, width: int, marked: int | None, here: int | None, language: str) -> Picture:
    """The plan, as wide as the paper allows.

    Args:
        site: its tent, entrance and zones.
        width: dots, a multiple of 8.
        marked: the zone to go to; None for none.
        here: the zone that the kiosk stands in; None where it stands outside.
        language: of the words on it. Raises NoFontError where its letters are missing.
    """
    ground = _Ground(
        (site.tent.width, site.tent.height),
        site.entrance,
        tuple((zone.id, zone.shape) for zone in site.zones),
        marked,
        here,
    )
    zone = next((zone for zone in site.zones if zone.id == marked), None)
    title = say(language, "plan")
    words = title if zone is None else f"{title} : {zone.id}, {zone.name.in_language(language)}"
    return as_picture(_drawn(ground, width, language), words)


def as_picture(image: Image.Image, words: str) -> Picture:
    """A one-bit picture as printers take it: 1 is black."""
    return Picture(image.width, inverted(image.tobytes()), words)


def inverted(rows: bytes) -> bytes:
    """Bits as Pillow keeps them (1 is white) as printers take them (1 is black), or back."""
    return rows.translate(_INVERTED)


_INVERTED: Final = bytes(255 - value for value in range(256))


@lru_cache(maxsize=64)
def _drawn(ground: _Ground, width: int, language: str) -> Image.Image:
    scale = (width - 2 * MARGIN - 1) / ground.tent[0]
    image = Image.new("1", (width, round(ground.tent[1] * scale) + 2 * MARGIN + LABEL + 12), 1)
    pen = ImageDraw.Draw(image)

    def box(shape: compiled.Shape) -> _Box:
        edges = (shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
        return _Box(*(MARGIN + round(edge * scale) for edge in edges))

    tent = box(compiled.Shape(x=0, y=0, width=ground.tent[0], height=ground.tent[1]))
    pen.rectangle(tent, outline=0, width=WALL)
    _entrance(pen, box(ground.entrance), tent, language)
    for number, shape in ground.zones:
        label = say(language, "here") if number == ground.here else ""
        _zone(pen, box(shape), number, label, language, is_marked=number == ground.marked)
    return image


def _zone(
    pen: ImageDraw.ImageDraw, box: _Box, number: int, label: str, language: str, *, is_marked: bool
) -> None:
    """A zone by its number; where this kiosk stands with a word below it, or beside it in a low zone."""
    paper, ink = (0, 1) if is_marked else (1, 0)
    pen.rectangle(box, fill=paper, outline=0, width=2)
    (x, y), size = box.middle, MARKED if is_marked else NUMBER
    if not label:
        pen.text((x, y), str(number), ink, font=font("fr", size), anchor="mm")
        return
    kind = font(language, LABEL)
    wide = round(kind.getlength(label)) + 16
    if box.bottom - box.top >= size + LABEL + 20:
        pen.text((x, y - LABEL // 2 - 4), str(number), ink, font=font("fr", size), anchor="mm")
        at = (x, y + size // 2 + 4)
    else:
        pen.text((x - wide // 2, y), str(number), ink, font=font("fr", size), anchor="mm")
        at = (x + size // 2, y)
    high = LABEL // 2 + 4
    pill = (at[0] - wide // 2, at[1] - high, at[0] + wide // 2, at[1] + high)
    pen.rounded_rectangle(pill, radius=high, fill=paper, outline=ink, width=2)
    pen.text(at, label, ink, font=kind, anchor="mm")


def _entrance(pen: ImageDraw.ImageDraw, door: _Box, tent: _Box, language: str) -> None:
    """A gap in the wall, with an arrow into it and a word below."""
    wall = tent.bottom
    pen.rectangle((door.left, wall - WALL, door.right, wall), fill=1)
    x = (door.left + door.right) // 2
    pen.polygon([(x, wall - 16), (x - 11, wall + 4), (x + 11, wall + 4)], fill=0)
    pen.text((x, wall + 8), say(language, "entrance"), 0, font=font(language, LABEL), anchor="ma")
