"""Hardware that nobody plugged in: the twins that tests and the virtual tent drive.

Buttons are pressed by BCM number, on gpiozero's mock pins under the very code of the nodes; each
``VirtualHardware`` has a factory of its own, so that many nodes live in one process.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from gpiozero.pins.mock import MockFactory, MockPin

from broker.clock import SECOND, Clock, ManualClock, SystemClock
from nodes.hardware.interface import (
    DistanceSensor,
    EdgeSink,
    Input,
    Matrix,
    Output,
    PinsName,
    Printed,
    Printer,
    PrinterState,
)
from nodes.hardware.pins import GpioInput, GpioOutput
from nodes.hardware.virtual_distance import VirtualDistance
from nodes.hardware.virtual_network import VirtualNetworkPrinter
from nodes.hardware.virtual_printer import KEPT, Paper, VirtualPrinter
from nodes.sheet import COLUMNS, Sheet

if TYPE_CHECKING:
    from broker.contract import compiled
    from nodes.hardware.matrix import MatrixTwin


class VirtualHardware:
    """Virtual pins, displays, printers and distance sensors. See interface.Hardware.

    On a clock that runs by itself a press is let go by a thread after its time. On a ManualClock
    nothing waits: the release is stamped later, and both edges are there at once.

    Args:
        clock: stamps what pins do.
        fast: for the simulated history: displays keep text only and do not move, printers print at once
            in memory, distance sensors are never asked.
    """

    pins: PinsName = "mock"

    def __init__(self, clock: Clock | None = None, *, fast: bool = False) -> None:
        self.on_lamp: Callable[[int, bool], None] | None = None
        """Called with (pin, lit) whenever an output changes, on the node's thread."""
        self.lit_times: dict[int, int] = {}
        """How often each output was switched on."""
        self._clock = clock or SystemClock()
        self._fast = fast
        self._ahead_ns = 0
        self._factory = _Factory(self._driven)
        self._active_high: dict[int, bool] = {}
        self._held: set[int] = set()
        self._displays: dict[str, MatrixTwin | TextTwin] = {}
        self._printers: dict[str, VirtualPrinter | InstantPrinter] = {}
        self.distances: dict[str, VirtualDistance] = {}
        """The twins of distance sensors by their devices' ids: ``.put(zone, mm)`` walks before one."""
        self._releases: list[threading.Timer] = []

    # What fingers and bodies do -----------------------------------------------------------------

    def press(self, pin: int, seconds: float = 0.1) -> None:
        """Press a button and let go after so many seconds."""
        self.hold(pin)
        if isinstance(self._clock, ManualClock):
            self._ahead_ns = round(seconds * SECOND)
            self.release(pin)
            self._ahead_ns = 0
            return
        timer = threading.Timer(seconds, self.release, (pin,))
        timer.daemon = True
        self._releases = [running for running in self._releases if running.is_alive()]
        self._releases.append(timer)
        timer.start()

    def hold(self, pin: int) -> None:
        """Press a button, sit down, step into a beam: the contact becomes active."""
        self._drive(pin, active=True)

    def release(self, pin: int) -> None:
        """Let go, stand up, step out."""
        self._drive(pin, active=False)

    def lamp(self, pin: int) -> bool:
        """Whether the lamp (or buzzer) on that pin is on."""
        return bool(self._factory.pin(pin).state)

    def display(self, device: str) -> MatrixTwin | TextTwin:
        """The twin of a display, by its device id: ``.text`` is what it shows."""
        return self._displays[device]

    def printer(self, device: str) -> VirtualPrinter | InstantPrinter:
        """The twin of a printer, by its device id: ``.papers`` is what it printed."""
        return self._printers[device]

    # What devices ask ---------------------------------------------------------------------------

    def input(self, pin: int, edge: EdgeSink, *, active_high: bool) -> Input:
        """See interface.Hardware."""
        self._active_high[pin] = active_high
        contact = GpioInput(
            pin, edge, active_high=active_high, stamp_ns=self._stamp_ns, factory=self._factory
        )
        if pin in self._held:  # a pin opened anew is pulled to rest; the finger is still there
            self._drive(pin, active=True)
        return contact

    def output(self, pin: int) -> Output:
        """See interface.Hardware."""
        return GpioOutput(pin, factory=self._factory)

    def open_display(self, record: compiled.LedDisplay) -> Matrix:
        """See interface.Hardware."""
        from nodes.hardware.matrix import MatrixTwin  # noqa: PLC0415 - Pillow, only with a display

        if self._fast:
            self._displays[record.id] = text_twin = TextTwin(record.modules)
            return text_twin
        self._displays[record.id] = twin = MatrixTwin(record.modules)
        return twin

    def open_printer(self, record: compiled.TicketPrinter) -> Printer:
        """See interface.Hardware: outside the history, the real driver at a virtual printer's cable."""
        twin = self._printers.get(record.id)
        if twin is None:
            twin = self._printers[record.id] = InstantPrinter() if self._fast else virtual_printer(record)
        if isinstance(twin, InstantPrinter):
            return twin
        from nodes.hardware.printer import EscposPrinter  # noqa: PLC0415 - only nodes with a printer

        return EscposPrinter(twin.connect(), record.width_mm)

    def open_distance(self, record: compiled.TofSensor, node: compiled.Node) -> DistanceSensor:  # noqa: ARG002
        """See interface.Hardware."""
        if record.id not in self.distances:
            self.distances[record.id] = VirtualDistance(record, asked=not self._fast)
        return self.distances[record.id]

    def close(self) -> None:
        """See interface.Hardware."""
        for timer in self._releases:
            timer.cancel()
        for printer in self._printers.values():
            printer.close()
        self._factory.close()

    def _stamp_ns(self) -> int:
        return self._clock.machine_ns() + self._ahead_ns

    def _drive(self, pin: int, *, active: bool) -> None:
        if pin not in self._active_high:
            raise KeyError(f"no device listens on pin {pin}")
        (self._held.add if active else self._held.discard)(pin)
        mock = self._factory.pin(pin)
        if active == self._active_high[pin]:
            mock.drive_high()
        else:
            mock.drive_low()

    def _driven(self, pin: int, lit: bool) -> None:
        if lit:
            self.lit_times[pin] = self.lit_times.get(pin, 0) + 1
        if self.on_lamp:
            self.on_lamp(pin, lit)


def virtual_printer(record: compiled.TicketPrinter) -> VirtualPrinter:
    """The twin of a printer, plugged in as it is described."""
    if record.usb is not None:
        from nodes.hardware.virtual_usb import VirtualUsbPrinter  # noqa: PLC0415 - only where there is one

        return VirtualUsbPrinter(record.width_mm)
    if record.serial is not None:
        from nodes.hardware.virtual_serial import VirtualSerialPrinter  # noqa: PLC0415 - the same

        return VirtualSerialPrinter(record.width_mm)
    return VirtualNetworkPrinter(record.width_mm)


class TextTwin:
    """A display in the simulated history: what it shows, without pictures or motion."""

    animated = False

    def __init__(self, modules: int) -> None:
        self.width = modules * 8
        self.brightness = 100
        self.text = ""
        self.bars: list[float] = []

    def measure(self, text: str) -> int:
        """See interface.Matrix."""
        return len(text)

    def show_text(self, text: str, left: int, *, lit: bool = True) -> None:  # noqa: ARG002 - as in Matrix
        """See interface.Matrix."""
        self.text, self.bars = text, []

    def show_bars(self, heights: list[float]) -> None:
        """See interface.Matrix."""
        self.text, self.bars = "", heights

    def shine(self, brightness: int) -> None:
        """See interface.Matrix."""
        self.brightness = brightness

    def close(self) -> None:
        """See interface.Matrix."""


class InstantPrinter:
    """A printer in the simulated history: every ticket is printed at once and confirmed."""

    watch_s: float | None = None

    def __init__(self) -> None:
        self.papers: deque[Paper] = deque(maxlen=KEPT)
        self.printed = 0

    def print(self, sheet: Sheet, done: Callable[[Printed], None]) -> None:
        """See interface.Printer."""
        self.papers.append(Paper(sheet, COLUMNS[80]))
        self.printed += 1
        done(Printed("confirmed", ""))

    def check(self, done: Callable[[PrinterState], None]) -> None:
        """See interface.Printer."""
        done(PrinterState("ok", ""))

    def take_paper(self) -> Paper | None:
        """Tear off the oldest paper that nobody took; None without one."""
        return self.papers.popleft() if self.papers else None

    def close(self) -> None:
        """See interface.Printer."""


class _Factory(MockFactory):  # type: ignore[misc]  # gpiozero ships no types
    """Mock pins of one node, which tell when they are driven as outputs."""

    def __init__(self, driven: Callable[[int, bool], None]) -> None:
        super().__init__(pin_class=_Pin)
        self.driven = driven


class _Pin(MockPin):  # type: ignore[misc]  # gpiozero ships no types
    """A mock pin without gpiozero's list of all past states, which grows without end."""

    def _change_state(self, value: float) -> bool:
        if self._state == value:
            return False
        self._state: float = value
        if self._function == "output":
            self.factory.driven(self._number, bool(value))
        return True
