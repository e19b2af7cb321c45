"""Presence sensors: each kind where it can see, and long enough for what it sees."""

from __future__ import annotations

from collections.abc import Iterator

from broker.contract.compiled import Text
from broker.contract.site_description import Description
from broker.contract.site_problems import Item, Problem

PIR_HOLD_S = 60
"""An infrared detector sees movement: whoever reads or listens moves at least so often."""


def check(description: Description) -> Iterator[Problem]:
    """All problems with what presence sensors are."""
    for _, sensor in description.devices("presence"):
        yield from _kind(sensor)


def _kind(sensor: Item) -> Iterator[Problem]:
    kind, hold = sensor["kind"].text, sensor["hold_s"].value
    senses = sensor["sensor"].text or {"seat": "contact", "room": "radar"}.get(kind or "")
    if senses == "pir" and kind == "seat":
        yield sensor["sensor"].problem(
            "un détecteur infrarouge voit une pièce, pas une place : le voisin la prendrait",
            "an infrared detector sees a room and no seat: the neighbour would take it",
            allowed=["contact", "radar"],
        )
    elif senses == "pir" and isinstance(hold, int | float) and hold < PIR_HOLD_S:
        yield sensor["hold_s"].problem(
            "un détecteur infrarouge ne voit que ce qui bouge : qui lit serait parti",
            "an infrared detector sees only what moves: whoever reads would be gone",
            allowed=Text(fr=f"{PIR_HOLD_S} au moins", en=f"{PIR_HOLD_S} at least"),
        )
    if senses == "contact" and sensor["active_high"].value is True:
        yield sensor["active_high"].problem(
            "un contact ferme vers la masse : sa broche est basse",
            "a contact closes to ground: its pin is low",
            allowed=["false"],
        )
