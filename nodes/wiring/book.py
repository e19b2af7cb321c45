"""The wiring book of a site: a list of what to buy, a page a node, labels; each node's page as SVG too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from reportlab.graphics import renderPDF, renderSVG
from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.pdfgen.canvas import Canvas

from broker.contract import compiled
from nodes.errors import WiringError
from nodes.wiring import drawing, labels
from nodes.wiring.circuit import Circuit, circuit
from nodes.wiring.drawing import FAINT, HEIGHT, MARGIN, SOFT, WHITE, WIDTH, text, total

PDF: Final = "cablage.pdf"
_IN_SVG: Final = {"VeraBd": "font-weight: bold; ", "Vera": ""}


def write(site: compiled.Site, out: Path) -> list[Path]:
    """Write the book; returns the files in the order of their writing.

    Raises:
        WiringError: a pin is used twice or overloaded; nothing was written.
    """
    circuits = [circuit(node, site) for node in site.nodes]
    problems = [f"{made.node.id} : {problem}" for made in circuits for problem in made.problems]
    if problems:
        raise WiringError("\n".join(problems))
    where = {node.id: place(node, site) for node in site.nodes}
    sheets = {made.node.id: drawing.page(made, site.name.fr, where[made.node.id]) for made in circuits}
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, sheet in sheets.items():
        path = out / f"{name}.svg"
        path.write_text(as_svg(sheet), encoding="utf-8")
        written.append(path)
    pages = [
        _cover(site, circuits, where),
        *sheets.values(),
        *labels.cables(circuits),
        *labels.boxes(circuits, site.name.fr, where),
    ]
    write_pdf(pages, out / PDF, f"Câblage, {site.name.fr}")
    return [*written, out / PDF]


def place(node: compiled.Node, site: compiled.Site) -> str:
    """Where a node stands, in words."""
    zone = next((zone for zone in site.zones if zone.id == node.zone), None)
    if zone is not None:
        building = next((f"{one.name.fr}, " for one in site.buildings if one.id == zone.building), "")
        return f"{building}zone {zone.id}, {zone.name.fr}"
    for device in node.devices:
        if isinstance(device, compiled.DeskPanel) and (inside := site.desk(device.desk).place) is not None:
            return f"{inside.building}, {inside.floor}, {inside.door}"
    return "hors de la tente"


def as_svg(sheet: Drawing) -> str:
    """The drawing as SVG, in a font that is as wide as the one it was measured with."""
    whole: str = renderSVG.drawToString(sheet)
    for name, weight in _IN_SVG.items():
        whole = re.sub(
            rf"font-family: {name};", f"{weight}font-family: 'DejaVu Sans', Verdana, sans-serif;", whole
        )
    return whole


def write_labels(nodes: Sequence[compiled.Node], site: compiled.Site, image: str, path: Path) -> None:
    """Write the labels of these nodes' cards and boxes; ``image`` is what their cards are written with."""
    circuits = [circuit(node, site) for node in nodes]
    where = {node.id: place(node, site) for node in nodes}
    pages = [*labels.cards(nodes, site.name.fr, image), *labels.boxes(circuits, site.name.fr, where)]
    write_pdf(pages, path, f"Étiquettes, {site.name.fr}")


def write_pdf(pages: Sequence[Drawing], path: Path, title: str) -> None:
    """Write the pages as one file, numbered."""
    # Invariant: the same description gives the same file.
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), invariant=1, lang="fr")
    canvas.setTitle(title)
    for number, page in enumerate(pages, start=1):
        renderPDF.draw(page, canvas, 0, 0)
        canvas.setFont(drawing.FONT, 7)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(WIDTH - MARGIN, 18, f"{number} / {len(pages)}")
        canvas.showPage()
    canvas.save()


def _cover(site: compiled.Site, circuits: Sequence[Circuit], where: dict[str, str]) -> Drawing:
    """The nodes with where they stand, and everything to buy."""
    page = Drawing(WIDTH, HEIGHT)
    page.add(Rect(0, 0, WIDTH, HEIGHT, fillColor=WHITE, strokeColor=None))
    y = HEIGHT - MARGIN - 20
    page.add(text(MARGIN, y, "Câblage", 24, bold=True))
    page.add(text(MARGIN, y - 17, site.name.fr, 10, fillColor=SOFT))
    page.add(Line(MARGIN, y - 27, WIDTH - MARGIN, y - 27, strokeColor=FAINT, strokeWidth=0.8))
    y -= 46
    page.add(text(MARGIN, y, f"{len(circuits)} Raspberry Pi", 11, bold=True))
    for made in circuits:
        y -= 13
        page.add(text(MARGIN, y, made.node.id, 8.5, bold=True))
        page.add(text(MARGIN + 130, y, where[made.node.id], 8.5))
        page.add(text(MARGIN + 290, y, made.node.model, 8.5))
        page.add(
            text(WIDTH - MARGIN, y, f"{len(made.wires)} conducteurs", 8.5, textAnchor="end", fillColor=SOFT)
        )
    y -= 28
    page.add(text(MARGIN, y, "À acheter, en tout", 11, bold=True))
    for part in total([part for made in circuits for part in made.parts]):
        y -= 12.5
        page.add(text(MARGIN + 22, y, str(part.count), 8.5, bold=True, textAnchor="end"))
        page.add(text(MARGIN + 30, y, part.name, 8.5))
    supplies = [supply for made in circuits for supply in made.supplies if supply.volts == drawing.DISPLAY_V]
    amperes = ", ".join(f"{supply.amperes:g} A".replace(".", ",") for supply in supplies)
    y -= 12.5
    page.add(text(MARGIN + 22, y, str(len(supplies)), 8.5, bold=True, textAnchor="end"))
    page.add(text(MARGIN + 30, y, f"Alimentation 5 V d'afficheur ({amperes})", 8.5))
    return page
