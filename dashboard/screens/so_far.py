"""The day so far in small charts, as a part of the live page that it fetches anew each minute."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, render_template
from flask.wrappers import Response

from broker.clock import SECOND
from broker.contract.views import SpaceView
from dashboard.history import midnight_ns, today
from dashboard.page import dashboard, texts
from dashboard.so_far import SmallChart, so_far
from hall.store.interface import Span, StoreUnavailableError

KEPT_S: Final = 20
"""Machine seconds for which the store is not asked again, however many pages are open."""

blueprint = Blueprint("so_far", __name__)


@blueprint.get("/journee")
def show() -> Response:
    """The charts as HTML with their tables; 503 where the store does not answer."""
    try:
        charts = _charts()
    except StoreUnavailableError:
        abort(503)
    zone = ZoneInfo(dashboard().site.timezone)
    say = texts()

    def hour(at_ns: int) -> str:
        local = datetime.fromtimestamp(at_ns / SECOND, zone)
        return say("time.hour", h=local.hour, mm=f"{local.minute:02}")

    return current_app.make_response(render_template("so_far.html", charts=charts, hour=hour))


def _charts() -> list[SmallChart]:
    here, kept = dashboard(), current_app.extensions.setdefault("so_far", {})
    now_ns = here.clock.machine_ns()
    if not kept or now_ns - kept["made_ns"] >= KEPT_S * SECOND:
        kept.update(charts=_asked(), made_ns=now_ns)
    charts: list[SmallChart] = kept["charts"]
    return charts


def _asked() -> list[SmallChart]:
    here = dashboard()
    now_ns = here.live.civil_ns()
    start_ns = midnight_ns(today(now_ns, here.site), ZoneInfo(here.site.timezone))
    space = here.live.view("view/space/now")
    open_ns = None
    if isinstance(space, SpaceView) and space.opens_ns and space.closes_ns and space.opens_ns <= now_ns:
        open_ns = (space.opens_ns, space.closes_ns)
    charts: list[SmallChart] = here.aside(
        lambda: so_far(here.store, here.site, Span(start_ns, now_ns), open_ns)
    )
    return charts
