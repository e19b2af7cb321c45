"""One press at a desk, with all that it acts on, and the ways to answer it."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from broker.contract import messages
from hall.decisions import Decision, DeskChanged, Reason
from hall.layout import Layout
from hall.recorded import Recorded
from hall.requests import answer
from hall.state import State
from hall.visit import Desk, Visit


class Press(NamedTuple):
    """One request at one desk; ``visit`` is the one called or served there."""

    state: State
    layout: Layout
    event: Recorded
    body: messages.DeskRequest
    desk: Desk
    visit: Visit | None

    @property
    def at_ns(self) -> int:
        """When it was pressed (civil)."""
        return self.event.at_ns

    def accept(self, *decisions: Decision, visit: Visit | None = None, reason: Reason = "") -> list[Decision]:
        """The decisions, and the answer that says yes. A discreet number is told on the console only."""
        number = "" if visit is None or self.layout.keeps_quiet(visit) else visit.number
        return [*decisions, self._answer(accepted=True, reason=reason, number=number)]

    def refuse(self, reason: Reason) -> list[Decision]:
        """The answer that says no, and why."""
        return [self._answer(accepted=False, reason=reason)]

    def _answer(self, *, accepted: bool, reason: Reason, number: str = "") -> Decision:
        return answer(
            self.event, self.body, accepted=accepted, reason=reason, desk=self.body.desk, number=number
        )

    def turn(self, **changes: object) -> DeskChanged:
        """The desk with other fields, since now, by whoever pressed."""
        by = self.body.by or self.desk.by
        now = replace(self.desk, **{"since_ns": self.at_ns, "by": by, **changes})
        return DeskChanged(desk=self.body.desk, now=now)
