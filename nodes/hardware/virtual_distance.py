"""A distance sensor that nobody plugged in: measures what it is told, and can be gone."""

from __future__ import annotations

import errno
import threading
from typing import Final, Literal, TypeAlias

from broker.contract import compiled
from nodes.hardware.interface import Measured
from nodes.hardware.tof import period_s, zones

DistanceFault: TypeAlias = Literal["", "gone", "bus", "silent"]
"""``gone``: nothing answers at its address; ``bus``: the bus is stuck; ``silent`` answers, never measures."""

_ERRORS: Final = {
    "gone": (errno.EREMOTEIO, "no sensor answers"),
    "bus": (errno.ETIMEDOUT, "the bus is stuck"),
}


class VirtualDistance:
    """See interface.DistanceSensor. It stays when its device is made anew, as a real one does.

    Args:
        record: its description.
        asked: False where nobody walks: then nothing asks it.
    """

    def __init__(self, record: compiled.TofSensor, *, asked: bool = True) -> None:
        self.period_s: float | None = period_s(record) if asked else None
        self.fault: DistanceFault = ""
        self._address = record.address
        self._mm: list[int | None] = [None] * zones(record)
        self._read = [0] * len(self._mm)
        self._next = 0
        self._turn = threading.Condition()

    def put(self, zone: int, mm: int | None) -> None:
        """What a zone sees from now on, in mm; None: nothing in reach. Raises KeyError without it."""
        if zone not in range(len(self._mm)):
            raise KeyError(f"no zone {zone}")
        with self._turn:
            self._mm[zone] = mm
            self._read[zone] = 0

    def wait_until_read(self, zone: int, times: int, seconds: float) -> bool:
        """Wait until the node has read what was put there so often; False when it does not within that."""
        with self._turn:
            return self._turn.wait_for(lambda: self._read[zone] >= times, seconds)

    def read(self) -> Measured | None:
        """See interface.DistanceSensor."""
        if self.fault == "silent":
            return None
        if self.fault:
            number, why = _ERRORS[self.fault]
            raise OSError(number, f"{why} at {self._address:#04x}")
        with self._turn:
            zone, self._next = self._next, (self._next + 1) % len(self._mm)
            self._read[zone] += 1
            self._turn.notify_all()
            return Measured(zone, self._mm[zone])

    def close(self) -> None:
        """See interface.DistanceSensor."""
