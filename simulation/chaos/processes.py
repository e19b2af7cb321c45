"""The processes of a site, and what can happen to each while it is down."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from broker.clock import ANCHOR_VARIABLE, SystemClock
from simulation.chaos import keeping
from simulation.chaos.driver import Alive
from simulation.chaos.keeping import DISK_IN_USE, JOURNAL_IN_USE
from simulation.chaos.launch import Machine
from simulation.chaos.links import Link
from simulation.chaos.parts import LOOK_S, Part, Process, Stage
from simulation.chaos.plan import HALL, Fault
from simulation.chaos.saboteur import IN_THE_HALL
from simulation.house import Launch
from simulation.influxd import Influxd

_FEED_S = 30.0
"""Seconds that a fault waits for a feed to hit: hall and feed are down now and then."""


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
                if not copy.exists():
                    return "not yet copied"
                return self._lose_outbox(lambda: keeping.copy_outbox(copy, self.outbox))
            case "broken_outbox":
                return self._lose_outbox(lambda: keeping.break_outbox(self.outbox))
            case _:
                pass
        return ""

    def _lose_outbox(self, lose: Callable[[], None]) -> str:
        """Put an old card back, or break this one; not while it holds what nobody else has."""
        with JOURNAL_IN_USE:
            journal = self.stage.house.state_of(HALL) / "journal.sqlite"
            try:
                waiting = keeping.undelivered(self.outbox, journal)
            except OSError as problem:
                return f"cannot be compared: {problem}"
            if waiting:
                return f"not done: it holds {waiting} that are not delivered"
            lose()
            # What this card held is now in the journal alone: older copies of that may not come back.
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
            with JOURNAL_IN_USE:
                keeping.copy_journal(self._journal, self.stage.copies / "journal.sqlite")
            return ""
        return super().suffer(fault)

    def while_down(self, fault: Fault) -> str:
        """See Process."""
        if fault.kind != "old_journal":
            return ""
        copy = self.stage.copies / "journal.sqlite"
        with JOURNAL_IN_USE, DISK_IN_USE:
            if not copy.exists():
                return "not yet copied"
            keeping.put_journal_back(copy, self._journal)
        return ""


class FeedPart(Part):
    """The hall's feed, a process that the hall itself starts again."""

    def __init__(self, name: str, stage: Stage, faults: Sequence[Fault], hall: HallPart) -> None:
        super().__init__(name, stage, faults)
        self._hall = hall

    def suffer(self, fault: Fault) -> str:  # noqa: ARG002 - it is started again by its hall, in its own time
        """See Part."""
        deadline_s = time.monotonic() + _FEED_S
        while time.monotonic() < deadline_s:
            hall = self._hall.pid
            feed = None if hall is None else child_of(hall)
            if feed is not None:
                with contextlib.suppress(ProcessLookupError):  # its hall was killed in this instant
                    os.kill(feed, signal.SIGKILL)
                    return ""
            time.sleep(LOOK_S)
        return f"not done: there was none for {_FEED_S:.0f} s"


def child_of(parent: int) -> int | None:
    """The one child of a process, None while it has none."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name in brackets: state and parent.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                return int(stat.parent.name)
    return None


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
