"""Walking forward through past visits: each forecast is made only from what was known at its ticket.

Known are today's earlier arrivals, the calls and ends up to that moment, and the days before. People wait who
have come and were not called. Who left without a call counts as queue until the leaving is known (``end_s``),
or until somebody who came later is called. Desks may be shared with services that are not in the file. A
promise is withheld before ``GROUND`` waits of its queue were seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from hall.promises import estimator
from hall.promises.estimator import Outlook
from hall.promises.memory import Estimate, Memory, Moment, Seen
from hall.promises.rivals import RIVALS, Arrival, Past, Residuals
from hall.promises.visits import PastVisit

GROUND: Final = 10
OURS: Final = "promise"
SERVICE_PRIOR_S: Final = 300.0
SERVICE_WORTH: Final = 10


class Forecast(NamedTuple):
    """What was said: a median and a 90th percentile, in seconds."""

    median_s: float
    p90_s: float


class Judged(NamedTuple):
    """One wait that ended with a call, and what each estimator had said; ours is missing while withheld."""

    service: str
    day: str
    hour: int
    wait_s: float
    said: dict[str, Forecast]


def walk(visits: Sequence[PastVisit]) -> Iterator[Judged]:
    """Judge every visit that was called, in the order of the calls."""
    queues: dict[str, _Queue] = {}
    day = ""
    for moment, kind, place in sorted(_events(visits)):
        visit = visits[place]
        if moment[0] != day:
            day = moment[0]
            for queue in queues.values():
                queue.new_day()
        queue = queues.setdefault(visit.service, _Queue())
        if kind == _ARRIVES:
            queue.arrives(place, visit)
        elif visit.start_s is None:
            queue.leaves(place, moment[1])
        elif kind == _ENDS:
            queue.ends(visit)
        else:
            yield queue.called(place, visit)


_ENDS, _CALLED, _ARRIVES, _CALLED_AT_ONCE = range(4)
"""What comes first at one moment: who is called at once has to come before."""


def _events(visits: Iterable[PastVisit]) -> Iterator[tuple[tuple[str, float], int, int]]:
    for place, visit in enumerate(visits):
        yield (visit.day, visit.arrival_s), _ARRIVES, place
        if visit.start_s is not None:
            kind = _CALLED if visit.start_s > visit.arrival_s else _CALLED_AT_ONCE
            yield (visit.day, visit.start_s), kind, place
        if visit.end_s is not None:
            yield (visit.day, visit.end_s), _ENDS, place


class _Queue:
    """One service while its days are walked through."""

    def __init__(self) -> None:
        self._memory, self._past = Memory(own_desks=False), Past()
        self._residuals = {name: Residuals() for name in RIVALS}
        self._waiting: dict[int, PastVisit] = {}
        self._told: dict[int, tuple[Arrival, Estimate, dict[str, Forecast], float]] = {}
        self._desks = 1.0
        self._services, self._service_sum_s = SERVICE_WORTH, SERVICE_WORTH * SERVICE_PRIOR_S

    @property
    def _service_s(self) -> float:
        return self._service_sum_s / self._services

    def new_day(self) -> None:
        self._waiting.clear()
        self._told.clear()
        self._past.new_day()

    def arrives(self, place: int, visit: PastVisit) -> None:
        self._desks = max(1.0, visit.desks if visit.desks is not None else 1.0)
        at_s, ahead = visit.arrival_s, len(self._waiting)
        shown = ahead if visit.queue is None else visit.queue
        arrival = Arrival(at_s, ahead, shown, self._desks, self._service_s)
        head_s = max((at_s - other.arrival_s for other in self._waiting.values()), default=None)
        moment = Moment(visit.day, at_s, self._desks, self._service_s, head_s)
        estimate = Outlook(self._memory, moment).estimate(ahead)
        said: dict[str, Forecast] = {}
        if self._memory.observed >= GROUND:
            said[OURS] = Forecast(estimate.median_s, estimate.p90_s)
        for name, rival in RIVALS.items():
            forecast_s = rival(self._past, arrival)
            said[name] = Forecast(forecast_s, self._residuals[name].p90_s(forecast_s))
        self._told[place] = arrival, estimate, said, self._past.drain_s(arrival)
        self._past.arrived(at_s)
        self._waiting[place] = visit

    def called(self, place: int, visit: PastVisit) -> Judged:
        at_s = visit.arrival_s if visit.start_s is None else visit.start_s
        wait_s = at_s - visit.arrival_s
        del self._waiting[place]
        self._forget_who_left(visit, at_s)
        arrival, estimate, said, drain_s = self._told.pop(place)
        seen = Seen(
            day=visit.day,
            began_s=visit.arrival_s,
            at_s=at_s,
            desks=self._desks,
            service_s=self._service_s,
            estimate=estimate,
        )
        estimator.learn(self._memory, seen)
        self._past.called_at(at_s, wait_s, arrival.ahead, drain_s)
        for name in RIVALS:
            self._residuals[name].saw(said[name].median_s, wait_s)
        return Judged(visit.service, visit.day, int(visit.arrival_s // 3600), wait_s, said)

    def leaves(self, place: int, at_s: float) -> None:
        if self._waiting.pop(place, None) is not None:
            self._past.left(at_s)

    def ends(self, visit: PastVisit) -> None:
        if visit.start_s is not None and visit.end_s is not None:
            self._services += 1
            self._service_sum_s += visit.end_s - visit.start_s

    def _forget_who_left(self, called: PastVisit, at_s: float) -> None:
        gone = [
            place
            for place, other in self._waiting.items()
            if other.start_s is None and other.end_s is None and other.arrival_s < called.arrival_s
        ]
        for place in gone:
            self.leaves(place, at_s)
