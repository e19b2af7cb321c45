"""Wind and snow above which the tent has to be evacuated: an alert that only a person clears.

Source of the limits: article CTS 7 § 2 of the fire regulations (order of 23 January 1985): evacuate when snow
exceeds 4 cm that could not be kept off the roof, or when the wind exceeds 100 km/h, or a higher value that
the tent's own stability calculation justifies. Hence they are in the site description
(``wind_limit_km_h``, ``snow_limit_cm``).

An anemometer or a person tells of wind, a person of snow. A calmer word never ends an alert, nor does an
anemometer that falls silent, nor midnight: somebody looks at the tent, and says so under an account. A gust
of today that is told late (a node was cut off) raises one unless somebody has cleared that kind of alert
since; one of an earlier day (a journal put back is told a week again) is measured and empties no tent.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from broker.contract.messages import Weather
from broker.contract.views import WeatherAlertNow, WeatherNow
from hall.decisions import Decision, Reason, WeatherAlertCleared, WeatherAlertRaised, WeatherNoted
from hall.layout import Layout
from hall.recorded import Recorded
from hall.requests import answer, untimely
from hall.space import WeatherAlert, WeatherReading, Wind
from hall.state import State

SILENT_S: Final = 180
"""An anemometer speaks once a minute: after three it is silent, and its wind unknown, never calm."""


def limit(layout: Layout, kind: Weather) -> float:
    """Above this an alert is raised: km/h of wind, cm of snow."""
    return layout.rules.wind_limit_km_h if kind == "wind" else layout.rules.snow_limit_cm


def told(state: State, layout: Layout, event: Recorded, body: messages.WeatherReported) -> list[Decision]:
    """Take a person's word on wind or snow: kept with the account, an alert where it is above the limit."""
    reason = untimely(state, layout, event, body)
    if reason:
        return [answer(event, body, accepted=False, reason=reason)]
    reading = WeatherReading(kind=body.kind, value=body.value, at_ns=event.at_ns, by=body.by)
    return [
        WeatherNoted(reading=reading),
        *raised(state, layout, body.kind, body.value, event.at_ns, by=body.by),
        answer(event, body, accepted=True),
    ]


def raised(
    state: State,
    layout: Layout,
    kind: Weather,
    value: float,
    at_ns: int,
    *,
    by: str = "",
    source: str = "",
) -> list[Decision]:
    """An alert where the value is above the limit, or its new peak while it lasts; nothing below.

    Args:
        state: what the hall knows.
        layout: the site, with its limits.
        kind: wind or snow.
        value: km/h or cm.
        at_ns: when it was so (civil).
        by: the account that told it.
        source: the anemometer that measured it, ``node/device``.
    """
    is_seen = at_ns <= state.weather_cleared.get(kind, -1)
    if value <= limit(layout, kind) or is_seen or not state.day.holds(at_ns):
        return []
    known = state.weather_alerts.get(kind)
    if known is None:
        alert = WeatherAlert(kind=kind, value=value, since_ns=at_ns, by=by, source=source)
    elif value > known.value:
        alert = replace(known, value=value)
    else:
        return []
    return [WeatherAlertRaised(alert=alert)]


def cleared(
    state: State, layout: Layout, event: Recorded, body: messages.WeatherClearRequested
) -> list[Decision]:
    """A person looked and says that it is over."""
    known = state.weather_alerts.get(body.kind)
    reason: Reason = untimely(state, layout, event, body) or ("no_alert" if known is None else "")
    if reason or known is None:
        return [answer(event, body, accepted=False, reason=reason)]
    over = WeatherAlertCleared(alert=known, at_ns=event.at_ns, by=body.by)
    return [over, answer(event, body, accepted=True)]


def alerts(state: State) -> list[WeatherAlert]:
    """The alerts that last, the wind's first."""
    return [state.weather_alerts[kind] for kind in ("wind", "snow") if kind in state.weather_alerts]


def wind_now(state: State, layout: Layout, now_ns: int) -> Wind | None:
    """The strongest last word of the anemometers that speak; None while none does."""
    words = [
        wind
        for key in layout.anemometers
        if (wind := state.wind.get(key)) is not None and now_ns - wind.since_ns <= SILENT_S * SECOND
    ]
    return max(words, key=lambda wind: wind.km_h, default=None)


def silent(state: State, layout: Layout, now_ns: int) -> list[str]:
    """The anemometers of which nothing is known now."""
    return [
        key
        for key in layout.anemometers
        if (wind := state.wind.get(key)) is None or now_ns - wind.since_ns > SILENT_S * SECOND
    ]


def view(state: State, layout: Layout, now_ns: int) -> WeatherNow | None:
    """The weather as it is known; None where nothing measures it and nobody told."""
    snow = state.weather_told.get("snow")
    if not layout.anemometers and snow is None:
        return None
    wind = wind_now(state, layout, now_ns)
    return WeatherNow(
        wind_km_h=None if wind is None else wind.km_h,
        wind_silent=bool(layout.anemometers) and wind is None,
        snow_cm=None if snow is None else snow.value,
        snow_ns=None if snow is None else snow.at_ns,
    )


def alerts_view(state: State) -> list[WeatherAlertNow]:
    """The alerts that last, as every screen shows them."""
    return [
        WeatherAlertNow(kind=alert.kind, value=alert.value, since_ns=alert.since_ns)
        for alert in alerts(state)
    ]


def apply_noted(state: State, decision: WeatherNoted) -> None:
    """The newest word of a person on that kind of weather."""
    state.weather_told[decision.reading.kind] = decision.reading


def apply_raised(state: State, decision: WeatherAlertRaised) -> None:
    """The alert as it now is."""
    state.weather_alerts[decision.alert.kind] = decision.alert


def apply_cleared(state: State, decision: WeatherAlertCleared) -> None:
    """It is over, and what was before tells nothing new."""
    state.weather_alerts.pop(decision.alert.kind, None)
    state.weather_cleared[decision.alert.kind] = decision.at_ns
