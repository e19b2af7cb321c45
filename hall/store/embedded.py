"""The store of a site without InfluxDB: the same measures in one SQLite file, the same answers.

One table a measurement, its primary key the point's key with the nanosecond first, so that a span is
one stretch of the table. Percentiles are InfluxQL's: nearest rank for the 90th, the mean of the
middle two for the median.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hall.measures import Measure
from hall.recent import WaitBand
from hall.rollups.kinds import AnyPoint
from hall.store.buckets import runs
from hall.store.interface import (
    ANY,
    DeviceRow,
    EventRow,
    Every,
    OccupancyRow,
    PaperRow,
    Point,
    PresenceRow,
    Refused,
    Span,
    StoredRow,
    StoreUnavailableError,
    SumRow,
    TicketRow,
    TypeRow,
    VoteRow,
    WaitRow,
    Written,
)
from hall.store.shape import SHAPES, UnfitError
from hall.store.states import (
    PRESENCE_LOOK_BACK_NS,
    DeviceChange,
    PresenceChange,
    device_rows,
    presence_rows,
)
from hall.store.tables import create_tables, insertion, selection, summation, tables_are_there

_BUSY_S = 10.0
"""How long to wait for the other process; a write takes milliseconds."""

# Places of the two middle values, and InfluxQL's nearest rank: floor(0.9 n + 0.5).
_WAITS = """
WITH bucketed AS (
  SELECT :first + (at_ns - :first) / :width * :width AS bucket,
         CASE WHEN :by_service THEN service ELSE '' END AS service,
         outcome, wait_s,
         wait_s IS NOT NULL
           AND outcome IN ('called', 'served', 'unserved', 'transferred', 'no_show') AS called
  FROM wait WHERE at_ns >= :start AND at_ns < :end
), ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY bucket, service, called ORDER BY wait_s) AS place,
         COUNT(*) OVER (PARTITION BY bucket, service, called) AS size
  FROM bucketed
)
SELECT bucket, service,
       SUM(called),
       MAX(wait_s) FILTER (WHERE called AND place = (size + 1) / 2),
       MAX(wait_s) FILTER (WHERE called AND place = size / 2 + 1),
       MAX(wait_s) FILTER (WHERE called AND place = (size * 90 + 50) / 100),
       COUNT(*) FILTER (WHERE called AND wait_s <= :target),
       COUNT(*) FILTER (WHERE outcome = 'left'),
       COUNT(*) FILTER (WHERE outcome = 'no_show')
FROM ranked GROUP BY bucket, service
HAVING SUM(called OR outcome IN ('left', 'no_show')) > 0
ORDER BY bucket, service
"""

_TICKETS = """
SELECT :first + (at_ns - :first) / :width * :width AS bucket, service,
       COUNT(*),
       COUNT(*) FILTER (WHERE outcome IN ('served', 'transferred')),
       COUNT(*) FILTER (WHERE outcome = 'left'),
       COUNT(*) FILTER (WHERE outcome = 'no_show')
FROM wait WHERE at_ns >= :start AND at_ns < :end AND outcome <> 'undone'
GROUP BY bucket, service ORDER BY bucket, service
"""

_OCCUPANCY = """
SELECT :first + (at_ns - :first) / :width * :width AS bucket,
       AVG(inside), MAX(inside), SUM(entered), SUM("left")
FROM occupancy WHERE at_ns >= :start AND at_ns < :end
GROUP BY bucket ORDER BY bucket
"""

_VOTES = """
SELECT :first + (at_ns - :first) / :width * :width AS bucket, question, answer,
       COUNT(*) FILTER (WHERE NOT too_fast), COUNT(*) FILTER (WHERE too_fast)
FROM vote WHERE at_ns >= :start AND at_ns < :end AND barometer = :barometer
  AND (:from_s IS NULL OR wait_s >= :from_s) AND (:to_s IS NULL OR wait_s < :to_s)
GROUP BY bucket, question, answer ORDER BY bucket, question, answer
"""

_PAPER = """
SELECT :first + (at_ns - :first) / :width * :width AS bucket, question, answer, COUNT(*)
FROM paper WHERE at_ns >= :start AND at_ns < :end AND barometer = :barometer AND NOT withdrawn
GROUP BY bucket, question, answer ORDER BY bucket, question, answer
"""

# SQLite takes the other columns of MAX's row from that very row.
_DEVICES = """
SELECT node, device, MAX(at_ns), state, detail FROM device WHERE at_ns < :start GROUP BY node, device
UNION ALL
SELECT node, device, at_ns, state, detail FROM device WHERE at_ns >= :start AND at_ns < :end
"""

_PRESENCE = (
    "SELECT kind, subject, at_ns, taken FROM presence WHERE at_ns >= :start - :look_back AND at_ns < :end"
)

_STORED = """
SELECT node, COUNT(*) FROM event WHERE at_ns >= :start AND at_ns < :end GROUP BY node ORDER BY node
"""


_EVENTS = """
SELECT node, type, at_ns, run, seq FROM event
WHERE at_ns >= :start AND at_ns < :end ORDER BY node, at_ns, type
"""

_STORED_BY_TYPE = """
SELECT node, type, COUNT(*) FROM event WHERE at_ns >= :start AND at_ns < :end
GROUP BY node, type ORDER BY node, type
"""


class EmbeddedStore:
    """Measures in one SQLite file, which the first write makes; until then every answer is empty.

    Several processes may use the file at once, one of them writing. Safe to use from several threads.

    Args:
        path: the file. Its folder must exist when something is written.
    """

    name = "SQLite"

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._lock = threading.Lock()
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None

    def write(self, measures: Sequence[AnyPoint]) -> Written:
        """See Store. On disk when it returns."""
        refused, rows = list[Refused](), dict[type[Measure], list[list[Any]]]()
        for measure in measures:
            try:
                row = SHAPES[type(measure)].row(measure)
            except UnfitError as reason:
                refused.append(Refused(measure, str(reason)))
            else:
                rows.setdefault(type(measure), []).append(row)
        with self._lock, self._edge():
            connection = self._writing()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for kind, of_kind in rows.items():
                    connection.executemany(insertion(SHAPES[kind]), of_kind)
        return Written(len(measures) - len(refused), 0, refused)

    def waits(self, span: Span, every: Every, *, target_s: int, by_service: bool) -> list[WaitRow]:
        """See Store."""
        found = self._by_bucket(_WAITS, span, every, target=target_s, by_service=by_service)
        return [
            WaitRow(start, service, count, _between(low, high), p90, within, left, no_show)
            for start, service, count, low, high, p90, within, left, no_show in found
        ]

    def tickets(self, span: Span, every: Every) -> list[TicketRow]:
        """See Store."""
        return [TicketRow(*row) for row in self._by_bucket(_TICKETS, span, every)]

    def occupancy(self, span: Span, every: Every) -> list[OccupancyRow]:
        """See Store."""
        return [OccupancyRow(*row) for row in self._by_bucket(_OCCUPANCY, span, every)]

    def votes(
        self, span: Span, every: Every, barometer: str, waiting: WaitBand | None = None
    ) -> list[VoteRow]:
        """See Store."""
        from_s, to_s = waiting or (None, None)
        rows = self._by_bucket(_VOTES, span, every, barometer=barometer, from_s=from_s, to_s=to_s)
        return [VoteRow(*row) for row in rows]

    def paper(self, span: Span, every: Every, barometer: str) -> list[PaperRow]:
        """See Store."""
        return [PaperRow(*row) for row in self._by_bucket(_PAPER, span, every, barometer=barometer)]

    def presence(self, span: Span) -> list[PresenceRow]:
        """See Store."""
        found = self._within(span, _PRESENCE, look_back=PRESENCE_LOOK_BACK_NS)
        changes = (PresenceChange(kind, subject, at_ns, bool(taken)) for kind, subject, at_ns, taken in found)
        return presence_rows(span, changes)

    def devices(self, span: Span) -> list[DeviceRow]:
        """See Store."""
        return device_rows(span, (DeviceChange(*row) for row in self._within(span, _DEVICES)))

    def stored(self, span: Span) -> list[StoredRow]:
        """See Store."""
        return [StoredRow(*row) for row in self._within(span, _STORED)]

    def events(self, span: Span) -> list[EventRow]:
        """See Store."""
        return [EventRow(*row) for row in self._within(span, _EVENTS)]

    def points(self, kind: type[Point], span: Span, tags: Mapping[str, str] = ANY) -> list[Point]:
        """See Store."""
        shape = SHAPES[kind]
        found = self._within(span, selection(shape, tags), **tags)
        return [kind(**shape.values(row)) for row in found]

    def sums(self, kind: type[Measure], span: Span, fields: Sequence[str]) -> list[SumRow]:
        """See Store."""
        shape = SHAPES[kind]
        cut = len(shape.tags)
        return [SumRow(row[:cut], row[cut:]) for row in self._within(span, summation(shape, fields))]

    def stored_by_type(self, span: Span) -> list[TypeRow]:
        """See Store."""
        return [TypeRow(*row) for row in self._within(span, _STORED_BY_TYPE)]

    def close(self) -> None:
        """See Store."""
        with self._lock:
            for connection in (self._reader, self._writer):
                if connection:
                    connection.close()
            self._reader = self._writer = None

    def _by_bucket(
        self, question: str, span: Span, every: Every, **parameters: str | int | None
    ) -> list[tuple[Any, ...]]:
        rows = []
        for run in runs(span, every):
            rows += self._ask(
                question,
                parameters
                | {"start": run.start_ns, "end": run.end_ns, "first": run.first_ns, "width": run.width_ns},
            )
        return rows

    def _within(self, span: Span, question: str, **parameters: str | int) -> list[tuple[Any, ...]]:
        if span.is_empty:
            return []
        return self._ask(question, parameters | {"start": span.start_ns, "end": span.end_ns})

    def _ask(self, question: str, parameters: Mapping[str, str | int | None]) -> list[tuple[Any, ...]]:
        with self._lock, self._edge():
            connection = self._reading()
            return connection.execute(question, parameters).fetchall() if connection else []

    def _writing(self) -> sqlite3.Connection:
        if self._writer is None:
            connection = self._open("rwc")
            with _closed_if_it_fails(connection):
                connection.execute("PRAGMA journal_mode = WAL")
                # The journal's cursor moves on after a write, so a power cut must not take it back.
                connection.execute("PRAGMA synchronous = FULL")
                create_tables(connection)
            self._writer = connection
        return self._writer

    def _reading(self) -> sqlite3.Connection | None:
        """The connection for questions; None while the writer has not made the tables."""
        if self._reader is None and self._path.exists():
            # Not mode=ro: a reader may have to make the shared memory file of the write-ahead log.
            connection = self._open("rw")
            with _closed_if_it_fails(connection):
                connection.execute("PRAGMA query_only = ON")
                is_ready = tables_are_there(connection)
            if is_ready:
                self._reader = connection
            else:
                connection.close()
        return self._reader

    def _open(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self._path.as_uri()}?mode={mode}",
            uri=True,
            timeout=_BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )

    @contextmanager
    def _edge(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            raise StoreUnavailableError(f"{self._path}: {problem}") from problem


@contextmanager
def _closed_if_it_fails(connection: sqlite3.Connection) -> Iterator[None]:
    """A connection that cannot be made ready is not left open."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _between(low: float | None, high: float | None) -> float | None:
    """The median from the middle two, in InfluxQL's order of operations."""
    return None if low is None or high is None else low + (high - low) / 2
