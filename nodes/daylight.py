"""How bright a display is by the time of day: a pure function of the description and the site's clock."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from broker.contract import compiled

DAY_MIN = 24 * 60


class Shine(NamedTuple):
    """A brightness in per cent, and the seconds of civil time for which it holds."""

    brightness: int
    seconds: float


def shine(display: compiled.LedDisplay, now: datetime | None) -> Shine | None:
    """How bright the display is now; None where it is always the same. Without a clock it is day."""
    if display.night_brightness is None or display.night_from == display.night_to:
        return None
    if now is None:
        return Shine(display.brightness, 0.0)
    minute = now.hour * 60 + now.minute + (now.second + now.microsecond / 1e6) / 60
    into_night = (minute - display.night_from) % DAY_MIN
    night = (display.night_to - display.night_from) % DAY_MIN
    if into_night < night:
        return Shine(display.night_brightness, (night - into_night) * 60)
    return Shine(display.brightness, (DAY_MIN - into_night) * 60)
