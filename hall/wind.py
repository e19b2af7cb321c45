"""The wind above the tent, as its anemometers measure it."""

from __future__ import annotations

from broker.contract import messages
from hall import weather
from hall.decisions import Decision, WindNoted
from hall.layout import Layout
from hall.recorded import Recorded
from hall.space import Wind
from hall.state import State


def measured(state: State, layout: Layout, event: Recorded, body: messages.WindMeasured) -> list[Decision]:
    """Note what an anemometer measured, and raise an alert where it is above the limit."""
    now = Wind(km_h=body.km_h, mean_km_h=body.mean_km_h, since_ns=event.at_ns)
    return [
        WindNoted(node=event.node, device=body.device, now=now),
        *weather.raised(state, layout, "wind", body.km_h, event.at_ns, source=f"{event.node}/{body.device}"),
    ]


def apply_noted(state: State, decision: WindNoted) -> None:
    """Keep the newest word of each anemometer."""
    key = f"{decision.node}/{decision.device}"
    known = state.wind.get(key)
    if known is None or decision.now.since_ns >= known.since_ns:
        state.wind[key] = decision.now
