"""Counts people through a door by one distance sensor above it, and in which direction.

People: walk below one distance sensor above the door ([more](#distance-sensors)).

Wiring: a VL53L1X board above the middle of the door, looking straight down, its two halves one before the
other in the way people walk. VIN to 3.3 V (20 mA), GND, SDA to GPIO 2, SCL to GPIO 3 (the Pi's own
1.8 kΩ pull-ups are enough up to 1 m of cable), and XSHUT to a pin of its own where the node has several.

It measures each half every 50 ms in short mode, every 76 ms in long; both must be free for two
measurements between two people, and a body seen for two in each half.

Cut off: goes on.
"""

from __future__ import annotations

from broker.contract import compiled, messages
from nodes.blockage import Blockage
from nodes.doorway import INNER, OUTER, Doorway
from nodes.hardware.interface import Measured
from nodes.slot import Device, Slot
from nodes.watch import Watch

LEFT = 0


class TofCounter(Device):
    """Records each passage, when the sensor sees nobody again."""

    is_known_later = True

    def __init__(self, slot: Slot, record: compiled.TofCounter) -> None:
        super().__init__(slot)
        self._record = record
        self._doorway = Doorway(record.near_mm, record.far_mm, record.hand_mm)
        self._obstacle = ""
        self._blockage = Blockage(slot)
        self._watch: Watch | None = None

    def start(self) -> None:
        """See Device."""
        self._watch = Watch(self.slot, self._record, self._measured)

    def stop(self) -> None:
        """See Device."""
        if self._watch:
            self._watch.close()

    def _measured(self, measured: Measured, at_ns: int) -> None:
        outer = (measured.zone == LEFT) == (self._record.outside == "left")
        direction = self._doorway.measured(OUTER if outer else INNER, measured.mm)
        if self._doorway.obstacle() != self._obstacle:
            self._obstacle = self._doorway.obstacle()
            self._blockage.changed(self._obstacle)
        if direction is not None:
            self.slot.record(messages.PassageCounted(device=self.slot.id, direction=direction), at_ns)
