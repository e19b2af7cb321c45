"""The hall's waits lately: what a moment felt like for those who were there, since votes have no ticket."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from broker.clock import SECOND
from hall.state import State
from hall.visit import CalledWait, Visit

RECENT_NS = 30 * 60 * SECOND
"""Waits that ended so long before a moment are its recent ones (civil)."""

FEWEST = 3
"""One or two waits are one or two people's luck: fewer say nothing about the hall."""


class WaitBand(NamedTuple):
    """Waits from ``from_s`` up to, not including, ``to_s`` seconds; None where it has no end."""

    from_s: int
    to_s: int | None

    def holds(self, wait_s: float) -> bool:
        """Whether that wait falls into it."""
        return self.from_s <= wait_s and (self.to_s is None or wait_s < self.to_s)


def bands(target_wait_min: int) -> tuple[WaitBand, ...]:
    """The bands that votes are told by: under half the site's target, up to it, and beyond."""
    half, target = target_wait_min * 30, target_wait_min * 60
    return WaitBand(0, half), WaitBand(half, target), WaitBand(target, None)


def recent_wait_s(state: State, at_ns: int) -> float | None:
    """The median of today's waits that a call ended in the half-hour up to ``at_ns``, in seconds.

    None where fewer than ``FEWEST`` ended. Waits of those who left are not among them: nobody knows how
    long they would have been.
    """
    lately = [wait.wait_s for wait in state.called_waits if at_ns - RECENT_NS < wait.at_ns <= at_ns]
    return median(lately) if len(lately) >= FEWEST else None


def note_called(state: State, visit: Visit, wait_s: float | None) -> None:
    """A call ended a wait of so many seconds; None where it is not known, or in no figure."""
    if wait_s is not None and visit.called_ns is not None:
        state.called_waits.append(CalledWait(ticket=visit.ticket, at_ns=visit.called_ns, wait_s=wait_s))


def forget_called(state: State, tickets: set[str]) -> None:
    """The calls that ended these waits were taken back."""
    state.called_waits = [wait for wait in state.called_waits if wait.ticket not in tickets]
