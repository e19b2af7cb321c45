"""Whether somebody is before a distance sensor, from its measurements."""

from __future__ import annotations

AGREE = 2
"""So many measurements on end must say the same: one alone may be noise, sunlight or a fly."""


class Nearness:
    """Somebody or nobody, with hysteresis, so that who stands on the threshold does not flicker.

    Args:
        near_mm: somebody is there from this distance on.
        far_mm: nobody is there from this distance on; between both it is as before.
    """

    def __init__(self, near_mm: int, far_mm: int) -> None:
        self.present: bool | None = None
        """None until the first measurements agree."""
        self._near_mm, self._far_mm = near_mm, far_mm
        self._seen = False
        self._times = 0

    def measured(self, mm: int | None) -> bool:
        """Note a distance (None: nothing in reach); True when what is the case has just changed."""
        seen = self._judged(mm)
        if seen != self._seen:
            self._seen, self._times = seen, 0
        self._times += 1
        if seen == self.present or self._times < AGREE:
            return False
        self.present = seen
        return True

    def _judged(self, mm: int | None) -> bool:
        if mm is None or mm >= self._far_mm:
            return False
        return mm <= self._near_mm or bool(self.present)
