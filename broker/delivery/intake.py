"""The recorder's end of exactly once: takes a run's next seq only, commits, and then receipts.

A lower seq is receipted again, a higher one ignored until the node has gone back. An event that
cannot be read, or that its node cannot have made, becomes a quarantined row, not a hole: it is
counted and shown, and never stops the intake.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from broker.clock import SECOND
from broker.contract import compiled, messages
from broker.contract.origin import mismarked, objection
from broker.delivery.journal import Entry, Journal, Row

log = logging.getLogger(__name__)

_MILLISECOND = 1_000_000
FUTURE_NS = 24 * 3600 * SECOND
"""A date further ahead than this is a clock's fault: the event is kept, in quarantine."""
PAST_NS = 400 * 24 * 3600 * SECOND
"""A date older than this is none of this season's, nor of the one before."""
BELIEVED = 3
"""How often, between two starts of the hall, a node is believed that the journal was put back.

It is put back while the hall is off, and one word is enough: who says it again and again is at fault, and
would make every node send all it holds each time.
"""
OVERLAP_NS = 5 * SECOND
"""Two runs of one node that overlap by more than this are two machines: a cloned card."""


class Arrived(NamedTuple):
    """A message of ``event/<node>``."""

    node: str
    payload: bytes


class Receipted(NamedTuple):
    """A receipt and whom it is for."""

    node: str
    receipt: messages.Receipt


class Taken(NamedTuple):
    """A committed event with what was read of it: None where it is in quarantine."""

    entry: Entry
    body: messages.AnyBody | None


class Intake:
    """Takes what arrives into the journal.

    Args:
        journal: where events go.
        site: which devices exist.
    """

    def __init__(self, journal: Journal, site: compiled.Site) -> None:
        self._journal = journal
        self._objection = lru_cache(maxsize=4096)(
            lambda node, kind, device: objection(site, node, kind, device)
        )
        self._newest: dict[str, tuple[str, int]] = {}
        self._claims: Counter[str] = Counter()
        self._rows: list[Row] = []
        self._bodies: list[messages.AnyBody | None] = []
        self.taken: list[Taken] = []
        """What the last ``take`` committed, in its order, so that nobody has to read it again."""
        self._next: dict[tuple[str, str], int | None] = {}
        self.is_replaced = False
        """Set when a node shows that this journal stands in another's place; its owner resets it."""

    def take(self, arrived: Sequence[Arrived], now_ns: int) -> list[Receipted]:
        """Commit everything that arrived in one transaction; the receipts may be sent once it returns.

        Args:
            arrived: messages in the order of their arrival.
            now_ns: civil time of the recorder.

        Raises:
            sqlite3.OperationalError: the disk is full or fails: nothing was committed, send no receipt.
        """
        upto: dict[tuple[str, str], int] = {}
        was_replaced = self.is_replaced
        self.taken = []
        try:
            with self._journal.transaction():
                for node, payload in arrived:
                    try:
                        batch = messages.decode_batch(payload)
                    except msgspec.DecodeError as problem:
                        reason = f"no readable batch: {problem}"
                        log.warning("%s: %s", node, reason)
                        self._journal.note_unreadable(node, payload, reason, now_ns)
                        continue
                    upto[node, batch.run] = self._take_batch(node, batch, now_ns)
                self._write()
        except BaseException:
            # What the transaction takes back must not be remembered either.
            self.taken = []
            self._journal.id = self._journal.read_id()
            self.is_replaced = was_replaced
            raise
        finally:
            self._rows.clear()
            self._bodies.clear()
            self._next.clear()
        return [
            Receipted(node, messages.Receipt(journal=self._journal.id, run=run, upto=seq))
            for (node, run), seq in upto.items()
        ]

    def _take_batch(self, node: str, batch: messages.Batch, now_ns: int) -> int:
        """Take what is new; returns the seq up to which the run is committed."""
        identity = node, batch.run
        if identity not in self._next:
            self._next[identity] = self._journal.next_seq(node, batch.run)
        known = self._next[identity]
        expected = known or 1
        self._look_for_a_lost_journal(node, batch, expected)
        if known is None and batch.events:
            self._begin_run(node, batch.run, batch.events[0].at_ns)
        if batch.oldest > expected:
            log.error("%s: events %d to %d of run %s are lost", node, expected, batch.oldest - 1, batch.run)
            self._journal.note_missing(node, batch.run, expected, batch.oldest - 1, now_ns)
            expected = batch.oldest
        duplicates = 0
        for event in batch.events:
            if event.seq > expected:
                break
            if event.seq < expected:
                duplicates += 1
                self._compare(node, batch.run, event)
                continue
            self._take_event(node, batch, event, now_ns)
            expected += 1
        if expected > (known or 1):
            self._look_for_a_clone(node, batch)
        if duplicates:
            self._journal.note_duplicates(node, batch.run, duplicates)
        if expected != known and (batch.events or known is not None):
            self._next[identity] = expected
        return expected - 1

    def _write(self) -> None:
        """Write what was taken, and what is expected next: a few statements for many messages."""
        first = self._journal.append_all(self._rows) - len(self._rows) + 1
        for offset, (row, body) in enumerate(zip(self._rows, self._bodies, strict=True), first):
            self.taken.append(Taken(Entry(offset, row), body))
        self._rows.clear()
        self._bodies.clear()
        self._journal.expect_all(
            [(node, run, seq) for (node, run), seq in self._next.items() if seq is not None]
        )

    def _look_for_a_lost_journal(self, node: str, batch: messages.Batch, expected: int) -> None:
        """Receipts that this journal did not give say that it stands in another's place."""
        if not batch.receipted:
            return
        if batch.journal == self._journal.id:
            if batch.receipted < expected:
                return
        elif self._journal.follows(batch.journal):
            return  # its node has not yet heard of the new id
        self._claims[node] += 1
        if self._claims[node] > BELIEVED:
            if self._claims[node] == BELIEVED + 1:
                log.error("%s says again and again that the journal is not its own: not believed", node)
            newest = self._journal.newest_run(node)
            self._journal.note_alarm(node, batch.run if newest is None else newest[0])
            return
        log.error("%s holds receipts that this journal never gave: it was put back, or is new", node)
        self._journal.renew_id(batch.journal)
        self.is_replaced = True

    def _begin_run(self, node: str, run: str, first_ns: int) -> None:
        self._journal.begin_run(node, run, first_ns)
        self._newest.pop(node, None)

    def _look_for_a_clone(self, node: str, batch: messages.Batch) -> None:
        """A run that goes on after another of its node has begun is alive on a second machine."""
        if node not in self._newest:
            newest = self._journal.newest_run(node)
            if newest is None:
                return
            self._newest[node] = newest
        run, first_ns = self._newest[node]
        last = batch.events[-1]
        if batch.run != run and not last.undated and last.at_ns > first_ns + OVERLAP_NS:
            log.error("%s: runs %s and %s are alive at once (a cloned card?)", node, batch.run, run)
            self._journal.note_alarm(node, batch.run)

    def _compare(self, node: str, run: str, event: messages.Event) -> None:
        """The same identity with other content is an alarm, never a duplicate."""
        if self._rows:  # it may have come in this very commit
            self._write()
        kept = self._journal.event_body(node, run, event.seq)
        if kept is not None and kept != bytes(event.body):
            log.error(
                "%s: event %d of run %s came again with other content (a cloned card?)", node, event.seq, run
            )
            self._journal.note_alarm(node, run)

    def _take_event(self, node: str, batch: messages.Batch, event: messages.Event, now_ns: int) -> None:
        body, reason = self._read(node, event, now_ns)
        same_boot = batch.boot == batch.sent_boot
        age_ms = max(0, batch.sent_ns - event.machine_ns) // _MILLISECOND if same_boot else None
        self._rows.append(
            Row(
                node,
                batch.run,
                event.seq,
                event.at_ns,
                now_ns,
                age_ms,
                event.undated,
                bytes(event.body),
                quarantined=reason,
            )
        )
        self._bodies.append(body)

    def _read(
        self, node: str, event: messages.Event, now_ns: int
    ) -> tuple[messages.AnyBody, None] | tuple[None, str]:
        """What an event says, or why it counts for nothing."""
        if event.at_ns > now_ns + FUTURE_NS:
            return None, "dated more than a day ahead: the node's clock is wrong"
        if event.at_ns < now_ns - PAST_NS:
            return None, "dated more than 400 days back: the node's clock is wrong"
        try:
            body = messages.decode_body(event.body)
        except msgspec.DecodeError as problem:
            return None, f"unreadable event: {problem}"
        reason = self._objection(node, type(body), body.device) or mismarked(node, body)
        return (body, None) if reason is None else (None, reason)
