"""When a contact has really changed.

gpiozero's own debouncing differs from one pin factory to the next and does nothing at all on its
mock pins; this one is ours, on the machine clock, and the same everywhere.
"""

from __future__ import annotations


class Debounce:
    """A contact's settled state: a change counts once it has held for ``settle_ns``.

    So neither the bounces of a button nor a spike on a long cable become a press, and a press is
    known ``settle_ns`` after the contact came to rest.

    Args:
        settle_ns: how long a level must hold, in nanoseconds.
        active: the contact's level at the beginning.
    """

    def __init__(self, settle_ns: int, *, active: bool = False) -> None:
        self.active = active
        self._settle_ns = settle_ns
        self._level = active
        self._since_ns = 0

    def edge(self, active: bool, at_ns: int) -> int | None:
        """Note a level seen at ``at_ns``; returns when to call ``settled``, None when nothing is open."""
        if active != self._level:
            self._level, self._since_ns = active, at_ns
        return self._since_ns + self._settle_ns if self._level != self.active else None

    def settled(self, now_ns: int) -> int | None:
        """The moment since which a new state holds, once, when it has settled by ``now_ns``; else None."""
        if self._level == self.active or now_ns - self._since_ns < self._settle_ns:
            return None
        self.active = self._level
        return self._since_ns
