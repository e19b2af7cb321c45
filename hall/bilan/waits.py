"""Waits of a group of tickets: how long, how many within the target, how many left, what was promised.

Durations count from the ticket. Who left before being called, or was not there when called, counts as not
called within the target. A wait that ended without a call is censored: Kaplan and Meier's estimator (Journal
of the American Statistical Association 53 (1958), 457-481) tells what nine of ten would have waited had
nobody left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Final, NamedTuple, TypeVar

from hall.measures import WaitMeasure
from hall.promises.estimator import WAITED_S

_Key = TypeVar("_Key")

CALLED: Final = frozenset({"called", "served", "unserved", "transferred", "no_show"})
CAME: Final = CALLED - {"no_show"}
RECEIVED: Final = frozenset({"served", "unserved"})
"""Outcomes of which each visit has one: a transferred visitor has it where the visit ends."""


class WaitFigures(NamedTuple):
    """Tickets and how their waits ended; seconds.

    ``called`` have a known wait, over which ``median_s`` and ``p90_s`` (nearest rank, as the store's) are;
    ``within`` were called in time, and came. ``unknown`` were neither called after a known wait nor left.
    ``would_p90_s`` counts those who left as censored; None where too many left to tell. ``no_show`` and
    ``unserved`` are among ``called``.
    """

    tickets: int
    called: int
    within: int
    left: int
    no_show: int
    unserved: int
    median_s: float | None
    p90_s: float | None
    would_p90_s: float | None

    @property
    def ended(self) -> int:
        """Tickets whose wait is known to have ended: the denominator of shares."""
        return self.called + self.left

    @property
    def unknown(self) -> int:
        """Tickets of which nobody knows how long they waited."""
        return self.tickets - self.ended

    @property
    def within_share(self) -> float | None:
        """Called within the target and there, of all who were called or left."""
        return self.within / self.ended if self.ended else None

    @property
    def left_share(self) -> float | None:
        """Left before being called, of all who were called or left."""
        return self.left / self.ended if self.ended else None


class PromiseFigures(NamedTuple):
    """Announced waits against real ones, among who really waited (``hall.promises.scores``).

    ``without`` were announced none. A wait that the queue alone did not decide (``WaitMeasure.scored``) is
    not held against its promise, here as on the history page.

    ``beyond`` waited longer than the announced 90th percentile: called later, or left later than that. Who
    left earlier tells nothing. ``bias_s`` is the announced median less the wait of who was called.
    """

    scored: int
    beyond: int
    without: int
    bias_s: float | None

    @property
    def beyond_share(self) -> float | None:
        """Should be near a tenth."""
        return self.beyond / self.scored if self.scored else None


def wait_figures(waits: Iterable[WaitMeasure], target_s: float) -> WaitFigures:
    """What the waits were like; ``target_s`` itself is within the target."""
    waits = list(waits)
    called = sorted(wait.wait_s for wait in waits if wait.outcome in CALLED and wait.wait_s is not None)
    came = [wait.wait_s for wait in waits if wait.outcome in CAME and wait.wait_s is not None]
    left = [wait for wait in waits if wait.outcome == "left"]
    return WaitFigures(
        tickets=len(waits),
        called=len(called),
        within=sum(wait_s <= target_s for wait_s in came),
        left=len(left),
        no_show=sum(wait.outcome == "no_show" and wait.wait_s is not None for wait in waits),
        unserved=sum(wait.outcome == "unserved" and wait.wait_s is not None for wait in waits),
        median_s=median(called) if called else None,
        p90_s=nearest_rank(called, 90),
        would_p90_s=censored_quantile(called, [wait.wait_s for wait in left if wait.wait_s is not None], 0.9),
    )


def nearest_rank(ordered: Sequence[float], percent: int) -> float | None:
    """InfluxQL's percentile of values in order: the one at floor(n × percent / 100 + 0.5)."""
    place = (len(ordered) * percent + 50) // 100
    return ordered[place - 1] if 0 < place <= len(ordered) else None


def censored_quantile(ended: Iterable[float], censored: Iterable[float], share: float) -> float | None:
    """The time by which that share would have ended; None where too few are left to see it."""
    ends, cuts = Counter(ended), Counter(censored)
    at_risk, surviving = ends.total() + cuts.total(), 1.0
    for seconds in sorted({*ends, *cuts}):
        surviving *= 1 - ends[seconds] / at_risk
        at_risk -= ends[seconds] + cuts[seconds]
        if surviving <= 1 - share + 1e-9:
            return seconds
    return None


def promise_figures(waits: Iterable[WaitMeasure]) -> PromiseFigures:
    """How the announced 90th percentile held."""
    scored = beyond = without = 0
    errors: list[float] = []
    for wait in waits:
        if wait.promised_p90_s is None:
            without += 1
        elif wait.scored and wait.wait_s is not None and wait.wait_s > WAITED_S:
            is_beyond = wait.wait_s > wait.promised_p90_s
            if wait.outcome in CALLED:
                scored, beyond = scored + 1, beyond + is_beyond
                if wait.promised_median_s is not None:
                    errors.append(wait.promised_median_s - wait.wait_s)
            elif wait.outcome == "left" and is_beyond:
                scored, beyond = scored + 1, beyond + 1
    return PromiseFigures(scored, beyond, without, sum(errors) / len(errors) if errors else None)


def grouped(
    waits: Iterable[WaitMeasure], key: Callable[[WaitMeasure], _Key]
) -> dict[_Key, list[WaitMeasure]]:
    """Waits by what ``key`` says of each."""
    groups: dict[_Key, list[WaitMeasure]] = {}
    for wait in waits:
        groups.setdefault(key(wait), []).append(wait)
    return groups
