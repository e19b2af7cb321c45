"""What of a site's journal goes to the city, read in order: decided entries, digests, and counts by node."""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec

from broker.contract.city import BATCH_BYTES, BATCH_EVENTS, CityEntry
from broker.delivery.journal import Journal, RawRow

_FRAME_BYTES: Final = 120
"""About what an entry takes beside its body and decisions."""
_NONE: Final[list[bytes]] = []


class JournalHoleError(Exception):
    """The journal's offsets have a hole: something else than the hall has written to it."""


class Backlog:
    """Reads ahead in a journal that the hall writes. Not for several threads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._ready: deque[tuple[CityEntry, int]] = deque()
        self._next = 0
        self._last: tuple[int, str] = (0, "")
        self._tallies: dict[str, int] = {}
        self._tallied_upto = 0

    def entries(self, first: int, decided: int) -> list[CityEntry]:
        """The entries of one batch, from an offset on: at least one while there is one that is decided.

        Raises:
            JournalHoleError: an offset is missing.
        """
        if first != self._next:
            self._ready.clear()
        entries, size = list[CityEntry](), 0
        while len(entries) < BATCH_EVENTS:
            if not self._ready and not self._read_ahead(first + len(entries), decided):
                break
            if entries and size + self._ready[0][1] > BATCH_BYTES:
                break
            entry, entry_size = self._ready.popleft()
            entries.append(entry)
            size += entry_size
        self._next = first + len(entries)
        if entries:
            self._last = self._next - 1, entries[-1].digest()
        return entries

    def digest_before(self, first: int) -> str:
        """The digest of the entry before an offset; empty for the first. Raises JournalHoleError."""
        if first == 1:
            return ""
        if self._last[0] == first - 1:
            return self._last[1]
        rows = self._journal.rows_after(first - 2, most=1)
        if not rows or rows[0][0] != first - 1:
            raise JournalHoleError(f"the journal has no event {first - 1}")
        return _entry(rows[0], _NONE).digest()

    def tallies(self, decided: int) -> dict[str, int]:
        """How many events of each node there are up to an offset; what was counted once is not read again."""
        for node, count in self._journal.count_by_node(self._tallied_upto, decided).items():
            self._tallies[node] = self._tallies.get(node, 0) + count
        self._tallied_upto = decided
        return dict(self._tallies)

    def _read_ahead(self, first: int, decided: int) -> bool:
        """Read decided events from an offset on; False when there are none."""
        most = min(BATCH_EVENTS, decided - first + 1)
        if most <= 0:
            return False
        rows = self._journal.rows_after(first - 1, most=most)
        decisions = self._journal.decisions_between(first - 1, first - 1 + most)
        for wanted, row in enumerate(rows, first):
            if row[0] != wanted:
                raise JournalHoleError(f"the journal has no event {wanted}, but event {row[0]}")
            made = decisions.get(wanted, _NONE)
            self._ready.append((_entry(row, made), len(row[8]) + sum(map(len, made)) + _FRAME_BYTES))
        if len(rows) < most:
            raise JournalHoleError(f"the journal has no event {first + len(rows)}, and decided {decided}")
        return True


def _entry(row: RawRow, decisions: list[bytes]) -> CityEntry:
    _, node, run, seq, at_ns, recorded_ns, age_ms, undated, body, quarantined = row
    raw = msgspec.Raw
    return CityEntry(
        node,
        run,
        seq,
        at_ns,
        recorded_ns,
        age_ms,
        undated == 1,
        raw(body),
        quarantined,
        [raw(decision) for decision in decisions],
    )
