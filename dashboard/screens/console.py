"""The agent's console: one page a desk, six buttons, and the hall's answer to each press."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort
from flask.wrappers import Response

from broker.contract import compiled
from broker.contract.messages import AnyRequest
from broker.delivery.outbox import OutboxFullError
from dashboard.page import dashboard, page
from dashboard.requests import Press, desk_request, read_press

blueprint = Blueprint("console", __name__)

KEYS: Final = {"next": "N", "recall": "R", "start": "S", "done": "D", "no_show": "A", "pause": "P"}
"""The buttons in their order on the page, each with its key on the keyboard."""


@blueprint.get("/guichets")
def index() -> Response:
    """All desks, to choose one's own."""
    return page("desks.html", "console", stream="guichets", screen="console", desks=dashboard().site.desks)


@blueprint.get("/guichet/<desk_id>")
def show(desk_id: str) -> Response:
    """The console of a desk."""
    desk = known_desk(desk_id)
    services = [dashboard().site.service(service) for service in desk.services]
    return page(
        "console.html",
        "console",
        "espace",
        stream=f"guichet-{desk.id}",
        screen="console",
        desk=desk,
        services=services,
        keys=KEYS,
    )


@blueprint.post("/guichet/<desk_id>/<action>")
def press(desk_id: str, action: str) -> tuple[dict[str, str], int]:
    """Record an agent's request; the hall's answer comes over the stream, by its key."""
    desk = known_desk(desk_id)
    pressed = read_press()
    body = desk_request(action, desk.id, pressed)
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
