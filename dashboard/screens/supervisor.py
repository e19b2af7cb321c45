"""The supervisor's page: who serves what, where people wait, and one press that moves a desk to a queue."""

from __future__ import annotations

import msgspec
from flask import Blueprint, abort, request
from flask.wrappers import Response

from broker.contract import messages
from dashboard import session
from dashboard.accounts import AccountError
from dashboard.page import dashboard, page

blueprint = Blueprint("supervisor", __name__)


class NewMachine(msgspec.Struct, forbid_unknown_fields=True):
    """What people call the machine that is to become known."""

    name: str


@blueprint.get("/pilotage")
@session.needs("supervisor")
def show() -> Response:
    """The page; its values come over the stream, its presses are those of the consoles."""
    site = dashboard().site
    known = session.accounts()
    return page(
        "supervisor.html",
        "supervisor",
        "console",
        "alert",
        "fault",
        stream="pilotage",
        screen="supervisor",
        desks=site.desks,
        services=[service for service in site.services if service.ticket],
        machines=known.register.machines if known else [],
    )


@blueprint.post("/pilotage/poste")
@session.needs("supervisor")
def new_machine() -> dict[str, str]:
    """A code that makes one more machine known; it is told once."""
    known = session.accounts()
    if known is None:
        abort(503)
    try:
        named = messages.decode(request.get_data(), NewMachine)
        code = known.new_code(named.name, dashboard().clock.civil_ns())
    except (msgspec.DecodeError, AccountError) as problem:
        abort(400, str(problem))
    session.note("machine_code_given", named.name)
    return {"code": code}
