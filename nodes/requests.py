"""Requests of a device that wait for the hall's answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from broker.contract import messages
from nodes.slot import Slot
from nodes.timers import Timer

PATIENCE_S = 3.0
"""Without an answer by then, whoever pressed is told that the request was not passed on."""


def new_key() -> str:
    """A request's key: unguessable, made at the press."""
    return secrets.token_hex(8)


class Requests:
    """A device's requests on their way, each with what to do when answered and when not.

    Args:
        slot: the device's place.
        unanswered: called when a request had no answer in time.
    """

    def __init__(self, slot: Slot, unanswered: Callable[[], None]) -> None:
        self._slot = slot
        self._unanswered = unanswered
        self._waiting: dict[str, Timer] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def send(self, request: messages.Request, at_ns: int) -> None:
        """Record a request and wait for its answer. Raises OutboxFullError."""
        self._slot.record(request, at_ns)
        self._waiting[request.key] = self._slot.after(PATIENCE_S, lambda: self._give_up(request.key))

    def answered(self, answer: messages.Answer) -> bool:
        """Whether the answer is to one of these; it then waits no longer."""
        timer = self._waiting.pop(answer.key, None)
        if timer is None:
            return False
        timer.cancel()
        return True

    def _give_up(self, key: str) -> None:
        self._waiting.pop(key, None)
        self._unanswered()
