"""The call screen of the waiting area: who is called where, and the way there."""

from __future__ import annotations

from flask import Blueprint
from flask.wrappers import Response

from dashboard.page import dashboard, page

blueprint = Blueprint("calls", __name__)


@blueprint.get("/appels")
def show() -> Response:
    """The screen; a discreet call never reaches it."""
    services = [service for service in dashboard().site.services if service.ticket]
    return page("calls.html", "calls", stream="appels", screen="calls", services=services)
