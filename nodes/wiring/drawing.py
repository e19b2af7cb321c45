"""One node's wiring as a page: the header in the middle, what each pin goes to beside it, then the lists.

Drawn once with reportlab's graphics, which write the same drawing as SVG and as PDF. Lengths in points
(1/72 inch), from the lower left corner of a portrait A4 page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Polygon, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont

from nodes.wiring.circuit import PINS_MA, Circuit, Look, Part, Wire
from nodes.wiring.header import FEEDS, HEADER, Contact

WIDTH: Final[float] = A4[0]
HEIGHT: Final[float] = A4[1]
MARGIN: Final = 36.0
FONT: Final = "Vera"
BOLD: Final = "VeraBd"
"""reportlab's own copy of Bitstream Vera: as wide as DejaVu Sans, which a browser then shows in its place."""
for _name in (FONT, BOLD):
    registerFont(TTFont(_name, f"{_name}.ttf"))

INK: Final = HexColor("#1b2733")
SOFT: Final = HexColor("#5d6b78")
FAINT: Final = HexColor("#c9d1d8")
PAPER: Final = HexColor("#f3f5f7")
ALARM: Final = HexColor("#b3261e")
WHITE: Final = HexColor("#ffffff")
KINDS: Final[dict[str, Color]] = {
    "3V3": HexColor("#e07b00"),
    "5V": HexColor("#c62828"),
    "GND": HexColor("#202a33"),
    "gpio": HexColor("#2e7d4f"),
    "id": HexColor("#9aa5b1"),
}
LOOKS: Final[dict[Look, Color]] = {
    "button": HexColor("#1d4f91"),
    "lamp": HexColor("#9a6b00"),
    "transistor": HexColor("#6b3fa0"),
    "sensor": HexColor("#00707a"),
    "contact": HexColor("#00707a"),
    "bus": HexColor("#3d4650"),
}
RAILS: Final[dict[str, str]] = {"GND": "masse", "5V": "5 V", "3V3": "3,3 V"}
"""The terminal block of each rail: where the far sides of parts are joined."""

DISPLAY_V: Final = 5
"""What displays are fed with, from a supply of their own."""
SMALL: Final = 6.6
ROW: Final = 20.0
TOP: Final = HEIGHT - 118
COLUMN: Final = 13.0
"""From the middle of the page to the middle of a column of pins."""
TERMINAL: Final = 136.0
"""How wide a terminal's words may be."""


class _Side(NamedTuple):
    """The left or the right half: which way from the middle, and how text is anchored at its outer part."""

    way: int
    anchor: str

    def x(self, distance: float) -> float:
        """A place that far from the page's middle."""
        return WIDTH / 2 + self.way * distance


LEFT: Final = _Side(-1, "end")
RIGHT: Final = _Side(1, "start")


def page(made: Circuit, site_name: str, where: str) -> Drawing:
    """The page of a node.

    Args:
        made: its circuit.
        site_name: written above.
        where: its zone, in words.
    """
    drawing = Drawing(WIDTH, HEIGHT)
    drawing.add(Rect(0, 0, WIDTH, HEIGHT, fillColor=WHITE, strokeColor=None))
    drawing.add(_title(made, site_name, where))
    drawing.add(_board(made))
    drawing.add(_lists(made))
    return drawing


def text(x: float, y: float, words: str, size: float, *, bold: bool = False, **style: object) -> String:
    """A line of text."""
    look: dict[str, object] = {"fillColor": INK, **style}
    return String(x, y, words, fontName=BOLD if bold else FONT, fontSize=size, **look)


def _title(made: Circuit, site_name: str, where: str) -> Group:
    y = HEIGHT - MARGIN - 20
    return Group(
        text(MARGIN, y, made.node.id, 24, bold=True),
        text(MARGIN, y - 17, f"{made.node.model} · {where}", 9, fillColor=SOFT),
        text(WIDTH - MARGIN, y + 8, site_name, 8, textAnchor="end", fillColor=SOFT),
        text(WIDTH - MARGIN, y - 5, "Câblage : broche par broche, hors tension", 8, textAnchor="end"),
        text(
            WIDTH - MARGIN,
            y - 17,
            "Broche 1 côté carte SD, ports USB en bas",
            8,
            textAnchor="end",
            fillColor=SOFT,
        ),
        Line(MARGIN, y - 27, WIDTH - MARGIN, y - 27, strokeColor=FAINT, strokeWidth=0.8),
    )


def _board(made: Circuit) -> Group:
    group = Group()
    height = 20 * ROW + 8
    group.add(
        Rect(
            WIDTH / 2 - 2 * COLUMN,
            TOP - height + ROW / 2 + 4,
            4 * COLUMN,
            height,
            rx=5,
            ry=5,
            fillColor=HexColor("#e6ebe7"),
            strokeColor=HexColor("#b9c4bc"),
            strokeWidth=0.8,
        )
    )
    wires: dict[int, list[Wire]] = {}
    for wire in made.wires:
        wires.setdefault(wire.contact.physical, []).append(wire)
    rails: Mapping[str, int] = {str(rail): count for rail, count in made.rails().items()}
    for contact in HEADER:
        y = TOP - ((contact.physical - 1) // 2) * ROW
        side = LEFT if contact.physical % 2 else RIGHT
        group.add(_pin(contact, side, y, used=contact.physical in wires or _feeds(contact, rails)))
        if contact.physical in wires:
            group.add(_connection(wires[contact.physical], side, y))
        elif _feeds(contact, rails):
            group.add(_feed(contact, rails[contact.kind], side, y))
    return group


def _feeds(contact: Contact, rails: Mapping[str, int]) -> bool:
    return FEEDS.get(contact.kind) == contact and rails.get(contact.kind, 0) > 0


def _pin(contact: Contact, side: _Side, y: float, *, used: bool) -> Group:
    colour = KINDS[contact.kind] if used else FAINT
    return Group(
        Circle(side.x(COLUMN), y, SMALL, fillColor=colour, strokeColor=WHITE, strokeWidth=0.8),
        text(
            side.x(COLUMN),
            y - 2.5,
            str(contact.physical),
            7,
            bold=True,
            textAnchor="middle",
            fillColor=WHITE if used else SOFT,
        ),
        text(
            side.x(2 * COLUMN + 5),
            y - 2.5,
            contact.name,
            7,
            bold=used,
            textAnchor=side.anchor,
            fillColor=INK if used else HexColor("#9aa5b1"),
        ),
    )


def _connection(wires: Sequence[Wire], side: _Side, y: float) -> Group:
    """The conductor from a pin, its mark, its symbol, and where it ends."""
    wire = wires[0]
    colour = LOOKS[wire.look] if len(wires) == 1 or wire.look == "bus" else ALARM
    group = Group(
        Line(side.x(66), y, side.x(78), y, strokeColor=colour, strokeWidth=1.6),
        Rect(
            min(side.x(78), side.x(100)),
            y - 6,
            22,
            12,
            rx=3,
            ry=3,
            fillColor=colour,
            strokeColor=None,
        ),
        text(side.x(89), y - 2.7, wire.mark, 7.5, bold=True, textAnchor="middle", fillColor=WHITE),
        Line(side.x(100), y, side.x(106), y, strokeColor=colour, strokeWidth=1.2),
    )
    group.add(_symbol(wire.look, side, y, colour))
    words = " + ".join(each.terminal for each in wires)
    lines = simpleSplit(words, BOLD, SMALL, TERMINAL)[:2]
    rails = [RAILS[rail] for rail in wire.rails]
    note = " · ".join(part for part in (wire.via, *rails) if part)
    start = y + (1.5 if len(lines) == 1 else 4.2)
    for number, line in enumerate(lines):
        group.add(text(side.x(132), start - number * 7.4, line, SMALL, bold=True, textAnchor=side.anchor))
    group.add(
        text(side.x(132), start - len(lines) * SMALL, note, 5.8, textAnchor=side.anchor, fillColor=SOFT)
    )
    return group


def _feed(contact: Contact, conductors: int, side: _Side, y: float) -> Group:
    colour = KINDS[contact.kind]
    return Group(
        Line(side.x(66), y, side.x(106), y, strokeColor=colour, strokeWidth=1.6),
        Rect(min(side.x(106), side.x(127)), y - 5, 21, 10, fillColor=colour, strokeColor=None),
        text(side.x(132), y + 1, f"bornier {RAILS[contact.kind]}", SMALL, bold=True, textAnchor=side.anchor),
        text(
            side.x(132),
            y - 6,
            f"{conductors} conducteur{'s' if conductors > 1 else ''}",
            5.8,
            textAnchor=side.anchor,
            fillColor=SOFT,
        ),
    )


def _symbol(look: Look, side: _Side, y: float, colour: Color) -> Group:
    """The part's symbol between 106 and 127 points from the middle."""
    near, far = side.x(106), side.x(127)
    pen = {"strokeColor": colour, "strokeWidth": 1.2}
    middle = (near + far) / 2
    match look:
        case "button" | "contact":
            return Group(
                Line(near, y, middle - 5 * side.way, y, **pen),
                Line(middle + 5 * side.way, y, far, y, **pen),
                Circle(middle - 5 * side.way, y, 1.5, fillColor=WHITE, **pen),
                Circle(middle + 5 * side.way, y, 1.5, fillColor=WHITE, **pen),
                Line(middle - 6, y + 4, middle + 6, y + 4, **pen),
                *([Line(middle, y + 4, middle, y + 7, **pen)] if look == "button" else []),
            )
        case "lamp":
            return Group(
                Line(near, y, far, y, **pen),
                Circle(middle, y, 5.5, fillColor=WHITE, **pen),
                Line(middle - 3.8, y - 3.8, middle + 3.8, y + 3.8, **pen),
                Line(middle - 3.8, y + 3.8, middle + 3.8, y - 3.8, **pen),
            )
        case "transistor":
            return Group(
                Line(near, y, middle, y, **pen),
                Circle(middle, y, 6.2, fillColor=None, **pen),
                Line(middle, y - 4, middle, y + 4, **pen),
                Line(middle, y + 1.5, middle + 5 * side.way, y + 5, **pen),
                Line(middle, y - 1.5, middle + 5 * side.way, y - 5, **pen),
            )
        case "sensor":
            left = min(near, far)
            return Group(
                Rect(left, y - 5.5, 21, 11, rx=2, ry=2, fillColor=WHITE, **pen),
                text(middle, y - 2.3, "capt.", 6, textAnchor="middle", fillColor=colour),
            )
        case "bus":
            tip = far
            return Group(
                Line(near, y, far, y, **pen),
                Polygon(
                    [tip, y, tip - 6 * side.way, y + 3, tip - 6 * side.way, y - 3],
                    fillColor=colour,
                    strokeColor=None,
                ),
            )


def _lists(made: Circuit) -> Group:
    """Parts on the left, supplies and the current budget on the right, what is wrong in red below."""
    top = TOP - 20 * ROW - 22
    middle = WIDTH / 2 + 20
    group = Group(
        Line(MARGIN, top + 16, WIDTH - MARGIN, top + 16, strokeColor=FAINT, strokeWidth=0.8),
        text(MARGIN, top, "Pièces", 10, bold=True),
        text(middle, top, "Alimentations et courants", 10, bold=True),
    )
    y = top - 15
    for part in made.parts:
        group.add(text(MARGIN + 14, y, f"{part.count}", 7.5, bold=True, textAnchor="end"))
        for line in simpleSplit(part.name, FONT, 7.5, middle - MARGIN - 36):
            group.add(text(MARGIN + 20, y, line, 7.5))
            y -= 11
    group.add(_budget(made, middle, top - 15))
    if made.problems:
        for number, problem in enumerate(made.problems):
            group.add(
                text(MARGIN, MARGIN + 12 * number, f"À corriger : {problem}", 9, bold=True, fillColor=ALARM)
            )
    else:
        group.add(
            text(MARGIN, MARGIN, "Aucun conflit de broches, aucune surcharge.", 8, fillColor=KINDS["gpio"])
        )
    return group


def _budget(made: Circuit, x: float, y: float) -> Group:
    rows = [
        (
            f"Broches, tous voyants allumés : {made.pins_ma:.0f} mA",
            f"{PINS_MA:.0f} mA permis",
            made.pins_ma / PINS_MA,
        ),
        (
            f"Carte en 5 V, au plus : {made.board_ma:.0f} mA",
            f"{made.supply_ma:.0f} mA fournis",
            made.board_ma / made.supply_ma,
        ),
    ]
    group = Group()
    for words, limit, share in rows:
        colour = ALARM if share > 1 else KINDS["gpio"]
        group.add(text(x, y, words, 7.5))
        group.add(text(WIDTH - MARGIN, y, limit, 7.5, textAnchor="end", fillColor=SOFT))
        width = WIDTH - MARGIN - x
        group.add(Rect(x, y - 8, width, 4, fillColor=PAPER, strokeColor=None))
        group.add(Rect(x, y - 8, width * min(1.0, share), 4, fillColor=colour, strokeColor=None))
        y -= 22
    for supply in made.supplies:
        words = f"{supply.what} : {supply.volts:g} V, {supply.amperes:.1f} A".replace(".", ",")
        group.add(text(x, y, words, 7.5))
        y -= 11.5
    if made.supplies:
        group.add(text(x, y, "Masses réunies ; jamais depuis le Raspberry Pi.", 6.5, fillColor=SOFT))
        y -= 11.5
    return group


def total(parts: Sequence[Part]) -> list[Part]:
    """The same parts of several nodes, counted together."""
    counted: dict[str, int] = {}
    for part in parts:
        counted[part.name] = counted.get(part.name, 0) + part.count
    return [Part(name, count) for name, count in sorted(counted.items())]
