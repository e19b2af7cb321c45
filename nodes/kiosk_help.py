"""A visitor's call for a person at a kiosk: asked, passed on, and somebody comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from broker.contract import messages, views
from nodes.lamps import Lamp, Pattern
from nodes.requests import Requests, new_key
from nodes.slot import Slot

UNHEARD_S = 10.0

Word = Literal["help_asked", "help_comes", "help_unheard"]

_PATTERNS: Final[dict[views.HelpState, Pattern]] = {
    "none": Pattern.OFF,
    "requested": Pattern.SLOW,
    "acknowledged": Pattern.LIT,
}
_WORDS: Final[dict[views.HelpState, Word]] = {"requested": "help_asked", "acknowledged": "help_comes"}


class HelpCall:
    """The call of one kiosk. What it says is the hall's answer, never the outbox's.

    The lamp: slow while an agent knows, lit when one comes, fast for ten seconds when nobody could be told.

    Args:
        slot: the kiosk's place.
        lamp: its lamp; None without one.
        say: tells the visitor.
    """

    def __init__(self, slot: Slot, lamp: Lamp | None, say: Callable[[Word], None]) -> None:
        self._slot, self._lamp, self._say = slot, lamp, say
        self._requests = Requests(slot, self._unheard)
        self._state: views.HelpState = "none"

    def press(self, at_ns: int) -> None:
        """Ask for a person; once more while nothing came back changes nothing."""
        if not self._requests:
            if self._lamp:
                self._lamp.end_hint()
            request = messages.HelpRequested(device=self._slot.id, key=new_key(), room=self._slot.node.id)
            self._requests.send(request, at_ns)

    def answer(self, answer: messages.Answer) -> None:
        """The hall answered a request of this node, maybe this one."""
        if not self._requests.answered(answer):
            return
        if not answer.accepted:
            self._unheard()
            return
        # Pressed again while somebody comes: the visitor is told so again.
        self._show("requested" if self._state == "none" else self._state)

    def heard(self, state: views.HelpState) -> None:
        """How far the call has come, by the hall."""
        if state != self._state:
            self._show(state)

    def _show(self, state: views.HelpState) -> None:
        self._state = state
        if self._lamp:
            self._lamp.rest(_PATTERNS[state])
        if state in _WORDS:
            self._say(_WORDS[state])

    def _unheard(self) -> None:
        if self._lamp:
            self._lamp.show(Pattern.FAST, UNHEARD_S)
        self._say("help_unheard")
