"""Server-sent events: each screen follows only the topics it shows.

A screen on a wall is never sent what only agents may read, whatever its script asks for: alerts, consoles
and answers go only where somebody is signed in, and end with the session.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from typing import Final

from flask import Blueprint, Response, abort, stream_with_context

from broker.clock import SECOND, Clock
from broker.contract.topics import DASHBOARD
from dashboard import session
from dashboard.accounts import Role
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
    "guichets": ("view/space/", "view/desk/", "view/service/", "private/alerts/", f"answer/{DASHBOARD}"),
    "pilotage": (
        "view/space/",
        "view/desk/",
        "view/service/",
        "private/supervision/",
        "private/alerts/",
        f"answer/{DASHBOARD}",
    ),
    "technique": ("status/", "health/", "view/ledger/", "private/quarantine/", "view/space/"),
    "page": ("view/space/",),
}
"""The beginnings of the topics that each screen follows."""

FOR_AGENTS: Final = ("private/desk/", "private/supervision/", "private/alerts/", "answer/")
"""What is sent only to who signed in."""


def wanted_by(screen: str) -> Wanted | None:
    """What a screen follows; ``guichet-<desk>`` is that desk's console. None for an unknown screen."""
    if screen in SCREENS:
        beginnings = SCREENS[screen]
    elif screen.startswith("guichet-"):
        desk = screen.removeprefix("guichet-")
        beginnings = (
            "view/space/",
            "view/service/",
            "view/desk/",
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


def role_for(screen: str) -> Role | None:
    """Who may follow a screen; None for everybody."""
    if screen == "pilotage":
        return "supervisor"
    return "agent" if screen.startswith("guichet") else None


@blueprint.get("/direct/<screen>")
def follow(screen: str) -> Response:
    """A screen's stream; it ends when the page goes, the process does, or the session no longer holds."""
    wanted = wanted_by(screen)
    if wanted is None:
        abort(404)
    role = role_for(screen)
    if role is not None and not session.may(role):
        abort(401)
    agent = session.may("agent")
    told = wanted if agent else lambda topic: wanted(topic) and not topic.startswith(FOR_AGENTS)
    holds = (lambda: session.may(role or "agent")) if agent else (lambda: True)
    messages = events(dashboard().live, dashboard().clock, told, holds)
    response = Response(stream_with_context(messages), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy before us must not hold messages back
    return response


def events(
    live: Live, clock: Clock, wanted: Wanted, holds: Callable[[], bool] = lambda: True
) -> Iterator[bytes]:
    """A snapshot, then changes, and a beat every two machine seconds however busy the site is.

    It ends at the first beat at which the reader's right no longer ``holds``.
    """
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
                if not holds():
                    return
                next_beat = clock.machine_ns() + round(BEAT_S * SECOND)
            yield message
