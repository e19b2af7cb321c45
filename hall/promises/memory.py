"""What is remembered of a queue, and what is told of it: values only, ``estimator`` works with them."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

SLOTS: Final = 48
"""Half-hours of a day."""

LENGTHS: Final = (-0.5, 0.5, 1.5, 2.5, 4.5, 8.5, 16.5)
"""Borders of queue lengths that are corrected apart; the first is an idle desk, the last is open."""

SIZES: Final = tuple(150.0 * (2**size - 1) for size in range(1, 7))
"""Borders of the sizes of a forecast whose 90th percentiles are learned apart: 2.5, 7.5, 17.5, … minutes."""

LAST_SHARES: Final = (0.0, 0.15, 0.3, 0.45)
DESK_SHARES: Final = (0.0, 0.5, 1.0)
BLENDS: Final = tuple((last, desk) for desk in DESK_SHARES for last in LAST_SHARES)
"""The share of the last wait, and in the rest that of the pace a desk."""

AIM: Final = 0.9
"""The share of waits that the P90 shall cover."""


class Slots(msgspec.Struct, kw_only=True):
    """By half-hour: people called, seconds in which somebody waited, and those times the open desks."""

    called: list[float] = msgspec.field(default_factory=lambda: [0.0] * SLOTS)
    busy_s: list[float] = msgspec.field(default_factory=lambda: [0.0] * SLOTS)
    desk_s: list[float] = msgspec.field(default_factory=lambda: [0.0] * SLOTS)


class Memory(msgspec.Struct, kw_only=True):
    """All that is remembered of one queue: a few kilobytes, whatever its past.

    ``past`` is up to the day before ``day``, ``today`` that day. ``called_at_s`` is the last call,
    ``called`` today's fading count, ``usual_s`` the seconds in which it was called, each by its half-hour's
    usual share of the whole day's pace: of the queue, and of a desk (then times the desks).
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
    usual_s: tuple[float, float] = (0.0, 0.0)
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


def _many(borders: tuple[float, ...]) -> list[list[float]]:
    return [[] for _ in range(len(borders) + 1)]
