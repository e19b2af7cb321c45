"""How a VL53L1X is used here, whether it is real or virtual.

Source: STMicroelectronics, datasheet DS12385 (short mode reaches 1.3 m, in sunlight too, and measures in
20 ms; long mode reaches 3.6 m in the dark, 0.7 m in sunlight, and takes 33 ms) and UM2600 (two zones).
"""

from __future__ import annotations

from typing import Final

from broker.contract import compiled

SHORT_REACH_MM: Final = 1300
BUDGET_MS: Final = {True: 20, False: 33}
"""How long one measurement takes, in short mode and in long."""

_MOVE_S: Final = 0.005
"""From one zone to the next, and a little."""
_SEAT_S: Final = 0.2
"""Nobody sits down faster, and the bus stays free."""


def is_short(record: compiled.TofSensor) -> bool:
    """Whether the short mode is enough to see that nobody is there."""
    return record.far_mm <= SHORT_REACH_MM


def zones(record: compiled.TofSensor) -> int:
    """How many zones a sensor measures."""
    return 2 if isinstance(record, compiled.TofCounter) else 1


def period_s(record: compiled.TofSensor) -> float:
    """Seconds between two questions to it."""
    if isinstance(record, compiled.TofCounter):
        return BUDGET_MS[is_short(record)] / 1000 + _MOVE_S
    return _SEAT_S
