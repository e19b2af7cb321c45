"""The agent's console: one page a desk, what comes next in one large button, the hall's answer."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort
from flask.wrappers import Response

from broker.contract import compiled
from broker.contract.messages import AnyRequest
from broker.delivery.outbox import OutboxFullError
from dashboard import session
from dashboard.page import dashboard, page, texts
from dashboard.requests import Press, desk_request, read_press

blueprint = Blueprint("console", __name__)

KEYS: Final = {
    "next": "N",
    "start": "S",
    "done": "D",
    "open": "O",
    "recall": "R",
    "no_show": "A",
    "park": "G",
    "transfer": "T",
    "pause": "P",
    "close": "F",
    "undo": "Z",
    "number": "C",
    "add": "V",
    "services": "L",
}
"""Each action's key on the keyboard, the same in both languages; an outcome has its digit."""


@blueprint.get("/guichets")
@session.needs("agent")
def index() -> Response:
    """All desks, to choose one's own."""
    return page(
        "desks.html",
        "console",
        "alert",
        "fault",
        stream="guichets",
        screen="console",
        desks=dashboard().site.desks,
    )


@blueprint.get("/guichet/<desk_id>")
@session.needs("agent")
def show(desk_id: str) -> Response:
    """The console of a desk."""
    desk, site = known_desk(desk_id), dashboard().site
    waiting = site.waiting_zone()  # a discreet visitor is fetched where all wait
    # The desk's own services first: the others are for the day when somebody stands in.
    services = sorted(
        (service for service in site.services if service.ticket), key=lambda one: one.id not in desk.services
    )
    return page(
        "console.html",
        "console",
        "alert",
        "fault",
        stream=f"guichet-{desk.id}",
        screen="console",
        desk=desk,
        services=services,
        outcomes=site.outcomes,
        waiting_place=texts().of(waiting.name) if waiting else "",
        keys=KEYS,
    )


@blueprint.post("/guichet/<desk_id>/<action>")
@session.needs("agent")
def press(desk_id: str, action: str) -> tuple[dict[str, str], int]:
    """Record an agent's request; the hall's answer comes over the stream, by its key."""
    desk = known_desk(desk_id)
    pressed = read_press()
    body = desk_request(action, desk.id, pressed, session.by())
    if body is None:
        abort(404)
    return accept(body, pressed)  # type: ignore[arg-type]  # every class in ACTIONS is one of AnyRequest


def known_desk(desk_id: str) -> compiled.Desk:
    """The desk of that id; ends the request with 404 when the site has none."""
    try:
        return dashboard().site.desk(desk_id)
    except KeyError:
        abort(404)


def accept(body: AnyRequest, pressed: Press) -> tuple[dict[str, str], int]:
    """Record a request and say so: 202, as nothing is done before the hall answers."""
    requests = dashboard().requests
    if requests is None:
        abort(503)
    try:
        requests.record(body, pressed.pressed_ns)
    except OutboxFullError:
        abort(503)
    return {"key": pressed.key}, 202
