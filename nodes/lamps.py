"""A lamp and what it can say: off, lit, blinking slowly (waiting) or fast (something is wrong)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from nodes.hardware.interface import Output
from nodes.timers import Timer


class Pattern(Enum):
    """What a lamp shows."""

    OFF = "off"
    LIT = "lit"
    SLOW = "slow"
    FAST = "fast"


_HALF_BLINK_S = {Pattern.SLOW: 0.5, Pattern.FAST: 0.1}


class Schedule(Protocol):
    """Sets a timer: ``after(seconds, action)``."""

    def __call__(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Run ``action`` in so many seconds of machine time."""
        ...


class Lamp:
    """A lamp with a resting pattern and, over it, one that lasts a while.

    Args:
        output: the pin it is wired to.
        after: how to set a timer.
        keeps: whether what it says is never to be covered by a hint, not even when it is only lit.
    """

    def __init__(self, output: Output, after: Schedule, *, keeps: bool = False) -> None:
        self._output = output
        self._after = after
        self._keeps = keeps
        self._hinting = False
        self._resting = Pattern.OFF
        self._passing: Pattern | None = None
        self._blink: Timer | None = None
        self._passed: Timer | None = None

    def rest(self, pattern: Pattern) -> None:
        """Show this whenever nothing passing is shown; a hint ends with it."""
        if pattern is self._resting:
            return
        self._resting = pattern
        if self._passing is None or self._hinting:
            self.cease()

    def show(self, pattern: Pattern, seconds: float) -> None:
        """Show this for so many seconds, then the resting pattern again."""
        if self._passed:
            self._passed.cancel()
        self._passing, self._hinting = pattern, False
        self._passed = self._after(seconds, self.cease)
        self._begin(pattern)

    def hint(self, pattern: Pattern, seconds: float) -> None:
        """Show this for so many seconds, unless the lamp is telling somebody something, and until it does."""
        answers = self._passing is not None and not self._hinting
        blinks = self._resting in _HALF_BLINK_S
        if answers or blinks or (self._keeps and self._resting is not Pattern.OFF):
            return
        self.show(pattern, seconds)
        self._hinting = True

    def end_hint(self) -> None:
        """Somebody waits for what the lamp will say: a hint may not be taken for it."""
        if self._hinting:
            self.cease()

    def cease(self) -> None:
        """End what passes now."""
        if self._passed:
            self._passed.cancel()
        self._passing = self._passed = None
        self._hinting = False
        self._begin(self._resting)

    def _begin(self, pattern: Pattern) -> None:
        if self._blink:
            self._blink.cancel()
            self._blink = None
        self._output.set(pattern is not Pattern.OFF)
        if pattern in _HALF_BLINK_S:
            self._blink = self._after(_HALF_BLINK_S[pattern], lambda: self._toggle(pattern, lit=False))

    def _toggle(self, pattern: Pattern, *, lit: bool) -> None:
        self._output.set(lit)
        self._blink = self._after(_HALF_BLINK_S[pattern], lambda: self._toggle(pattern, lit=not lit))
