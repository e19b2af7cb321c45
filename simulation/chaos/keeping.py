"""What lies on disks while nobody runs: copies of outboxes and journals, and a disk that can be full."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from broker.contract import messages
from simulation.chaos.verdict import Ticket

DISK_MB = 64
"""The hall's disk: ten times what a run writes, and filled in an instant."""

OWN_MOUNTS = "PREACCUEIL_CHAOS_OWN_MOUNTS"
"""Set in the environment of a run whose mounts nobody else sees."""

JOURNAL_IN_USE = threading.Lock()
"""Held while the journal's file is copied, compared or replaced."""

DISK_IN_USE = threading.Lock()
"""Held while the disk is full, or written by somebody else than the hall."""

_NAMESPACE = ("unshare", "--mount", "--propagation", "private")


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    """A database that somebody may be writing."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def undelivered(outbox: Path, journal: Path) -> int:
    """Events of an outbox that a journal does not hold."""
    if not outbox.exists():
        return 0
    with _reading(outbox) as kept:
        recorded = kept.execute(
            "SELECT run, max(seq) FROM events JOIN runs USING (position) GROUP BY run"
        ).fetchall()
    with _reading(journal) as whole:
        committed: dict[str, int] = dict(whole.execute("SELECT run, next_seq - 1 FROM runs"))
    return sum(max(0, last - committed.get(run, 0)) for run, last in recorded)


def identities(journal: Path) -> set[tuple[str, str, int]]:
    """Node, run and seq of every event that a journal holds."""
    with _reading(journal) as whole:
        return set(whole.execute("SELECT node, run, seq FROM events"))


def alarms(journal: Path) -> dict[str, int]:
    """Alarms of identity by node: nobody cloned a card here, so each of them is a false one."""
    with _reading(journal) as whole:
        query = "SELECT node, sum(alarms) FROM runs GROUP BY node HAVING sum(alarms) > 0"
        return dict(whole.execute(query))


def drawn_tickets(journal: Path) -> list[Ticket]:
    """Every ticket that a journal holds."""
    with _reading(journal) as whole:
        rows = whole.execute(
            "SELECT node, body FROM events WHERE CAST(body AS TEXT) LIKE '%\"ticket.drawn\"%'"
        ).fetchall()
    tickets = []
    for node, body in rows:
        drawn = messages.decode_body(msgspec.Raw(body))
        if isinstance(drawn, messages.TicketDrawn):
            tickets.append(Ticket(node, drawn.number))
    return tickets


def fed_upto_the_end(hall: Path) -> bool:
    """Whether the store's cursor stands where the journal of a hall's state folder ends."""
    with _reading(hall / "journal.sqlite") as journal:
        identity = journal.execute("SELECT value FROM about WHERE key = 'id'").fetchone()[0]
        last: int = journal.execute("SELECT coalesce(max(offset), 0) FROM events").fetchone()[0]
    with _reading(hall / "store-cursor.sqlite") as cursors:
        row = cursors.execute("SELECT offset FROM cursors WHERE journal = ?", (identity,)).fetchone()
    return row is not None and row[0] >= last


def copy_outbox(outbox: Path, to: Path) -> None:
    """Copy the outbox of a node that is down, with what its write-ahead log holds."""
    for part in _parts(outbox):
        target = to.with_name(to.name + part.name.removeprefix(outbox.name))
        target.unlink(missing_ok=True)
        if part.exists():
            shutil.copyfile(part, target)


def break_outbox(outbox: Path) -> None:
    """Overwrite the middle of the outbox of a node that is down, as a power cut in a dying card may."""
    with outbox.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(os.urandom(8 * 4096))
    # What its write-ahead log still holds would mend the pages again.
    outbox.with_name(outbox.name + "-wal").unlink(missing_ok=True)


def copy_journal(journal: Path, to: Path) -> None:
    """Back a running hall's journal up, as SQLite does it."""
    to.unlink(missing_ok=True)
    with _reading(journal) as source, contextlib.closing(sqlite3.connect(to)) as target:
        source.backup(target)


def put_journal_back(copy: Path, journal: Path) -> None:
    """What a technician does with last night's backup while the hall is down."""
    for part in _parts(journal):
        part.unlink(missing_ok=True)
    shutil.copyfile(copy, journal)


def _parts(database: Path) -> Sequence[Path]:
    return [database.with_name(database.name + suffix) for suffix in ("", "-wal", "-shm")]


class Disk:
    """A small disk of its own for a folder, which ends with this process's mounts.

    Args:
        folder: where it is mounted; made when missing.

    Raises:
        OSError: this process may not mount.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._filler = folder / "somebody-elses-files"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=700", "tmpfs", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            raise OSError(mounted.stderr.strip() or "mount failed")

    def fill(self) -> None:
        """Leave no byte free."""
        with contextlib.suppress(OSError), self._filler.open("ab", buffering=0) as filler:
            while filler.write(bytes(4096)):
                pass

    def empty(self) -> None:
        """Give everything back."""
        self._filler.unlink(missing_ok=True)

    def unmount(self) -> None:
        """Take the disk away, with all that is on it."""
        subprocess.run(["umount", "--lazy", str(self._folder)], check=False)


def enter_own_mounts(command: Sequence[str]) -> None:
    """Begin again where mounts are seen by nobody else and go when the last process ends, if that may be.

    Returns where it may not be, or where this process is there already.
    """
    if os.environ.get(OWN_MOUNTS) or os.geteuid() != 0 or shutil.which(_NAMESPACE[0]) is None:
        return
    if subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False).returncode:
        return
    os.execvpe(_NAMESPACE[0], [*_NAMESPACE, *command], {**os.environ, OWN_MOUNTS: "1"})  # noqa: S606 - ourselves
