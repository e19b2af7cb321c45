"""Keeps rollups in step with the points they sum up: which days are behind, and bringing one of them up.

A day is read from the store, not from the events that were just fed: so a late event, an undo or a journal
fed again all end in the rollups of what is stored, whatever was there before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from broker.clock import SECOND, LocalDay, local_day
from hall.measures import (
    DeviceMeasure,
    EventMeasure,
    Measure,
    OccupancyMeasure,
    PresenceMeasure,
    VoteMeasure,
    WaitMeasure,
)
from hall.rollups.day import DayPoints, rollups_of
from hall.rollups.kinds import ROLLUPS, AnyPoint, AnyRollup, DeviceDay
from hall.store.interface import Span, Store
from hall.store.shape import SHAPES, Kind, Value
from hall.store.states import PRESENCE_LOOK_BACK_NS, DeviceChange, PresenceChange

SCHEMA = """
CREATE TABLE IF NOT EXISTS unrolled (
    day TEXT PRIMARY KEY, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, stale INTEGER NOT NULL
) WITHOUT ROWID;
"""

_FOLLOWS_WITHIN_NS: Final = 60 * 24 * 3600 * SECOND
"""How far on the next day with anything in it may lie: a summer."""

_Key: TypeAlias = tuple[object, ...]
_NOTHING: dict[Kind, Value] = {"text": "", "whole": 0, "number": 0.0, "truth": False}


class Unrolled:
    """The local days whose rollups are behind their points, or were made before their end.

    They are kept in the cursor's file and change with the cursor, so that a crash forgets neither.

    Args:
        database: the cursor's; ``SCHEMA`` is made there.
        zone: the site's.
    """

    def __init__(self, database: sqlite3.Connection, zone: ZoneInfo) -> None:
        self._database, self._zone = database, zone
        self._latest = LocalDay("", 0, 0)

    def touch(self, points: Iterable[AnyPoint]) -> None:
        """These points are new or rewritten. To be called within the transaction that moves the cursor."""
        days = {self._day_of(point.at_ns) for point in points if not isinstance(point, EventMeasure)}
        self._database.executemany("INSERT OR REPLACE INTO unrolled VALUES (?, ?, ?, TRUE)", days)

    def next(self, now_ns: int, *, today_too: bool) -> LocalDay | None:
        """The first day to bring up: one that is over, or today where its points have changed."""
        found = self._database.execute(
            "SELECT day, start_ns, end_ns FROM unrolled"
            " WHERE end_ns <= :now OR (stale AND :today_too) ORDER BY start_ns LIMIT 1",
            {"now": now_ns, "today_too": today_too},
        ).fetchone()
        return LocalDay(*found) if found else None

    def stale(self, at_ns: int) -> None:
        """The day that this moment lies in is to be made again."""
        self._database.execute(
            "INSERT OR REPLACE INTO unrolled VALUES (?, ?, ?, TRUE)", local_day(at_ns, self._zone)
        )

    def done(self, day: LocalDay, now_ns: int) -> None:
        """The day is brought up; before its end, to be made once more then."""
        if day.end_ns <= now_ns:
            self._database.execute("DELETE FROM unrolled WHERE day = ?", (day.name,))
        else:
            self._database.execute("UPDATE unrolled SET stale = FALSE WHERE day = ?", (day.name,))

    def _day_of(self, at_ns: int) -> LocalDay:
        if not self._latest.start_ns <= at_ns < self._latest.end_ns:
            self._latest = local_day(at_ns, self._zone)
        return self._latest


class Plan(NamedTuple):
    """What a day's rollups lack. ``follows_ns``: one that begins then was made from what proves wrong now."""

    rollups: list[AnyRollup]
    follows_ns: int | None


def plan(store: Store, day: LocalDay, now_ns: int) -> Plan:
    """How one day's rollups are brought up to its points.

    What is right already is not written again. A cell that no point is in any more is written empty: a
    stored point cannot be taken back.

    Raises:
        StoreUnavailableError: try again later.
    """
    whole = Span(day.start_ns, day.end_ns)
    there = {_key(rollup): rollup for kind in ROLLUPS for rollup in store.points(kind, whole)}
    so_far = Span(day.start_ns, min(day.end_ns, now_ns))
    fresh = {_key(rollup): rollup for rollup in rollups_of(so_far, _points(store, whole))}
    gone = [_emptied(rollup) for key, rollup in there.items() if key not in fresh]
    lacking = [rollup for rollup in [*fresh.values(), *gone] if there.get(_key(rollup)) != rollup]
    before = [there.get(_key(rollup)) for rollup in lacking]
    if not any(map(_ends_otherwise, lacking, before)):
        return Plan(lacking, None)
    later = store.points(DeviceDay, Span(day.end_ns, min(now_ns, day.end_ns + _FOLLOWS_WITHIN_NS)))
    return Plan(lacking, later[0].at_ns if later else None)


def _ends_otherwise(now: AnyRollup, before: AnyRollup | None) -> bool:
    """Whether a device ends the day in another state than was said before."""
    return isinstance(now, DeviceDay) and isinstance(before, DeviceDay) and now.state != before.state


def _points(store: Store, day: Span) -> DayPoints:
    looked_back = Span(max(0, day.start_ns - PRESENCE_LOOK_BACK_NS), day.end_ns)
    began = store.devices(Span(max(0, day.start_ns - 1), day.start_ns))
    return DayPoints(
        waits=store.points(WaitMeasure, day),
        votes=store.points(VoteMeasure, day),
        occupancy=store.points(OccupancyMeasure, day),
        presence=[
            PresenceChange(point.kind, point.subject, point.at_ns, point.taken)
            for point in store.points(PresenceMeasure, looked_back)
        ],
        devices=[
            *(DeviceChange(row.node, row.device, row.since_ns, row.state, row.detail) for row in began),
            *(
                DeviceChange(point.node, point.device, point.at_ns, point.state, point.detail)
                for point in store.points(DeviceMeasure, day)
            ),
        ],
    )


def _key(rollup: Measure) -> _Key:
    shape = SHAPES[type(rollup)]
    return shape.name, rollup.at_ns, *(getattr(rollup, tag) for tag in shape.tags)


def _emptied(rollup: AnyRollup) -> AnyRollup:
    """The same key with nothing in it."""
    shape = SHAPES[type(rollup)]
    nothing = {column.name: None if column.optional else _NOTHING[column.kind] for column in shape.fields}
    return msgspec.structs.replace(rollup, **nothing)
