"""Asks a distance sensor as often as it measures, on the node's own timers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from broker.clock import SECOND
from broker.contract import compiled
from nodes.errors import HardwareError
from nodes.hardware.interface import Measured
from nodes.slot import Slot

SILENT_S = 5.0
"""A sensor without a measurement for so long is broken; several begin within this, one after the other."""

Sink: TypeAlias = Callable[[Measured, int], None]
"""Called with a measurement and its machine time."""


class Watch:
    """One sensor, watched until closed. Where it fails, the slot's device fails, and is tried again.

    Args:
        slot: whose it is.
        record: its description.
        measured: called on the node's thread.
    """

    def __init__(self, slot: Slot, record: compiled.TofSensor, measured: Sink) -> None:
        self._slot, self._record, self._measured = slot, record, measured
        self._sensor = slot.hardware.open_distance(record, slot.node)
        self._heard_ns = slot.now_ns()
        self._ask_later()

    def close(self) -> None:
        """Let go of the sensor."""
        self._sensor.close()

    def _ask_later(self) -> None:
        if self._sensor.period_s is not None:
            self._slot.after(self._sensor.period_s, self._ask)

    def _ask(self) -> None:
        measured, now_ns = self._sensor.read(), self._slot.now_ns()
        # Before anything else: what a measurement leads to may raise and leave the device as it is.
        self._ask_later()
        if measured is not None:
            self._heard_ns = now_ns
            self._slot.well()
            self._measured(measured, now_ns)
        elif now_ns - self._heard_ns > SILENT_S * SECOND:
            raise HardwareError(f"sensor at {self._record.address:#04x} measures nothing for {SILENT_S:g} s")
