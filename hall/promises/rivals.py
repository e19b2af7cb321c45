"""Simple estimators of waits, for the judge: what a promise must beat to be worth its lines.

Each gets its 90th percentile from its own past ratios of real to forecast wait, by size of the forecast.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final, NamedTuple

FIRST_S: Final = 600.0
"""What is said before anything was seen."""

WINDOW_S: Final = 3600.0
"""Recent throughput looks back so far, and history weighs as much."""

KEPT: Final = 200
NEW_QUEUE: Final = (1.0, 600.0)
"""A queue never seen calls one visitor in ten minutes."""


class Arrival(NamedTuple):
    """What is known when a ticket is drawn: people ahead by the tickets, and as a display shows them."""

    at_s: float
    ahead: int
    shown: float
    desks: float
    service_s: float


class Past:
    """What all rivals know of one queue: waits that ended, calls, and how long somebody waited."""

    def __init__(self) -> None:
        self.waits = self.wait_sum_s = 0.0
        self.last_ten: deque[float] = deque(maxlen=10)
        self.calls_s: list[float] = []
        self.opened_s: float | None = None
        self.called, self.busy_s = NEW_QUEUE
        self._waiting, self._since_s = 0, 0.0
        self._ratios: defaultdict[int, list[float]] = defaultdict(lambda: [10.0, 10.0])

    @property
    def mean_s(self) -> float:
        """The mean wait so far."""
        return self.wait_sum_s / self.waits if self.waits else FIRST_S

    def new_day(self) -> None:
        """Nobody has come or been called yet."""
        self.last_ten.clear()
        self.calls_s, self.opened_s, self._waiting = [], None, 0

    def arrived(self, at_s: float) -> None:
        """One more waits."""
        self._pass(at_s)
        self._waiting += 1
        self.opened_s = at_s if self.opened_s is None else self.opened_s

    def left(self, at_s: float) -> None:
        """One gave up."""
        self._pass(at_s)
        self._waiting -= 1

    def called_at(self, at_s: float, wait_s: float, ahead: int, drain_s: float) -> None:
        """One was called, who had so many ahead and was forecast so long a drain."""
        self._pass(at_s)
        self._waiting -= 1
        self.waits += 1
        self.wait_sum_s += wait_s
        self.last_ten.append(wait_s)
        self.called += 1
        self.calls_s.append(at_s)
        ratio = self._ratios[_length(ahead)]
        ratio[0] += wait_s / max(1.0, drain_s)
        ratio[1] += 1

    def drain_s(self, arrival: Arrival) -> float:
        """(People ahead + 1) / recent throughput, drawn towards history."""
        usual = self.called / self.busy_s
        recent = sum(called_s > arrival.at_s - WINDOW_S for called_s in self.calls_s)
        seen_s = 0.0 if self.opened_s is None else min(WINDOW_S, arrival.at_s - self.opened_s)
        return (arrival.ahead + 1) * (seen_s + WINDOW_S) / (recent + WINDOW_S * usual)

    def calibrated_s(self, arrival: Arrival) -> float:
        """The drain times the mean ratio of real to forecast wait behind as long a queue."""
        real, count = self._ratios[_length(arrival.ahead)]
        return self.drain_s(arrival) * real / count

    def last_s(self) -> float:
        """Today's last wait; the mean before there is one."""
        return self.last_ten[-1] if self.last_ten else self.mean_s

    def mean_of_ten_s(self) -> float:
        """The mean of today's last ten waits."""
        return sum(self.last_ten) / len(self.last_ten) if self.last_ten else self.mean_s

    def _pass(self, at_s: float) -> None:
        if self._waiting > 0:
            self.busy_s += max(0.0, at_s - self._since_s)
        self._since_s = at_s


RIVALS: Final[dict[str, Callable[[Past, Arrival], float]]] = {
    "constant": lambda past, _: past.mean_s,
    "last wait": lambda past, _: past.last_s(),
    "mean of ten": lambda past, _: past.mean_of_ten_s(),
    "queue formula": lambda _, now: (now.shown + 1) * now.service_s / now.desks,
    "throughput": lambda past, now: past.calibrated_s(now),
    "half and half": lambda past, now: (past.calibrated_s(now) + past.last_s()) / 2,
}


class Residuals:
    """The 90th percentile of one rival's past ratios, by size of its forecast."""

    def __init__(self) -> None:
        self._kept: defaultdict[int, deque[float]] = defaultdict(lambda: deque([1.6], maxlen=KEPT))

    def p90_s(self, forecast_s: float) -> float:
        """What nine of ten waits stayed within."""
        ratios = sorted(self._kept[_size(forecast_s)])
        return (forecast_s + 60) * ratios[math.ceil(0.9 * len(ratios)) - 1] - 60

    def saw(self, forecast_s: float, wait_s: float) -> None:
        """A wait ended for which that had been forecast."""
        self._kept[_size(forecast_s)].append((wait_s + 60) / (forecast_s + 60))


def _length(ahead: int) -> int:
    return ahead if ahead < 3 else 2 + int(2 * math.log2(ahead / 2))  # noqa: PLR2004 - by doublings from there


def _size(forecast_s: float) -> int:
    return min(6, int(math.log2(1 + max(0.0, forecast_s) / 150)))
