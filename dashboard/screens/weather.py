"""Wind and snow by hand, and the end of a weather alert: both under an account."""

from __future__ import annotations

from typing import get_args

from flask import Blueprint, abort
from msgspec import UNSET

from broker.contract.messages import Weather, WeatherClearRequested, WeatherReported
from dashboard import session
from dashboard.requests import DEVICE, read_press
from dashboard.screens.console import accept

blueprint = Blueprint("weather", __name__)

MOST: dict[Weather, float] = {"wind": 300, "snow": 200}
"""No wind in km/h and no snow in cm is above these: somebody mistyped."""


@blueprint.post("/meteo/<kind>")
@session.needs("agent")
def report(kind: str) -> tuple[dict[str, str], int]:
    """Somebody measured wind (km/h) or snow (cm)."""
    known = _kind(kind)
    press = read_press()
    if press.value is UNSET or not 0 <= press.value <= MOST[known]:
        abort(400, f"a report of {known} carries a value from 0 to {MOST[known]:g}")
    body = WeatherReported(device=DEVICE, key=press.key, kind=known, value=press.value, by=session.by())
    return accept(body, press)


@blueprint.post("/meteo/<kind>/levee")
@session.needs("agent")
def clear(kind: str) -> tuple[dict[str, str], int]:
    """Somebody looked at the tent and ends the alert."""
    known = _kind(kind)
    press = read_press()
    return accept(WeatherClearRequested(device=DEVICE, key=press.key, kind=known, by=session.by()), press)


def _kind(word: str) -> Weather:
    known: Weather | None = next((kind for kind in get_args(Weather) if kind == word), None)
    return known or abort(404)
