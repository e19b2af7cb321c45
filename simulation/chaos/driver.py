"""People at the nodes: a thread for each presses buttons, draws tickets, walks through the door, and looks.

A press is written down before it is made, its confirmation once it was seen. Whatever happens to the node in
between is its own affair.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from broker.contract import compiled, messages
from simulation.chaos.log import Log
from simulation.house import VirtualNode
from simulation.ledger import Confirmable, buttons_of
from simulation.virtual_tent import read_paper

LAMP_S = 1.5
"""How long a finger waits for a lamp. Thanks last as long, so a button is asked again after two of these."""
PAPER_S = 12.0
STEP_S = 0.025
"""From beam to beam: a brisk walk, well over the counter's settling time."""
NOBODY_S = 0.1

PASSAGE = (str(messages.PassageCounted.__struct_config__.tag),)


class Alive(NamedTuple):
    """A node that runs: its hardware, and which of its lives this is."""

    node: VirtualNode
    life: int


class Body(Protocol):
    """What a node may meet."""

    def act(self, alive: Alive) -> None:
        """Do one thing; raises OSError when the node dies under one's hands."""
        ...


class Driver:
    """Everybody at one node.

    Args:
        site: the compiled description.
        record: the node's own.
        alive: the running node; None while it is down.
        log: where presses and confirmations go.
        chance: chooses who comes next.
    """

    def __init__(
        self,
        site: compiled.Site,
        record: compiled.Node,
        alive: Callable[[], Alive | None],
        log: Log,
        chance: random.Random,
    ) -> None:
        self._alive, self._chance = alive, chance
        self._bodies = _bodies(site, record, log, chance)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"people at {record.id}", daemon=True)

    def start(self) -> None:
        """Let people come."""
        self._thread.start()

    def end(self) -> None:
        """No more people; whoever stands there finishes."""
        self._ends.set()
        self._thread.join(PAPER_S + 3)

    def _run(self) -> None:
        while not self._ends.wait(self._chance.uniform(0.05, 0.4)):
            alive = self._alive()
            if alive is None:
                self._ends.wait(NOBODY_S)
                continue
            try:
                self._chance.choice(self._bodies).act(alive)
            except OSError:
                # It died: what it said last is all that anybody knows.
                self._ends.wait(NOBODY_S)


def _bodies(site: compiled.Site, record: compiled.Node, log: Log, chance: random.Random) -> list[Body]:
    buttons = buttons_of(record)
    bodies: list[Body] = []
    for device in record.devices:
        match device:
            case compiled.VotePanel():
                pins = [button.pin for button in device.buttons]
                bodies.append(Voter(record.id, {pin: buttons[pin] for pin in pins}, log, chance))
            case compiled.TicketKiosk():
                # Permanences may be closed: a direction has no paper to wait for.
                tickets = {one.id for one in site.services if one.ticket and not one.hours}
                pins = [button.pin for button in device.buttons if button.service in tickets]
                bodies.append(Visitor(record.id, device.printer, pins, buttons, log, chance))
            case compiled.DeskPanel():
                pins = [device.next, device.next, device.recall, device.no_show, device.done]
                bodies.append(Agent(record.id, pins, buttons, log, chance))
            case compiled.HelpButton():
                bodies.append(Agent(record.id, [device.pin], buttons, log, chance))
            case compiled.DoorCounter():
                bodies.append(Walker(record.id, device, log, chance))
            case compiled.Presence():
                bodies.append(Sitter(device.pin, chance))
            case _:
                pass
    return bodies


class Voter:
    """Presses a dark button and sees whether its lamp says thank you."""

    def __init__(self, node: str, buttons: dict[int, Confirmable], log: Log, chance: random.Random) -> None:
        self._node, self._buttons, self._log, self._chance = node, buttons, log, chance
        self._dark_s = dict.fromkeys(buttons, 0.0)
        self._life = 0

    def act(self, alive: Alive) -> None:
        """See Body."""
        if alive.life != self._life:
            self._life = alive.life
            self._dark_s = dict.fromkeys(self._dark_s, 0.0)
        now_s = time.monotonic()
        dark = [pin for pin, since_s in self._dark_s.items() if since_s <= now_s]
        if not dark:
            return
        pin = self._chance.choice(dark)
        lamp = self._buttons[pin].lamp
        number = self._log.pressed(self._node, alive.life, self._buttons[pin].gives)
        self._dark_s[pin] = now_s + 2 * LAMP_S
        if alive.node.say(f"touch {pin} {lamp} {LAMP_S}") == "lit":
            self._log.confirm(number)


class Visitor:
    """Draws a ticket and waits for the paper."""

    def __init__(
        self,
        node: str,
        printer: str,
        pins: list[int],
        buttons: dict[int, Confirmable],
        log: Log,
        chance: random.Random,
    ) -> None:
        self._node, self._printer, self._pins, self._buttons = node, printer, pins, buttons
        self._log, self._chance = log, chance

    def act(self, alive: Alive) -> None:
        """See Body."""
        while self._take(alive):
            pass  # a late ticket that nobody waited for any more
        pin = self._chance.choice(self._pins)
        number = self._log.pressed(self._node, alive.life, self._buttons[pin].gives)
        alive.node.say(f"press {pin} 0.1")
        deadline = time.monotonic() + PAPER_S
        while time.monotonic() < deadline:
            text = self._take(alive)
            paper = read_paper(text)
            if paper is not None:
                self._log.confirm(number, paper.number)
                break
            time.sleep(0.05)
        # The next in the queue steps up; even so an hour's tickets are drawn in some minutes.
        time.sleep(self._chance.uniform(0.2, 3))

    def _take(self, alive: Alive) -> str:
        return alive.node.say(f"paper {self._printer}")


class Agent:
    """Presses a button that asks the hall: nothing is promised until the hall has answered."""

    def __init__(
        self, node: str, pins: list[int], buttons: dict[int, Confirmable], log: Log, chance: random.Random
    ) -> None:
        self._node, self._pins, self._buttons, self._log, self._chance = node, pins, buttons, log, chance

    def act(self, alive: Alive) -> None:
        """See Body."""
        pin = self._chance.choice(self._pins)
        self._log.pressed(self._node, alive.life, self._buttons[pin].gives)
        alive.node.say(f"press {pin} 0.1")
        time.sleep(self._chance.uniform(0.3, 1.5))


class Walker:
    """Goes through the door, in or out. No lamp says so: the counter has handled the last beam."""

    def __init__(self, node: str, door: compiled.DoorCounter, log: Log, chance: random.Random) -> None:
        self._node, self._door, self._log, self._chance = node, door, log, chance

    def act(self, alive: Alive) -> None:
        """See Body."""
        beams = [self._door.outer, self._door.inner]
        if self._chance.random() < 0.5:  # noqa: PLR2004 - half go out
            beams.reverse()
        first, second = beams
        for line in (f"hold {first}", f"hold {second}", f"release {first}"):
            alive.node.say(line)
            time.sleep(STEP_S)
        number = self._log.pressed(self._node, alive.life, PASSAGE)
        alive.node.say(f"release {second}")
        time.sleep(STEP_S)
        if alive.node.say(f"release {second}") == "ok":
            self._log.confirm(number)


class Sitter:
    """Sits down or gets up, enters a room or leaves it."""

    def __init__(self, pin: int, chance: random.Random) -> None:
        self._pin, self._chance = pin, chance

    def act(self, alive: Alive) -> None:
        """See Body."""
        alive.node.say(f"{self._chance.choice(('hold', 'release'))} {self._pin}")
        time.sleep(self._chance.uniform(0.2, 0.6))
