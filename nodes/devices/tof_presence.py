"""A seat or a room that is taken or free, by the distance to whoever is there. Nobody is recognised.

People: sit down before a distance sensor, come in below one; free after the hold time.

Wiring: a VL53L1X board before the seat or under the room's ceiling, nothing in its cone of 27°. VIN to
3.3 V (20 mA), GND, SDA to GPIO 2, SCL to GPIO 3 (the Pi's own 1.8 kΩ pull-ups are enough up to 1 m of
cable), and XSHUT to a pin of its own where the node has several.

Cut off: goes on.
"""

from __future__ import annotations

from broker.contract import compiled
from nodes.devices.presence import HeldPresence
from nodes.hardware.interface import Measured
from nodes.nearness import Nearness
from nodes.slot import Slot
from nodes.watch import Watch


class TofPresence(HeldPresence):
    """Taken once two measurements on end see somebody, 0.4 s; free as every presence.

    Until the sensor has measured nothing is said: nobody knows whether the place is free.
    """

    is_known_later = True

    def __init__(self, slot: Slot, record: compiled.TofPresence) -> None:
        super().__init__(slot, record)
        self._sensor = record
        self._near = Nearness(record.near_mm, record.far_mm)
        self._has_begun = False
        self._watch: Watch | None = None

    def start(self) -> None:
        """See Device."""
        self._watch = Watch(self.slot, self._sensor, self._measured)

    def stop(self) -> None:
        """See Device."""
        if self._watch:
            self._watch.close()

    def _measured(self, measured: Measured, at_ns: int) -> None:
        if not self._near.measured(measured.mm):
            return
        present = bool(self._near.present)
        if self._has_begun:
            self.changed(present, at_ns)
        else:
            self._has_begun = True
            self.begin(present, at_ns)
