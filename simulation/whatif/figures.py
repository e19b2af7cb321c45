"""What a day gave in figures, and how sure a difference between two arrangements is."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from broker.contract import compiled
from simulation.whatif.played import Played, Wait

CONFIDENCE: Final = 0.95
LEAST_TICKETS: Final = 5
"""Fewer tickets of a service on a day have no median worth telling."""


class Figures(NamedTuple):
    """One day: waits in minutes, shares from 0 to 1, people inside.

    Waits are from the ticket to its call, also for who left before: their number was called all the same.
    ``within`` is the share called within the target and still there; ``left`` the share that went away.
    ``beyond`` is 1 on a day on which more were inside than are permitted.
    """

    tickets: float
    median_min: float
    p90_min: float
    within: float
    left: float
    mean_inside: float
    peak_inside: float
    beyond: float
    turned_away: float
    by_service: dict[str, float]


def figures(played: Played, site: compiled.Site, target_min: float) -> Figures:
    """The figures of a day that was played there, against a target for the wait in minutes."""
    waits = played.waits
    tickets = max(1, len(waits))
    target_s = target_min * 60.0
    peak = max((people for _, people in played.inside), default=0)
    within = sum(wait.was_called and not wait.has_left and wait.wait_s <= target_s for wait in waits)
    return Figures(
        tickets=len(waits),
        median_min=_median_min(waits),
        p90_min=_p90_s([wait.wait_s for wait in waits]) / 60.0,
        within=within / tickets,
        left=sum(wait.has_left for wait in waits) / tickets,
        mean_inside=_mean_inside(played.inside),
        peak_inside=peak,
        beyond=float(peak > site.capacity),
        turned_away=played.turned_away,
        by_service={
            service: _median_min([wait for wait in waits if wait.service == service])
            for service in {wait.service for wait in waits}
            if sum(wait.service == service for wait in waits) >= LEAST_TICKETS
        },
    )


def _median_min(waits: Sequence[Wait]) -> float:
    return statistics.median(wait.wait_s for wait in waits) / 60.0 if waits else 0.0


def _p90_s(waits_s: Sequence[float]) -> float:
    if len(waits_s) < 2:  # noqa: PLR2004 - quantiles need two
        return max(waits_s, default=0.0)
    return statistics.quantiles(waits_s, n=10, method="inclusive")[-1]


def _mean_inside(inside: Sequence[tuple[float, int]]) -> float:
    """People inside, on average over the time between the first who came and the last who went."""
    if len(inside) < 2:  # noqa: PLR2004 - there is time between two moments
        return 0.0
    weighted = sum(people * (after - at) for (at, people), (after, _) in pairwise(inside))
    return weighted / max(1e-9, inside[-1][0] - inside[0][0])


class Estimate(NamedTuple):
    """A mean, and between what the truth lies with a probability of ``CONFIDENCE``."""

    mean: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def estimate(values: Sequence[float]) -> Estimate:
    """Student's interval of a mean: of paired differences, the paired-t interval (Law 2015, 10.2.1).

    One value has no interval: it stands for itself.
    """
    mean = statistics.fmean(values)
    if len(values) < 2:  # noqa: PLR2004 - one value says nothing of its spread
        return Estimate(mean, mean, mean)
    half = student(len(values) - 1) * statistics.stdev(values) / len(values) ** 0.5
    return Estimate(mean, mean - half, mean + half)


def student(freedom: int) -> float:
    """Student's two-sided quantile at ``CONFIDENCE``.

    By expansion around the normal one (Abramowitz and Stegun 1964, 26.7.5): within 0.01 from 4 degrees of
    freedom on, too narrow below.
    """
    z = statistics.NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))
