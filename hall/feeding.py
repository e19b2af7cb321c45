"""Feeds the store from the journal: in batches from a cursor, again after every outage, once each.

The cursor has a file of its own, so that the journal keeps its one writer. Written before the
cursor moves, a batch may be written twice: the same points, which overwrite themselves.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from broker.contract import messages
from broker.delivery.journal import Entry, Journal
from hall.decisions import decode_decision
from hall.measures import AnyMeasure, EventMeasure
from hall.measuring import measures
from hall.pipeline import recorded
from hall.store.interface import Span, Store, StoreUnavailableError

log = logging.getLogger(__name__)

BATCH = 2000
"""Events measured and written together."""
RETRY_S = 2.0
"""Machine seconds before an unavailable store is tried again."""
GATHER_S = 0.1
"""Machine seconds in which what comes is written together: a request costs far more than a point."""
COUNT_S = 1.0
"""Machine seconds between two counts of what the store answers, which the ledger shows."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cursors (journal TEXT PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (
    node TEXT NOT NULL, at_ns INTEGER NOT NULL, name TEXT NOT NULL,
    reason TEXT NOT NULL, measure BLOB NOT NULL,
    PRIMARY KEY (node, at_ns, name)
) WITHOUT ROWID;
"""


class Feed:
    """One journal's way into one store. Not for several threads.

    Args:
        journal: a reading instance.
        store: where measures go.
        cursor: the cursor's file, or ``:memory:``.
    """

    def __init__(self, journal: Journal, store: Store, cursor: Path | str) -> None:
        self._journal, self._store = journal, store
        self._database = sqlite3.connect(cursor, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(_SCHEMA)
        self._journal_id = journal.id
        self.upto = self._cursor()
        self.outside_retention = 0

    def step(self) -> int:
        """Write the next batch of decided events; returns how many, 0 when there is nothing to do.

        Raises:
            StoreUnavailableError: nothing moved, try again later.
        """
        if self._journal.read_id() != self._journal_id:
            # Put back from a backup: what it says from now on differs from what was fed before.
            self._journal_id = self._journal.read_id()
            self.upto = self._cursor()
        decided = self._journal.decided_upto()
        entries = [one for one in self._journal.events_after(self.upto, most=BATCH) if one.offset <= decided]
        if not entries:
            return 0
        last = entries[-1].offset
        decisions = self._journal.decisions_between(self.upto, last)
        written = self._store.write(
            [measure for entry in entries for measure in _measures(entry, decisions.get(entry.offset, []))]
        )
        self.outside_retention += written.outside_retention
        for measure, reason in written.refused:
            log.error("the store refuses a point of %s: %s", measure.node, reason)
            self._database.execute(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?)",
                (measure.node, measure.at_ns, type(measure).NAME, reason, messages.encode(measure)),
            )
        self._database.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", (self._journal_id, last))
        self.upto = last
        return len(entries)

    def stored(self, span: Span) -> dict[str, int]:
        """Event points by node, as the store answers. Raises StoreUnavailableError."""
        return {row.node: row.events for row in self._store.stored(span)}

    def refused(self) -> list[tuple[str, int, str]]:
        """Points that the store will never take: (node, date, reason), the newest first."""
        return self._database.execute(
            "SELECT node, at_ns, name || ': ' || reason FROM refused ORDER BY at_ns DESC LIMIT 20"
        ).fetchall()

    def _cursor(self) -> int:
        row = self._database.execute(
            "SELECT offset FROM cursors WHERE journal = ?", (self._journal_id,)
        ).fetchone()
        return 0 if row is None else int(row[0])

    def close(self) -> None:
        """Let go of the journal, the store and the cursor's file."""
        self._database.close()
        self._journal.close()
        self._store.close()


def _measures(entry: Entry, decisions: list[bytes]) -> list[AnyMeasure]:
    """What an event gives: its own point at least, so that the ledger counts it even in quarantine."""
    if entry.row.quarantined is None:
        return measures(recorded(entry), [decode_decision(body) for body in decisions])
    row = entry.row
    return [
        EventMeasure(
            node=row.node, at_ns=row.at_ns, type="quarantined", run=row.run, seq=row.seq, undated=row.undated
        )
    ]


class FeedThread(threading.Thread):
    """Keeps a feed going beside the hall, and asks the store what the ledger wants to know.

    Args:
        open_feed: makes the feed on this thread; raises StoreUnavailableError while the store is away.
        today: the span of the civil day.
    """

    def __init__(self, open_feed: Callable[[], Feed], today: Callable[[], Span]) -> None:
        super().__init__(name="store", daemon=True)
        self._open_feed, self._today = open_feed, today
        self._wake = threading.Event()
        self._ends = threading.Event()
        self.stored: dict[str, int] | None = None
        self.refused: list[tuple[str, int, str]] = []
        self.available = False
        self._count_due = 0.0

    def wake(self) -> None:
        """There is something new in the journal."""
        self._wake.set()

    def end(self, timeout_s: float = 10) -> None:
        """Write what is decided and end."""
        self._ends.set()
        self._wake.set()
        self.join(timeout_s)

    def run(self) -> None:
        """Until ``end``: write, count, wait."""
        feed: Feed | None = None
        while True:
            ends = self._ends.is_set()
            try:
                feed = feed or self._open_feed()
                self._work(feed, ends=ends)
            except (StoreUnavailableError, sqlite3.OperationalError) as problem:
                # The second: the cursor cannot be kept, as on a full disk.
                if self.available or feed is None:
                    log.warning("the store is away, the journal keeps its place: %s", problem)
                self._is_away()
            except Exception:
                # Whatever else fails must not end this thread unseen: the cursor stands, try again.
                log.exception("feeding the store failed")
                self._is_away()
            if ends:
                break
            self._wake.wait(RETRY_S)
            self._ends.wait(GATHER_S)
            self._wake.clear()
        if feed is not None:
            feed.close()

    def _work(self, feed: Feed, *, ends: bool) -> None:
        """Write all there is, and count from time to time."""
        while feed.step():
            pass
        if ends or time.monotonic() >= self._count_due:
            self._count(feed)
        self.available = True

    def _count(self, feed: Feed) -> None:
        self.stored = feed.stored(self._today())
        self.refused = feed.refused()
        self._count_due = time.monotonic() + COUNT_S

    def _is_away(self) -> None:
        """Nothing is known of it until it answers again."""
        self.available = False
        self.stored = None
        self._count_due = 0.0
