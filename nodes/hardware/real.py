"""The hardware of a real node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broker.clock import Clock, SystemClock
from nodes.hardware.interface import DistanceSensor, EdgeSink, Input, Matrix, Output, PinsName, Printer
from nodes.hardware.pins import GpioInput, GpioOutput, open_factory

if TYPE_CHECKING:
    from broker.contract import compiled
    from nodes.hardware.distance import DistanceBus


class RealHardware:
    """Real pins, displays, printers and distance sensors. See interface.Hardware.

    Args:
        pins: the pin factory, lgpio or rpigpio.
        clock: stamps what pins do.
    """

    def __init__(self, pins: PinsName = "lgpio", clock: Clock | None = None) -> None:
        self.pins: PinsName = pins
        self._clock = clock or SystemClock()
        self._factory = open_factory(pins)
        self._distances: DistanceBus | None = None

    def input(self, pin: int, edge: EdgeSink, *, active_high: bool) -> Input:
        """See interface.Hardware."""
        return GpioInput(
            pin, edge, active_high=active_high, stamp_ns=self._clock.machine_ns, factory=self._factory
        )

    def output(self, pin: int) -> Output:
        """See interface.Hardware."""
        return GpioOutput(pin, factory=self._factory)

    def open_display(self, record: compiled.LedDisplay) -> Matrix:
        """See interface.Hardware."""
        # Pillow and luma take 10 MB: only nodes with a display pay for them.
        from nodes.hardware.matrix import open_max7219  # noqa: PLC0415

        return open_max7219(record)

    def open_printer(self, record: compiled.TicketPrinter) -> Printer:
        """See interface.Hardware."""
        from nodes.hardware.printer import EscposPrinter  # noqa: PLC0415 - only nodes with a printer
        from nodes.hardware.printer_links import connection  # noqa: PLC0415

        return EscposPrinter(connection(record), record.width_mm)

    def open_distance(self, record: compiled.TofSensor, node: compiled.Node) -> DistanceSensor:
        """See interface.Hardware."""
        from nodes.hardware.distance import DistanceBus  # noqa: PLC0415 - only nodes with such a sensor

        if self._distances is None:
            self._distances = DistanceBus(self.output)
        return self._distances.open(record, node)

    def close(self) -> None:
        """See interface.Hardware."""
        if self._distances is not None:
            self._distances.close()
        self._factory.close()
