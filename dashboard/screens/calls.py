"""The call screen of the waiting area: who is called where, the way there, and the call said aloud."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, make_response
from flask.wrappers import Response

from broker.contract.views import Call, CallsView
from dashboard.page import dashboard, page, texts
from dashboard.speech import SpeechError, sentence
from dashboard.texts import Language, language_of

blueprint = Blueprint("calls", __name__)

KEPT_BY_BROWSER_S: Final = 600
"""A key names one ring of one call: what was said for it never changes."""


@blueprint.get("/appels")
def show() -> Response:
    """The screen; a discreet call never reaches it."""
    services = [service for service in dashboard().site.services if service.ticket]
    return page(
        "calls.html",
        "calls",
        stream="appels",
        screen="calls",
        services=services,
        spoken=_spoken(texts().language) if dashboard().speech.is_there else [],
    )


@blueprint.get("/appels/voix/<language>/<path:key>.wav")
def say(language: str, key: str) -> Response:
    """A call that is public now, said in that language. 404 for any other, 503 where nothing can be said."""
    known, call = language_of(language), _call(key)
    if known is None or call is None:
        abort(404)
    try:
        sound = dashboard().speech.wav(known, sentence(dashboard().site, call, known))
    except SpeechError:
        abort(503)
    response = make_response(sound)
    response.mimetype = "audio/wav"
    response.headers["Cache-Control"] = f"private, max-age={KEPT_BY_BROWSER_S}, immutable"
    return response


def _spoken(language: Language) -> list[Language]:
    """A call is said in French, and then in the screen's own language."""
    return ["fr"] if language == "fr" else ["fr", language]


def _call(key: str) -> Call | None:
    """The public call with that key, None when there is none (any more)."""
    latest = dashboard().live.view("view/calls/latest")
    calls = latest.calls if isinstance(latest, CallsView) else []
    return next((call for call in calls if call.key == key), None)
