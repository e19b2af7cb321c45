"""The way through a door as two sensors see it one behind the other: two light beams, or two zones.

Source: STMicroelectronics, UM2600 "Counting people with the VL53L1X", which notes the sensors' joint status
(0 nobody, 1 the first, 3 both, 2 the second) and counts the tracks 0, 1, 3, 2 and 0, 2, 3, 1. Its list keeps
four statuses, so that hesitation can overwrite the track; here the same four are places on a ring.
"""

from __future__ import annotations

from typing import Literal

Direction = Literal["in", "out"]

_AROUND = {(False, False): 0, (True, False): 1, (True, True): 2, (False, True): 3}
"""Where a body is, by (outer, inner) sensing it: walking in goes once around these four places."""


class Crossing:
    """The way through two sensors, as a position: only a whole way round is a passage.

    Turning back on the threshold, at whichever step, brings the position back to 0 and counts nothing.
    """

    def __init__(self) -> None:
        self._place = 0
        self._steps = 0

    def moved(self, *, outer: bool, inner: bool) -> Direction | None:
        """Note which sensors sense somebody now; returns the direction of a passage just completed."""
        place = _AROUND[outer, inner]
        step = (place - self._place) % 4
        self._place = place
        if step == 1:
            self._steps += 1
        elif step == 3:  # noqa: PLR2004 - three forward round four places is one back
            self._steps -= 1
        if place != 0:
            return None
        steps, self._steps = self._steps, 0
        # Two sensors that change in one instant leave two steps unseen: the way round was still whole
        # only when all four were seen, so such a passage is not guessed.
        if steps == 4:  # noqa: PLR2004 - once around
            return "in"
        if steps == -4:  # noqa: PLR2004 - once around
            return "out"
        return None
