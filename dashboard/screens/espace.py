"""The live page of the whole space: who is inside, how long it takes, what needs a hand."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask.wrappers import Response
from msgspec import UNSET

from broker.contract.messages import HelpAcknowledged, RecountRequested
from dashboard import session
from dashboard.page import dashboard, page
from dashboard.plan import plan_of
from dashboard.requests import DEVICE, read_press
from dashboard.screens.console import accept

blueprint = Blueprint("espace", __name__)


@blueprint.get("/")
def show() -> Response:
    """The page; its values come over the stream."""
    site = dashboard().site
    desks = {service: desk for desk in site.desks for service in desk.services}
    # A service takes its place inside the building from the desk that gives it.
    outside = [service for service in site.services if not (d := desks.get(service.id)) or not d.place]
    inside = [service for service in site.services if service not in outside]
    return page(
        "espace.html",
        "espace",
        "alert",
        "fault",
        stream="espace",
        screen="espace",
        wall=request.args.get("mur") == "1",
        plan=plan_of(site),
        groups=[("espace.in_the_tent", outside), ("espace.in_the_building", inside)],
        barometer=site.barometers[0] if site.barometers else None,
    )


@blueprint.post("/recompte")
@session.needs("agent")
def recount() -> tuple[dict[str, str], int]:
    """An agent counted the people inside."""
    press = read_press()
    if press.people is UNSET or not 0 <= press.people <= 10 * dashboard().site.capacity:
        abort(400, "a recount carries a number of people, 0 or more")
    asked = RecountRequested(device=DEVICE, key=press.key, people=press.people, by=session.by())
    answer = accept(asked, press)
    session.note("recounted", str(press.people))
    return answer


@blueprint.post("/aide/<room>")
@session.needs("agent")
def acknowledge(room: str) -> tuple[dict[str, str], int]:
    """Somebody goes to the room, or the kiosk, that called for help."""
    press = read_press()
    site = dashboard().site
    if room not in {*(known.id for known in site.rooms), *(node.id for node in site.nodes)}:
        abort(404)
    return accept(HelpAcknowledged(device=DEVICE, key=press.key, room=room, by=session.by()), press)
