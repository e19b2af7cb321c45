"""Counts people through a door by two light beams, and in which direction.

Wiring: two infrared break-beam pairs across the door at 1 m height, 8 to 10 cm apart in depth, so that
a body always breaks both at once. Senders on 5 V; receivers on 3.3 V, open collector to the pin (low
while interrupted), 4.7 kΩ to 3.3 V beside the Pi.
"""

from __future__ import annotations

from typing import Literal

from broker.contract import compiled, messages
from nodes.slot import Device, Slot
from nodes.timers import Timer

SETTLE_S = 0.008
"""At 2 m/s a body takes 40 ms from beam to beam; hands and bags flicker for less than this."""

BLOCKED_S = 300.0

Direction = Literal["in", "out"]

_AROUND = {(False, False): 0, (True, False): 1, (True, True): 2, (False, True): 3}
"""Where a body is, by (outer, inner) interrupted: walking in goes once around these four places."""


class Crossing:
    """The way through two beams, as a position: only a whole way round is a passage.

    Turning back on the threshold, at whichever step, brings the position back to 0 and counts nothing.
    """

    def __init__(self) -> None:
        self._place = 0
        self._steps = 0

    def moved(self, *, outer: bool, inner: bool) -> Direction | None:
        """Note which beams are interrupted now; returns the direction of a passage just completed."""
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
        # Two beams that change in one instant leave two steps unseen: the way round was still whole
        # only when all four were seen, so such a passage is not guessed.
        if steps == 4:  # noqa: PLR2004 - once around
            return "in"
        if steps == -4:  # noqa: PLR2004 - once around
            return "out"
        return None


class DoorCounter(Device):
    """Records each passage, when its last beam is free again."""

    def __init__(self, slot: Slot, record: compiled.DoorCounter) -> None:
        super().__init__(slot)
        self._door = record
        self._outer = self._inner = False
        self._crossing = Crossing()
        self._blocked: Timer | None = None

    def start(self) -> None:
        """See Device."""
        self._outer = self.slot.input(self._door.outer, self._on_outer, settle_s=SETTLE_S)
        self._inner = self.slot.input(self._door.inner, self._on_inner, settle_s=SETTLE_S)
        self._crossing.moved(outer=self._outer, inner=self._inner)
        self._watch()

    def test(self) -> None:
        """See Device."""
        beams = {"outer": self._outer, "inner": self._inner}
        interrupted = " and ".join(beam for beam, is_interrupted in beams.items() if is_interrupted)
        self.slot.remark(f"{interrupted} beam interrupted" if interrupted else "both beams free")

    def _on_outer(self, interrupted: bool, at_ns: int) -> None:
        self._outer = interrupted
        self._moved(at_ns)

    def _on_inner(self, interrupted: bool, at_ns: int) -> None:
        self._inner = interrupted
        self._moved(at_ns)

    def _moved(self, at_ns: int) -> None:
        self._watch()
        direction = self._crossing.moved(outer=self._outer, inner=self._inner)
        if direction is not None:
            self.slot.record(messages.PassageCounted(device=self.slot.id, direction=direction), at_ns)

    def _watch(self) -> None:
        """A beam that stays interrupted counts nobody: a technician should know."""
        if self._blocked:
            self._blocked.cancel()
            self._blocked = None
        if self._outer or self._inner:
            beam = "outer" if self._outer else "inner"
            self._blocked = self.slot.after(
                BLOCKED_S, lambda: self.slot.report("degraded", f"{beam} beam interrupted for a long time")
            )
        elif self.slot.state == "degraded":
            self.slot.report("ok")
