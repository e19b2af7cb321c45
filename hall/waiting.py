"""How long the next visitor will wait: the promise, and the service times that the hall learns for it.

**Work ahead**, in visitors of the service: each visitor ahead counts by the mean service time, and visitors
of other services by the share of their desks that are also ours; a visitor already sent ahead is one more.
Behind an idle desk there is none. How long a queue takes for so much work, ``hall.promises.estimator`` says:
before it has seen any call, (work ahead + 1) × mean service time ÷ open desks. Desks inside the town hall
call ahead by the walk, which is taken off. Never under a minute: less helps nobody.

A promise is **withheld** when it has no ground: no open desk, or fewer services known than the site's
``minimum_services_for_promise``. The configured mean counts as ``PRIOR_WORTH`` services, so that a site that
asks for no more than that can promise from its first morning.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from msgspec.structs import replace

from broker.clock import SECOND
from hall import priority, serving
from hall.decisions import PromiseScored, ServiceTimeLearned
from hall.layout import Layout
from hall.promises.estimator import Outlook
from hall.promises.memory import Estimate, Memory, Moment
from hall.state import State
from hall.visit import Learned, Visit

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


class Promise(NamedTuple):
    """A wait in seconds: the raw forecast, what is announced from it, and how it was made."""

    expected_s: float
    median_s: float
    p90_s: float
    estimate: Estimate


class Forecast:
    """The waits at one moment: what all promises of that moment share is worked out once.

    Args:
        state: what the hall knows.
        layout: the site.
        now_ns: the civil time.
    """

    def __init__(self, state: State, layout: Layout, now_ns: int) -> None:
        self._state, self._layout, self._now_ns = state, layout, now_ns
        self._desks = serving.open_desks(state, layout)
        self._services: dict[str, _Queue | None] = {}
        self._waiting = Counter(visit.service for visit in state.waiting())

    def open_desks(self, service: str) -> set[str]:
        """The desks that take visitors of that service."""
        return self._desks.get(service, set())

    def promise(self, service: str, ahead: Counter[str], building: str = "") -> Promise | None:
        """The wait in ``building`` behind so many visitors of each service; None when withheld."""
        queue = self._queue(service)
        if queue is None:
            return None
        turns = 0 if queue.idle > ahead.total() else 1
        place = queue.visitors(ahead) + turns - 1
        walk_s = min(self._layout.walk_s(desk, building) for desk in self.open_desks(service))
        estimate = queue.outlook.estimate(place, queue.visitors(self._waiting), walk_s)
        return Promise(
            max(LEAST_S, estimate.drains[1]),
            max(LEAST_S, estimate.median_s),
            max(LEAST_S, estimate.p90_s),
            estimate,
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
        mean = max(1.0, mean_s(state, layout, service))
        memory = state.queues.get(service, Memory())
        moment = Moment(
            day=state.day.day,
            at_s=max(0, self._now_ns - state.day.starts_ns) / SECOND,
            desks=float(len(ours)),
            service_s=mean,
            head_s=self._longest_s(service),
        )
        return _Queue(
            idle=sum(state.desk(desk).state == "free" for desk in ours),
            share={
                other: mean_s(state, layout, other) * len(theirs & ours) / len(theirs) / mean
                for other, theirs in self._desks.items()
            },
            sent=sum(mean_s(state, layout, visit.service) for visit in sent if visit is not None) / mean,
            outlook=Outlook(memory, moment),
        )

    def _longest_s(self, service: str) -> float | None:
        """How long who came first has waited; None where nobody waits."""
        waits = [
            max(0, self._now_ns - visit.arrived_ns) / SECOND
            for visit in self._state.waiting()
            if visit.service == service
        ]
        return max(waits, default=None)


class _Queue(NamedTuple):
    """One service now: how many of its desks are idle, and the work ahead, in visitors of that service.

    ``share`` is what a visitor brings by service, ``sent`` what those already sent ahead bring.
    """

    idle: int
    share: dict[str, float]
    sent: float
    outlook: Outlook

    def visitors(self, ahead: Counter[str]) -> float:
        """So many visitors of each service, as visitors of this one."""
        return self.sent + sum(people * self.share.get(other, 0.0) for other, people in ahead.items())


def promise(state: State, layout: Layout, service: str, now_ns: int, building: str = "") -> Promise | None:
    """The wait of a visitor who comes now for ``service`` into ``building``; None when withheld."""
    ahead = Counter(visit.service for visit in state.waiting())
    return Forecast(state, layout, now_ns).promise(service, ahead, building)


def promise_in_place(state: State, layout: Layout, visit: Visit, now_ns: int) -> Promise | None:
    """The wait of a visitor who keeps a place by arrival in another queue; None when withheld."""
    queue = priority.in_order([*state.waiting(), visit], layout, now_ns)
    before = queue[: queue.index(visit)]
    ahead = Counter(other.service for other in before)
    return Forecast(state, layout, now_ns).promise(visit.service, ahead, layout.building(visit.node))


def with_promise(visit: Visit, promise: Promise) -> Visit:
    """The visit, and what it was promised."""
    return replace(
        visit,
        expected_s=promise.expected_s,
        median_s=promise.median_s,
        p90_s=promise.p90_s,
        estimate=promise.estimate,
    )


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


def is_preferred(visit: Visit) -> bool:
    """Whether an agent decided the wait, and not the queue alone."""
    return visit.priority or visit.step_free or bool(visit.only_desk)


def judge(visit: Visit) -> list[PromiseScored]:
    """How the promise made to a visit met its real wait.

    Only the queue is judged: an agent who prefers a visit, or keeps it for some desks, changes its wait.
    """
    wait = visit.wait_s
    if visit.exercise or is_preferred(visit):
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
