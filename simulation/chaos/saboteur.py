"""Breaks one mechanism of the delivery in this process, so that the instrument can show that it would notice.

Each break keeps the rest working: the lamps light, receipts come, figures rise. Only the promise is gone.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from broker.contract import messages
from broker.delivery.intake import Arrived, Intake, Receipted
from broker.delivery.journal import Journal
from broker.delivery.outbox import Outbox, Parcel, Place

LATE_S = 2.0
"""How long the broken outbox keeps in memory what the lamp said was on disk."""

_FRESH_DATE_NS = 1000


def break_outbox() -> None:
    """The lamp answers at once; the event is written two seconds later."""
    record, parcel_after = Outbox.record, Outbox.parcel_after
    waiting: list[tuple[float, messages.Body, int]] = []

    def write_late(outbox: Outbox) -> None:
        while waiting and time.monotonic() - waiting[0][0] > LATE_S:
            _, body, machine_ns = waiting.pop(0)
            record(outbox, body, machine_ns)

    def record_late(self: Outbox, body: messages.Body, machine_ns: int) -> int:
        write_late(self)
        waiting.append((time.monotonic(), body, machine_ns))
        return self.recorded() + len(waiting)

    def parcel_after_late(self: Outbox, place: Place, *, most_bytes: int, most_events: int) -> Parcel | None:
        write_late(self)
        return parcel_after(self, place, most_bytes=most_bytes, most_events=most_events)

    Outbox.record = record_late  # type: ignore[method-assign]  # the break
    Outbox.parcel_after = parcel_after_late  # type: ignore[method-assign]  # the break


def break_receipt() -> None:
    """Every seventh event of a node is receipted without having been committed."""
    write = Intake._write  # noqa: SLF001 - the break
    taken = itertools.count(1)

    def write_most(self: Intake) -> None:
        kept = [next(taken) % 7 != 0 for _row in self._rows]
        self._rows[:] = list(itertools.compress(self._rows, kept))
        self._bodies[:] = list(itertools.compress(self._bodies, kept))
        write(self)

    Intake._write = write_most  # type: ignore[method-assign]  # noqa: SLF001 - the break


def break_dedupe() -> None:
    """What comes a second time is taken a second time, as something new."""
    take = Intake.take

    def take_twice(self: Intake, arrived: Sequence[Arrived], now_ns: int) -> list[Receipted]:
        again = [copy for one in arrived if (copy := _as_new(self, one)) is not None]
        return take(self, [*arrived, *again], now_ns)

    Intake.take = take_twice  # type: ignore[method-assign]  # the break


def _as_new(intake: Intake, arrived: Arrived) -> Arrived | None:
    """The events of a message that are in the journal already, under an identity never seen."""
    batch = messages.decode_batch(arrived.payload)
    known = intake._journal.next_seq(arrived.node, batch.run) or 1  # noqa: SLF001 - the break
    again = [event for event in batch.events if event.seq < known]
    if not again:
        return None
    renumbered = [
        replace(event, seq=seq, at_ns=event.at_ns + _FRESH_DATE_NS) for seq, event in enumerate(again, 1)
    ]
    fresh = replace(batch, run=secrets.token_hex(6), oldest=1, events=renumbered)
    return Arrived(arrived.node, msgspec.json.encode(fresh))


def break_sync() -> None:
    """The journal is committed and not synced: only a power cut, or a trace of the system calls, shows it."""
    begin = Journal.__init__

    def begin_carelessly(self: Journal, path: Path | str, *, durable: bool = True) -> None:  # noqa: ARG001 - as it is called
        begin(self, path, durable=False)

    Journal.__init__ = begin_carelessly  # type: ignore[method-assign]  # the break


BREAKS: dict[str, Callable[[], None]] = {
    "outbox": break_outbox,
    "receipt": break_receipt,
    "dedupe": break_dedupe,
}
"""What ``BREAK=`` may name."""

UNSEEN_BY_KILLS: dict[str, Callable[[], None]] = {"sync": break_sync}
"""Breaks that no kill of a process can show, since the kernel keeps what was written."""

IN_THE_HALL = frozenset({"receipt", "dedupe"})
"""The breaks of the recorder; the others are the nodes'."""
