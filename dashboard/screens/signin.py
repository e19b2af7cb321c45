"""Signing in: a PIN of six digits on a machine that is known, and the code that makes a machine known.

Attempts are counted before a PIN is looked at, so that many at once find no gap: an account takes five
failures in five minutes, a machine thirty in an hour, an address ten codes in a quarter of an hour.
"""

from __future__ import annotations

from functools import partial
from typing import Final, TypeVar, cast

import msgspec
from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.wrappers import Response

from dashboard import session
from dashboard.accounts import DEMONSTRATION, PIN_DIGITS, ROLES, SIMULATED
from dashboard.page import page, place
from dashboard.screens.language import local_path

blueprint = Blueprint("signin", __name__)

TRIES_OF_AN_ACCOUNT: Final = RateLimitItemPerMinute(5, 5)
TRIES_OF_A_MACHINE: Final = RateLimitItemPerHour(30)
TRIES_OF_AN_ADDRESS: Final = RateLimitItemPerMinute(10, 15)
NOTED_AGAIN: Final = RateLimitItemPerMinute(1, 15)

T = TypeVar("T", bound=msgspec.Struct)


class PinForm(msgspec.Struct, forbid_unknown_fields=True):
    """An account and its PIN; ``retour`` is the page to go on to."""

    account: str
    pin: str
    retour: str = "/guichets"


class CodeForm(msgspec.Struct, forbid_unknown_fields=True):
    """The code that makes this machine known."""

    code: str
    retour: str = "/guichets"


class DemonstrationForm(msgspec.Struct, forbid_unknown_fields=True):
    """One of the accounts of a demonstration."""

    account: str
    retour: str = "/guichets"


class SignOutForm(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing but the wish to leave."""


class Attempts:
    """Counts attempts, in this process's memory: a restart forgives, which takes longer than the wait."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allow(self, limit: RateLimitItem, kind: str, who: str) -> bool:
        """Count one attempt; False when there were too many."""
        return self._limiter.hit(limit, kind, who)

    def forgive(self, limit: RateLimitItem, kind: str, who: str) -> None:
        """Forget the attempts after one that succeeded."""
        self._limiter.clear(limit, kind, who)


@blueprint.record
def _set_up(setup: BlueprintSetupState) -> None:
    setup.app.extensions["attempts"] = Attempts()


def attempts() -> Attempts:
    """The attempts counted in the running application."""
    return cast("Attempts", current_app.extensions["attempts"])


@blueprint.get("/connexion")
def show() -> Response:
    """Who is there? Asked on the way to a console."""
    return _show(200, "idle" if session.is_idle() else "")


def _show(status: int, problem: str, *, account: str = "") -> Response:
    known = session.accounts()
    there = known.register.accounts if known else []
    return page(
        "signin.html",
        status=status,
        stream="page",
        screen="signin",
        problem=problem,
        chosen=account,
        retour=local_path(request.values.get("retour", url_for(place().home))),
        reserved_for=request.args.get("role") if request.args.get("role") in ROLES else None,
        machine=session.machine(),
        people=sorted(there, key=lambda one: one.name.casefold()),
        demonstration=DEMONSTRATION if known and known.demonstration else (),
        accounts_there=known is not None,
        pin_digits=PIN_DIGITS,
    )


@blueprint.post("/connexion")
def with_pin() -> Response:
    """Sign in with a PIN, on a known machine."""
    form = _read(PinForm)
    known, machine = session.accounts(), session.machine()
    if known is None or machine is None:
        abort(403)
    if not (
        attempts().allow(TRIES_OF_AN_ACCOUNT, "account", form.account)
        and attempts().allow(TRIES_OF_A_MACHINE, "machine", machine.id)
    ):
        _note_once("account", form.account, form.account)
        return _show(429, "too_many", account=form.account)
    # Where the store is asked, too: argon2 takes its time, and the live pages go on meanwhile.
    found = place().aside(partial(known.holds, form.account, form.pin))
    if found is None:
        session.note("pin_refused", form.account)
        return _show(403, "wrong_pin", account=form.account)
    attempts().forgive(TRIES_OF_AN_ACCOUNT, "account", form.account)
    session.begin(found, machine)
    session.note("signed_in", by=found.id)
    response = redirect(local_path(form.retour), 303)
    session.remember(response, machine)
    return response


@blueprint.post("/connexion/poste")
def with_code() -> Response:
    """Make this machine known by the code that a technician or a supervisor gave."""
    form = _read(CodeForm)
    known = session.accounts()
    if known is None:
        abort(403)
    if not attempts().allow(TRIES_OF_AN_ADDRESS, "address", request.remote_addr or ""):
        _note_once("address", request.remote_addr or "", "")
        return _show(429, "too_many")
    machine = known.let_in(form.code, place().clock.civil_ns())
    if machine is None:
        session.note("code_refused")
        return _show(403, "wrong_code")
    session.note("machine_let_in", machine.name)
    response = redirect(url_for("signin.show", retour=local_path(form.retour)), 303)
    session.remember(response, machine)
    return response


@blueprint.post("/connexion/demonstration")
def as_demonstration() -> Response:
    """Sign in without a PIN, where the whole site is a demonstration on this machine."""
    form = _read(DemonstrationForm)
    known = session.accounts()
    chosen = next((one for one in (*DEMONSTRATION, SIMULATED) if one.id == form.account), None)
    if known is None or not known.demonstration or chosen is None:
        abort(403)
    session.begin(chosen, None)
    session.note("signed_in", by=chosen.id)
    return redirect(local_path(form.retour), 303)


@blueprint.post("/deconnexion")
def sign_out() -> Response:
    """Leave: the next one at this desk signs in anew."""
    _read(SignOutForm)
    if session.account():
        session.note("signed_out")
    session.end()
    return redirect(url_for("signin.show"), 303)


@blueprint.get("/session")
def state() -> tuple[str, int]:
    """204 while somebody is signed in here, 401 when not: a page whose stream was refused asks why."""
    return ("", 204) if session.account() else ("", 401)


def _note_once(kind: str, who: str, about: str) -> None:
    """That there were too many tries, once in a while: whoever goes on trying fills no disk."""
    if attempts().allow(NOTED_AGAIN, f"noted {kind}", who):
        session.note("too_many_tries", about)


def _read(kind: type[T]) -> T:
    try:
        return msgspec.convert(request.form.to_dict(), kind)
    except msgspec.ValidationError as problem:
        abort(400, str(problem))
