"""Server-sent events: each screen follows only the topics it shows.

A screen on a wall is never sent what only agents may read, whatever its script asks for.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Final

from flask import Blueprint, Response, abort, stream_with_context

from broker.clock import SECOND, Clock
from broker.contract.topics import DASHBOARD
from dashboard.live import Live, Wanted, event
from dashboard.page import dashboard

BEAT_S: Final = 2.0
"""Machine seconds between two signs of life on a stream."""

blueprint = Blueprint("stream", __name__)

PUBLIC: Final = ("view/space/", "view/service/", "view/calls/", "view/barometer/")
SCREENS: Final[dict[str, tuple[str, ...]]] = {
    "espace": (
        *PUBLIC,
        "view/desk/",
        "view/room/",
        "view/seats/",
        "view/ledger/",
        "private/alerts/",
        "status/",
        "health/",
        f"answer/{DASHBOARD}",
    ),
    "appels": ("view/space/", "view/service/", "view/calls/"),
    "barometre": ("view/space/", "view/barometer/"),
    "guichets": ("view/space/", "view/desk/", "view/service/"),
    "technique": ("status/", "health/", "view/ledger/", "private/quarantine/", "view/space/"),
    "page": ("view/space/",),
}
"""The beginnings of the topics that each screen follows."""


def wanted_by(screen: str) -> Wanted | None:
    """What a screen follows; ``guichet-<desk>`` is that desk's console. None for an unknown screen."""
    if screen in SCREENS:
        beginnings = SCREENS[screen]
    elif screen.startswith("guichet-"):
        desk = screen.removeprefix("guichet-")
        beginnings = (
            "view/space/",
            "view/service/",
            f"private/desk/{desk}",
            "private/alerts/",
            f"answer/{DASHBOARD}",
        )
        return lambda topic: (
            topic.startswith(beginnings)
            and (not topic.startswith("private/desk/") or topic == f"private/desk/{desk}")
        )
    else:
        return None
    return lambda topic: topic.startswith(beginnings)


@blueprint.get("/direct/<screen>")
def follow(screen: str) -> Response:
    """A screen's stream; it ends when the page goes or the process does."""
    wanted = wanted_by(screen)
    if wanted is None:
        abort(404)
    messages = events(dashboard().live, dashboard().clock, wanted)
    response = Response(stream_with_context(messages), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy before us must not hold messages back
    return response


def events(live: Live, clock: Clock, wanted: Wanted) -> Iterator[bytes]:
    """A snapshot, then changes, and a beat every two machine seconds however busy the site is."""
    yield b"retry: 1000\n\n"
    with live.listen(wanted) as listener:
        next_beat = clock.machine_ns() + round(BEAT_S * SECOND)
        while True:
            remaining = (next_beat - clock.machine_ns()) / SECOND
            try:
                message = listener.get(max(0.0, remaining)) if remaining > 0 else event("beat", live.beat())
            except queue.Empty:
                message = event("beat", live.beat())
            if message is None:
                return
            if clock.machine_ns() >= next_beat:
                next_beat = clock.machine_ns() + round(BEAT_S * SECOND)
            yield message
