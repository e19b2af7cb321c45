"""A node's printers: each reached in one way, and no two through one port."""

from __future__ import annotations

from collections.abc import Iterator

from broker.contract.compiled import Text
from broker.contract.site_description import Description
from broker.contract.site_problems import Item, Problem

_WAYS = ("host", "usb", "serial")
_PICTURE_BAUD = 115200
"""A ticket as a picture is 60 kB: six seconds at this speed, seventy at 9600."""


def check(description: Description) -> Iterator[Problem]:
    """All problems with how printers are plugged in."""
    for node in description.nodes:
        printers = [device for device in node.each("devices") if device["type"].text == "ticket_printer"]
        for printer in printers:
            yield from _one_way(printer)
            yield from _fast_enough(printer)
        yield from _shared(printers)


def _one_way(printer: Item) -> Iterator[Problem]:
    ways = [printer[way] for way in _WAYS if printer[way].value is not None]
    allowed = Text(fr="`host`, `usb` ou `serial`", en="`host`, `usb` or `serial`")
    if not ways:
        yield printer.problem(
            "dire comment l'imprimante est branchée", "say how the printer is plugged in", allowed=allowed
        )
    for other in ways[1:]:
        yield other.problem(
            f"une imprimante se branche d'une seule façon : aussi {ways[0].place}, {ways[0].field}",
            f"a printer is plugged in one way: also {ways[0].place}, {ways[0].field}",
            allowed=allowed,
        )


def _fast_enough(printer: Item) -> Iterator[Problem]:
    baud = printer["baud"]
    if printer["serial"].value is None or printer["picture"].value is not True:
        return
    if baud.value is None or (baud.number or _PICTURE_BAUD) < _PICTURE_BAUD:
        yield baud.problem(
            "trop lent pour des tickets en image (`picture`) : le visiteur attendrait plus de dix secondes",
            "too slow for tickets as pictures (`picture`): the visitor would wait more than ten seconds",
            allowed=Text(fr=str(_PICTURE_BAUD), en=str(_PICTURE_BAUD)),
        )


def _shared(printers: list[Item]) -> Iterator[Problem]:
    """One serial line twice; USB printers that cannot be told apart."""
    first: dict[str, Item] = {}
    for printer in printers:
        for way in ("usb", "serial"):
            item = printer[way]
            if item.text is None:
                continue
            taken = first.get(item.text)
            if way == "usb" and taken is None and (item.text == "auto" or "auto" in first):
                taken = next((other for name, other in first.items() if not name.startswith("/")), None)
            if taken is not None:
                yield item.problem(
                    f"déjà prise par une autre imprimante : {taken.place}, {taken.field}"
                    + (" ; avec plusieurs, aucune n'est `auto`" if way == "usb" else ""),
                    f"already taken by another printer: {taken.place}, {taken.field}"
                    + ("; among several, none is `auto`" if way == "usb" else ""),
                )
            first.setdefault(item.text, item)
