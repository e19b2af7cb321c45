"""The phone page's application: a ticket's page, its stream, and giving a place back.

No cookie is set or read: whoever holds the token holds the ticket, and nothing else can be done here.
Every token that no ticket of the day has gets the same answer, well-formed or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from jinja2 import Template
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as AnyResponse

from broker.clock import Clock
from broker.contract import compiled
from broker.delivery.outbox import OutboxFullError
from dashboard import guard
from dashboard.live import Live
from dashboard.phone.face import ENDED, Face, face_of, unknown
from dashboard.phone.leaving import Leaving, Record
from dashboard.phone.queues import TOPIC, PhoneQueues, hash_of
from dashboard.phone.words import LANGUAGES, Words, chosen, words

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # The address holds the token: it goes nowhere else.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
DEFAULT_PREFIX: Final = "/t/"
MOST_POSTED_BYTES: Final = 256
BEAT_S: Final = 10.0
"""Machine seconds between two signs of life on a stream; a sleeping radio is woken no more often."""

AFTER_END_S: Final = 60.0
"""A ticket that ended is followed a little longer: an agent may take the end back."""

UNKNOWN_A_MINUTE: Final = RateLimitItemPerMinute(120)
"""Of unknown tokens from one address. 300 phones share the tent's: their own tokens are never counted."""


def prefix_of(site: compiled.Site) -> str:
    """The path that tokens stand under, as the address on the tickets has it."""
    return urlsplit(site.phone_url).path or DEFAULT_PREFIX


def create_phone_app(
    site: compiled.Site, live: Live, queues: PhoneQueues, clock: Clock, record: Record | None
) -> Flask:
    """The phone page of a site.

    Args:
        site: the compiled description.
        live: the newest views, for how old they are.
        queues: the day's tickets.
        clock: machine time.
        record: records an event in the dashboard's outbox; None where places cannot be given back.
    """
    prefix = prefix_of(site)
    app = Flask(__name__, static_folder="static", static_url_path=prefix.rstrip("/") + "/-")
    # A proxy of the town hall asks for us by its own name or by ours.
    names = [urlsplit(site.phone_url).hostname or "", *guard.names_of_this_machine()]
    guard.protect(app, names=names, by_address=True, most_bytes=MOST_POSTED_BYTES, headers=HEADERS)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    inner = app.jinja_env.get_template("inner.html")
    pages = PhonePages(site, live, queues, clock, record, inner)
    app.add_url_rule(prefix + "<token>", "page", pages.page)
    app.add_url_rule(prefix + "<token>/etat", "state", pages.state)
    app.add_url_rule(prefix + "<token>/direct", "stream", pages.stream)
    app.add_url_rule(prefix + "<token>/je-pars", "leave", pages.leave, methods=["GET", "POST"])
    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    app.after_request(_keep_nothing)
    app.register_error_handler(HTTPException, pages.error)
    return app


def _keep_nothing(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


class PhonePages:
    """What the addresses answer; see ``create_phone_app``."""

    def __init__(
        self,
        site: compiled.Site,
        live: Live,
        queues: PhoneQueues,
        clock: Clock,
        record: Record | None,
        inner: Template,
    ) -> None:
        self._inner = inner
        self._site, self._live, self._queues, self._clock = site, live, queues, clock
        self._leaving = Leaving(clock, record)
        self._zone = ZoneInfo(site.timezone)
        self._unknown = FixedWindowRateLimiter(MemoryStorage())
        self._rendered = lru_cache(maxsize=4096)(self._render)

    # Addresses ----------------------------------------------------------------------------------

    def page(self, token: str) -> Response:
        """A ticket's page."""
        key = hash_of(token)
        face, say = self._face(key), self._say(key)
        return self._answer("page.html", key, face, say)

    def state(self, token: str) -> Response:
        """What changes on a ticket's page, alone: for phones that know no server-sent events."""
        key = hash_of(token)
        face = self._face(key)
        return make_response(str(self._rendered(face, self._say(key).code)), self._status(face))

    def stream(self, token: str) -> Response:
        """What changes on a ticket's page, whenever it does."""
        key = hash_of(token)
        say = self._say(key)
        if self._face(key) == ENDED:
            # 204 tells a browser not to come back.
            return make_response("", 204 if self._status(ENDED) == NOT_FOUND else TOO_MANY)
        response = Response(self._events(key, say.code), mimetype="text/event-stream")
        response.headers["X-Accel-Buffering"] = "no"  # a proxy before us must not hold messages back
        return response

    def leave(self, token: str) -> AnyResponse:
        """Asks whether the place is really given back; posted, it is."""
        key = hash_of(token)
        face, say = self._face(key), self._say(key)
        if not face.may_leave:
            if face.kind in {"ended", "unknown"}:
                return self._answer("page.html", key, face, say)
            return self._back(token)
        if request.method == "GET":
            return self._answer("leave.html", key, face, say)
        try:
            self._leaving.leave(key)
        except OutboxFullError:
            return self._answer("failed.html", key, face, say, status=UNAVAILABLE)
        return self._back(token)

    def error(self, problem: HTTPException) -> Response:
        """Any other address, and any mistake: the page of a ticket that is not valid."""
        code = problem.code or InternalServerError.code
        return self._answer("page.html", "", ENDED, self._say(""), status=code)

    # Inside -------------------------------------------------------------------------------------

    def _face(self, key: str) -> Face:
        """What a token's page shows now."""
        return self._place_of(key).under(self._queues.notice)

    def _place_of(self, key: str) -> Face:
        place = self._queues.find(key)
        if place is not None and self._queues.is_known(place.service):
            return face_of(place.service, place.ticket, leaving=self._leaving.is_leaving(key, place.ticket))
        if place is None and self._queues.all_known():
            return ENDED
        return unknown(self._live.told_ns(TOPIC + place.service) if place else None, self._zone)

    def _status(self, face: Face) -> int:
        """The answer's status; a guess too many from one address is told so, at no cost to the others."""
        match face.kind:
            case "ended":
                known = self._unknown.hit(UNKNOWN_A_MINUTE, request.remote_addr or "")
                return NOT_FOUND if known else TOO_MANY
            case "unknown":
                return UNAVAILABLE
            case _:
                return 200

    def _say(self, key: str) -> Words:
        place = self._queues.find(key)
        of_ticket = place.ticket.language if place else ""
        return chosen(request.args.get("l"), of_ticket, request.accept_languages)

    def _answer(
        self, template: str, key: str, face: Face, say: Words, *, status: int | None = None
    ) -> Response:
        place = self._queues.find(key)
        asked = request.args.get("l")
        body = render_template(
            template,
            say=say,
            face=face,
            number=place.ticket.number if place else "",
            site=self._site,
            inner=self._rendered(face, say.code),
            languages=[words(code) for code in LANGUAGES],
            query=f"?l={say.code}" if asked else "",
        )
        response = make_response(body, self._status(face) if status is None else status)
        response.headers["Content-Language"] = say.code
        return response

    def _back(self, token: str) -> AnyResponse:
        asked = request.args.get("l")
        # Relative: a proxy of the town hall may give us another name.
        address = url_for("page", token=token, l=asked if asked in LANGUAGES else None).rpartition("/")[2]
        response = redirect(f"../{address}", 303)
        response.autocorrect_location_header = False
        return response

    def _render(self, face: Face, language: str) -> Markup:
        say = words(language)
        zone = self._site.waiting_zone(face.building)
        service = next((one for one in self._site.services if one.id == face.service), None)
        desk = next((desk for desk in self._site.desks if desk.id == face.desk), None)
        # By the template itself: a stream goes on when its request's context is long gone.
        html = self._inner.render(
            say=say,
            face=face,
            service=service if service is not None and not service.discreet else None,
            desk=desk,
            place=None if desk is None else self._site.place_of(desk, face.building),
            zones={zone.id: zone for zone in self._site.zones},
            wait_in=zone,
            early=self._site.place_inside(face.service, face.building) if face.kind == "waiting" else None,
        )
        # On one line, as a server-sent event wants it.
        return Markup(" ".join(html.split()))  # noqa: S704 - what the template escaped

    def _events(self, key: str, language: str) -> Iterator[bytes]:
        """What the phone is to show, then each change, and a sign of life in between."""
        with self._queues.follow(key) as follower:
            shown: Face | None = None
            ended_ns: int | None = None
            yield b"retry: 3000\n\n"
            while not self._queues.closed:
                face = self._face(key)
                if face != shown:
                    shown = face
                    yield b"event: ticket\ndata: %b\n\n" % self._rendered(face, language).encode()
                if face != ENDED:
                    ended_ns = None
                elif ended_ns is None:
                    ended_ns = self._clock.machine_ns()
                elif self._clock.machine_ns() - ended_ns > AFTER_END_S * 1e9:
                    return
                if not follower.wait(BEAT_S):
                    yield b"event: beat\ndata:\n\n"


NOT_FOUND: Final = 404
TOO_MANY: Final = 429
UNAVAILABLE: Final = 503
