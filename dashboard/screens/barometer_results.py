"""The barometer's results over days, from the store: shares, hours, waits, and answers on paper apart."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from flask.wrappers import Response

from broker.clock import SECOND
from dashboard.page import dashboard, page
from dashboard.screens.barometer import known_barometer
from hall.store.barometer_results import results
from hall.store.interface import Span, StoreUnavailableError

blueprint = Blueprint("barometer_results", __name__)

REACHES: Final = {"jour": 1, "semaine": 7, "mois": 28, "saison": 122}
"""How many days each choice goes back, today included."""


@blueprint.get("/barometre/<barometer_id>/resultats")
def show(barometer_id: str) -> Response:
    """The results up to today; without the store the page says so."""
    here = dashboard()
    barometer = known_barometer(barometer_id)
    asked = request.args.get("etendue", "")
    reach = asked if asked in REACHES else "mois"
    span = days_up_to(here.live.civil_ns(), REACHES[reach], here.site.timezone)
    try:
        found = here.aside(lambda: results(here.store, here.site, barometer, span))
    except StoreUnavailableError:
        found = None
    return page(
        "barometer_results.html",
        stream="page",
        screen="barometer",
        barometer=barometer,
        results=found,
        reach=reach,
        reaches=list(REACHES),
    )


def days_up_to(now_ns: int, days: int, timezone: str) -> Span:
    """So many whole local days, the last of them today's."""
    zone = ZoneInfo(timezone)
    today = datetime.fromtimestamp(now_ns / SECOND, zone).date()
    first, end = today - timedelta(days=days - 1), today + timedelta(days=1)
    start_s, end_s = (datetime.combine(day, time(), zone).timestamp() for day in (first, end))
    return Span(int(start_s) * SECOND, int(end_s) * SECOND)
