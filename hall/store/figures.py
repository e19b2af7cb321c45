"""Figures of days to months from a store's rollups: what pages, exports and reports show of the past.

Answers are buckets: hours of a day, local days, hours of a weekday, or the whole span as one. Sums add up;
a median or a 90th percentile is exact where one rollup is the whole bucket, else it is the middle of a bin
of the histogram (``hall.rollups.histogram``: within 5 s below an hour).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Final, Literal, TypeVar
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from hall.measures import CountCheckMeasure, FlowMeasure
from hall.rollups.day import TOGETHER
from hall.rollups.kinds import (
    DeviceDay,
    OccupancyHalfHour,
    PresenceDay,
    PresenceHour,
    VoteDay,
    VoteHour,
    VoteRollup,
    WaitDay,
    WaitHour,
    WaitRollup,
)
from hall.store.interface import ANY, Span, Store
from hall.store.totals import Bucket, People, Uptime, Use, Votes, Waits, Way, waits_of

Grain = Literal["hour", "day", "whole", "hour_of_day", "hour_of_week"]
"""Hours and days as they follow each other, the whole span as one, hours of all days or weekdays together."""

_Row = TypeVar("_Row")
_Of = TypeVar("_Of")
_DAILY: Final = ("day", "whole")
_UPTIME: Final = ("changes", "failed_s", "known_s", "failed_devices")
_ASKED_ALONE: Final = 4
"""So many services are asked for one by one; of more, all are read."""


class Figures:
    """Asks one store about one span of whole local days. All methods raise StoreUnavailableError.

    Args:
        store: where the rollups are.
        span: whole local days.
        zone: whose days and hours.
        target_s: the wait that is to be kept, in whole minutes.
    """

    def __init__(self, store: Store, span: Span, zone: ZoneInfo, *, target_s: int) -> None:
        self._store, self._span, self._zone, self._target_s = store, span, zone, target_s

    def waits(self, grain: Grain, services: Collection[str] | None = None) -> list[Waits]:
        """Of these services together; of all where None."""
        bucket = self._bucket(grain)
        return [
            waits_of(key, TOGETHER, rows, self._target_s)
            for key, rows in _grouped(self._wait_rollups(grain, services), lambda row: bucket(row.at_ns))
        ]

    def waits_by_service(self, grain: Grain, services: Collection[str] | None = None) -> list[Waits]:
        """Of each service; of all of them where None."""
        bucket, kind = self._bucket(grain), WaitDay if grain in _DAILY else WaitHour
        rollups = [
            row
            for row in self._store.points(kind, self._span)
            if (row.service in services if services is not None else row.service)
        ]
        return [
            waits_of(key, service, rows, self._target_s)
            for (key, service), rows in _grouped(rollups, lambda row: (bucket(row.at_ns), row.service))
        ]

    def people(self, grain: Grain) -> list[People]:
        """Of the whole site."""
        bucket = self._bucket(grain)
        halves = self._store.points(OccupancyHalfHour, self._span)
        return [
            People(
                key,
                mean=_mean(rows),
                maximum=max(row.maximum for row in rows),
                entered=sum(row.entered for row in rows),
                left=sum(row.left for row in rows),
            )
            for key, rows in _grouped(halves, lambda row: bucket(row.at_ns))
        ]

    def votes(self, grain: Grain) -> list[Votes]:
        """By answer."""
        bucket = self._bucket(grain)
        rollups: Sequence[VoteRollup] = self._store.points(
            VoteDay if grain in _DAILY else VoteHour, self._span
        )
        return [
            Votes(
                key,
                barometer,
                question,
                answer,
                sum(row.votes for row in rows),
                sum(row.too_fast for row in rows),
            )
            for (key, barometer, question, answer), rows in _grouped(
                rollups, lambda row: (bucket(row.at_ns), row.barometer, row.question, row.answer)
            )
        ]

    def use(self, grain: Grain) -> list[Use]:
        """By seat and room."""
        if grain == "whole":
            added = self._store.sums(PresenceDay, self._span, ("times", "taken_s"))
            return [
                Use(
                    0,
                    kind,
                    subject,
                    sum(round(row.sums[0]) for row in rows),
                    sum(row.sums[1] for row in rows),
                )
                for (kind, subject), rows in _grouped(added, lambda row: row.tags[:2])
            ]
        bucket = self._bucket(grain)
        rollups = self._store.points(PresenceDay if grain == "day" else PresenceHour, self._span)
        return [
            Use(key, kind, subject, sum(row.times for row in rows), sum(row.taken_s for row in rows))
            for (key, kind, subject), rows in _grouped(
                rollups, lambda row: (bucket(row.at_ns), row.kind, row.subject)
            )
        ]

    def ways(self, grain: Grain) -> list[Way]:
        """By way. Half-hours are summed as they are stored: no rollup lies between."""
        bucket = self._bucket(grain)
        return [
            Way(key, way, sum(row.people for row in rows))
            for (key, way), rows in _grouped(
                self._store.points(FlowMeasure, self._span), lambda row: (bucket(row.at_ns), row.way)
            )
        ]

    def checks(self) -> list[CountCheckMeasure]:
        """The doors' count held against certainties: each by itself, since their errors do not add up."""
        return self._store.points(CountCheckMeasure, self._span)

    def uptime(self, grain: Literal["day", "whole"], *, together: bool = False) -> list[Uptime]:
        """By device, or of all together; ``day`` and ``whole`` only."""
        if grain == "whole" and not together:
            rows = self._store.sums(DeviceDay, self._span, _UPTIME)
            return [
                Uptime(0, node, device, round(changes), failed_s, known_s, round(failed))
                for (device, node), (changes, failed_s, known_s, failed) in (
                    (row.tags, row.sums) for row in rows
                )
                if device != TOGETHER
            ]
        bucket = self._bucket(grain)
        tags = {"device": TOGETHER} if together else ANY
        rollups = self._store.points(DeviceDay, self._span, tags)
        return [
            Uptime(
                key,
                node,
                device,
                sum(row.changes for row in rows),
                sum(row.failed_s for row in rows),
                sum(row.known_s for row in rows),
                sum(row.failed_devices for row in rows),
            )
            for (key, node, device), rows in _grouped(
                (row for row in rollups if together or row.device != TOGETHER),
                lambda row: (bucket(row.at_ns), row.node, row.device),
            )
        ]

    def _wait_rollups(self, grain: Grain, services: Collection[str] | None) -> list[WaitRollup]:
        """As few as answer: all services together have rollups of their own."""
        kind = WaitDay if grain in _DAILY else WaitHour
        wanted = [TOGETHER] if services is None else sorted(services)
        if len(wanted) > _ASKED_ALONE:
            return [row for row in self._store.points(kind, self._span) if row.service in wanted]
        return [
            row for service in wanted for row in self._store.points(kind, self._span, {"service": service})
        ]

    def _bucket(self, grain: Grain) -> Callable[[int], Bucket]:
        """Rollups of one moment are many, and what a moment is locally takes long to say."""
        match grain:
            case "whole":
                return lambda _: 0
            case "day":
                return cache(self._day_of)
            case "hour":
                return cache(self._hour_of)
            case "hour_of_day":
                return cache(lambda at_ns: self._local(at_ns).hour)
            case "hour_of_week":
                return cache(lambda at_ns: self._local(at_ns).weekday() * 24 + self._local(at_ns).hour)

    def _local(self, at_ns: int) -> datetime:
        return datetime.fromtimestamp(at_ns // SECOND, self._zone)

    def _day_of(self, at_ns: int) -> Bucket:
        midnight = self._local(at_ns).replace(hour=0, minute=0, second=0, fold=0)
        return round(midnight.timestamp()) * SECOND

    def _hour_of(self, at_ns: int) -> Bucket:
        """Hours of a day are counted from its midnight, as rollups are."""
        return at_ns - (at_ns - self._day_of(at_ns)) % (3600 * SECOND)


def _mean(rows: Sequence[OccupancyHalfHour]) -> float:
    known_s = sum(row.known_s for row in rows)
    if not known_s:
        return max(row.mean for row in rows)
    return sum(row.mean * row.known_s for row in rows) / known_s


def _grouped(rows: Iterable[_Row], key: Callable[[_Row], _Of]) -> list[tuple[_Of, list[_Row]]]:
    """Rows by key, in the order of the keys."""
    groups = dict[_Of, list[_Row]]()
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return sorted(groups.items(), key=lambda item: item[0])  # type: ignore[arg-type, return-value]  # numbers and tuples of text
