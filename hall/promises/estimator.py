"""The estimator of waits: what it remembers of a queue, what it learns from each wait, what it forecasts.

**Drain.** A queue is worked off at a *pace*: people called a second while somebody waits. Its usual pace is
learned by half-hour of the day, shrunk to the whole day's; today's pace over the usual one has a gamma prior,
whose posterior mean is (called + C) / (expected + C), both fading by half in an hour (gamma-Poisson: Gelman
et al., *Bayesian Data Analysis*, 2.6). A forecast lets that pace run, half-hour by half-hour, until it has
called the people ahead and the visitor. It is made twice, for the pace of the queue and for that of one open
desk times the desks. People who leave are called fast, and count as called.

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
from typing import Final, NamedTuple

import msgspec

SLOT_S: Final = 1800
SLOTS: Final = 48
"""Half-hours of a day."""

SLOT_PRIOR: Final = 20.0
"""How many calls the whole day's pace is worth in a half-hour's."""

PACE_PRIOR: Final = 40.0
"""How many calls the usual pace is worth in today's."""

PACE_HALF_LIFE_S: Final = 3600.0
WORTH: Final = 10.0
"""How many calls the configured pace is worth in the learned one."""

KEPT: Final = 150
"""How many past ratios are kept of each kind."""

ALMOST_S: Final = 60.0
"""Added to both sides of a ratio, so that the shortest waits do not rule it."""

LENGTHS: Final = (-0.5, 0.5, 1.5, 2.5, 4.5, 8.5, 16.5)
"""Borders of queue lengths that are corrected apart; the first is an idle desk, the last is open."""

SIZES: Final = tuple(150.0 * (2**size - 1) for size in range(1, 7))
"""Borders of the sizes of a forecast whose 90th percentiles are learned apart: 2.5, 7.5, 17.5, … minutes."""

LENGTH_PRIOR: Final = (0.5, 0.75, 0.9, 1.0, 1.1, 1.3, 1.6)
LENGTH_WORTH: Final = 60.0
"""Ratios that stand for having seen none, and how many seen ones they are worth: their median is 1."""

SIZE_PRIOR: Final = (0.45, 0.62, 0.75, 0.86, 0.95, 1.05, 1.16, 1.3, 1.5, 1.9)
SIZE_WORTH: Final = 3.0
"""Ratios that stand for having seen none (mean 1.05, 90th percentile 1.5), and how many seen they are."""

LAST_SHARES: Final = (0.0, 0.15, 0.3, 0.45)
DESK_SHARES: Final = (0.0, 0.5, 1.0)
BLENDS: Final = tuple((last, desk) for desk in DESK_SHARES for last in LAST_SHARES)
"""The share of the last wait, and in the rest that of the pace a desk."""

LAST_PRIOR: Final = 0.13
"""Before errors are seen, a blend is charged so much for each whole share of the last wait."""

DESK_PRIOR: Final = 0.1
"""The same for a whole share of the pace a desk, where desks may be others' too; else of the queue's."""

BLEND_WORTH: Final = 100.0
BLEND_MEMORY: Final = 1000.0
BLEND_SHARPNESS: Final = 50.0
ERROR_FLOOR_S: Final = 120.0

AIM: Final = 0.9
LEVEL_STEP: Final = 0.005
LEVEL_LEAST: Final = 0.5
LEVEL_MOST: Final = 1.0
"""A wait beyond its P90 raises the level by 0.0045, one within lowers it by 0.0005; 1: the greatest ratio."""

WAITED_S: Final = 120.0
"""A wait beyond this is a real one: below it the visitor has hardly sat down."""


class Slots(msgspec.Struct, kw_only=True):
    """By half-hour: people called, seconds in which somebody waited, and those times the open desks."""

    called: list[float] = msgspec.field(default_factory=lambda: [0.0] * SLOTS)
    busy_s: list[float] = msgspec.field(default_factory=lambda: [0.0] * SLOTS)
    desk_s: list[float] = msgspec.field(default_factory=lambda: [0.0] * SLOTS)


class Memory(msgspec.Struct, kw_only=True):
    """All that is remembered of one queue: a few kilobytes, whatever its past.

    ``past`` is up to the day before ``day``, ``today`` that day. ``called_at_s`` is the last call,
    ``called`` and ``expected`` today's fading counts, expected by the pace of the queue and of a desk.
    ``lengths`` are ratios by pace and queue length, ``sizes`` by size of the forecast, the latest last.
    ``corrections`` are the medians that forecasts use of them, ``level`` the quantile. ``losses`` is the
    fading sum of each blend's errors, ``weighed`` of how many. ``own_desks``: the open desks are this
    queue's; false where others whom nobody counts share them: the pace of the queue then says more at first.
    """

    day: str = ""
    past: Slots = msgspec.field(default_factory=Slots)
    today: Slots = msgspec.field(default_factory=Slots)
    called_at_s: float | None = None
    called: float = 0.0
    expected: tuple[float, float] = (0.0, 0.0)
    last_wait_s: float | None = None
    lengths: tuple[list[list[float]], list[list[float]]] = msgspec.field(
        default_factory=lambda: (_many(LENGTHS), _many(LENGTHS))
    )
    sizes: list[list[float]] = msgspec.field(default_factory=lambda: _many(SIZES))
    losses: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(BLENDS))
    weighed: float = 0.0
    corrections: tuple[list[float], list[float]] = msgspec.field(
        default_factory=lambda: ([1.0] * (len(LENGTHS) + 1), [1.0] * (len(LENGTHS) + 1))
    )
    level: float = AIM
    observed: int = 0
    own_desks: bool = True


class Moment(NamedTuple):
    """A queue now.

    ``desks`` are open, ``service_s`` is the time that a desk needs for one visitor (configured or learned),
    ``head_s`` how long who came first has waited (None: nobody waits).
    """

    day: str
    at_s: float
    desks: float
    service_s: float
    head_s: float | None = None


class Estimate(NamedTuple):
    """A wait: its median and 90th percentile, and what each way to forecast said, for learning from it.

    ``drains`` are the waits at the pace of the queue and of a desk before correction, ``corrected`` after it,
    ``last_s`` the last wait (None: none today).
    """

    ahead: float
    drains: tuple[float, float]
    corrected: tuple[float, float]
    last_s: float | None
    median_s: float
    p90_s: float


class Seen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call that ended a wait, from the side of one queue: what is learned.

    ``began_s`` and ``at_s`` are arrival and call; ``work`` how much of a visitor of this queue was called (a
    visitor of another service who shares some of its desks is less than one). ``estimate`` is what was
    forecast at the arrival; None for a wait that no forecast is judged by.
    """

    day: str
    began_s: float
    at_s: float
    desks: float
    service_s: float
    work: float = 1.0
    own: bool = True
    estimate: Estimate | None = None


class Outlook:
    """A queue at one moment: what all its forecasts share is worked out once.

    Args:
        memory: what is remembered of it.
        moment: the queue now.
    """

    def __init__(self, memory: Memory, moment: Moment) -> None:
        self._memory, self._moment = memory, moment
        self._paces = tuple(_Curve(memory, moment, by_desk=by_desk) for by_desk in (False, True))
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
            ahead, (drains[0], drains[1]), (corrected[0], corrected[1]), mine, median, self._p90(median)
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
    _turn_to(memory, seen.day)
    _learn_pace(memory, seen)
    if not seen.own:
        return
    wait_s = max(0.0, seen.at_s - seen.began_s)
    memory.last_wait_s = wait_s
    memory.observed += 1
    if seen.estimate is not None:
        _learn_errors(memory, seen.estimate, wait_s)


def _turn_to(memory: Memory, day: str) -> None:
    """Begin another day: what was today's is past."""
    if memory.day == day:
        return
    for kind in Slots.__struct_fields__:
        past = getattr(memory.past, kind)
        for slot, amount in enumerate(getattr(memory.today, kind)):
            past[slot] += amount
    memory.day, memory.today = day, Slots()
    memory.called_at_s = memory.last_wait_s = None
    memory.called, memory.expected = 0.0, (0.0, 0.0)


def _learn_pace(memory: Memory, seen: Seen) -> None:
    moment = Moment(seen.day, seen.at_s, seen.desks, seen.service_s)
    busy_s = _busy_s(memory, seen.at_s, seen.began_s)
    if busy_s <= 0:
        memory.called_at_s = max(seen.at_s, memory.called_at_s or 0.0)
        return  # called at once: no queue was worked off
    slot = slot_of(seen.at_s)
    fading = 0.5 ** (busy_s / PACE_HALF_LIFE_S)
    queue, desk = (_usual(memory, moment, by_desk=by_desk)[slot] for by_desk in (False, True))
    memory.called = memory.called * fading + seen.work
    memory.expected = (
        memory.expected[0] * fading + queue * busy_s,
        memory.expected[1] * fading + desk * busy_s,
    )
    memory.today.called[slot] += seen.work
    memory.today.busy_s[slot] += busy_s
    memory.today.desk_s[slot] += busy_s * seen.desks
    memory.called_at_s = max(seen.at_s, memory.called_at_s or 0.0)


def _busy_s(memory: Memory, at_s: float, began_s: float) -> float:
    """How long somebody has waited since the last call, if that one has waited since ``began_s``."""
    since = began_s if memory.called_at_s is None else max(began_s, memory.called_at_s)
    return max(0.0, at_s - since)


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


class _Curve:
    """How many people are called by when, at one pace, from now to the end of the day and beyond."""

    def __init__(self, memory: Memory, moment: Moment, *, by_desk: bool) -> None:
        usual = _usual(memory, moment, by_desk=by_desk)
        first = slot_of(moment.at_s)
        today = _today(memory, moment, usual[first], by_desk=by_desk)
        rates = [rate * today for rate in usual[first:]]
        self._rates = rates
        self._ends_s = [(first + place + 1) * SLOT_S - moment.at_s for place in range(len(rates))]
        self._called: list[float] = []
        began = called = 0.0
        for rate, ends in zip(rates, self._ends_s, strict=True):
            called += rate * max(0.0, ends - began)
            began = ends
            self._called.append(called)

    def seconds(self, people: float) -> float:
        """When so many have been called; the day's last pace goes on after it."""
        place = min(bisect_left(self._called, people), len(self._rates) - 1)
        return max(0.0, self._ends_s[place] - (self._called[place] - people) / self._rates[place])


def _usual(memory: Memory, moment: Moment, *, by_desk: bool) -> list[float]:
    """People called a second in each half-hour of a usual day, with as many desks as are open now."""
    desks = max(1.0, moment.desks)
    known, today = (
        (memory.past.desk_s, memory.today.desk_s) if by_desk else (memory.past.busy_s, memory.today.busy_s)
    )
    worth_s = WORTH * max(1.0, moment.service_s) / (1.0 if by_desk else desks)
    is_today = memory.day == moment.day
    called = sum(memory.past.called) + sum(memory.today.called)
    day = (called + WORTH) / (sum(known) + sum(today) + worth_s)
    factor = desks if by_desk else 1.0
    past_called, past_s = memory.past.called, known
    if not is_today:
        past_called = [one + other for one, other in zip(past_called, memory.today.called, strict=True)]
        past_s = [one + other for one, other in zip(past_s, today, strict=True)]
    return [
        factor * (count + SLOT_PRIOR) / (seconds + SLOT_PRIOR / day)
        for count, seconds in zip(past_called, past_s, strict=True)
    ]


def _today(memory: Memory, moment: Moment, usual: float, *, by_desk: bool) -> float:
    """Today's pace over the usual one; a queue in which nobody is called grows slower while it waits."""
    called, expected = 0.0, 0.0
    if memory.day == moment.day:
        called, expected = memory.called, memory.expected[by_desk]
        if moment.head_s is not None:
            stalled_s = _busy_s(memory, moment.at_s, moment.at_s - moment.head_s)
            fading = 0.5 ** (stalled_s / PACE_HALF_LIFE_S)
            called, expected = called * fading, expected * fading + usual * stalled_s
    return (called + PACE_PRIOR) / (expected + PACE_PRIOR)


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


def _times(forecast_s: float, ratio: float) -> float:
    return max(0.0, (forecast_s + ALMOST_S) * ratio - ALMOST_S)


def _keep(ratios: list[float], ratio: float) -> None:
    ratios.append(ratio)
    del ratios[:-KEPT]


def slot_of(at_s: float) -> int:
    """The half-hour of the day; before midnight and after it, the first and last."""
    return min(SLOTS - 1, max(0, int(at_s // SLOT_S)))


def _many(borders: tuple[float, ...]) -> list[list[float]]:
    return [[] for _ in range(len(borders) + 1)]
