"""One local day's points summed up: pure, the same points always give the same rollups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from broker.clock import SECOND
from broker.contract.topics import HALL
from hall.measures import OccupancyMeasure, VoteMeasure, WaitMeasure
from hall.rollups.kinds import (
    AnyRollup,
    DeviceDay,
    OccupancyHalfHour,
    PresenceDay,
    PresenceHour,
    VoteDay,
    VoteHour,
    WaitDay,
    WaitHour,
)
from hall.rollups.waits import wait_rollup
from hall.store.interface import Span
from hall.store.states import DeviceChange, PresenceChange, device_rows, presence_rows

HOUR_NS: Final = 3600 * SECOND
HALF_HOUR_NS: Final = HOUR_NS // 2

STANDS_NS: Final = 3 * HOUR_NS
"""A count of people that nothing has followed for so long says nothing any more: the tent is closed."""

TOGETHER: Final = ""
"""The service of all services taken together, the device of all devices."""


class DayPoints(NamedTuple):
    """What is stored of a day; presence and devices with what was last heard of them before it."""

    waits: Sequence[WaitMeasure]
    votes: Sequence[VoteMeasure]
    occupancy: Sequence[OccupancyMeasure]
    presence: Sequence[PresenceChange]
    devices: Sequence[DeviceChange]


def rollups_of(span: Span, points: DayPoints) -> Iterator[AnyRollup]:
    """All rollups of a local day, or of what has passed of it so far."""
    yield from _waits(span, points.waits)
    yield from _votes(span, points.votes)
    yield from _occupancy(span, points.occupancy)
    yield from _presence(span, points.presence)
    yield from _devices(span, points.devices)


def _hour_ns(span: Span, at_ns: int) -> int:
    return at_ns - (at_ns - span.start_ns) % HOUR_NS


def _waits(span: Span, points: Iterable[WaitMeasure]) -> Iterator[AnyRollup]:
    days, hours = (
        defaultdict[str, list[WaitMeasure]](list),
        defaultdict[tuple[int, str], list[WaitMeasure]](list),
    )
    for point in points:
        for service in (point.service, TOGETHER):
            days[service].append(point)
            hours[_hour_ns(span, point.at_ns), service].append(point)
    for service, some in days.items():
        yield wait_rollup(WaitDay, span.start_ns, service, some)
    for (at_ns, service), some in hours.items():
        yield wait_rollup(WaitHour, at_ns, service, some)


def _votes(span: Span, points: Iterable[VoteMeasure]) -> Iterator[AnyRollup]:
    days, hours = defaultdict[_Answer, list[bool]](list), defaultdict[tuple[int, _Answer], list[bool]](list)
    for point in points:
        answer = _Answer(point.barometer, point.question, point.answer)
        days[answer].append(point.too_fast)
        hours[_hour_ns(span, point.at_ns), answer].append(point.too_fast)
    for answer, some in days.items():
        yield VoteDay(
            node=HALL,
            at_ns=span.start_ns,
            **answer._asdict(),
            votes=some.count(False),
            too_fast=some.count(True),
        )
    for (at_ns, answer), some in hours.items():
        yield VoteHour(
            node=HALL, at_ns=at_ns, **answer._asdict(), votes=some.count(False), too_fast=some.count(True)
        )


class _Answer(NamedTuple):
    barometer: str
    question: str
    answer: str


def _occupancy(span: Span, points: Sequence[OccupancyMeasure]) -> Iterator[AnyRollup]:
    """Time-weighted: a mean over the counts would favour the moments when many pass."""
    halves = defaultdict[int, _HalfHour](_HalfHour)
    ordered = sorted(points, key=lambda point: (point.at_ns, point.node))
    ends = [point.at_ns for point in ordered[1:]] + [span.end_ns] * bool(ordered)
    for point, following_ns in zip(ordered, ends, strict=True):
        stands_until_ns = max(point.at_ns, min(following_ns, point.at_ns + STANDS_NS, span.end_ns))
        half = point.at_ns - (point.at_ns - span.start_ns) % HALF_HOUR_NS
        halves[half].passes(point)
        while half < stands_until_ns:
            begins_ns, ends_ns = max(half, point.at_ns), min(half + HALF_HOUR_NS, stands_until_ns)
            halves[half].stands(point, ends_ns - begins_ns)
            half += HALF_HOUR_NS
    for at_ns, half_hour in halves.items():
        yield half_hour.rollup(at_ns)


class _HalfHour:
    def __init__(self) -> None:
        self._people_ns = self._known_ns = self._maximum = self._uncertainty = self._entered = self._left = 0

    def passes(self, point: OccupancyMeasure) -> None:
        self._entered += point.entered
        self._left += point.left
        self.stands(point, 0)

    def stands(self, point: OccupancyMeasure, length_ns: int) -> None:
        self._people_ns += point.inside * length_ns
        self._known_ns += length_ns
        self._maximum = max(self._maximum, point.inside)
        self._uncertainty = max(self._uncertainty, point.uncertainty)

    def rollup(self, at_ns: int) -> OccupancyHalfHour:
        return OccupancyHalfHour(
            node=HALL,
            at_ns=at_ns,
            mean=self._people_ns / self._known_ns if self._known_ns else float(self._maximum),
            maximum=self._maximum,
            uncertainty=self._uncertainty,
            entered=self._entered,
            left=self._left,
            known_s=self._known_ns / SECOND,
        )


def _presence(span: Span, changes: Sequence[PresenceChange]) -> Iterator[AnyRollup]:
    for row in presence_rows(span, changes):
        yield PresenceDay(
            node=HALL,
            at_ns=span.start_ns,
            kind=row.kind,
            subject=row.subject,
            times=row.times,
            taken_s=row.taken_s,
        )
    hours = [*range(span.start_ns, span.end_ns, HOUR_NS), span.end_ns]
    for start_ns, end_ns in pairwise(hours):
        so_far = [change for change in changes if change.at_ns < end_ns]
        for row in presence_rows(Span(start_ns, end_ns), so_far):
            if row.times or row.taken_s:
                yield PresenceHour(
                    node=HALL,
                    at_ns=start_ns,
                    kind=row.kind,
                    subject=row.subject,
                    times=row.times,
                    taken_s=row.taken_s,
                )


def _devices(span: Span, changes: Sequence[DeviceChange]) -> Iterator[AnyRollup]:
    since = dict[tuple[str, str], int]()
    for change in changes:
        key = change.node, change.device
        since[key] = min(since.get(key, change.at_ns), change.at_ns)
    found = []
    for row in device_rows(span, changes):
        known_ns = span.end_ns - max(span.start_ns, since[row.node, row.device])
        found.append(
            DeviceDay(
                node=row.node,
                at_ns=span.start_ns,
                device=row.device,
                state=row.state,
                changes=row.changes,
                failed_s=row.failed_s,
                known_s=max(0, known_ns) / SECOND,
                failed_devices=int(row.failed_s > 0),
            )
        )
    yield from found
    if found:
        yield DeviceDay(
            node=HALL,
            at_ns=span.start_ns,
            device=TOGETHER,
            state="",
            changes=sum(one.changes for one in found),
            failed_s=sum(one.failed_s for one in found),
            known_s=sum(one.known_s for one in found),
            failed_devices=sum(one.failed_devices for one in found),
        )
