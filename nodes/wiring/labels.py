"""Labels to print, cut and stick: two for each cable (one an end), one for each box and each card.

Lengths in points on a portrait A4 page. Cables take flags of 60 × 11 mm, boxes plates of 90 × 52 mm, cards
tags of 60 × 22 mm for their cases: a micro-SD card is too small for a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reportlab.graphics.shapes import Drawing, Group, Line, Rect
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth

from broker.contract import compiled
from nodes.wiring.circuit import Circuit, Wire
from nodes.wiring.drawing import BOLD, FAINT, FONT, HEIGHT, INK, LOOKS, MARGIN, SOFT, WHITE, WIDTH, text

FLAG: Final = (60 * mm, 11 * mm)
PLATE: Final = (90 * mm, 52 * mm)
TAG: Final = (60 * mm, 22 * mm)
GAP: Final = 2 * mm


def cables(circuits: Sequence[Circuit]) -> Iterator[Drawing]:
    """Pages of flags, node by node."""
    flags = [_flag(made, wire) for made in circuits for wire in made.wires for _end in range(2)]
    return _pages(flags, FLAG, "Étiquettes de câbles : deux par conducteur, une à chaque bout")


def boxes(circuits: Sequence[Circuit], site_name: str, where: dict[str, str]) -> Iterator[Drawing]:
    """Pages of plates, one for each node; ``where`` says in words where it stands."""
    plates = [_plate(made, site_name, where[made.node.id]) for made in circuits]
    return _pages(plates, PLATE, "Étiquettes de boîtiers")


def cards(nodes: Sequence[compiled.Node], site_name: str, image: str) -> Iterator[Drawing]:
    """Pages of tags, one for each node's card; ``image`` is what is written onto it first."""
    tags = [_tag(node, site_name, image) for node in nodes]
    return _pages(tags, TAG, "Étiquettes de cartes SD : une par pochette")


def _pages(labels: Sequence[Group], size: tuple[float, float], title: str) -> Iterator[Drawing]:
    width, height = size
    columns = int((WIDTH - 2 * MARGIN + GAP) // (width + GAP))
    rows = int((HEIGHT - 2 * MARGIN - 20 + GAP) // (height + GAP))
    for start in range(0, len(labels), columns * rows):
        drawing = Drawing(WIDTH, HEIGHT)
        drawing.add(Rect(0, 0, WIDTH, HEIGHT, fillColor=WHITE, strokeColor=None))
        drawing.add(text(MARGIN, HEIGHT - MARGIN, title, 10, bold=True))
        for place, label in enumerate(labels[start : start + columns * rows]):
            label.translate(
                MARGIN + place % columns * (width + GAP),
                HEIGHT - MARGIN - 14 - (place // columns + 1) * (height + GAP),
            )
            drawing.add(label)
        yield drawing


def _flag(made: Circuit, wire: Wire) -> Group:
    width, height = FLAG
    lines = simpleSplit(f"{wire.device} : {wire.terminal}", FONT, 5.4, width - 42)[:2]
    return Group(
        Rect(
            0, 0, width, height, fillColor=WHITE, strokeColor=FAINT, strokeWidth=0.5, strokeDashArray=[2, 2]
        ),
        Rect(3, 4, 26, height - 8, rx=3, ry=3, fillColor=LOOKS[wire.look], strokeColor=None),
        text(16, height / 2 - 3.2, wire.mark, 9, bold=True, textAnchor="middle", fillColor=WHITE),
        text(34, height - 10, f"{made.node.id} · broche {wire.contact.physical}", 6.6, bold=True),
        *(
            text(34, height - 17.5 - number * 6.2, line, 5.4, fillColor=SOFT)
            for number, line in enumerate(lines)
        ),
    )


def _tag(node: compiled.Node, site_name: str, image: str) -> Group:
    width, height = TAG
    size = _fitting(node.id, BOLD, 17, width - 16)
    return Group(
        Rect(
            0, 0, width, height, fillColor=WHITE, strokeColor=FAINT, strokeWidth=0.5, strokeDashArray=[2, 2]
        ),
        text(8, height - 20, node.id, size, bold=True),
        text(8, height - 31, node.model, 7.5),
        *(
            text(8, height - 41 - number * 6.5, line, 5.4, fillColor=SOFT)
            for number, line in enumerate(simpleSplit(image, FONT, 5.4, width - 16)[:2])
        ),
        text(8, 5, site_name, 5.4, fillColor=SOFT),
    )


def _plate(made: Circuit, site_name: str, where: str) -> Group:
    width, height = PLATE
    size = _fitting(made.node.id, BOLD, 26, width - 24)
    place = f"{where} · {made.node.model}"
    devices = ", ".join(device.id for device in made.node.devices)
    lines = simpleSplit(devices, FONT, 7, width - 24)[:3]
    return Group(
        Rect(0, 0, width, height, rx=6, ry=6, fillColor=WHITE, strokeColor=INK, strokeWidth=1),
        text(12, height - 20, site_name, 7, fillColor=SOFT),
        text(12, height - 48, made.node.id, size, bold=True),
        text(12, height - 64, place, _fitting(place, FONT, 7.5, width - 24)),
        Line(12, height - 72, width - 12, height - 72, strokeColor=FAINT, strokeWidth=0.6),
        *(text(12, height - 84 - number * 9, line, 7) for number, line in enumerate(lines)),
        text(
            12, 11, "Ne pas débrancher : il redémarre seul et garde ce qui a été pressé.", 6, fillColor=SOFT
        ),
    )


def _fitting(words: str, font: str, most: float, width: float) -> float:
    """The largest size in points, ``most`` at most, at which the words are no wider than that."""
    one_point: float = stringWidth(words, font, 1)
    return min(most, width / one_point)
