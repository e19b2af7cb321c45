"""The tent on virtual pins: the very code of the nodes behind the acts of visitors and agents.

The driver logs presses and lamps here, at the pin and at the lamp, before and apart from anything that
the system under test does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from broker.clock import Clock
from broker.contract import compiled
from nodes.hardware.interface import Matrix
from nodes.hardware.virtual import TextTwin, VirtualHardware
from simulation.crowd import NUMBER
from simulation.ledger import Confirmable, PressLog, buttons_of
from simulation.tent import Button, Door, Paper, Sensor

_ANNOUNCED = re.compile(r"Attente.*?(\d+) min")


class StillHardware(VirtualHardware):
    """Virtual hardware whose displays do not move: a body reads words, and nobody looks at the LEDs.

    Ten scrolling displays would cost a quarter of a core for no one.
    """

    def open_display(self, record: compiled.LedDisplay) -> Matrix:
        """See interface.Hardware."""
        twin = TextTwin(record.modules)
        self._displays[record.id] = twin
        return twin


class Console(Protocol):
    """What an agent reads and presses on the console beside the panel."""

    def number(self, desk: str) -> str | None:
        """The number that is called or served at the desk."""
        ...

    def is_taken(self, desk: str) -> bool:
        """Whether a real person sits at it."""
        ...

    def has_come(self, desk: str) -> None:
        """The called visitor is there."""
        ...


class Wired(NamedTuple):
    """A node's hardware and what is on its pins."""

    hardware: VirtualHardware
    buttons: Mapping[int, Confirmable]
    printers: tuple[str, ...]


class VirtualTent:
    """See tent.Tent. What happens after an act is the nodes' business.

    Args:
        site: the compiled description.
        clock: dates presses and lamps.
        log: the driver's own file; None where nobody counts (the history).
        on_act: called with the node's id after each act on its pins.
        console: the agents' consoles.
    """

    def __init__(
        self,
        site: compiled.Site,
        clock: Clock,
        log: PressLog | None,
        on_act: Callable[[str], None],
        console: Console,
    ) -> None:
        self._clock, self._log = clock, log
        self._on_act, self._console = on_act, console
        self._wired: dict[str, Wired] = {}
        self._displays = {display.id: display for display in site.displays}

    def wire(self, node: compiled.Node, hardware: VirtualHardware) -> None:
        """Take a node's hardware in; its lamps are watched from now on."""
        printers = tuple(device.id for device in node.devices if isinstance(device, compiled.TicketPrinter))
        self._wired[node.id] = Wired(hardware, buttons_of(node), printers)
        log = self._log
        if log is not None:
            hardware.on_lamp = lambda pin, lit: log.lamp(node.id, pin, lit, self._clock.machine_ns())

    def touch(self, button: Button) -> None:
        """See Tent."""
        wired = self._wired[button.node]
        if self._log is not None:
            known = wired.buttons[button.pin]
            self._log.pressed(button.node, button.pin, known.lamp, self._clock.civil_ns(), known.gives)
        wired.hardware.hold(button.pin)
        self._on_act(button.node)

    def let_go(self, button: Button) -> None:
        """See Tent."""
        self._wired[button.node].hardware.release(button.pin)
        self._on_act(button.node)

    def interrupt(self, door: Door, pin: int) -> None:
        """See Tent."""
        self._wired[door.node].hardware.hold(pin)
        self._on_act(door.node)

    def clear(self, door: Door, pin: int) -> None:
        """See Tent."""
        self._wired[door.node].hardware.release(pin)
        self._on_act(door.node)

    def sense(self, sensor: Sensor, present: bool) -> None:
        """See Tent."""
        hardware = self._wired[sensor.node].hardware
        (hardware.hold if present else hardware.release)(sensor.pin)
        self._on_act(sensor.node)

    def read(self, display: str) -> str:
        """See Tent."""
        described = self._displays[display]
        return self._wired[described.node].hardware.display(described.device).text

    def tear_off(self, node: str) -> Paper | None:
        """See Tent."""
        wired = self._wired[node]
        for printer in wired.printers:
            paper = wired.hardware.printer(printer).take_paper()
            if paper is not None:
                return read_paper(paper.text)
        return None

    def told_on_console(self, desk: str) -> str | None:
        """See Tent."""
        return self._console.number(desk)

    def is_taken(self, desk: str) -> bool:
        """See Tent."""
        return self._console.is_taken(desk)

    def has_come(self, desk: str) -> None:
        """See Tent."""
        self._console.has_come(desk)


def read_paper(text: str) -> Paper | None:
    """A ticket as its holder reads it; None for paper that is no ticket (a plan, a printer's test)."""
    number = NUMBER.search(text)
    if number is None:
        return None
    announced = _ANNOUNCED.search(" ".join(text.split()))
    # "between 5 and 12 min", "less than 5 min": people remember the last figure.
    return Paper(number.group(), int(announced.group(1)) if announced else None)
