"""From an anemometer's pulses to wind: the mean, and the gust as the WMO has it.

The gust is the highest mean over three seconds (WMO, "Guide to Instruments and Methods of Observation",
No. 8, volume I, 5.1.1 and 5.8.2).
"""

from __future__ import annotations

from collections import deque
from typing import Final

from broker.clock import SECOND

GUST_S: Final = 3


class Gusts:
    """The highest 3 s mean since the last report, and the mean since then. Time comes in as an argument.

    Args:
        km_h_per_hz: km/h for one pulse a second: the anemometer's own factor.
        since_ns: machine time at which counting began.
    """

    def __init__(self, km_h_per_hz: float, since_ns: int) -> None:
        self._factor = km_h_per_hz
        self._recent: deque[int] = deque()
        self._since_ns = since_ns
        self._pulses = 0
        self._gust = 0.0

    def pulse(self, at_ns: int) -> float:
        """Note a pulse; returns the mean over the three seconds that end with it, in km/h."""
        self._recent.append(at_ns)
        self._forget(at_ns)
        self._pulses += 1
        now = self._factor * len(self._recent) / GUST_S
        self._gust = max(self._gust, now)
        return now

    def take(self, now_ns: int) -> tuple[float, float]:
        """The gust and the mean since the last time, in km/h; counting begins anew."""
        seconds = (now_ns - self._since_ns) / SECOND
        mean = self._factor * self._pulses / seconds if seconds > 0 else 0.0
        gust = max(self._gust, mean)
        self._forget(now_ns)
        # A gust that still blows is the next minute's as well.
        self._gust = self._factor * len(self._recent) / GUST_S
        self._since_ns, self._pulses = now_ns, 0
        return gust, mean

    @property
    def gust(self) -> float:
        """The gust since the last report, in km/h."""
        return self._gust

    def is_turning(self, now_ns: int) -> bool:
        """Whether a pulse came within the last three seconds."""
        self._forget(now_ns)
        return bool(self._recent)

    def _forget(self, now_ns: int) -> None:
        while self._recent and self._recent[0] <= now_ns - GUST_S * SECOND:
            self._recent.popleft()
