"""The recorder's memory: every event once, raw, in the order of its commit; and what was decided of it.

One SQLite file, one writer. The offset of an event is its place in the journal. Decisions are the
hall's, opaque here: written with the offset decided so far in one transaction.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TypeAlias

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    offset INTEGER PRIMARY KEY, node TEXT NOT NULL, run TEXT NOT NULL, seq INTEGER NOT NULL,
    at_ns INTEGER NOT NULL, recorded_ns INTEGER NOT NULL, age_ms INTEGER,
    undated INTEGER NOT NULL, body BLOB NOT NULL, quarantined TEXT,
    UNIQUE (node, run, seq)
);
CREATE INDEX IF NOT EXISTS events_by_date ON events (at_ns, node);
CREATE INDEX IF NOT EXISTS events_in_quarantine ON events (offset) WHERE quarantined IS NOT NULL;
CREATE TABLE IF NOT EXISTS runs (
    node TEXT NOT NULL, run TEXT NOT NULL, next_seq INTEGER NOT NULL,
    first_ns INTEGER NOT NULL DEFAULT 0, missing INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    alarms INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (node, run)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS missing (
    node TEXT NOT NULL, run TEXT NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
    noticed_ns INTEGER NOT NULL, PRIMARY KEY (node, run, first_seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said (
    node TEXT NOT NULL, day TEXT NOT NULL, recorded INTEGER NOT NULL, said_ns INTEGER NOT NULL,
    PRIMARY KEY (node, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unreadable (
    node TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, payload BLOB NOT NULL,
    first_ns INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (node, digest)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decisions (
    number INTEGER PRIMARY KEY, cause INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS decisions_by_cause ON decisions (cause);
CREATE TABLE IF NOT EXISTS snapshots (cause INTEGER PRIMARY KEY, state BLOB NOT NULL);
"""

_COLUMNS = "node, run, seq, at_ns, recorded_ns, age_ms, undated, body, quarantined"
_MARKS = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ROWS_A_STATEMENT = 100
"""Rows of one INSERT: entering SQLite costs more than a row does. 999 values is the least that it takes."""

UNREADABLE_KEPT = 1000
"""Different unreadable payloads kept a node; later ones are only counted on the last."""


class Row(NamedTuple):
    """An event as it is committed; ``quarantined`` is the reason why it counts for nothing."""

    node: str
    run: str
    seq: int
    at_ns: int
    recorded_ns: int
    age_ms: int | None
    undated: bool
    body: bytes
    quarantined: str | None


class Entry(NamedTuple):
    """A committed event with its place."""

    offset: int
    row: Row


RawRow: TypeAlias = tuple[int, str, str, int, int, int, int | None, int, bytes, str | None]
"""An offset and the fields of a ``Row``; ``undated`` is 0 or 1."""


class Decided(NamedTuple):
    """A journalled decision: its cause is an event's offset."""

    cause: int
    body: bytes


class Tally(NamedTuple):
    """The ledger's figures of one node, from the journal."""

    node: str
    received: int
    missing: int
    duplicates: int
    quarantined: int
    alarms: int


class Journal:
    """The journal file. One writing instance; any number of reading ones.

    Args:
        path: the file, or ``:memory:``.
        durable: sync every commit; only the made-up history goes without.
    """

    def __init__(self, path: Path | str, *, durable: bool = True) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        self._database.execute("PRAGMA busy_timeout = 5000")
        self._database.executescript(_SCHEMA)
        if self._about("id") is None:
            self._database.execute("INSERT INTO about VALUES ('id', ?)", (secrets.token_hex(6),))
        self.id = self.read_id()

    def transaction(self) -> Transaction:
        """A context in which everything is committed together, or nothing when it raises."""
        return Transaction(self._database)

    def read_id(self) -> str:
        """The journal's id as the file says it: another instance may have renewed it."""
        return str(self._about("id"))

    def renew_id(self, predecessor: str) -> None:
        """This journal stands in another's place: under a new id every node sends again all it holds.

        ``predecessor`` is the journal whose receipts a node showed.
        """
        for known in (self.id, predecessor):
            self._database.execute("INSERT OR REPLACE INTO about VALUES (?, 1)", (f"before-{known}",))
        self.id = secrets.token_hex(6)
        self._database.execute("INSERT OR REPLACE INTO about VALUES ('id', ?)", (self.id,))
        self._database.execute("DELETE FROM about WHERE key = 'put_back'")

    @property
    def was_put_back(self) -> bool:
        """Whether ``mark_put_back`` was the last word on this file: its id is not renewed yet."""
        return self._about("put_back") is not None

    def mark_put_back(self) -> None:
        """Say that this file is a backup's copy: the hall renews its id before it takes anything."""
        self._database.execute("INSERT OR REPLACE INTO about VALUES ('put_back', 1)")

    def follows(self, journal: str) -> bool:
        """Whether that journal is known to have been before this one."""
        return self._about(f"before-{journal}") is not None

    def followed(self) -> list[str]:
        """The journals that are known to have been before this one, this file's own earlier ids too."""
        rows = self._database.execute("SELECT key FROM about WHERE key LIKE 'before-%' ORDER BY key")
        known = [str(key).removeprefix("before-") for (key,) in rows]
        return [journal for journal in known if journal != self.read_id()]

    # Events -------------------------------------------------------------------------------------

    def next_seq(self, node: str, run: str) -> int | None:
        """The next seq expected of a run; None for a run never seen."""
        row = self._database.execute(
            "SELECT next_seq FROM runs WHERE node = ? AND run = ?", (node, run)
        ).fetchone()
        return None if row is None else int(row[0])

    def expect(self, node: str, run: str, next_seq: int) -> None:
        """Note the next seq expected of a run."""
        self.expect_all([(node, run, next_seq)])

    def expect_all(self, expected: Sequence[tuple[str, str, int]]) -> None:
        """Note the next seq expected of several runs: (node, run, seq)."""
        self._database.executemany(
            "INSERT INTO runs (node, run, next_seq) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET next_seq = excluded.next_seq",
            expected,
        )

    def begin_run(self, node: str, run: str, first_ns: int) -> None:
        """Note a run never seen before, and the date of its first event."""
        self._database.execute(
            "INSERT INTO runs (node, run, next_seq, first_ns) VALUES (?, ?, 1, ?)"
            " ON CONFLICT DO UPDATE SET first_ns = excluded.first_ns",
            (node, run, first_ns),
        )

    def newest_run(self, node: str) -> tuple[str, int] | None:
        """The run of a node that began last, and the date of its first event."""
        row = self._database.execute(
            "SELECT run, first_ns FROM runs WHERE node = ? ORDER BY first_ns DESC, run LIMIT 1", (node,)
        ).fetchone()
        return None if row is None else (str(row[0]), int(row[1]))

    def append(self, row: Row) -> None:
        """Add an event. Raises sqlite3.IntegrityError when the identity is taken."""
        self.append_all([row])

    def append_all(self, rows: Sequence[Row]) -> int:
        """Add events in their order, without a gap; returns the last one's offset, 0 without any.

        Raises:
            sqlite3.IntegrityError: an identity is taken.
        """
        last = 0
        for first in range(0, len(rows), _ROWS_A_STATEMENT):
            some = rows[first : first + _ROWS_A_STATEMENT]
            marks = ", ".join([_MARKS] * len(some))
            insert = f"INSERT INTO events ({_COLUMNS}) VALUES {marks}"  # noqa: S608 - our own words
            last = int(self._database.execute(insert, list(chain(*some))).lastrowid or 0)
        return last

    def event_body(self, node: str, run: str, seq: int) -> bytes | None:
        """The body kept under an identity."""
        row = self._database.execute(
            "SELECT body FROM events WHERE node = ? AND run = ? AND seq = ?", (node, run, seq)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def note_missing(self, node: str, run: str, first: int, last: int, noticed_ns: int) -> None:
        """What no node has any more: seqs ``first`` to ``last`` never came."""
        self._database.execute(
            "INSERT OR IGNORE INTO missing VALUES (?, ?, ?, ?, ?)", (node, run, first, last, noticed_ns)
        )
        self._count(node, run, "missing", last - first + 1)

    def note_duplicates(self, node: str, run: str, count: int) -> None:
        """Events that came again and were receipted again."""
        self._count(node, run, "duplicates", count)

    def note_alarm(self, node: str, run: str) -> None:
        """Two machines share one identity: other content under it, or two runs alive at once.

        Or a node says again and again what cannot be so. The run may be one never seen.
        """
        self._database.execute(
            "INSERT INTO runs (node, run, next_seq, alarms) VALUES (?, ?, 1, 1)"
            " ON CONFLICT DO UPDATE SET alarms = alarms + 1",
            (node, run),
        )

    def note_unreadable(self, node: str, payload: bytes, reason: str, now_ns: int) -> None:
        """A message that is no batch: kept once, counted each time."""
        digest = hashlib.sha256(payload).hexdigest()
        kept = self._database.execute("SELECT count(*) FROM unreadable WHERE node = ?", (node,)).fetchone()[0]
        if kept >= UNREADABLE_KEPT:
            self._database.execute(
                "UPDATE unreadable SET times = times + 1 WHERE node = ? AND digest ="
                " (SELECT max(digest) FROM unreadable WHERE node = ?)",
                (node, node),
            )
            return
        self._database.execute(
            "INSERT INTO unreadable VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
            (node, digest, reason, payload[:64_000], now_ns),
        )

    def quarantine(self, offset: int, reason: str) -> None:
        """Set a committed event aside: its handling raised."""
        self._database.execute("UPDATE events SET quarantined = ? WHERE offset = ?", (reason, offset))

    def events_after(self, offset: int, *, most: int) -> list[Entry]:
        """Committed events after an offset, quarantined ones too, in order."""
        return [
            Entry(offset, Row(node, run, seq, at_ns, recorded_ns, age_ms, bool(undated), bytes(body), reason))
            for offset, node, run, seq, at_ns, recorded_ns, age_ms, undated, body, reason in self.rows_after(
                offset, most=most
            )
        ]

    def rows_after(self, offset: int, *, most: int) -> list[RawRow]:
        """The same as the database has it: for one who reads a hundred thousand of them at once."""
        return self._database.execute(
            f"SELECT offset, {_COLUMNS} FROM events WHERE offset > ? ORDER BY offset LIMIT ?",  # noqa: S608 - our own words
            (offset, most),
        ).fetchall()

    def count_by_node(self, after: int, upto: int) -> dict[str, int]:
        """How many events of each node have an offset above ``after`` and up to ``upto``."""
        query = "SELECT node, count(*) FROM events WHERE offset > ? AND offset <= ? GROUP BY node"
        return dict(self._database.execute(query, (after, upto)))

    def last_offset(self) -> int:
        """The offset of the newest event, 0 in an empty journal."""
        return int(self._database.execute("SELECT coalesce(max(offset), 0) FROM events").fetchone()[0])

    # Decisions ----------------------------------------------------------------------------------

    def decided_upto(self) -> int:
        """The offset up to which everything has been decided."""
        return int(self._about("decided") or 0)  # type: ignore[call-overload, no-any-return]  # SQLite's own type

    def decide(self, decisions: Sequence[Decided], upto: int) -> None:
        """Journal decisions in the order they were made, and that every event up to ``upto`` is decided."""
        self._database.executemany("INSERT INTO decisions (cause, body) VALUES (?, ?)", decisions)
        self._database.execute("INSERT OR REPLACE INTO about VALUES ('decided', ?)", (upto,))

    def decisions_after(self, cause: int) -> Iterator[Decided]:
        """Decisions of events after an offset, in the order they were made."""
        query = "SELECT cause, body FROM decisions WHERE cause > ? ORDER BY number"
        for row in self._database.execute(query, (cause,)):
            yield Decided(row[0], bytes(row[1]))

    def decisions_between(self, after: int, upto: int) -> dict[int, list[bytes]]:
        """Decisions by cause, for causes above ``after`` and up to ``upto``."""
        found: dict[int, list[bytes]] = {}
        query = "SELECT cause, body FROM decisions WHERE cause > ? AND cause <= ? ORDER BY number"
        for cause, body in self._database.execute(query, (after, upto)):
            found.setdefault(cause, []).append(bytes(body))
        return found

    def decisions_beginning(self, beginning: bytes) -> Iterator[bytes]:
        """Every decision whose bytes begin so, in the order they were made: it reads all of them."""
        query = "SELECT body FROM decisions WHERE substr(body, 1, ?) = ? ORDER BY number"
        for (body,) in self._database.execute(query, (len(beginning), beginning)):
            yield bytes(body)

    def keep_snapshot(self, cause: int, state: bytes) -> None:
        """The state after a day's end: a closed day is never folded again."""
        self._database.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?)", (cause, state))

    def snapshot(self) -> tuple[int, bytes] | None:
        """The newest kept state and the offset it stands at."""
        row = self._database.execute(
            "SELECT cause, state FROM snapshots ORDER BY cause DESC LIMIT 1"
        ).fetchone()
        return None if row is None else (int(row[0]), bytes(row[1]))

    # The ledger ---------------------------------------------------------------------------------

    def note_said(self, node: str, day: str, recorded: int, said_ns: int) -> None:
        """What a node says it recorded on a local day; the highest word counts, since outboxes forget."""
        self._database.execute(
            "INSERT INTO said VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " recorded = max(recorded, excluded.recorded), said_ns = excluded.said_ns",
            (node, day, recorded, said_ns),
        )

    def said(self, day: str) -> dict[str, int]:
        """What each node said it recorded on a local day."""
        return dict(self._database.execute("SELECT node, recorded FROM said WHERE day = ?", (day,)))

    def first_date_ns(self) -> int | None:
        """The date of the earliest event; None in an empty journal."""
        date_ns: int | None = self._database.execute("SELECT min(at_ns) FROM events").fetchone()[0]
        return date_ns

    def tallies(self, start_ns: int, end_ns: int) -> list[Tally]:
        """The ledger's figures by node: events dated in the span; what went wrong since the journal began."""
        received = dict(
            self._database.execute(
                "SELECT node, count(*) FROM events WHERE at_ns >= ? AND at_ns < ? GROUP BY node",
                (start_ns, end_ns),
            )
        )
        quarantined = dict(
            self._database.execute(
                "SELECT node, sum(times) FROM ("
                " SELECT node, 1 AS times FROM events WHERE quarantined IS NOT NULL"
                " UNION ALL SELECT node, times FROM unreadable) GROUP BY node"
            )
        )
        wrong = {
            node: (missing, duplicates, alarms)
            for node, missing, duplicates, alarms in self._database.execute(
                "SELECT node, sum(missing), sum(duplicates), sum(alarms) FROM runs GROUP BY node"
            )
        }
        return [
            Tally(
                node,
                received.get(node, 0),
                wrong.get(node, (0, 0, 0))[0],
                wrong.get(node, (0, 0, 0))[1],
                quarantined.get(node, 0),
                wrong.get(node, (0, 0, 0))[2],
            )
            for node in sorted({*received, *quarantined, *wrong})
        ]

    def quarantined(self, *, most: int) -> tuple[int, list[tuple[int, str, int, str]]]:
        """How many events and messages stand in quarantine, and the newest: (offset, node, date, reason)."""
        total = self._database.execute(
            "SELECT (SELECT count(*) FROM events WHERE quarantined IS NOT NULL)"
            " + (SELECT coalesce(sum(times), 0) FROM unreadable)"
        ).fetchone()[0]
        newest = self._database.execute(
            "SELECT offset, node, at_ns, quarantined FROM events WHERE quarantined IS NOT NULL"
            " UNION ALL SELECT 0, node, first_ns, reason FROM unreadable ORDER BY 3 DESC LIMIT ?",
            (most,),
        ).fetchall()
        return int(total), newest

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _about(self, key: str) -> object:
        row = self._database.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def _count(self, node: str, run: str, what: str, count: int) -> None:
        self._database.execute(
            f"UPDATE runs SET {what} = {what} + ? WHERE node = ? AND run = ?",  # noqa: S608 - a fixed column
            (count, node, run),
        )


class Transaction:
    """``with journal.transaction():`` commits together, or rolls everything back."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._database.execute("COMMIT")
        elif self._database.in_transaction:
            self._database.execute("ROLLBACK")
