"""The agents' requests on their way to the hall: recorded first, sent at once, answered by the hall.

The console keeps no state of its own. A press becomes a request with the key that the browser made
at the press; what the agent sees as done is the hall's answer to that key, never our own word.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec
from flask import abort, request
from msgspec import UNSET, UnsetType

from broker.clock import SECOND, Clock
from broker.contract import messages
from broker.contract.messages import AnyRequest
from broker.delivery.outbox import Outbox, OutboxCorruptError, OutboxFullError

log = logging.getLogger(__name__)

DEVICE: Final = "console"
"""The device that the dashboard's events name: it has no pins."""

OLDEST_PRESS_S: Final = 3600
"""A press that claims to be older is dated so: it is long stale for the hall anyway."""


Said: TypeAlias = (
    AnyRequest | messages.VisitorLeft | messages.PaperEntered | messages.PaperWithdrawn | messages.ChangesTold
)
"""What the pages tell the hall: requests, and the facts that people enter here."""


class Requests:
    """Records requests in the dashboard's outbox.

    Args:
        outbox: the dashboard's own.
        clock: whose machine time presses are dated on.
        hasten: called after a request is recorded, so that it leaves at once.
    """

    def __init__(self, outbox: Outbox, clock: Clock, hasten: Callable[[], None] = lambda: None) -> None:
        self._outbox, self._clock, self._hasten = outbox, clock, hasten

    def record(self, body: Said, pressed_ns: int | None) -> None:
        """Record what was pressed at ``pressed_ns`` on our machine clock (None: now).

        Raises:
            OutboxFullError: it could not be written; nothing was recorded.
        """
        now = self._clock.machine_ns()
        oldest = max(0, now - OLDEST_PRESS_S * SECOND)
        try:
            self._outbox.record(body, min(now, max(oldest, pressed_ns)) if pressed_ns is not None else now)
        except OutboxCorruptError as problem:
            # It was set aside: systemd starts this process again, with a new one.
            log.critical("%s", problem)
            os.kill(os.getpid(), signal.SIGTERM)
            raise OutboxFullError(str(problem)) from problem
        self._hasten()


class Press(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a browser posts: the request's key, when it was pressed on our machine clock, and its values.

    ``call`` is the key of the call the agent saw. The others are those of the request's own type in
    the contract, which says for each what it means; a request is refused with a value that it has not.
    """

    key: str
    pressed_ns: int | None = None
    call: messages.Word = ""
    people: int | UnsetType = UNSET
    value: float | UnsetType = UNSET
    ticket: messages.Word | UnsetType = UNSET
    service: messages.Word | UnsetType = UNSET
    number: messages.Word | UnsetType = UNSET
    outcome: messages.Word | UnsetType = UNSET
    note: messages.Note | UnsetType = UNSET
    to_desk: messages.Word | UnsetType = UNSET
    services: list[messages.Word] | UnsetType = UNSET
    undoes: messages.Word | UnsetType = UNSET
    priority: bool | UnsetType = UNSET
    step_free: bool | UnsetType = UNSET


MOST_KEY_LENGTH: Final = 64


def read_press() -> Press:
    """The press in this request's body. Ends the request with 400 when it may not count."""
    try:
        press = messages.decode(request.get_data(), Press)
    except msgspec.DecodeError as problem:
        abort(400, str(problem))
    if not 0 < len(press.key) <= MOST_KEY_LENGTH:
        abort(400, "a press has a key of 1 to 64 characters")
    return press


def desk_request(action: str, desk: str, press: Press, by: str) -> messages.DeskRequest | None:
    """The request for an action of the console, None for an action it does not have.

    Ends the HTTP request with 400 when the press lacks a value, or has one too many.
    """
    kind = ACTIONS.get(action)
    if kind is None:
        return None
    values = msgspec.to_builtins(press)
    values.pop("pressed_ns", None)
    values |= {"type": kind.__struct_config__.tag, "device": DEVICE, "desk": desk, "by": by}
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as problem:
        abort(400, str(problem))


ACTIONS: Final[dict[str, type[messages.DeskRequest]]] = {
    "next": messages.NextRequested,
    "recall": messages.RecallRequested,
    "start": messages.StartRequested,
    "no_show": messages.NoShowRequested,
    "done": messages.DoneRequested,
    "park": messages.ParkRequested,
    "transfer": messages.TransferRequested,
    "pause": messages.PauseRequested,
    "open": messages.OpenRequested,
    "close": messages.CloseRequested,
    "services": messages.ServicesRequested,
    "undo": messages.UndoRequested,
    "reinstate": messages.ReinstateRequested,
    "remove": messages.RemoveRequested,
    "change": messages.ChangeRequested,
    "add": messages.AddRequested,
}
"""The console's actions by the last part of their address: every request that the contract has for a desk."""
