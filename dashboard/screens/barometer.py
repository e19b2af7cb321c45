"""The barometer's screen: the question of the day and what people answer."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.wrappers import Response

from dashboard.page import dashboard, page

blueprint = Blueprint("barometer", __name__)


@blueprint.get("/barometre")
@blueprint.get("/barometre/<barometer_id>")
def show(barometer_id: str | None = None) -> Response:
    """The screen of a barometer, the site's first when none is named."""
    barometers = dashboard().site.barometers
    chosen = [barometer for barometer in barometers if barometer_id in {None, barometer.id}]
    if not chosen:
        abort(404)
    return page(
        "barometer.html", "barometer", "nav", stream="barometre", screen="barometer", barometer=chosen[0]
    )
