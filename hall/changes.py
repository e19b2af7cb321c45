"""What was changed because of what visitors said, as it is entered for each month's poster.

Nothing is kept here: a text is an event with its month and who entered it. Told anew it replaces the one
before (``hall.bilan.changes`` reads the newest), told empty it takes it away. The journal keeps them all.
"""

from __future__ import annotations

from broker.contract import messages
from hall.decisions import ChangesNoted, Decision
from hall.layout import Layout
from hall.recorded import Recorded
from hall.state import State


def told(_state: State, _layout: Layout, _event: Recorded, body: messages.ChangesTold) -> list[Decision]:
    """Note the text of a month."""
    return [ChangesNoted(month=body.month, changes=body.changes, by=body.by)]


def apply_noted(_state: State, _decision: ChangesNoted) -> None:
    """The text goes to the store only: nobody is called otherwise because of it."""
