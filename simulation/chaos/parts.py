"""The parts of a site, each looked after by a thread of its own as systemd would, and hit by its faults.

A part's faults come in their order, each when its time has come and the part is up. Whatever a part does by
itself (end, or not come up) is noted: that would be a fault of the system, not of the plan.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from broker.clock import ANCHOR_VARIABLE, Anchor, SystemClock
from simulation.chaos import keeping, plan
from simulation.chaos.driver import Alive
from simulation.chaos.launch import Machine
from simulation.chaos.links import Link
from simulation.chaos.log import Log
from simulation.chaos.plan import Fault
from simulation.chaos.saboteur import IN_THE_HALL
from simulation.children import Child
from simulation.house import House, HouseError, Launch
from simulation.influxd import Influxd

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
            self.stage.note(f"{self.name} ended by itself with code {self.child.ended}: see {self.child.log}")
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


class NodePart(Process):
    """A node on the machine that the plan gives it."""

    def __init__(self, name: str, stage: Stage, faults: Sequence[Fault]) -> None:
        super().__init__(name, stage, faults)
        self.alive: Alive | None = None
        self._machine = Machine()
        self._anchor = stage.anchor
        self._life = 0

    @property
    def outbox(self) -> Path:
        """Its outbox."""
        return self.stage.house.state_of(self.name) / "outbox.sqlite"

    def start(self) -> None:
        """See Process."""
        node = self.stage.house.node(self.name, self._launch())
        self.child = node.child
        self._life += 1
        self.stage.log.began(self.name, self._life)
        self.alive = Alive(node, self._life)

    def die(self) -> None:
        """See Process."""
        self.alive = None
        super().die()

    def stop(self) -> None:
        """See Process."""
        self.alive = None
        super().stop()

    def while_down(self, fault: Fault) -> str:
        """See Process."""
        copy = self.stage.copies / f"{self.name}.sqlite"
        match fault.kind:
            case "clock":
                self._reboot(fault.shift_s, knows_time=True)
                return f"{fault.shift_s:+} s"
            case "no_clock":
                # A clock without a battery: it begins in 1970, and knows that it cannot know.
                self._reboot(-self.stage.anchor.civil_ns // 10**9, knows_time=False)
            case "keep_outbox":
                keeping.copy_outbox(self.outbox, copy)
            case "old_outbox":
                return self._put_outbox_back(copy)
            case _:
                pass
        return ""

    def _put_outbox_back(self, copy: Path) -> str:
        """An old card is put back; not while the one it replaces holds what nobody else has."""
        with JOURNAL:
            journal = self.stage.house.state_of(plan.HALL) / "journal.sqlite"
            if not copy.exists():
                return "not yet copied"
            try:
                waiting = keeping.undelivered(self.outbox, journal)
            except OSError as problem:
                return f"cannot be compared: {problem}"
            if waiting:
                return f"not done: it holds {waiting} that are not delivered"
            keeping.copy_outbox(copy, self.outbox)
            # What the newer card held is now in the journal alone: older copies of that may not come back.
            for kept in self.stage.copies.glob("journal*"):
                kept.unlink()
        return ""

    def _reboot(self, shift_s: int, *, knows_time: bool) -> None:
        base_ns = SystemClock().machine_ns()
        right = self.stage.anchor
        self._machine = Machine(secrets.token_hex(8), base_ns, knows_time)
        self._anchor = right._replace(
            civil_ns=right.civil_ns + shift_s * 10**9, machine_ns=right.machine_ns - base_ns
        )

    def _launch(self) -> Launch:
        machine = self._machine
        arguments = ["--still"]
        if machine.boot:
            arguments += [f"--boot={machine.boot}", f"--base-ns={machine.base_ns}"]
        if not machine.knows_time:
            arguments.append("--unknown-clock")
        mechanism = self.stage.mechanism
        if mechanism and mechanism not in IN_THE_HALL:
            arguments.append(f"--break={mechanism}")
        environment = {ANCHOR_VARIABLE: str(self._anchor)}
        return Launch("simulation.chaos.launch", (*arguments, "--"), environment)


JOURNAL = threading.Lock()
"""Held while the journal's file is copied, compared or replaced."""


class HallPart(Process):
    """Recorder and hall."""

    @property
    def _journal(self) -> Path:
        return self.stage.house.state_of(self.name) / "journal.sqlite"

    def start(self) -> None:
        """See Process."""
        mechanism = self.stage.mechanism
        if mechanism in IN_THE_HALL:
            broken = Launch("simulation.chaos.launch", (f"--break={mechanism}", "--"))
            self.child = self.stage.house.hall(broken)
        else:
            self.child = self.stage.house.hall()

    def suffer(self, fault: Fault) -> str:
        """See Part."""
        if fault.kind == "keep_journal":
            with JOURNAL:
                keeping.copy_journal(self._journal, self.stage.copies / "journal.sqlite")
            return ""
        return super().suffer(fault)

    def while_down(self, fault: Fault) -> str:
        """See Process."""
        if fault.kind != "old_journal":
            return ""
        copy = self.stage.copies / "journal.sqlite"
        with JOURNAL, FULL:
            if not copy.exists():
                return "not yet copied"
            keeping.put_journal_back(copy, self._journal)
        return ""


class DashboardPart(Process):
    """The pages."""

    def start(self) -> None:
        """See Process."""
        self.child = self.stage.house.dashboard()


class BrokerPart(Process):
    """mosquitto, which keeps nothing."""

    @property
    def pid(self) -> int | None:
        """See Process."""
        return self.stage.house.broker.pid

    def start(self) -> None:
        """See Process."""
        self.stage.house.broker.start()
        if self.pid is not None:
            self.stage.house.watch_over(self.pid)

    def die(self) -> None:
        """See Process."""
        if self.pid is not None:
            self.stage.house.watch_no_longer(self.pid)
        self.stage.house.broker.kill()


class InfluxdPart(Process):
    """influxd behind a link, since it comes back on another port.

    Args:
        name: as plans name it.
        stage: what all share.
        faults: what happens to it.
        influxd: the running one.
        again: starts one on the same folder.
        link: the way to it.
    """

    def __init__(
        self,
        name: str,
        stage: Stage,
        faults: Sequence[Fault],
        influxd: Influxd,
        again: Callable[[], Influxd],
        link: Link,
    ) -> None:
        super().__init__(name, stage, faults)
        self._influxd: Influxd | None = influxd
        self._again, self._link = again, link

    @property
    def pid(self) -> int | None:
        """See Process."""
        return self._influxd.pid if self._influxd else None

    def start(self) -> None:
        """See Process."""
        self._influxd = self._again()
        self._link.target_port = port_of(self._influxd)
        self.stage.house.watch_over(self._influxd.pid)

    def die(self) -> None:
        """See Process."""
        if self._influxd is None:
            return
        influxd, self._influxd = self._influxd, None
        os.kill(influxd.pid, signal.SIGKILL)
        self.stage.house.watch_no_longer(influxd.pid)
        influxd.stop()

    def end(self) -> None:
        """See Part: and end it."""
        super().end()
        if self._influxd is not None:
            self._influxd.stop()


def port_of(influxd: Influxd) -> int:
    """Where it listens this time."""
    return int(influxd.url.rpartition(":")[2])


class LinkPart(Part):
    """A part's link to the broker."""

    def __init__(self, name: str, stage: Stage, faults: Sequence[Fault], link: Link) -> None:
        super().__init__(name, stage, faults)
        self._link = link

    def suffer(self, fault: Fault) -> str:
        """See Part."""
        match fault.kind:
            case "cut":
                self._link.cut()
            case "deaf":
                self._link.hold(up=False)
            case _:
                self._link.hold()
        time.sleep(fault.seconds)
        if fault.kind == "deaf":
            self._link.cut()  # what was said to it is lost for good
        self._link.heal()
        return ""


FULL = threading.Lock()
"""Held while the disk is full: nobody puts a journal back on a full disk."""


class DiskPart(Part):
    """The disk that the journal is on."""

    def __init__(self, name: str, stage: Stage, faults: Sequence[Fault], disk: keeping.Disk) -> None:
        super().__init__(name, stage, faults)
        self._disk = disk

    def suffer(self, fault: Fault) -> str:
        """See Part."""
        with FULL:
            self._disk.fill()
            try:
                time.sleep(fault.seconds)
            finally:
                self._disk.empty()
        return ""
