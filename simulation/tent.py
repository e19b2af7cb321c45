"""What a body can do in the tent, and nothing else: touch, pass, sit, read, tear off.

Visitors and agents act only through a ``Tent``. Behind it stand real nodes on virtual pins, whether
the clock is the machine's or SimPy's own; no one in the simulation sees the hall's state.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import simpy

Value = TypeVar("Value")
Process: TypeAlias = Generator[simpy.Event, Any, Value]
"""What SimPy runs: yields what it waits for, and ends with a value."""


class Button(NamedTuple):
    """A button that a finger reaches, by the pin it is wired to."""

    node: str
    device: str
    pin: int


class Door(NamedTuple):
    """Two light beams across a door, by their pins."""

    node: str
    device: str
    outer: int
    inner: int


class Sensor(NamedTuple):
    """A seat's or room's presence sensor, by its pin; ``subject`` is the seat or room."""

    node: str
    device: str
    subject: str
    pin: int


class Paper(NamedTuple):
    """A ticket as its holder reads it: the number, and the minutes that were announced (None: none were)."""

    number: str
    announced_min: int | None


class Tent(Protocol):
    """The physical acts. All of them return at once: whatever follows shows on lamps, displays and paper."""

    def touch(self, button: Button) -> None:
        """Put a finger on the button."""
        ...

    def let_go(self, button: Button) -> None:
        """Take the finger off it."""
        ...

    def interrupt(self, door: Door, pin: int) -> None:
        """Step into a beam of the door."""
        ...

    def clear(self, door: Door, pin: int) -> None:
        """Step out of it."""
        ...

    def sense(self, sensor: Sensor, present: bool) -> None:
        """Sit down or come in (present), get up or leave."""
        ...

    def read(self, display: str) -> str:
        """What the display shows now; empty when dark."""
        ...

    def tear_off(self, node: str) -> Paper | None:
        """The ticket that hangs out of the node's printer, taken; None while there is none."""
        ...

    def told_on_console(self, desk: str) -> str | None:
        """The number that the agent's console names at this desk: a discreet call is shown nowhere else."""
        ...

    def is_taken(self, desk: str) -> bool:
        """Whether a real person sits at this desk's console: the simulated agent stands aside."""
        ...

    def has_come(self, desk: str) -> None:
        """Tell the console that the called visitor is there: the panel has no button for it."""
        ...


class Gestures:
    """Movements that take time, the same for any body.

    Sensors and buttons live on machine time and people on civil time, so a movement lasts ``speed``
    times longer on the simulation's civil clock than it would in a tent at speed 1.

    Args:
        environment: SimPy's, its time in civil seconds.
        tent: where the movements end.
        speed: civil seconds a machine second.
    """

    PRESS_S = 0.15
    BEAM_S = 0.12

    def __init__(self, environment: simpy.Environment, tent: Tent, speed: int) -> None:
        self._environment = environment
        self._tent = tent
        self._speed = speed

    def pause(self, machine_seconds: float) -> simpy.Event:
        """Wait for so many seconds of machine time."""
        return self._environment.timeout(machine_seconds * self._speed)

    def press(self, button: Button, held_s: float = PRESS_S) -> Process[None]:
        """Press and let go after ``held_s`` seconds."""
        self._tent.touch(button)
        yield self.pause(held_s)
        self._tent.let_go(button)

    def pass_in(self, door: Door) -> Process[None]:
        """Walk in through the door: the outer beam first."""
        yield from self._cross(door, door.outer, door.inner)

    def pass_out(self, door: Door) -> Process[None]:
        """Walk out through the door: the inner beam first."""
        yield from self._cross(door, door.inner, door.outer)

    def turn_back(self, door: Door) -> Process[None]:
        """Look in and turn round on the threshold: only the outer beam, so nobody passed."""
        self._tent.interrupt(door, door.outer)
        yield self.pause(3 * self.BEAM_S)
        self._tent.clear(door, door.outer)
        yield self.pause(self.BEAM_S)

    def _cross(self, door: Door, first: int, second: int) -> Process[None]:
        """Body widths overlap the beams: both are broken for a moment, then freed in the same order."""
        self._tent.interrupt(door, first)
        yield self.pause(self.BEAM_S)
        self._tent.interrupt(door, second)
        yield self.pause(self.BEAM_S)
        self._tent.clear(door, first)
        yield self.pause(self.BEAM_S)
        self._tent.clear(door, second)
        yield self.pause(self.BEAM_S)
