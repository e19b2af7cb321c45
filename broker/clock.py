"""Civil time and machine time, passed in wherever time matters: the core reads no clock.

**Civil time** is for dates, waits and opening hours; the simulation scales it for all processes at
once. **Machine time** is for debounce, gestures, resends and validity: the kernel's boot clock,
never scaled, never jumping.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

SECOND = 1_000_000_000
"""Nanoseconds in a second."""


class Clock(Protocol):
    """What a process asks the time of."""

    speed: int
    """Civil seconds a machine second: 1 on a real site."""

    def civil_ns(self) -> int:
        """Nanoseconds since the Unix epoch, UTC."""
        ...

    def machine_ns(self) -> int:
        """Nanoseconds since this kernel started, suspended time included."""
        ...

    def civil_is_known(self) -> bool:
        """Whether the civil time can be trusted to date events (a synchronised clock)."""
        ...


class Anchor(NamedTuple):
    """A scaled civil time that all processes of a simulated site share.

    Civil time was ``civil_ns`` when the machine's boot clock was ``machine_ns``, and runs ``speed``
    times as fast.
    """

    civil_ns: int
    machine_ns: int
    speed: int

    @classmethod
    def parse(cls, text: str) -> Anchor:
        """Read ``civil_ns,machine_ns,speed``. Raises ValueError for anything else."""
        civil, machine, speed = (int(part) for part in text.split(","))
        return cls(civil, machine, speed)

    def __str__(self) -> str:
        return f"{self.civil_ns},{self.machine_ns},{self.speed}"


ANCHOR_VARIABLE = "PREACCUEIL_CLOCK"
"""The environment variable that carries an anchor to every process of a simulated site."""

_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


class SystemClock:
    """The machine's own clocks, or a simulated site's scaled civil time over the real machine clock."""

    def __init__(self, anchor: Anchor | None = None) -> None:
        self._anchor = anchor
        self.speed = anchor.speed if anchor else 1

    @classmethod
    def from_environment(cls) -> SystemClock:
        """The clock of this process. Raises ValueError when the variable is set and malformed."""
        text = os.environ.get(ANCHOR_VARIABLE)
        return cls(Anchor.parse(text) if text else None)

    def civil_ns(self) -> int:
        """See Clock."""
        if self._anchor is None:
            return time.time_ns()
        return self._anchor.civil_ns + (self.machine_ns() - self._anchor.machine_ns) * self.speed

    def machine_ns(self) -> int:
        """See Clock."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def civil_is_known(self) -> bool:
        """See Clock: ``timedatectl``'s word can be from the last boot, this file is from this one."""
        return self._anchor is not None or _SYNCHRONISED.exists()


class ManualClock:
    """A clock that its owner sets: for the history made on simulated time, and for tests."""

    def __init__(self, civil_ns: int = 0, machine_ns: int = 0, speed: int = 1, *, known: bool = True) -> None:
        self.now_civil_ns = civil_ns
        self.now_machine_ns = machine_ns
        self.speed = speed
        self.known = known

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` of machine time pass, and civil time at this clock's speed."""
        step = round(seconds * SECOND)
        self.now_machine_ns += step
        self.now_civil_ns += step * self.speed

    def civil_ns(self) -> int:
        """See Clock."""
        return self.now_civil_ns

    def machine_ns(self) -> int:
        """See Clock."""
        return self.now_machine_ns

    def civil_is_known(self) -> bool:
        """See Clock."""
        return self.known


class LocalDay(NamedTuple):
    """A day on the site's wall clock, as 2026-06-16, and its span (civil, the end not included)."""

    name: str
    start_ns: int
    end_ns: int


def local_day(civil_ns: int, zone: ZoneInfo) -> LocalDay:
    """The local day of a moment; it has 23 or 25 hours when clocks change."""
    midnight = datetime.fromtimestamp(civil_ns // SECOND, zone).replace(
        hour=0, minute=0, second=0, microsecond=0, fold=0
    )
    # Wall-clock arithmetic: the next local midnight, however long the day is.
    return LocalDay(
        midnight.date().isoformat(),
        round(midnight.timestamp()) * SECOND,
        round((midnight + timedelta(days=1)).timestamp()) * SECOND,
    )


def boot_id() -> str:
    """The kernel's id of this boot: machine times are comparable only within one."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
