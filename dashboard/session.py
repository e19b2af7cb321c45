"""Who is at the page: a session in a signed cookie, held against the accounts at every request.

The cookie says which account signed in on which machine; whether that still holds is asked of the file
each time, so that a removed account, a new PIN or a forgotten machine ends what is open.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from broker.clock import Clock
from dashboard.accounts import Account, AccountError, Accounts, Machine, Role
from dashboard.audit import Act, Entry

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

WORKING_DAY: Final = timedelta(hours=12)
"""A session ends after it, whatever was done: nobody finds yesterday's desk open."""

IDLE_S: Final[Mapping[Role, int]] = {"agent": 3 * 3600, "supervisor": 3600, "technician": 1800}
"""Seconds without a page or a press of somebody's own, after which a session has ended.

Long at a desk, where a visit can last and the agent sits before it; short for who may change most. A page
that is merely open follows its stream, and counts for nothing. A demonstration is not limited: anybody may
sign in anew there with one press.
"""

TOLD_AGAIN_S: Final = 60.0
"""The cookie says to the minute when somebody was last here."""

_NEEDS: Final = "role_needed"

MACHINE_COOKIE: Final = "poste"
MACHINE_COOKIE_S: Final = 400 * 24 * 3600
"""The longest that browsers keep a cookie; it is renewed at each sign-in."""


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie, kept to TLS wherever the page came over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002  Flask's signature
        """Whether the cookie travels over TLS only."""
        return request.is_secure


def set_up(app: Flask, accounts: Accounts, clock: Clock, wall: Callable[[], float] = time.time) -> None:
    """Keep sessions of these accounts in the application.

    Args:
        app: the application.
        accounts: who may sign in.
        clock: dates what is done.
        wall: the real time in seconds, by which sessions end: a simulation's runs faster.
    """
    app.secret_key = accounts.secret()
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_NAME="guichet",
        SESSION_COOKIE_HTTPONLY=True,
        # Another site's page can neither press in the agent's name nor open a page in it.
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=WORKING_DAY,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.extensions |= {"accounts": accounts, "clock": clock, "wall": wall}
    app.before_request(_note_presence)


def accounts() -> Accounts | None:
    """The accounts of the running application; None where its pages are only looked at."""
    return cast("Accounts | None", current_app.extensions.get("accounts"))


def account() -> Account | None:
    """Who signed in here, None when nobody did or it no longer holds."""
    known = accounts()
    if known is None or "account" not in session:
        return None
    try:
        found = known.find(session["account"])
    except AccountError as problem:
        log.error("nobody can sign in: %s", problem)
        return None
    if found is None or found.stamp != session["stamp"]:
        return None
    if not session["machine"]:
        return found if known.demonstration else None
    return found if known.machine(session["machine"]) and not _has_ended(found.role) else None


def is_idle() -> bool:
    """Whether whoever is here was signed in, and too long without doing anything."""
    known = accounts()
    found = known.find(session["account"]) if known is not None and "account" in session else None
    return found is not None and bool(session["machine"]) and _has_ended(found.role)


def _wall_s() -> float:
    return cast("float", current_app.extensions["wall"]())


def _has_ended(role: Role) -> bool:
    begun_s: float = session.get("begun_s", 0.0)
    seen_s: float = session.get("seen_s", 0.0)
    return _wall_s() - seen_s > IDLE_S[role] or _wall_s() - begun_s > WORKING_DAY.total_seconds()


def _note_presence() -> None:
    """A page that somebody goes to, or a press, puts off the end; what scripts fetch does not."""
    by_hand = request.method == "POST" or "text/html" in request.headers.get("Accept", "")
    if by_hand and account() is not None and abs(_wall_s() - session.get("seen_s", 0.0)) > TOLD_AGAIN_S:
        session["seen_s"] = _wall_s()


def begin(found: Account, machine: Machine | None) -> None:
    """Sign in; what the session held before is gone."""
    session.clear()
    session.permanent = True
    now_s = _wall_s()
    session.update(
        account=found.id,
        stamp=found.stamp,
        machine=machine.id if machine else "",
        begun_s=now_s,
        seen_s=now_s,
    )


def end() -> None:
    """Sign out."""
    session.clear()


def _machines() -> URLSafeSerializer:
    return URLSafeSerializer(cast("bytes", current_app.secret_key), salt="machine")


def machine() -> Machine | None:
    """The known machine that this browser is, by its cookie."""
    known = accounts()
    if known is None:
        return None
    try:
        return known.machine(_machines().loads(request.cookies.get(MACHINE_COOKIE, "")))
    except BadSignature:
        return None


def remember(response: Response, known: Machine) -> None:
    """Let the browser keep that it is that machine."""
    response.set_cookie(
        MACHINE_COOKIE,
        _machines().dumps(known.id),
        max_age=MACHINE_COOKIE_S,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )


def needs(role: Role) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A page or press for that role only: others are led to the sign-in page, or told 401 or 403."""

    def wrap(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if may(role):
                return view(*args, **kwargs)
            if request.method == "GET":
                return redirect(url_for("signin.show", retour=request.full_path.rstrip("?"), role=role), 303)
            return abort(401 if account() is None else 403)

        guarded.__dict__[_NEEDS] = role
        return guarded

    return wrap


def role_needed(view: Callable[..., object]) -> Role | None:
    """The role that a page or press is for; None for everybody."""
    return cast("Role | None", getattr(view, _NEEDS, None))


def may(role: Role) -> bool:
    """Whether whoever is here may do what that role does."""
    found = account()
    return found is not None and found.may(role)


def note(act: Act, about: str = "", *, by: str | None = None) -> None:
    """Write down in the trail what is done in this request.

    Args:
        act: what is done.
        about: to whom or what.
        by: who does it; without it, whoever is signed in.
    """
    known, here = accounts(), machine()
    if known is None:
        return
    found = account()
    known.trail.note(
        Entry(
            at_ns=current_app.extensions["clock"].civil_ns(),
            act=act,
            by=by if by is not None else found.id if found else "",
            about=about,
            machine=here.name if here else "",
            address=request.remote_addr or "",
        )
    )


def by() -> str:
    """The id of who presses, for the request's ``by``."""
    found = account()
    return found.id if found else ""
