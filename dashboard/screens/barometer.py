"""The barometer's screen: the question of the day and what people answer; and the plates of its buttons."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.wrappers import Response

from broker.contract import compiled
from dashboard.page import dashboard, page

blueprint = Blueprint("barometer", __name__)


@blueprint.get("/barometre")
@blueprint.get("/barometre/<barometer_id>")
def show(barometer_id: str | None = None) -> Response:
    """The screen of a barometer, the site's first when none is named."""
    return page(
        "barometer.html",
        "barometer",
        "nav",
        stream="barometre",
        screen="barometer",
        barometer=known_barometer(barometer_id),
    )


@blueprint.get("/barometre/<barometer_id>/etiquettes")
def plates(barometer_id: str) -> Response:
    """The plates of the buttons, to print and cut: a sheet a question, in both languages."""
    return page("plates.html", stream="page", screen="barometer", barometer=known_barometer(barometer_id))


def known_barometer(barometer_id: str | None) -> compiled.Barometer:
    """The barometer of that id, or the first; ends the request with 404 when the site has none such."""
    chosen = [one for one in dashboard().site.barometers if barometer_id in {None, one.id}]
    if not chosen:
        abort(404)
    return chosen[0]
