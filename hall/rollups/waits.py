"""A cell of waits, a day's or an hour's, from the points of the visits in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

from broker.contract.topics import HALL
from hall.measures import WaitMeasure
from hall.promises.estimator import WAITED_S
from hall.promises.memory import AIM
from hall.promises.scores import pinball
from hall.rollups.histogram import Histogram
from hall.rollups.kinds import WaitRollup

CALLED: Final = frozenset({"called", "served", "unserved", "transferred", "no_show"})
"""Outcomes of waits that ended in a call."""

SERVED: Final = frozenset({"served", "transferred"})


Rollup = TypeVar("Rollup", bound=WaitRollup)


class _Scores(NamedTuple):
    """How the promises of the cell met their waits; see ``WaitRollup``."""

    promised: int
    waited: int
    covered: int
    error_s: float
    pinball50_s: float
    pinball90_s: float
    censored: int
    censored_beyond: int


def wait_rollup(kind: type[Rollup], at_ns: int, service: str, points: Sequence[WaitMeasure]) -> Rollup:
    """Sum up a cell; a wait that a taken-back press had opened is in no figure."""
    counted = [point for point in points if point.outcome != "undone"]
    waits = sorted(point.wait_s for point in counted if point.outcome in CALLED and point.wait_s is not None)
    scores = _scores(counted)
    return kind(
        node=HALL,
        at_ns=at_ns,
        service=service,
        drawn=len(counted),
        served=sum(point.outcome in SERVED for point in counted),
        left=sum(point.outcome == "left" for point in counted),
        no_show=sum(point.outcome == "no_show" for point in counted),
        called=len(waits),
        median_s=_median(waits),
        p90_s=waits[(len(waits) * 90 + 50) // 100 - 1] if waits else None,
        waits=Histogram.of(waits).text,
        promised=scores.promised,
        waited=scores.waited,
        covered=scores.covered,
        error_s=scores.error_s,
        pinball50_s=scores.pinball50_s,
        pinball90_s=scores.pinball90_s,
        censored=scores.censored,
        censored_beyond=scores.censored_beyond,
    )


def _median(ordered: Sequence[float]) -> float | None:
    """Between the middle two, in the stores' order of operations."""
    if not ordered:
        return None
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return low + (high - low) / 2


def _scores(points: Sequence[WaitMeasure]) -> _Scores:
    """Only where the queue alone decided the wait: who was preferred says nothing about its promises."""
    called, censored = list[tuple[float, float, float]](), list[tuple[float, float]]()
    for point in points:
        median_s, p90_s, wait_s = point.promised_median_s, point.promised_p90_s, point.wait_s
        if not point.scored or median_s is None or p90_s is None or wait_s is None:
            continue
        if point.outcome in CALLED:
            called.append((wait_s, median_s, p90_s))
        elif point.outcome == "left":
            censored.append((wait_s, p90_s))
    return _Scores(
        promised=len(called),
        waited=sum(wait_s > WAITED_S for wait_s, _, _ in called),
        covered=sum(WAITED_S < wait_s <= p90_s for wait_s, _, p90_s in called),
        error_s=sum(median_s - wait_s for wait_s, median_s, _ in called),
        pinball50_s=sum(pinball(wait_s, median_s, 0.5) for wait_s, median_s, _ in called),
        pinball90_s=sum(pinball(wait_s, p90_s, AIM) for wait_s, _, p90_s in called),
        censored=len(censored),
        censored_beyond=sum(waited_s > p90_s for waited_s, p90_s in censored),
    )
