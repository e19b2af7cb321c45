"""The recorder's end of exactly once: takes a run's next seq only, commits, and then receipts.

A lower seq is receipted again, a higher one ignored until the node has gone back. An event that
cannot be read, or that its node cannot have made, becomes a quarantined row, not a hole: it is
counted and shown, and never stops the intake.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from broker.contract import compiled, messages
from broker.contract.origin import objection
from broker.delivery.journal import Journal, Row

log = logging.getLogger(__name__)

_MILLISECOND = 1_000_000


class Arrived(NamedTuple):
    """A message of ``event/<node>``."""

    node: str
    payload: bytes


class Receipted(NamedTuple):
    """A receipt and whom it is for."""

    node: str
    receipt: messages.Receipt


class Intake:
    """Takes what arrives into the journal.

    Args:
        journal: where events go.
        site: which devices exist; replaced by ``site_changed``.
    """

    def __init__(self, journal: Journal, site: compiled.Site) -> None:
        self._journal = journal
        self._site = site

    def take(self, arrived: Sequence[Arrived], now_ns: int) -> list[Receipted]:
        """Commit everything that arrived in one transaction; the receipts may be sent once it returns.

        Args:
            arrived: messages in the order of their arrival.
            now_ns: civil time of the recorder.

        Raises:
            sqlite3.OperationalError: the disk is full or fails: nothing was committed, send no receipt.
        """
        receipts: dict[tuple[str, str], messages.Receipt] = {}
        with self._journal.transaction():
            for node, payload in arrived:
                try:
                    batch = messages.decode_batch(payload)
                except msgspec.MsgspecError as problem:
                    reason = f"no readable batch: {problem}"
                    log.warning("%s: %s", node, reason)
                    self._journal.note_unreadable(node, payload, reason, now_ns)
                    continue
                upto = self._take_batch(node, batch, now_ns)
                receipts[node, batch.run] = messages.Receipt(
                    journal=self._journal.id, run=batch.run, upto=upto
                )
        return [Receipted(node, receipt) for (node, _), receipt in receipts.items()]

    def _take_batch(self, node: str, batch: messages.Batch, now_ns: int) -> int:
        """Append what is new; returns the seq up to which the run is committed."""
        known = self._journal.next_seq(node, batch.run)
        expected = known or 1
        if known is None:
            self._journal.expect(node, batch.run, expected)
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
            self._journal.append(self._row(node, batch, event, now_ns))
            expected += 1
        if duplicates:
            self._journal.note_duplicates(node, batch.run, duplicates)
        if expected != known:
            self._journal.expect(node, batch.run, expected)
        return expected - 1

    def _compare(self, node: str, run: str, event: messages.Event) -> None:
        """The same identity with other content is an alarm, never a duplicate."""
        kept = self._journal.event_body(node, run, event.seq)
        if kept is not None and kept != bytes(event.body):
            log.error(
                "%s: event %d of run %s came again with other content (a cloned card?)", node, event.seq, run
            )
            self._journal.note_alarm(node, run)

    def _row(self, node: str, batch: messages.Batch, event: messages.Event, now_ns: int) -> Row:
        same_boot = batch.boot == batch.sent_boot
        return Row(
            node=node,
            run=batch.run,
            seq=event.seq,
            at_ns=event.at_ns,
            recorded_ns=now_ns,
            age_ms=max(0, batch.sent_ns - event.machine_ns) // _MILLISECOND if same_boot else None,
            undated=event.undated,
            body=bytes(event.body),
            quarantined=self._reason_against(node, event),
        )

    def _reason_against(self, node: str, event: messages.Event) -> str | None:
        try:
            body = messages.decode_body(event.body)
        except msgspec.MsgspecError as problem:
            return f"unreadable event: {problem}"
        return objection(self._site, node, body)
