"""Passages through a door below a distance sensor that measures two zones in turn.

Source: STMicroelectronics, UM2600 "Counting people with the VL53L1X": one zone is each half of what the
sensor sees; a passage is somebody in the one, in both, in the other, in none. Turning back, standing
still, a hand in one zone or close before the sensor are none. Two people close behind one another are two
when both zones are free between them for two measurements each, and else one.
"""

from __future__ import annotations

from typing import Final

from nodes.crossing import Crossing, Direction
from nodes.nearness import Nearness

OUTER: Final = 0
INNER: Final = 1


class Doorway:
    """What the measurements of both zones tell of people.

    Args:
        near_mm: somebody passes from this distance on.
        far_mm: nobody passes from this distance on; between both it is as before.
        hand_mm: what is nearer is a hand before the sensor: such measurements say nothing of people.
    """

    def __init__(self, near_mm: int, far_mm: int, hand_mm: int = 0) -> None:
        self._hand_mm = hand_mm
        self._zones = (Nearness(near_mm, far_mm), Nearness(near_mm, far_mm))
        self._covered = [False, False]
        self._crossing = Crossing()

    def measured(self, zone: int, mm: int | None) -> Direction | None:
        """Note the distance in a zone (None: nothing in reach); the direction of a passage just completed."""
        self._covered[zone] = mm is not None and mm < self._hand_mm
        if self._covered[zone] or not self._zones[zone].measured(mm):
            return None
        outer, inner = (seen.present for seen in self._zones)
        if outer is None or inner is None:
            return None  # whoever stands there at the start came unseen
        return self._crossing.moved(outer=outer, inner=inner)

    def obstacle(self) -> str:
        """What somebody or something is before, in words for the technician; empty when all is free."""
        if any(self._covered):
            return "sensor"
        return (
            "outer zone" if self._zones[OUTER].present else "inner zone" if self._zones[INNER].present else ""
        )
