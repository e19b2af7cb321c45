"""Server-sent events: each screen follows only the topics it shows.

A screen on a wall is never sent what only agents may read, whatever its script asks for: alerts, consoles
and answers go only where somebody is signed in who may, and end with the session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from flask import Blueprint, Response, abort, request, stream_with_context

from broker.clock import SECOND, Clock
from broker.contract.topics import DASHBOARD
from dashboard import session
from dashboard.accounts import Role
from dashboard.diagnosis import diagnosed
from dashboard.feed import Wanted
from dashboard.live import Live
from dashboard.page import dashboard
from dashboard.sse import BEAT, Snapshot, event

BEAT_S: Final = 2.0
"""Machine seconds between two signs of life on a stream."""

_MOST_DIGITS: Final = 16

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
    "reglages": ("view/space/", "private/settings/", f"answer/{DASHBOARD}"),
    "technique": (
        "status/",
        "health/",
        "log/",
        "view/ledger/",
        "private/quarantine/",
        "private/city/",
        "view/space/",
    ),
    "page": ("view/space/",),
}
"""The beginnings of the topics that each screen follows."""

CONSOLE: Final = ("view/space/", "view/service/", "view/desk/", "private/alerts/", f"answer/{DASHBOARD}")
"""Beside its own desk, what a console follows."""

FOR_AGENTS: Final = (
    "private/desk/",
    "private/supervision/",
    "private/settings/",
    "private/alerts/",
    "answer/",
)
"""What is sent only to who signed in."""


@lru_cache(maxsize=256)
def wanted_by(screen: str, *, signed_in: bool = True) -> Wanted | None:
    """What a screen follows; ``guichet-<desk>`` is that desk's console. None for an unknown screen.

    Kept, so that all pages of a screen share one, and with it their messages.
    """
    beginnings = SCREENS.get(screen)
    own = f"private/desk/{screen.removeprefix('guichet-')}"
    if beginnings is None:
        if not screen.startswith("guichet-"):
            return None
        beginnings = (*CONSOLE, own)

    def wanted(topic: str) -> bool:
        if topic == BEAT:
            return True
        if not topic.startswith(beginnings) or (topic.startswith(FOR_AGENTS) and not signed_in):
            return False
        return not topic.startswith("private/desk/") or topic == own

    return wanted


def role_for(screen: str) -> Role | None:
    """Who may follow a screen; None for everybody."""
    if screen in {"pilotage", "reglages"}:
        return "supervisor"
    if screen == "technique":
        return "technician"
    return "agent" if screen.startswith("guichet") else None


@blueprint.get("/direct/<screen>")
def follow(screen: str) -> Response:
    """A screen's stream; it ends when the page goes, the process does, or the session no longer holds."""
    agent = session.may("agent")
    role = role_for(screen)
    if role is not None and not session.may(role):
        abort(401)
    wanted = wanted_by(screen, signed_in=agent)
    if wanted is None or not _exists(screen):
        abort(404)
    needed = role or ("agent" if agent else None)
    messages = events(
        dashboard().live,
        dashboard().clock,
        wanted,
        lambda: needed is None or session.may(needed),
        told_to="agent" if agent else "public",
        # A browser that comes back says what it was told last; before, the page's own word counts.
        last=request.headers.get("Last-Event-ID") or request.args.get("depuis", ""),
    )
    if screen == "technique":
        messages = _with_faults(messages)
    response = Response(stream_with_context(messages), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy before us must not hold messages back
    return response


def _with_faults(messages: Iterator[bytes]) -> Iterator[bytes]:
    """The stream, and after each of its messages what is wrong by then, where that changed."""
    here, told = dashboard(), None
    for message in messages:
        yield message
        now = diagnosed(here.live, here.site, speaks=here.speech.is_there)
        if now != told:
            told = now
            yield event("faults", now)


def _exists(screen: str) -> bool:
    """Whether the desk of a console is one of this site."""
    desk = screen.removeprefix("guichet-")
    return screen in SCREENS or desk in {known.id for known in dashboard().site.desks}


def events(
    live: Live,
    clock: Clock,
    wanted: Wanted,
    holds: Callable[[], bool] = lambda: True,
    *,
    told_to: str = "public",
    last: str = "",
) -> Iterator[bytes]:
    """All that is held now, then changes, and a beat every two machine seconds however busy the site is.

    It ends at the first beat at which the reader's right no longer ``holds``.

    Args:
        live: what is followed.
        clock: whose machine time beats are counted on.
        wanted: what the reader follows.
        holds: asked at each beat.
        told_to: as whom the reader follows. An id counts for who follows as the same one only.
        last: the id that the reader was told last (``Last-Event-ID``, or in the page itself): it is told
            what changed since, where this server is still the same; all that is held otherwise.
    """
    prefix = id_prefix(live, told_to)
    since = _version(last, prefix)
    yield b"retry: 1000\n\n"
    with live.listen(wanted, since) as follower:
        told_all = follower.version > 0
        next_beat = clock.machine_ns()
        while True:
            remaining = (next_beat - clock.machine_ns()) / SECOND
            changes = follower.take(max(0.0, remaining))
            if changes is None:
                return
            if clock.machine_ns() >= next_beat:
                if not holds():
                    return
                next_beat = clock.machine_ns() + round(BEAT_S * SECOND)
                changes = event(BEAT, live.beat()) + changes
            if not changes:
                continue
            if not told_all:
                told_all = True
                changes += event("snapshot", Snapshot(live.topics(wanted)))
            yield b"%bid: %b%d\n\n" % (changes, prefix.encode(), follower.version)


def id_prefix(live: Live, told_to: str) -> str:
    """What the ids begin with that this server gives to who follows as ``told_to``; a version follows."""
    return f"{live.feed.epoch}-{told_to}-"


def _version(last: str, prefix: str) -> int:
    """The version in an id of ours, 0 in any other."""
    version = last.removeprefix(prefix)
    known = last.startswith(prefix) and version.isascii() and version.isdigit()
    return int(version) if known and len(version) < _MOST_DIGITS else 0
