"""The sender's end of exactly once: what a node recorded, on disk before anyone is told.

An outbox is one SQLite file. An event is written with a full sync, and only then may a lamp answer.
Its identity is (node, run, seq): the run is random, drawn whenever the outbox is opened, so that a
corrupt file, a new card or an old image put back never uses an identity again.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

import msgspec

from broker.contract import messages

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

CAPACITY_BYTES = 256 * 1024 * 1024
"""The file's bound: more than 30 days of a busy kiosk (about 250 bytes an event)."""

KEEP_RECEIPTED_NS = 7 * 24 * 3600 * 1_000_000_000
"""Receipted events are kept seven more days, for a journal that has to be filled up again: several nightly
backups may fail before anything is lost, or one weekly one is enough."""

MOST_DROPPED = 1000
"""Events dropped in one go: a press never waits while days are deleted."""

QUARTER_NS = 15 * 60 * 1_000_000_000
"""Events are counted by quarter of an hour: every time zone's days are whole quarters."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS boots (boot TEXT PRIMARY KEY, offset_ns INTEGER, speed INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    position INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, boot TEXT NOT NULL,
    receipted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS events (
    position INTEGER NOT NULL, seq INTEGER NOT NULL, machine_ns INTEGER NOT NULL,
    at_ns INTEGER, undated INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL,
    PRIMARY KEY (position, seq)
) WITHOUT ROWID;
"""


class OutboxFullError(OSError):
    """No room is left for an event: nothing was recorded, so nothing may be confirmed to anyone."""


class OutboxCorruptError(Exception):
    """The file broke while in use and was set aside: end, and the next start begins a new one."""


_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_UNREADABLE = b'{"type":"unreadable"}'
"""Stands for a body that is no JSON any more: the recorder quarantines it, and takes what comes after it."""


def _watched(method: Callable[Concatenate[Outbox, P], R]) -> Callable[Concatenate[Outbox, P], R]:
    """A method that meets a broken file sets it aside. Raises OutboxCorruptError then."""

    @functools.wraps(method)
    def watched(self: Outbox, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except sqlite3.DatabaseError as problem:
            if not _is_corrupt(problem) or isinstance(self._path, str):
                raise
            _set_aside(self._path, problem)
            raise OutboxCorruptError(f"the outbox {self._path} broke: {problem}") from problem

    return watched


class _Held(NamedTuple):
    """The first and last seq of a run that are still here; nothing unreceipted between is ever dropped."""

    oldest: int
    last: int


class Place(NamedTuple):
    """A place in the order of sending: the run's position among the runs, and a seq in it."""

    position: int
    seq: int


class Parcel(NamedTuple):
    """A stretch of events of one run, ready to travel."""

    first: Place
    last: Place
    run: str
    boot: str
    oldest: int
    receipted: int
    events: list[messages.Event]


class Outbox:
    """One node's outbox. Not for several threads.

    Args:
        path: the file, or ``:memory:``.
        boot: the kernel's boot id, which tells which events share a machine clock.
        run: this run's id; drawn at random when not given.
        capacity_bytes: the file's bound.
    """

    def __init__(
        self, path: Path | str, *, boot: str, run: str | None = None, capacity_bytes: int = CAPACITY_BYTES
    ) -> None:
        self.run = run or secrets.token_hex(6)
        self.boot = boot
        self._capacity = capacity_bytes
        self._path = path
        try:
            self._open()
        except sqlite3.DatabaseError as problem:
            if not _is_corrupt(problem) or isinstance(path, str):
                raise
            self._database.close()
            _set_aside(path, problem)
            self._open()

    def _open(self) -> None:
        """Read the file whole. Raises sqlite3.DatabaseError when that cannot be done."""
        self._database = sqlite3.connect(self._path, check_same_thread=False)
        _prepare(self._database)
        self._position = self._begin_run()
        self._next_seq = 1
        self._held = {
            position: _Held(oldest, last)
            for position, oldest, last in self._database.execute(
                "SELECT position, min(seq), max(seq) FROM events GROUP BY position"
            )
        }
        self._by_quarter: Counter[int] = Counter()
        for at_ns, count in self._database.execute(
            f"SELECT at_ns / {QUARTER_NS}, count(*) FROM events WHERE at_ns IS NOT NULL GROUP BY 1"  # noqa: S608
        ):
            self._by_quarter[at_ns] = count
        self._receipted = dict(self._database.execute("SELECT position, receipted FROM runs"))
        self._flushed = dict(self._receipted)
        self._runs = {
            run: position for position, run in self._database.execute("SELECT position, run FROM runs")
        }
        self._offset: tuple[int, int] | None = self._offset_of(self.boot)
        self._last_at_ns: int = self._one("SELECT coalesce(max(at_ns), 0) FROM events")
        self._page_bytes: int = self._one("PRAGMA page_size")
        if self._offset is not None:
            self._date_what_waits()

    # Recording ----------------------------------------------------------------------------------

    @_watched
    def record(self, body: messages.Body, machine_ns: int) -> int:
        """Write an event and sync it; returns its seq.

        Args:
            body: what happened.
            machine_ns: when, by this boot's clock.

        Raises:
            OutboxFullError: the file's bound is reached or the disk is full; nothing was recorded.
        """
        seq = self._next_seq
        at_ns = None if self._offset is None else self._date(machine_ns)
        try:
            self._make_room()
            self._flush_receipts()
            self._database.execute(
                "INSERT INTO events (position, seq, machine_ns, at_ns, body) VALUES (?, ?, ?, ?, ?)",
                (self._position, seq, machine_ns, at_ns, messages.encode(body)),
            )
            self._database.commit()
        except sqlite3.OperationalError as problem:
            self._database.rollback()
            raise OutboxFullError(f"the outbox cannot take an event: {problem}") from problem
        self._next_seq += 1
        held = self._held.get(self._position)
        self._held[self._position] = _Held(seq if held is None else held.oldest, seq)
        if at_ns is not None:
            self._last_at_ns = at_ns
            self._by_quarter[at_ns // QUARTER_NS] += 1
        return seq

    @_watched
    def remember(self, key: str, value: str) -> None:
        """Keep a small note, synced to disk."""
        self._database.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (key, value))
        self._database.commit()

    @_watched
    def recall(self, key: str) -> str | None:
        """A note kept under that key, by this run or one before."""
        row = self._database.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    # Dating -------------------------------------------------------------------------------------

    @_watched
    def date(self, offset_ns: int, speed: int) -> None:
        """Fix this boot's offset: civil time = offset + speed times machine time. Later calls change nothing.

        Events of earlier boots that never had a clock are dated between their neighbours and flagged.
        """
        if self._offset is not None:
            return
        self._offset = (offset_ns, speed)
        self._database.execute("INSERT OR REPLACE INTO boots VALUES (?, ?, ?)", (self.boot, offset_ns, speed))
        self._date_what_waits()

    def civil_ns(self, machine_ns: int) -> int | None:
        """Civil time by this boot's offset, None while it is unknown."""
        if self._offset is None:
            return None
        offset_ns, speed = self._offset
        return offset_ns + speed * machine_ns

    def _date(self, machine_ns: int) -> int:
        """A date that rises strictly within the node."""
        assert self._offset is not None  # noqa: S101 - callers looked
        offset_ns, speed = self._offset
        return max(offset_ns + speed * machine_ns, self._last_at_ns + 1)

    def _date_what_waits(self) -> None:
        offsets = {
            position: (offset_ns, speed)
            for position, offset_ns, speed in self._database.execute(
                "SELECT position, offset_ns, speed FROM runs JOIN boots USING (boot)"
                " WHERE offset_ns IS NOT NULL"
            )
        }
        waiting = self._database.execute(
            "SELECT position, seq, machine_ns FROM events WHERE at_ns IS NULL ORDER BY position, seq"
        ).fetchall()
        for index, (position, seq, machine_ns) in enumerate(waiting):
            if position in offsets:
                offset_ns, speed = offsets[position]
                at_ns = max(offset_ns + speed * machine_ns, self._last_at_ns + 1)
            elif self._last_at_ns:
                at_ns = self._last_at_ns + 1
            else:  # nothing before it was ever dated: just before this boot began
                assert self._offset is not None  # noqa: S101 - only called once it is known
                at_ns = self._offset[0] - len(waiting) + index
            self._database.execute(
                "UPDATE events SET at_ns = ?, undated = ? WHERE position = ? AND seq = ?",
                (at_ns, position not in offsets, position, seq),
            )
            self._last_at_ns = at_ns
            self._by_quarter[at_ns // QUARTER_NS] += 1
        self._database.commit()

    # Sending ------------------------------------------------------------------------------------

    @_watched
    def parcel_after(self, place: Place, *, most_bytes: int, most_events: int) -> Parcel | None:
        """The next stretch of unreceipted events after ``place``, of one run; None when there is none.

        Events that have no date yet do not travel.
        """
        for position in sorted(self._receipted):
            if position < place.position:
                continue
            after = self._receipted[position]
            if position == place.position:
                after = max(after, place.seq)
            rows = self._database.execute(
                "SELECT seq, at_ns, machine_ns, undated, body FROM events"
                " WHERE position = ? AND seq > ? AND at_ns IS NOT NULL ORDER BY seq LIMIT ?",
                (position, after, most_events),
            ).fetchall()
            if not rows:
                continue
            events: list[messages.Event] = []
            size = 0
            for seq, at_ns, machine_ns, undated, body in rows:
                size += len(body) + 120
                if events and size > most_bytes:
                    break
                events.append(
                    messages.Event(
                        seq=seq,
                        at_ns=at_ns,
                        machine_ns=machine_ns,
                        undated=bool(undated),
                        body=_readable(body),
                    )
                )
            run, boot = self._database.execute(
                "SELECT run, boot FROM runs WHERE position = ?", (position,)
            ).fetchone()
            return Parcel(
                Place(position, events[0].seq),
                Place(position, events[-1].seq),
                run,
                boot,
                self._held[position].oldest,
                self._receipted[position],
                events,
            )
        return None

    def newest_receipt(self) -> tuple[str, str, int] | None:
        """The newest run that the recorder holds anything of: run, boot, and up to which seq."""
        position = max((one for one, upto in self._receipted.items() if upto), default=None)
        if position is None:
            return None
        run, boot = self._database.execute(
            "SELECT run, boot FROM runs WHERE position = ?", (position,)
        ).fetchone()
        return run, boot, self._receipted[position]

    @_watched
    def receipted(self, run: str, upto: int) -> None:
        """The recorder holds everything of ``run`` up to ``upto``. An unknown run changes nothing."""
        position = self._runs.get(run)
        if position is None or upto <= self._receipted[position]:
            return
        self._receipted[position] = upto

    def place_of(self, run: str, seq: int) -> Place | None:
        """Where a run's seq stands in the order of sending."""
        position = self._runs.get(run)
        return None if position is None else Place(position, seq)

    @_watched
    def forget_receipts(self) -> None:
        """The journal is another one (restored from a backup): everything still held travels again."""
        for position in self._receipted:
            self._receipted[position] = 0
        self._flush_receipts()
        self._database.commit()

    @_watched
    def tidy(self, civil_ns: int) -> None:
        """Drop receipted events older than seven days, and write down the receipts.

        Only while the recorder is there: what it may have lost must outlast its absence.
        """
        self._flush_receipts()
        self._drop_receipted(civil_ns - KEEP_RECEIPTED_NS)
        self._drop_empty_runs()
        self._database.commit()

    # Figures ------------------------------------------------------------------------------------

    def pending(self) -> int:
        """Events without a receipt."""
        return sum(
            max(0, held.last - max(self._receipted[position], held.oldest - 1))
            for position, held in self._held.items()
        )

    def recorded(self) -> int:
        """Events of this run."""
        return self._next_seq - 1

    def recorded_between(self, start_ns: int, end_ns: int) -> int:
        """Events dated in a span of whole quarters of an hour that this outbox recorded and still holds."""
        first, last = start_ns // QUARTER_NS, end_ns // QUARTER_NS
        return sum(count for quarter, count in self._by_quarter.items() if first <= quarter < last)

    @property
    def capacity_bytes(self) -> int:
        """The file's bound."""
        return self._capacity

    def size_bytes(self) -> int:
        """Bytes in use of the file's bound."""
        pages: int = self._one("PRAGMA page_count") - self._one("PRAGMA freelist_count")
        return pages * self._page_bytes

    def close(self) -> None:
        """Write down the receipts and let go of the file."""
        with contextlib.suppress(sqlite3.DatabaseError):  # a broken or full one keeps those it has
            self._flush_receipts()
            self._database.commit()
        self._database.close()

    def set_aside(self) -> int:
        """How many broken files were set aside here: each may hold what was never delivered."""
        if isinstance(self._path, str):
            return 0
        return sum(
            not one.name.endswith("-wal") for one in self._path.parent.glob(f"{self._path.name}.corrupt-*")
        )

    # Inside -------------------------------------------------------------------------------------

    def _begin_run(self) -> int:
        cursor = self._database.execute("INSERT INTO runs (run, boot) VALUES (?, ?)", (self.run, self.boot))
        self._database.commit()
        assert cursor.lastrowid is not None  # noqa: S101 - an INSERT always has one
        return cursor.lastrowid

    def _offset_of(self, boot: str) -> tuple[int, int] | None:
        row = self._database.execute("SELECT offset_ns, speed FROM boots WHERE boot = ?", (boot,)).fetchone()
        return None if row is None or row[0] is None else (row[0], row[1])

    def _one(self, query: str, *values: object) -> int:
        return int(self._database.execute(query, values).fetchone()[0] or 0)

    def _flush_receipts(self) -> None:
        for position, upto in self._receipted.items():
            if self._flushed.get(position) != upto:
                self._database.execute("UPDATE runs SET receipted = ? WHERE position = ?", (upto, position))
                self._flushed[position] = upto

    def _drop_receipted(self, before_ns: int) -> None:
        """Drop the oldest receipted events dated before then: a bounded number, and the next time more."""
        left = MOST_DROPPED
        for position, held in sorted(self._held.items()):
            upto = min(self._receipted[position], held.oldest + left - 1)
            which = "FROM events WHERE position = ? AND seq <= ? AND at_ns < ?"
            values = (position, upto, before_ns)
            quarters = self._database.execute(
                f"SELECT at_ns / {QUARTER_NS}, count(*) {which} GROUP BY 1",
                values,
            ).fetchall()
            if not quarters:
                continue
            self._database.execute(f"DELETE {which}", values)
            for quarter, count in quarters:
                self._by_quarter[quarter] -= count
                left -= count
            self._note_oldest(position)
            if left <= 0:
                return

    def _note_oldest(self, position: int) -> None:
        oldest = self._one("SELECT min(seq) FROM events WHERE position = ?", position)
        if oldest:
            self._held[position] = _Held(oldest, self._held[position].last)
        else:
            del self._held[position]

    def _drop_empty_runs(self) -> None:
        for run, position in list(self._runs.items()):
            if position == self._position or position in self._held:
                continue
            self._database.execute("DELETE FROM runs WHERE position = ?", (position,))
            del self._runs[run], self._receipted[position]
            self._flushed.pop(position, None)

    def _make_room(self) -> None:
        """Near the bound receipted events go before their seven days; unreceipted ones never."""
        if self.size_bytes() < self._capacity:
            return
        self._drop_receipted(self._last_at_ns + 1)
        if self.size_bytes() >= self._capacity:
            raise OutboxFullError(
                f"the outbox holds {self.pending()} events without receipt and is full"
                f" ({self._capacity} bytes): bring the broker back, or enlarge it"
            )


def _is_corrupt(problem: sqlite3.DatabaseError) -> bool:
    code: int = getattr(problem, "sqlite_errorcode", 0)  # the module's own complaints have none
    return code & 0xFF in _CORRUPT


def _set_aside(path: Path, problem: Exception) -> None:
    """Keep a broken file, with its write-ahead log, for whoever can still read some of it."""
    aside = path.with_name(f"{path.name}.corrupt-{secrets.token_hex(3)}")
    for suffix in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    log.error(
        "the outbox %s cannot be read (%s): set aside as %s, a new one begins", path, problem, aside.name
    )


def _prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA auto_vacuum = NONE")
    (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        broken = sqlite3.DatabaseError(found)
        broken.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise broken
    database.executescript(_SCHEMA)


def _readable(body: bytes) -> msgspec.Raw:
    """A body as it was written. One in which the disk turned a bit must not spoil the whole message."""
    try:
        messages.decode(body, object)
    except msgspec.DecodeError:
        log.error("an event of the outbox cannot be read any more: %.200r", body)
        return msgspec.Raw(_UNREADABLE)
    return msgspec.Raw(body)
