"""How a step is tried: a device that is mounted for that step only, on the slot that every device stands on.

So a press passes through the same pins and the same debouncing here as in the node's service.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from broker.contract.compiled import Text
from nodes.selftest.steps import Press, Step
from nodes.slot import Device, Slot

Outcome = Literal["passed", "failed", "skipped"]

SAID_NO = Text(fr="le technicien a dit non", en="the technician said no")
NOBODY_ANSWERED = Text(fr="personne n'a répondu", en="nobody answered")


class Verdict(NamedTuple):
    """How a step ended; ``detail`` is what was measured, or why it failed."""

    outcome: Outcome
    detail: Text


Ended: TypeAlias = Callable[[Verdict], None]
"""Called with the verdict once there is one, on the node's thread."""


class Trial(Device):
    """One step being tried.

    Args:
        slot: where it is mounted.
        step: what is tried.
        ended: told the verdict, when the trial comes to one by itself.
    """

    asks = False
    """Whether it waits for the technician's yes."""

    def __init__(self, slot: Slot, step: Step, ended: Ended) -> None:
        super().__init__(slot)
        self.step, self._ended = step, ended

    def expired(self) -> Text:
        """What was missing when the time was over."""
        return NOBODY_ANSWERED

    def refused(self) -> Text:
        """What a technician's no means."""
        return SAID_NO

    def answer_yes(self) -> None:
        """The technician saw or heard it; counts only where that was asked."""
        if self.asks:
            self.passed(Text(fr="le technicien a dit oui", en="the technician said yes"))

    def passed(self, detail: Text) -> None:
        """It works, with what was measured."""
        self._ended(Verdict("passed", detail))

    def failed(self, why: Text) -> None:
        """It does not."""
        self._ended(Verdict("failed", why))


class Wrong(NamedTuple):
    """Another contact of the node, which may answer instead when wires are swapped."""

    part: Text
    press: Press


def others(step: Step, steps: list[Step]) -> list[Wrong]:
    """The contacts of a plan, but the step's own."""
    return [Wrong(other.part, other.act) for other in steps if isinstance(other.act, Press) and other != step]
