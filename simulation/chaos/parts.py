"""The parts of a site, each looked after by a thread of its own as systemd would, and hit by its faults.

A part's faults come in their order, each when its time has come and the part is up. Whatever a part does by
itself (end, or not come up) is noted: that would be a fault of the system, not of the plan.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from broker.clock import Anchor
from simulation.chaos.log import Log
from simulation.chaos.plan import Fault
from simulation.children import Child
from simulation.house import House, HouseError

LOOK_S = 0.05
AGAIN_S = 1.0
"""As systemd's RestartSec: a part that ended by itself is started again after so long."""


class Stage(NamedTuple):
    """What all parts share.

    ``tell`` is called with every fault that was applied, and a word on what came of it; ``note`` with what
    a part did by itself. ``anchor`` is the civil time of all who have a right clock, ``mechanism`` what is
    broken on purpose.
    """

    house: House
    log: Log
    anchor: Anchor
    copies: Path
    mechanism: str | None
    tell: Callable[[Fault, str], None]
    note: Callable[[str], None]


class Part:
    """One part and its faults.

    Args:
        name: as plans name it.
        stage: what all share.
        faults: what happens to it, in order.
    """

    def __init__(self, name: str, stage: Stage, faults: Sequence[Fault]) -> None:
        self.name, self.stage, self._faults = name, stage, faults
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._begin_s = 0.0

    def begin(self, begin_s: float) -> None:
        """Let the faults come; their times count from ``begin_s`` of the monotonic clock."""
        self._begin_s = begin_s
        self._thread.start()

    def wait(self) -> None:
        """Until every fault is over. The part is still looked after."""
        while self._faults and self._thread.is_alive():
            time.sleep(LOOK_S)

    def end(self) -> None:
        """Look after it no longer."""
        self._ends.set()
        if self._thread.is_alive():
            self._thread.join()

    def look_after(self) -> None:
        """See that it still runs; called often."""

    @abstractmethod
    def suffer(self, fault: Fault) -> str:
        """Go through a fault, to its end; returns a word on what came of it."""

    def _run(self) -> None:
        while not self._ends.is_set():
            self.look_after()
            if self._faults and time.monotonic() >= self._begin_s + self._faults[0].at_s:
                fault = self._faults[0]
                self.stage.tell(fault, self.suffer(fault))
                self._faults = self._faults[1:]
            self._ends.wait(LOOK_S)


class Process(Part):
    """A part that is a process."""

    child: Child | None = None

    def come_up(self) -> None:
        """Start it, and again until it is up."""
        while not self._ends.is_set():
            try:
                self.start()
            except (HouseError, OSError) as problem:
                self.stage.note(f"{self.name} does not come up: {str(problem).splitlines()[0]}")
                self._ends.wait(AGAIN_S)
            else:
                return

    def look_after(self) -> None:
        """See Part."""
        if self.child is not None and self.child.ended is not None:
            self.stage.note(
                f"{self.name} ended by itself with code {self.child.ended}: see logs/{self.child.log.name}"
            )
            self.die()
            self._ends.wait(AGAIN_S)
            self.come_up()

    def suffer(self, fault: Fault) -> str:
        """See Part."""
        if fault.kind == "freeze":
            self._freeze(fault.seconds)
            return ""
        if fault.kind == "stop":
            self.stop()
        else:
            self.die()
        said = self.while_down(fault)
        time.sleep(fault.seconds)
        self.come_up()
        return said

    def while_down(self, fault: Fault) -> str:  # noqa: ARG002 - for those to whom more happens
        """What else happens while it is down; returns a word on it."""
        return ""

    @property
    def pid(self) -> int | None:
        """Its process, while there is one."""
        return self.child.process.pid if self.child else None

    @abstractmethod
    def start(self) -> None:
        """Start it and wait until it is up. Raises HouseError, OSError."""

    def die(self) -> None:
        """End it as a power cut would."""
        if self.child is not None:
            child, self.child = self.child, None
            self.stage.house.kill(child)

    def stop(self) -> None:
        """End it as systemd would."""
        if self.child is not None:
            child, self.child = self.child, None
            self.stage.house.stop(child)

    def _freeze(self, seconds: float) -> None:
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)
