"""Counts people through a door by two light beams, and in which direction.

People: walk through two beams; turning back counts nothing.

Wiring: two infrared break-beam pairs across the door at 1 m height, 8 to 10 cm apart in depth, so that
a body always breaks both at once. Senders on 5 V; receivers on 3.3 V, open collector to the pin (low
while interrupted), 4.7 kΩ to 3.3 V beside the Pi.

Cut off: goes on.
"""

from __future__ import annotations

from broker.contract import compiled, messages
from nodes.blockage import Blockage
from nodes.crossing import Crossing
from nodes.slot import Device, Slot

SETTLE_S = 0.008
"""At 2 m/s a body takes 40 ms from beam to beam; hands and bags flicker for less than this."""


class DoorCounter(Device):
    """Records each passage, when its last beam is free again."""

    def __init__(self, slot: Slot, record: compiled.DoorCounter) -> None:
        super().__init__(slot)
        self._door = record
        self._outer = self._inner = False
        self._crossing = Crossing()
        self._blockage = Blockage(slot)

    def start(self) -> None:
        """See Device."""
        self._outer = self.slot.input(self._door.outer, self._on_outer, settle_s=SETTLE_S)
        self._inner = self.slot.input(self._door.inner, self._on_inner, settle_s=SETTLE_S)
        self._crossing.moved(outer=self._outer, inner=self._inner)
        self._watch()

    def test(self) -> None:
        """See Device."""
        match (self._outer, self._inner):
            case (True, True):
                self.slot.remark("both_beams_interrupted")
            case (True, False):
                self.slot.remark("outer_beam_interrupted")
            case (False, True):
                self.slot.remark("inner_beam_interrupted")
            case _:
                self.slot.remark("both_beams_free")

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
        self._blockage.changed("outer beam" if self._outer else "inner beam" if self._inner else "")
