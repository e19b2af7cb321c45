"""How long the next visitor will wait: the promise, and what the hall learns to make it.

**Forecast** = work ahead ÷ open desks. Work ahead is the learned mean service time of each visitor ahead
who will take one of these desks, plus one more mean when every desk is busy: for a service alone at its
desks this is (people ahead + 1) × mean service time ÷ open desks. Visitors of other services
count by the share of their desks that are also ours, a visitor already sent ahead as one more. Desks
inside the town hall call ahead by the walk, which is taken off. Never under a minute: less helps nobody.

**Promise**: the forecast times the median, and times the 90th percentile, of the service's own past ratios of
real wait to forecast. Ten prior ratios stand in until there are real ones; they spread like the simulated
error of this forecast (0.28–0.34 of the mean wait, against 0.54 for the mean of the last ten waits).

A promise is **withheld** when it has no ground: no open desk, or fewer services known than the site's
``minimum_services_for_promise``. The configured mean counts as ``PRIOR_WORTH`` services, so that a site that
asks for no more than that can promise from its first morning.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import NamedTuple

from hall import priority, serving
from hall.decisions import PromiseScored, ServiceTimeLearned
from hall.layout import Layout
from hall.state import Learned, State, Visit

PRIOR_WORTH = 10
"""How many observed services the configured mean is worth."""

MEMORY = 60
"""A new service moves the mean by at least 1/60: the last few days count, not the first of June."""

LONGEST_SERVICE_S = 3 * 3600
"""Longer than this, somebody forgot to press: nothing is learned from it (talks last up to an hour)."""

LEAST_S = 60.0
"""The shortest promise."""

KEPT_ERRORS = 200
"""How many past ratios of real to forecast wait are kept for a service."""

PRIOR_ERRORS = (0.45, 0.62, 0.75, 0.86, 0.95, 1.05, 1.16, 1.3, 1.5, 1.9)
"""Real to forecast wait, before any was seen: mean 1.05, mean absolute error 0.33, 90th percentile 1.5."""


class Promise(NamedTuple):
    """A wait in seconds: the raw forecast, and what is announced from it."""

    expected_s: float
    median_s: float
    p90_s: float


class Forecast:
    """The waits at one moment: what all promises of that moment share is worked out once.

    Args:
        state: what the hall knows.
        layout: the site.
    """

    def __init__(self, state: State, layout: Layout) -> None:
        self._state, self._layout = state, layout
        self._desks = serving.open_desks(state, layout)
        self._services: dict[str, _Queue | None] = {}

    def open_desks(self, service: str) -> set[str]:
        """The desks that take visitors of that service."""
        return self._desks.get(service, set())

    def promise(self, service: str, ahead: Counter[str]) -> Promise | None:
        """The wait from now on behind so many visitors of each service; None when withheld."""
        queue = self._queue(service)
        if queue is None:
            return None
        turns = 0 if queue.idle > ahead.total() else 1
        work = queue.sent_s + turns * queue.mean_s
        for other, people in ahead.items():
            work += people * queue.share_s.get(other, 0.0)
        expected = max(LEAST_S, work / queue.desks - queue.walk_s)
        return Promise(
            expected, max(LEAST_S, expected * queue.median), max(LEAST_S, expected * queue.ninetieth)
        )

    def people(self, service: str, ahead: Counter[str]) -> int:
        """How many of these take a desk that the service needs too; its own where no desk is open."""
        ours = self.open_desks(service)
        return sum(
            people for other, people in ahead.items() if other == service or self.open_desks(other) & ours
        )

    def _queue(self, service: str) -> _Queue | None:
        if service not in self._services:
            self._services[service] = self._look_at(service)
        return self._services[service]

    def _look_at(self, service: str) -> _Queue | None:
        state, layout, ours = self._state, self._layout, self.open_desks(service)
        if not ours or grounds(state, layout, service) < layout.rules.minimum_services_for_promise:
            return None
        sent = [state.visits.get(state.desk(desk).ahead) for desk in ours]
        ratios = sorted((*PRIOR_ERRORS, *state.errors.get(service, ())))
        return _Queue(
            desks=len(ours),
            idle=sum(state.desk(desk).state == "free" for desk in ours),
            mean_s=mean_s(state, layout, service),
            share_s={
                other: mean_s(state, layout, other) * len(theirs & ours) / len(theirs)
                for other, theirs in self._desks.items()
            },
            sent_s=sum(mean_s(state, layout, visit.service) for visit in sent if visit is not None),
            walk_s=min(layout.walk_s(desk) for desk in ours),
            median=quantile(ratios, 0.5),
            ninetieth=quantile(ratios, 0.9),
        )


class _Queue(NamedTuple):
    """One service now: its open desks, how many are idle, and the work that each visitor ahead brings them.

    ``share_s`` is that work by the visitor's service, in seconds; ``sent_s`` that of visitors already sent
    ahead; ``median`` and ``ninetieth`` are quantiles of the past ratios of real wait to forecast.
    """

    desks: int
    idle: int
    mean_s: float
    share_s: dict[str, float]
    sent_s: float
    walk_s: int
    median: float
    ninetieth: float


def promise(state: State, layout: Layout, service: str) -> Promise | None:
    """The wait of a visitor who comes now for ``service``; None when withheld."""
    return Forecast(state, layout).promise(service, Counter(visit.service for visit in state.waiting()))


def promise_in_place(state: State, layout: Layout, visit: Visit, now_ns: int) -> Promise | None:
    """The wait of a visitor who keeps a place by arrival in another queue; None when withheld."""
    queue = priority.in_order([*state.waiting(), visit], layout, now_ns)
    before = queue[: queue.index(visit)]
    return Forecast(state, layout).promise(visit.service, Counter(other.service for other in before))


def quantile(ordered: list[float], share: float) -> float:
    """The nearest-rank quantile of sorted values, as the store computes its percentiles."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def mean_s(state: State, layout: Layout, service: str) -> float:
    """The learned mean service time, else the configured one; 0 for an unknown service."""
    learned = state.learned.get(service)
    if learned is not None:
        return learned.mean_s
    known = layout.services.get(service)
    return float(known.mean_service_s) if known is not None else 0.0


def grounds(state: State, layout: Layout, service: str) -> int:
    """How many services the mean rests on, the configured prior counted as ``PRIOR_WORTH``."""
    learned = state.learned.get(service)
    known = layout.services.get(service)
    prior = PRIOR_WORTH if known is not None and known.mean_service_s > 0 else 0
    return prior + (learned.observed if learned is not None else 0)


def learn(state: State, layout: Layout, visit: Visit) -> list[ServiceTimeLearned]:
    """What a served visit teaches about its service: a running mean with a bounded memory.

    A rehearsal teaches nothing.
    """
    seconds = visit.service_s
    if visit.exercise or seconds is None or not 0 < seconds <= LONGEST_SERVICE_S:
        return []
    before = mean_s(state, layout, visit.service)
    weight = min(MEMORY, grounds(state, layout, visit.service) + 1)
    learned = state.learned.get(visit.service, Learned(mean_s=before, observed=0))
    return [
        ServiceTimeLearned(
            service=visit.service,
            seconds=seconds,
            mean_s=before + (seconds - before) / weight,
            observed=learned.observed + 1,
        )
    ]


def judge(visit: Visit) -> list[PromiseScored]:
    """How the promise made to a visit met its real wait.

    Only the queue is judged: an agent who prefers a visit, or keeps it for some desks, changes its wait.
    """
    wait = visit.wait_s
    if visit.exercise or visit.priority or visit.step_free or visit.only_desk:
        return []
    if wait is None or visit.expected_s is None or visit.p90_s is None:
        return []
    return [
        PromiseScored(
            service=visit.service,
            ratio=wait / visit.expected_s,
            kept=KEPT_ERRORS,
            beyond_p90=wait > visit.p90_s,
        )
    ]


def apply_learned(state: State, decision: ServiceTimeLearned) -> None:
    """Keep a learned mean."""
    state.learned[decision.service] = Learned(mean_s=decision.mean_s, observed=decision.observed)


def apply_scored(state: State, decision: PromiseScored) -> None:
    """Keep a past ratio among the latest."""
    errors = state.errors.setdefault(decision.service, [])
    errors.append(decision.ratio)
    del errors[: -decision.kept]
    state.tally.promises += 1
    state.tally.beyond_p90 += decision.beyond_p90
