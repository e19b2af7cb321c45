"""The estimator of waits: what it remembers of a queue, what it learns from each wait, what it forecasts.

**Drain.** A queue is worked off at a *pace*: people called a second while somebody waits. Its usual pace is
learned by half-hour of the day, shrunk to the whole day's; today's pace over the usual one has a gamma prior,
whose posterior mean is (called + C) / (expected + C), both fading by half in half an hour (gamma-Poisson:
Gelman et al., *Bayesian Data Analysis*, 2.6). A forecast lets that pace run, half-hour by half-hour, until
it has called the people ahead and the visitor. It is made twice, for the pace of the queue and for that of
one open desk times the desks. People who leave are called fast, and count as called.

**Correction.** Each is multiplied by the median of its past ratios of real to forecast wait behind a queue as
long, shrunk to 1: an idle desk, people who leave and the backlog at opening are in it.

**Blend.** Both are blended with the last wait, or the age of who waits longest, if greater (LES and HOL
in Ibrahim and Whitt, *Real-time delay estimation*, 2009). Each of twelve blends weighs exp(-50 × its mean
past error as a share of the forecast): forecasting with expert advice (Cesa-Bianchi and Lugosi, 2006, 2.1).

**90th percentile.** The forecast times a quantile of past ratios of forecasts of that size. The quantile's
level rises after each wait beyond the promise and falls after each within, so that nine of ten hold in the
long run whatever the queue does (adaptive conformal inference: Gibbs and Candès, 2021). Only real waits move
it (``WAITED_S``): who is called at once would flatter it.

Both are monotone in the people ahead. Times are seconds; ``at_s`` counts from midnight.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from hall.promises import pace
from hall.promises.memory import AIM, BLENDS, LENGTHS, SIZES, Estimate, Memory, Moment, Seen

KEPT: Final = 150
"""How many past ratios are kept of each kind."""

ALMOST_S: Final = 60.0
"""Added to both sides of a ratio, so that the shortest waits do not rule it."""

LENGTH_PRIOR: Final = (0.5, 0.75, 0.9, 1.0, 1.1, 1.3, 1.6)
LENGTH_WORTH: Final = 60.0
"""Ratios that stand for having seen none, and how many seen ones they are worth: their median is 1."""

SIZE_PRIOR: Final = (0.45, 0.62, 0.75, 0.86, 0.95, 1.05, 1.16, 1.3, 1.5, 1.9)
SIZE_WORTH: Final = 3.0
"""Ratios that stand for having seen none (mean 1.05, 90th percentile 1.5), and how many seen they are."""

LAST_PRIOR: Final = 0.13
"""Before errors are seen, a blend is charged so much for each whole share of the last wait."""

DESK_PRIOR: Final = 0.1
"""The same for a whole share of the pace a desk, where desks may be others' too; else of the queue's."""

BLEND_WORTH: Final = 100.0
BLEND_MEMORY: Final = 1000.0
BLEND_SHARPNESS: Final = 50.0
ERROR_FLOOR_S: Final = 120.0

LEVEL_STEP: Final = 0.005
LEVEL_LEAST: Final = 0.5
LEVEL_MOST: Final = 1.0
"""A wait beyond its P90 raises the level by 0.0045, one within lowers it by 0.0005; 1: the greatest ratio."""

WAITED_S: Final = 120.0
"""A wait beyond this is a real one: below it the visitor has hardly sat down."""


class Outlook:
    """A queue at one moment: what all its forecasts share is worked out once.

    Args:
        memory: what is remembered of it.
        moment: the queue now.
    """

    def __init__(self, memory: Memory, moment: Moment) -> None:
        self._memory, self._moment = memory, moment
        self._paces = tuple(pace.Curve(memory, moment, by_desk=by_desk) for by_desk in (False, True))
        self._weights = _weights(memory)
        self._least: dict[tuple[int, float], list[float]] = {}
        self._least_p90: list[float] = []
        self._spreads: dict[int, float] = {}

    def estimate(self, ahead: float, among: float | None = None, off_s: float = 0.0) -> Estimate:
        """The wait behind so many people.

        Args:
            ahead: people ahead, in visitors of this queue.
            among: people in the whole queue, for a place inside it: its share of the last wait counts.
                An idle desk is -1 ahead: no wait at all, and no share.
            off_s: what the call comes earlier than the desk is free.
        """
        drains = [max(0.0, pace.seconds(ahead + 1) - off_s) for pace in self._paces]
        corrected = [self._corrected(by_desk, ahead, drains[by_desk], off_s) for by_desk in (0, 1)]
        share = (ahead + 1) / (max(0.0, ahead, among or 0.0) + 1)
        last_s = self._last_s()
        mine = None if last_s is None else last_s * share
        median = self._blended(corrected, mine)
        return Estimate(
            ahead=round(ahead, 2),
            drains=(_tenths(drains[0]), _tenths(drains[1])),
            corrected=(_tenths(corrected[0]), _tenths(corrected[1])),
            last_s=None if mine is None else _tenths(mine),
            median_s=_tenths(median),
            p90_s=_tenths(self._p90(median)),
        )

    def _corrected(self, by_desk: int, ahead: float, drain_s: float, off_s: float) -> float:
        """The drain times the median of its length; never less than behind a shorter queue."""
        medians = self._memory.corrections[by_desk]
        if (by_desk, off_s) not in self._least:
            ends = [max(0.0, self._paces[by_desk].seconds(end + 1) - off_s) for end in LENGTHS]
            self._least[by_desk, off_s] = _least(ends, medians)
        length = bisect_left(LENGTHS, ahead)
        return max(self._least[by_desk, off_s][length], _times(drain_s, medians[length]))

    def _blended(self, corrected: Sequence[float], last_s: float | None) -> float:
        """All blends together: they are linear, so their weights add up."""
        queue, desk, last = self._weights if last_s is not None else _without_last(self._weights)
        return queue * corrected[0] + desk * corrected[1] + last * (last_s or 0.0)

    def _last_s(self) -> float | None:
        memory, moment = self._memory, self._moment
        last = memory.last_wait_s if memory.day == moment.day else None
        known = [seconds for seconds in (last, moment.head_s) if seconds is not None]
        return max(known, default=None)

    def _p90(self, median_s: float) -> float:
        size = bisect_left(SIZES, median_s)
        while len(self._least_p90) <= size:
            self._learn_size(len(self._least_p90))
        return max(median_s, self._least_p90[size], _times(median_s, self._spread(size)))

    def _learn_size(self, size: int) -> None:
        """From forecasts of the sizes below: never less than a shorter one's."""
        before = _times(SIZES[size - 1], self._spread(size - 1)) if size else 0.0
        self._least_p90.append(max([before, *self._least_p90[-1:]]))

    def _spread(self, size: int) -> float:
        """The quantile of past ratios of forecasts of that size."""
        if size not in self._spreads:
            self._spreads[size] = _spread(self._memory.sizes[size], self._memory.level)
        return self._spreads[size]


def _least(ends_s: list[float], medians: list[float]) -> list[float]:
    """For each length, the most that a shorter queue is corrected to."""
    found = [0.0]
    for end_s, median in zip(ends_s, medians, strict=False):
        found.append(max(found[-1], _times(end_s, median)))
    return found


def blended(blend: tuple[float, float], paces: tuple[float, float], last_s: float | None) -> float:
    """One of the blends of both paces and the last wait."""
    last, desk = blend
    rest = (1 - desk) * paces[0] + desk * paces[1]
    return rest if last_s is None else (1 - last) * rest + last * last_s


def learn(memory: Memory, seen: Seen) -> None:
    """Take in a call: the pace it shows, and how the forecast met the wait."""
    pace.turn_to(memory, seen.day)
    pace.learn(memory, seen)
    if not seen.own:
        return
    wait_s = max(0.0, seen.at_s - seen.began_s)
    memory.last_wait_s = wait_s
    memory.observed += 1
    if seen.estimate is not None:
        _learn_errors(memory, seen.estimate, wait_s)


def _learn_errors(memory: Memory, estimate: Estimate, wait_s: float) -> None:
    length = bisect_left(LENGTHS, estimate.ahead)
    for by_desk, drain in enumerate(estimate.drains):
        ratios = memory.lengths[by_desk][length]
        _keep(ratios, _ratio(wait_s, drain))
        memory.corrections[by_desk][length] = _correction(ratios)
    size = bisect_left(SIZES, estimate.median_s)
    _keep(memory.sizes[size], _ratio(wait_s, estimate.median_s))
    fading = 1 - 1 / BLEND_MEMORY
    memory.weighed = memory.weighed * fading + 1
    scale = ERROR_FLOOR_S + estimate.corrected[0]
    for place, blend in enumerate(BLENDS):
        error = abs(blended(blend, estimate.corrected, estimate.last_s) - wait_s) / scale
        memory.losses[place] = memory.losses[place] * fading + error
    if wait_s > WAITED_S:
        beyond = float(wait_s > estimate.p90_s)
        level = memory.level + LEVEL_STEP * (beyond - (1 - AIM))
        memory.level = min(LEVEL_MOST, max(LEVEL_LEAST, level))


def _weights(memory: Memory) -> tuple[float, float, float]:
    """What the pace of the queue, that of a desk and the last wait weigh in all blends; together 1."""
    prior = [
        LAST_PRIOR * last + DESK_PRIOR * (1 - desk if memory.own_desks else desk) for last, desk in BLENDS
    ]
    errors = [
        (loss + BLEND_WORTH * before) / (memory.weighed + BLEND_WORTH)
        for loss, before in zip(memory.losses, prior, strict=True)
    ]
    least = min(errors)
    each = [math.exp(-BLEND_SHARPNESS * (error - least)) for error in errors]
    shares = [weight / sum(each) for weight in each]
    of_last = sum(share * last for share, (last, _) in zip(shares, BLENDS, strict=True))
    of_desk = sum(share * (1 - last) * desk for share, (last, desk) in zip(shares, BLENDS, strict=True))
    return 1 - of_last - of_desk, of_desk, of_last


def _without_last(weights: tuple[float, float, float]) -> tuple[float, float, float]:
    """The same where nobody was called yet today and nobody waits."""
    queue, desk, last = weights
    return queue / (1 - last), desk / (1 - last), 0.0


def _correction(ratios: list[float]) -> float:
    each = LENGTH_WORTH / len(LENGTH_PRIOR)
    return _quantile([*((ratio, 1.0) for ratio in ratios), *((ratio, each) for ratio in LENGTH_PRIOR)], 0.5)


def _spread(ratios: list[float], level: float) -> float:
    each = SIZE_WORTH / len(SIZE_PRIOR)
    weighted = [*((ratio, 1.0) for ratio in ratios), *((ratio, each) for ratio in SIZE_PRIOR)]
    return _quantile(weighted, level)


def _quantile(weighted: list[tuple[float, float]], share: float) -> float:
    """The value below which that share of the weight lies."""
    goal = share * sum(weight for _, weight in weighted)
    seen = 0.0
    for value, weight in sorted(weighted):
        seen += weight
        if seen >= goal:
            return value
    return max(weighted)[0]


def _ratio(real_s: float, forecast_s: float) -> float:
    return round((real_s + ALMOST_S) / (forecast_s + ALMOST_S), 3)


def _tenths(seconds: float) -> float:
    """Journals keep each forecast: nobody needs more of it."""
    return round(seconds, 1)


def _times(forecast_s: float, ratio: float) -> float:
    return max(0.0, (forecast_s + ALMOST_S) * ratio - ALMOST_S)


def _keep(ratios: list[float], ratio: float) -> None:
    ratios.append(ratio)
    del ratios[:-KEPT]
