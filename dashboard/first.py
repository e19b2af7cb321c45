"""What a page already says when it arrives: the views that its stream would tell first.

They travel twice within the page: as its text, so that values are painted with everything else, and as data,
so that its script goes on from them without waiting for the stream, which then tells what changed since.
"""

from __future__ import annotations

from typing import Final

import msgspec
from jinja2 import Undefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from dashboard import session
from dashboard.page import dashboard, texts
from dashboard.sse import Beat, Message, Shown
from dashboard.stream import id_prefix, role_for, wanted_by

LASTS_S: Final = 8
"""So long what was painted may stand before a script answers for its age (``base.css`` ends it, too)."""


class FirstWord(msgspec.Struct, frozen=True):
    """All that is held for a screen, and the id from which its stream goes on."""

    id: str
    beat: Beat
    views: list[Message]


def first_word(screen: str | None) -> Markup:
    """The screen's first word as JSON that can stand in a page; ``null`` for who may not follow it."""
    return htmlsafe_json_dumps(_first_word(screen), dumps=lambda word: msgspec.json.encode(word).decode())


def _first_word(screen: str | None) -> FirstWord | None:
    if screen is None:
        return None
    agent, role = session.may("agent"), role_for(screen)
    wanted = wanted_by(screen, signed_in=agent)
    if wanted is None or (role is not None and not session.may(role)):
        return None
    live = dashboard().live
    version = live.feed.version  # first: what changes meanwhile is told again, and nothing is left out
    views = live.held(wanted)
    return FirstWord(f"{id_prefix(live, 'agent' if agent else 'public')}{version}", live.beat(), views)


def known(topic: str) -> Shown | None:
    """The view of a topic where it is known, and will be for as long as it may stand unattended."""
    return dashboard().live.view(topic, still_s=LASTS_S)


def told(value: object) -> object:
    """A value as it is painted: what is not known is a dash, as the scripts write it."""
    return texts()("live.none") if value is None or isinstance(value, Undefined) else value


def minutes(seconds: float | Undefined | None) -> int | None:
    """Seconds as whole minutes, halves upwards; a started minute counts, nobody is promised zero."""
    return None if seconds is None or isinstance(seconds, Undefined) else max(1, int(seconds / 60 + 0.5))
