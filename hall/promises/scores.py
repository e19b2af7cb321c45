"""Scores of forecasts against real waits: how far, how skewed, and whether nine of ten held.

**Really waited** means beyond two minutes (``WAITED_S``): who is called at once flatters every 90th
percentile, and a polled source cannot tell such waits apart. Two other borders are shown beside it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from hall.promises.estimator import WAITED_S
from hall.promises.judge import OURS, Forecast, Judged
from hall.promises.memory import AIM

RESAMPLES: Final = 400
SEED: Final = 19


class Score(NamedTuple):
    """Of one estimator over some waits: errors in seconds, coverage as a share (None: nobody waited).

    ``pinball`` losses are those of Koenker and Bassett (1978); ``bias`` is forecast less real.
    ``coverage`` is among who really waited, ``coverage_any`` among who waited at all, ``coverage_long`` among
    who waited five minutes or more.
    """

    waits: int
    waited: int
    mean_wait_s: float
    mae_s: float
    bias_s: float
    pinball50_s: float
    pinball90_s: float
    coverage: float | None
    coverage_any: float | None
    coverage_long: float | None


def score(judged: Sequence[Judged], name: str) -> Score | None:
    """One estimator over these waits; None where there are none."""
    pairs = [(one.wait_s, one.said[name]) for one in judged if OURS in one.said]
    if not pairs:
        return None
    count = len(pairs)
    return Score(
        waits=count,
        waited=sum(wait_s > WAITED_S for wait_s, _ in pairs),
        mean_wait_s=sum(wait_s for wait_s, _ in pairs) / count,
        mae_s=sum(abs(said.median_s - wait_s) for wait_s, said in pairs) / count,
        bias_s=sum(said.median_s - wait_s for wait_s, said in pairs) / count,
        pinball50_s=sum(pinball(wait_s, said.median_s, 0.5) for wait_s, said in pairs) / count,
        pinball90_s=sum(pinball(wait_s, said.p90_s, AIM) for wait_s, said in pairs) / count,
        coverage=_coverage(pairs, lambda wait_s: wait_s > WAITED_S),
        coverage_any=_coverage(pairs, lambda wait_s: wait_s > 0),
        coverage_long=_coverage(pairs, lambda wait_s: wait_s >= 300),  # noqa: PLR2004 - the source's polls
    )


def pinball(wait_s: float, quantile_s: float, share: float) -> float:
    """The loss that is least where the quantile is right."""
    above = wait_s - quantile_s
    return max(share * above, (share - 1) * above)


def absolute_error(one: Judged, name: str) -> float:
    """How far the announced median was from the wait, in seconds."""
    return abs(one.said[name].median_s - one.wait_s)


def pinball90(one: Judged, name: str) -> float:
    """The loss of the announced 90th percentile, in seconds."""
    return pinball(one.wait_s, one.said[name].p90_s, AIM)


def _coverage(pairs: Iterable[tuple[float, Forecast]], counts: Callable[[float], bool]) -> float | None:
    held = [wait_s <= said.p90_s for wait_s, said in pairs if counts(wait_s)]
    return sum(held) / len(held) if held else None


def by(judged: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, list[Judged]]:
    """The waits in groups, in order of their names."""
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[key(one)].append(one)
    return dict(sorted(groups.items()))


def by_day(
    judged: Iterable[Judged], sums: Callable[[Judged], tuple[float, float]]
) -> list[tuple[float, float]]:
    """The upper and the lower part of a share, summed for each day."""
    return [
        (sum(upper for upper, _ in parts), sum(lower for _, lower in parts))
        for parts in ([sums(one) for one in some] for some in by(judged, lambda one: one.day).values())
    ]


def interval(days: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Where 95 % of a share's values lie over days drawn again: waits of one day go together.

    None where the share has no ground. The bootstrap of clusters: Davison and Hinkley (1997), 3.8.
    """
    chance = random.Random(SEED)  # noqa: S311 - the same draws each time
    values: list[float] = []
    for _ in range(RESAMPLES):
        drawn = chance.choices(days, k=len(days))
        lower = sum(part for _, part in drawn)
        if lower:
            values.append(sum(part for part, _ in drawn) / lower)
    values.sort()
    return (values[int(0.025 * len(values))], values[int(0.975 * len(values))]) if values else None
