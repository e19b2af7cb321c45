"""How sure a figure of several days is: days are the draws, since the waits of one day depend on each other.

Who waits behind a long visit waits long, too: intervals that take each wait for a draw of its own are far
too narrow, and sites would seem to differ where chance alone speaks. So a share's variance is that of a
ratio over days (W. G. Cochran, *Sampling Techniques*, 3rd ed., 1977, chapter 6 and 9), and a quantile's
interval is read off the distribution at the ends of the interval of its share (R. S. Woodruff, "Confidence
intervals for medians and other position measures", 1952).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from hall.rollups.histogram import Histogram, bin_of, edge_s

FEWEST_DAYS: Final = 5
"""Of fewer days no interval is told: it would tell of these days, not of the site."""

_STUDENT: Final = (2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
"""Student's 97.5 % point with 4, 5, … degrees of freedom; beyond them ``_student`` approximates."""
_FIRST_DEGREE: Final = FEWEST_DAYS - 1
_NORMAL: Final = 1.960


class Interval(NamedTuple):
    """At 95 % confidence."""

    low: float
    high: float


class Part(NamedTuple):
    """Of one day: so many ``of`` so many."""

    some: int
    of: int


def of_share(days: Sequence[Part]) -> Interval | None:
    """The interval of the share of all days together, 0 to 1; None where the days are too few."""
    error = _error(days)
    if error is None:
        return None
    share = sum(day.some for day in days) / sum(day.of for day in days)
    return Interval(max(0.0, share - error), min(1.0, share + error))


def of_quantile(days: Sequence[Histogram], share: float) -> Interval | None:
    """The interval of a quantile of all days together, in seconds; None where the days are too few."""
    together = Histogram(day.text for day in days)
    if not together.count:
        return None
    edge = edge_s(bin_of(together.quantile_s(share)))
    error = _error([Part(day.within(edge), day.count) for day in days])
    if error is None:
        return None
    return Interval(
        together.quantile_s(max(0.0, share - error)), together.quantile_s(min(1.0, share + error))
    )


def _error(days: Sequence[Part]) -> float | None:
    """Half an interval of the share of all days: the ratio's standard error times Student's point."""
    drawn = [day for day in days if day.of]
    if len(drawn) < FEWEST_DAYS:
        return None
    total = sum(day.of for day in drawn)
    share = sum(day.some for day in drawn) / total
    squares = sum((day.some - share * day.of) ** 2 for day in drawn)
    return _student(len(drawn) - 1) * math.sqrt(len(drawn) / (len(drawn) - 1) * squares) / total


def _student(degrees: int) -> float:
    place = degrees - _FIRST_DEGREE
    if place < len(_STUDENT):
        return _STUDENT[place]
    # Cornish and Fisher's first term: within 0.002 from 16 degrees on.
    return _NORMAL + (_NORMAL**3 + _NORMAL) / (4 * degrees)
