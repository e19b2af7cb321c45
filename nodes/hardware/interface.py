"""What devices need of hardware, whether it is real or virtual."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol, TypeAlias

from broker.contract import compiled
from broker.contract.faults import Fault
from broker.contract.messages import PrintOutcome
from nodes.sheet import Sheet

PinsName = Literal["lgpio", "rpigpio", "mock"]

EdgeSink: TypeAlias = Callable[[bool, int], None]
"""Called with (active, machine_ns) at every change of a contact, on any thread: it must only enqueue."""


class Input(Protocol):
    """A contact or sensor on a pin."""

    def is_active(self) -> bool:
        """Whether it is pressed, interrupted or sees somebody now, bounces included."""
        ...

    def close(self) -> None:
        """Free the pin."""
        ...


class Output(Protocol):
    """A lamp or buzzer on a pin."""

    def set(self, on: bool) -> None:
        """Switch it; the same state again costs nothing."""
        ...

    def close(self) -> None:
        """Switch it off and free the pin."""
        ...


class Matrix(Protocol):
    """A LED display one character high. Lengths are in columns of LEDs.

    ``animated`` is False where nobody looks: then nothing needs to scroll or blink.
    """

    width: int
    animated: bool

    def measure(self, text: str) -> int:
        """How many columns the text takes."""
        ...

    def show_text(self, text: str, left: int, *, lit: bool = True) -> None:
        """Draw the text with its first column at ``left`` (negative when scrolled).

        Not ``lit``: dark on lit ground, so that a number that blinks can be read all the time.
        """
        ...

    def show_bars(self, heights: list[float]) -> None:
        """Draw one column chart, heights from 0 to 1."""
        ...

    def shine(self, brightness: int) -> None:
        """How bright its dots are from now on, in per cent."""
        ...

    def close(self) -> None:
        """Go dark and free the bus."""
        ...


"""What a printer's ``detail`` begins with when people beside it can help."""


class Printed(NamedTuple):
    """How a print ended; ``detail`` is for the technician, empty like ``fault`` when all is well."""

    outcome: PrintOutcome
    detail: str
    fault: Fault | None = None


class PrinterState(NamedTuple):
    """How a printer is doing."""

    state: Literal["ok", "degraded", "failed"]
    detail: str
    fault: Fault | None = None


class Printer(Protocol):
    """A ticket printer. Both calls return at once; the answer comes later, on any thread.

    ``watch_s`` is how often its paper should be looked at, in seconds; None for never.
    """

    watch_s: float | None

    def print(self, sheet: Sheet, done: Callable[[Printed], None]) -> None:
        """Print and cut; ``done`` is called exactly once with the outcome."""
        ...

    def check(self, done: Callable[[PrinterState], None]) -> None:
        """Ask how the printer is doing; ``done`` is called exactly once."""
        ...

    def close(self) -> None:
        """Let go of the printer; jobs not begun are dropped."""
        ...


class Measured(NamedTuple):
    """One measurement: the zone, and its distance in mm (None: nothing in reach).

    A door's sensor has zones 0, its left half, and 1, its right; others have zone 0 alone.
    """

    zone: int
    mm: int | None


class DistanceSensor(Protocol):
    """A distance sensor that measures its zones in turn, by itself.

    ``period_s`` is how often to ask it, in seconds; None where nobody walks.
    """

    period_s: float | None

    def read(self) -> Measured | None:
        """The measurement that is ready and was not read yet; None while there is none.

        It waits for the bus, never for a measurement. Raises OSError, which says why, when the sensor or
        the bus cannot be used.
        """
        ...

    def close(self) -> None:
        """Let go of the sensor."""
        ...


class Hardware(Protocol):
    """Everything a node's devices are wired to. ``pins`` names the pin factory, for the technician."""

    pins: PinsName

    def input(self, pin: int, edge: EdgeSink, *, active_high: bool) -> Input:
        """Watch a pin (BCM number). Raises HardwareError when the pin cannot be used."""
        ...

    def output(self, pin: int) -> Output:
        """Drive a pin (BCM number), off at first. Raises HardwareError when the pin cannot be used."""
        ...

    def open_display(self, record: compiled.LedDisplay) -> Matrix:
        """Open a LED display. Raises HardwareError when its bus cannot be used."""
        ...

    def open_printer(self, record: compiled.TicketPrinter) -> Printer:
        """A ticket printer; it need not be there yet."""
        ...

    def open_distance(self, record: compiled.TofSensor, node: compiled.Node) -> DistanceSensor:
        """A distance sensor of that node; it need not be there yet.

        Raises HardwareError when a reset pin of the node's sensors cannot be used.
        """
        ...

    def close(self) -> None:
        """Free everything."""
        ...
