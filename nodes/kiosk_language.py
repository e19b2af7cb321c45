"""The language that a kiosk's visitor has chosen."""

from __future__ import annotations

from collections.abc import Callable

from broker.clock import SECOND
from nodes.slot import Slot
from nodes.timers import Timer
from nodes.words import FIRST

LANGUAGE_S = 60.0
"""After so long without a press the next visitor finds the first language again."""
HOLD_S = 2.0


class ChosenLanguage:
    """One button turns through the languages; held, it means something else.

    Args:
        slot: the kiosk's place.
        languages: those offered, the first one first.
        turned: called when a press chose the next one.
        held: called when the button was held for two seconds.
    """

    def __init__(
        self, slot: Slot, languages: list[str], turned: Callable[[], None], held: Callable[[], None]
    ) -> None:
        self.now = FIRST
        self._slot, self._languages, self._turned, self._held = slot, languages, turned, held
        self._ends: Timer | None = None
        self._holding: Timer | None = None

    def changed(self, pressed: bool, at_ns: int) -> None:
        """The button was pressed or let go: a short press counts when let go."""
        if pressed:
            self._holding = self._slot.at(at_ns + round(HOLD_S * SECOND), self._hold)
        elif self._holding:
            self._holding.cancel()
            self._holding = None
            self.now = self._languages[(self._languages.index(self.now) + 1) % len(self._languages)]
            self.keep()
            self._turned()

    def keep(self) -> None:
        """Somebody is there: keep the language for a minute more."""
        if self._ends:
            self._ends.cancel()
        self._ends = self._slot.after(LANGUAGE_S, self._end)

    def _hold(self) -> None:
        self._holding = None
        self._held()

    def _end(self) -> None:
        self.now, self._ends = FIRST, None
