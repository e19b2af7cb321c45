"""The city's copy of one site's journal, taken batch by batch from the city's journal.

The copy is a journal file like the site's own: the same id, the same offsets, the same decisions. So whatever
reads a site's journal reads the copy, unchanged. Where the copy stands in the city's journal is written in
the transaction that takes a batch: whatever is lost at the city is taken from there again, once.

A site whose journal was put back from a backup goes on under another id and sends everything anew: the copy
begins a new file then, and the former one stays beside it (``journal-<id>.sqlite``).
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import msgspec

from broker.contract.city import CityBatch, CityEntry
from broker.delivery.journal import Decided, Journal, Row

log = logging.getLogger(__name__)

JOURNAL: Final = "journal.sqlite"
_SEQUENCE: Final = "city-sequence"


class CopyError(Exception):
    """The city's journal does not go on where the copy stands; the text says where."""


class CopiedJournal(Journal):
    """The file of a copy.

    Args:
        path: where it lies.
    """

    @property
    def sequence(self) -> int:
        """The place in the city's journal up to which everything of this site has been taken; 0 at first."""
        return int(str(self._about(_SEQUENCE) or 0))

    def adopt(self, journal: str) -> None:
        """Go by the id of the site's own journal: this is a copy of that one."""
        self._database.execute("INSERT OR REPLACE INTO about VALUES ('id', ?)", (journal,))
        self.id = journal

    def take(self, batch: CityBatch, skipped: int, sequence: int) -> int:
        """Commit a batch but for its first entries, with its place; how many events that were."""
        entries = batch.entries[skipped:]
        first = batch.first + skipped
        decided = [
            Decided(offset, bytes(body))
            for offset, entry in enumerate(entries, first)
            for body in entry.decisions
        ]
        with self.transaction():
            for before in batch.before:
                self._database.execute("INSERT OR IGNORE INTO about VALUES (?, 1)", (f"before-{before}",))
            if entries:
                last = self.append_all([_row(entry) for entry in entries])
                if last != first + len(entries) - 1:
                    raise CopyError(f"{batch.site}: offset {last} where {first + len(entries) - 1} belongs")
                self.decide(decided, last)
            self._note(sequence)
        return len(entries)

    def pass_over(self, sequence: int) -> None:
        """Nothing up to that place of the city's journal is wanted any more."""
        with self.transaction():
            self._note(sequence)

    def _note(self, sequence: int) -> None:
        self._database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (_SEQUENCE, sequence))


class SiteCopy:
    """One site's copy. One writer.

    Args:
        folder: the site's at the city; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / JOURNAL
        self._journal = CopiedJournal(self._path) if self._path.exists() else None

    @property
    def is_begun(self) -> bool:
        """Whether there is anything of the site."""
        return self._journal is not None

    @property
    def sequence(self) -> int:
        """See ``CopiedJournal``."""
        return 0 if self._journal is None else self._journal.sequence

    @property
    def generation(self) -> str:
        """The id of the site's journal that is copied; empty before any."""
        return "" if self._journal is None else self._journal.id

    @property
    def upto(self) -> int:
        """The last offset copied."""
        return 0 if self._journal is None else self._journal.last_offset()

    def take(self, batch: CityBatch, sequence: int) -> int:
        """Take a batch; how many events were new.

        Args:
            batch: as it stands in the city's journal.
            sequence: its place there.

        Raises:
            CopyError: something before it is lacking; nothing was taken.
        """
        if sequence <= self.sequence:
            return 0
        journal = self._journal
        if journal is not None and journal.follows(batch.journal) and batch.journal != journal.id:
            # A word of the journal that was before this one.
            journal.pass_over(sequence)
            return 0
        if journal is None or batch.journal != journal.id:
            journal = self._begin(batch)
        expected = journal.last_offset() + 1
        if batch.first > expected:
            raise CopyError(f"{batch.site}: {batch.first} comes where {expected} is next")
        if batch.first == expected > 1 and batch.previous != _digest(journal, batch.first - 1):
            raise CopyError(f"{batch.site}: another event stands before offset {batch.first} than is copied")
        return journal.take(batch, expected - batch.first, sequence)

    def forget_place(self) -> None:
        """The city's journal is another one, which counts from its own beginning."""
        if self._journal is not None:
            self._journal.pass_over(0)

    def counts(self, upto: int) -> dict[str, int]:
        """Events by node, of those up to an offset."""
        return {} if self._journal is None else self._journal.count_by_node(0, upto)

    def close(self) -> None:
        """Let go of the file."""
        if self._journal is not None:
            self._journal.close()

    def _begin(self, batch: CityBatch) -> CopiedJournal:
        """A new file for a journal not seen before, put in place whole."""
        if batch.first != 1:
            raise CopyError(f"{batch.site}: journal {batch.journal} begins at {batch.first}, not at 1")
        former = self._journal
        if former is not None:
            former.close()
            self._path.replace(self.folder / f"journal-{former.id}.sqlite")
            log.warning("%s goes on under journal %s after %s", batch.site, batch.journal, former.id)
            self._journal = None
        fresh = self.folder / "journal.new"
        fresh.unlink(missing_ok=True)
        begun = CopiedJournal(fresh)
        begun.adopt(batch.journal)
        begun.close()
        fresh.replace(self._path)
        self._journal = CopiedJournal(self._path)
        return self._journal


def _row(entry: CityEntry) -> Row:
    return Row(
        entry.node,
        entry.run,
        entry.seq,
        entry.at_ns,
        entry.recorded_ns,
        entry.age_ms,
        entry.undated,
        bytes(entry.body),
        entry.quarantined,
    )


def _digest(journal: Journal, offset: int) -> str:
    """Of the event that is copied at an offset."""
    (entry,) = journal.events_after(offset - 1, most=1)
    row = entry.row
    return CityEntry(
        row.node, row.run, row.seq, row.at_ns, row.recorded_ns, row.age_ms, row.undated, msgspec.Raw(row.body)
    ).digest()
