"""Timers on machine time, driven by whoever knows the time: nothing here waits."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count


class Timer:
    """One action, due once. ``cancel`` may be called at any time, also after it ran."""

    __slots__ = ("action", "due_ns")

    def __init__(self, due_ns: int, action: Callable[[], None]) -> None:
        self.due_ns = due_ns
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Never run it."""
        self.action = None


class Timers:
    """Timers in the order they are due; those due together run in the order they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = count()

    def at(self, due_ns: int, action: Callable[[], None]) -> Timer:
        """Set a timer for a moment of machine time."""
        timer = Timer(due_ns, action)
        heapq.heappush(self._heap, (due_ns, next(self._order), timer))
        return timer

    def next_ns(self) -> int | None:
        """When the next timer is due; None without one."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now_ns: int) -> Callable[[], None] | None:
        """The action of the earliest timer due at ``now_ns``, removed; None when none is due."""
        due_ns = self.next_ns()
        if due_ns is None or due_ns > now_ns:
            return None
        timer = heapq.heappop(self._heap)[2]
        action, timer.action = timer.action, None
        return action
