"""Feeds the store from the journal: in batches from a cursor, again after every outage, once each.

The cursor has a file of its own, so that the journal keeps its one writer. Written before the
cursor moves, a batch may be written twice: the same points, which overwrite themselves.

Beside the cursor stands its witness, the event at that offset and when it was committed: a journal put
back from a backup may hold another one there, and then it is fed again from its beginning. One writer
commits in one order, so where the witness is the same commit, all before it is what was fed.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from broker.contract import messages
from broker.delivery.journal import Journal, Row
from hall.decisions import decode_decision
from hall.measures import AnyMeasure
from hall.measuring import event_point, measures
from hall.rollups import rolling
from hall.store.interface import Span, Store

log = logging.getLogger(__name__)

BATCH = 2500
"""Events measured and written together: about the 5,000 lines of a request to InfluxDB."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cursors (
    journal TEXT PRIMARY KEY, offset INTEGER NOT NULL,
    node TEXT NOT NULL, run TEXT NOT NULL, seq INTEGER NOT NULL, recorded_ns INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (
    node TEXT NOT NULL, at_ns INTEGER NOT NULL, name TEXT NOT NULL,
    reason TEXT NOT NULL, measure BLOB NOT NULL,
    PRIMARY KEY (node, at_ns, name)
) WITHOUT ROWID;
"""

_Witness: TypeAlias = tuple[str, str, int, int]
"""Which event stands at an offset, and when it was committed: taken again, it has another date there."""


class Feed:
    """One journal's way into one store. Not for several threads.

    Args:
        journal: a reading instance.
        store: where measures go.
        cursor: the cursor's file, or ``:memory:``.
        zone: the site's; its local days are summed up.
    """

    def __init__(self, journal: Journal, store: Store, cursor: Path | str, zone: ZoneInfo) -> None:
        self._journal, self._store = journal, store
        self._database = sqlite3.connect(cursor, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        # After a power cut the cursor may stand where it stood before: a batch written again.
        self._database.execute("PRAGMA synchronous = NORMAL")
        _forget_what_is_not_enough(self._database)
        self._database.executescript(_SCHEMA + rolling.SCHEMA)
        self._unrolled = rolling.Unrolled(self._database, zone)
        self._journal_id = journal.id
        self.upto = self._cursor()
        self.outside_retention = 0

    def step(self) -> int:
        """Write the next batch of decided events; returns how many, 0 when there is nothing to do.

        Raises:
            StoreUnavailableError: nothing moved, try again later.
        """
        journal_id = self._journal.read_id()
        if journal_id != self._journal_id:
            # Put back from a backup: what it says from now on differs from what was fed before.
            self._journal_id = journal_id
            self.upto = self._cursor()
        decided = self._journal.decided_upto()
        if decided <= self.upto:
            return 0
        entries = [one for one in self._journal.events_after(self.upto, most=BATCH) if one.offset <= decided]
        if not entries:
            return 0
        last, row = entries[-1]
        decisions = self._journal.decisions_between(self.upto, last)
        points: list[AnyMeasure] = []
        for entry in entries:
            decided_of = [decode_decision(body) for body in decisions.get(entry.offset, ())]
            points += measures(event_point(entry.row), decided_of)
        written = self._store.write(points)
        self.outside_retention += written.outside_retention
        for measure, reason in written.refused:
            log.error("the store refuses a point of %s: %s", measure.node, reason)
            self._database.execute(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?)",
                (measure.node, measure.at_ns, type(measure).NAME, reason, messages.encode(measure)),
            )
        with self._database:
            self._database.execute("BEGIN")
            self._unrolled.touch(points)
            self._database.execute(
                "INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?, ?, ?)",
                (self._journal_id, last, *_witness(row)),
            )
        self.upto = last
        return len(entries)

    def roll(self, now_ns: int, *, today_too: bool) -> bool:
        """Sum up one local day whose points have changed; False when there is none left.

        Today is summed up so far where ``today_too``, and once more when it is over.

        Raises:
            StoreUnavailableError: the day is still to be done, try again later.
        """
        day = self._unrolled.next(now_ns, today_too=today_too)
        if day is None:
            return False
        plan = rolling.plan(self._store, day, now_ns)
        if plan.follows_ns is not None:
            self._unrolled.stale(plan.follows_ns)
        self._store.write(plan.rollups)
        self._unrolled.done(day, now_ns)
        return True

    def stored(self, span: Span) -> dict[str, int]:
        """Event points by node, as the store answers. Raises StoreUnavailableError."""
        return {row.node: row.events for row in self._store.stored(span)}

    def refused(self) -> list[tuple[str, int, str]]:
        """Points that the store will never take: (node, date, reason), the newest first."""
        return self._database.execute(
            "SELECT node, at_ns, name || ': ' || reason FROM refused ORDER BY at_ns DESC LIMIT 20"
        ).fetchall()

    def _cursor(self) -> int:
        """How far this journal was fed; 0 where it does not hold what was fed."""
        kept = self._database.execute(
            "SELECT offset, node, run, seq, recorded_ns FROM cursors WHERE journal = ?", (self._journal_id,)
        ).fetchone()
        if kept is None:
            return 0
        offset, *witness = kept
        there = self._journal.events_after(offset - 1, most=1)
        if there and there[0].offset == offset and _witness(there[0].row) == tuple(witness):
            return int(offset)
        log.warning(
            "journal %s does not hold at %d what was fed from there: put back from a backup?"
            " It is fed again from its beginning",
            self._journal_id,
            offset,
        )
        return 0

    def close(self) -> None:
        """Let go of the journal, the store and the cursor's file."""
        self._database.close()
        self._journal.close()
        self._store.close()


def _witness(row: Row) -> _Witness:
    return row.node, row.run, row.seq, row.recorded_ns


def _forget_what_is_not_enough(database: sqlite3.Connection) -> None:
    """Cursors of versions before.

    One kept no witness, so that nobody can say whether its cursors still hold; one fed a store without
    rollups, which are made of what is fed again.
    """
    witnessed = "SELECT TRUE FROM pragma_table_info('cursors') WHERE name = 'recorded_ns'"
    rolled = "SELECT TRUE FROM sqlite_master WHERE name = 'unrolled'"
    if not (database.execute(witnessed).fetchone() and database.execute(rolled).fetchone()):
        database.execute("DROP TABLE IF EXISTS cursors")
