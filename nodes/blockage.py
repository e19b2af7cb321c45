"""A sensor that senses something for minutes on end senses nobody: a technician should know."""

from __future__ import annotations

from nodes.slot import Slot
from nodes.timers import Timer

BLOCKED_S = 300.0


class Blockage:
    """Reports a device as degraded while something stands in its way for a long time.

    Args:
        slot: the device's.
    """

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self._timer: Timer | None = None

    def changed(self, what: str) -> None:
        """Something moved: ``what`` is interrupted from now on, in words; empty for nothing."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if what:
            said = f"{what} interrupted for a long time"
            self._timer = self._slot.after(
                BLOCKED_S, lambda: self._slot.report("degraded", said, "beam_blocked")
            )
        elif self._slot.state == "degraded":
            self._slot.report("ok")
