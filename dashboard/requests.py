"""The agents' requests on their way to the hall: recorded first, sent at once, answered by the hall.

The console keeps no state of its own. A press becomes a request with the key that the browser made
at the press; what the agent sees as done is the hall's answer to that key, never our own word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import msgspec
from flask import abort, request

from broker.clock import SECOND, Clock
from broker.contract import messages
from broker.contract.messages import AnyRequest
from broker.delivery.outbox import Outbox

DEVICE: Final = "console"
"""The device that the dashboard's events name: it has no pins."""

OLDEST_PRESS_S: Final = 3600
"""A press that claims to be older is dated so: it is long stale for the hall anyway."""


class Requests:
    """Records requests in the dashboard's outbox.

    Args:
        outbox: the dashboard's own.
        clock: whose machine time presses are dated on.
        hasten: called after a request is recorded, so that it leaves at once.
    """

    def __init__(self, outbox: Outbox, clock: Clock, hasten: Callable[[], None] = lambda: None) -> None:
        self._outbox, self._clock, self._hasten = outbox, clock, hasten

    def record(self, body: AnyRequest, pressed_ns: int | None) -> None:
        """Record a request pressed at ``pressed_ns`` on our machine clock (None: now).

        Raises:
            OutboxFullError: it could not be written; nothing was recorded.
        """
        now = self._clock.machine_ns()
        oldest = max(0, now - OLDEST_PRESS_S * SECOND)
        self._outbox.record(body, min(now, max(oldest, pressed_ns)) if pressed_ns is not None else now)
        self._hasten()


class Press(msgspec.Struct, forbid_unknown_fields=True):
    """What a browser posts: the request's key, and when it was pressed on our machine clock.

    ``call`` is the key of the call the agent saw; ``people`` a recount's count.
    """

    key: str
    pressed_ns: int | None = None
    call: str = ""
    people: int | None = None


MOST_KEY_LENGTH: Final = 64


def read_press() -> Press:
    """The press in this request's body. Ends the request with 403 or 400 when it may not count."""
    refuse_other_sites()
    try:
        press = msgspec.json.decode(request.get_data(), type=Press)
    except msgspec.DecodeError as problem:
        abort(400, str(problem))
    if not 0 < len(press.key) <= MOST_KEY_LENGTH:
        abort(400, "a press has a key of 1 to 64 characters")
    return press


def refuse_other_sites() -> None:
    """End the request with 403 when a browser sends it for another site's page.

    The algorithm is that of Go's ``http.CrossOriginProtection``: ``Sec-Fetch-Site`` where the browser
    says it (over TLS or on localhost), else ``Origin`` against ``Host``; what has neither is no browser.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        same = site in {"same-origin", "none"}
    else:
        same = origin is None or urlsplit(origin).netloc == request.host
    if not same:
        abort(403)


def desk_request(action: str, desk: str, press: Press) -> messages.DeskRequest | None:
    """The request for an action of the console, None for an action it does not have."""
    kind = ACTIONS.get(action)
    return None if kind is None else kind(device=DEVICE, key=press.key, desk=desk, call=press.call)


ACTIONS: Final[dict[str, type[messages.DeskRequest]]] = {
    "next": messages.NextRequested,
    "recall": messages.RecallRequested,
    "start": messages.StartRequested,
    "no_show": messages.NoShowRequested,
    "done": messages.DoneRequested,
    "pause": messages.PauseRequested,
}
"""The console's actions by the last part of their address, in the order of its buttons."""
