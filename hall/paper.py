"""Questionnaires filled in on paper, as agents enter them: other people, at another moment than the buttons.

They are kept apart from the votes everywhere, counted on the day they are entered, and each carries who
entered it. The last one may be withdrawn; nothing is erased.
"""

from __future__ import annotations

from msgspec.structs import replace

from broker.contract import messages
from hall.decisions import Decision, SheetEntered, SheetWithdrawn
from hall.errors import UnknownSubjectError
from hall.layout import Layout
from hall.polls import Sheet, Tick
from hall.recorded import Recorded
from hall.state import State


def entered(state: State, layout: Layout, event: Recorded, body: messages.PaperEntered) -> list[Decision]:
    """Take a sheet in, once: one with a key already known is the same sheet. Raises UnknownSubjectError."""
    if body.key in state.sheets:
        return []
    sheet = Sheet(
        key=body.key,
        node=event.node,
        at_ns=event.at_ns,
        by=body.by,
        ticks=[_tick(layout, event, body, answer) for answer in body.answers],
    )
    return [SheetEntered(sheet=sheet, today=state.day.holds(event.at_ns))]


def withdrawn(
    state: State, _layout: Layout, event: Recorded, body: messages.PaperWithdrawn
) -> list[Decision]:
    """Withdraw a sheet of today. Raises UnknownSubjectError when none has that key."""
    sheet = state.sheets.get(body.key)
    if sheet is None:
        raise UnknownSubjectError("paper sheet of today", body.key, f"{event.node}/{body.device}")
    if sheet.withdrawn:
        return []
    return [SheetWithdrawn(sheet=replace(sheet, withdrawn=True), by=body.by)]


def _tick(layout: Layout, event: Recorded, body: messages.PaperEntered, answer: messages.PaperAnswer) -> Tick:
    question, chosen = layout.answer(
        answer.barometer, answer.question, answer.answer, f"{event.node}/{body.device}"
    )
    return Tick(barometer=answer.barometer, question=question.id, answer=chosen.id)


def sheets_today(state: State, barometer: str) -> int:
    """How many sheets entered today answer a question of that barometer."""
    return sum(
        any(tick.barometer == barometer for tick in sheet.ticks)
        for sheet in state.sheets.values()
        if not sheet.withdrawn
    )


def apply_entered(state: State, decision: SheetEntered) -> None:
    """A sheet more; what is told of an earlier day is in the store only."""
    if decision.today:
        state.sheets[decision.sheet.key] = decision.sheet


def apply_withdrawn(state: State, decision: SheetWithdrawn) -> None:
    """A sheet less; its key stays known."""
    state.sheets[decision.sheet.key] = decision.sheet
