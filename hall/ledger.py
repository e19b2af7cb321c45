"""The ledger: what nodes say they recorded, what the journal holds, what the store answers. Pressed = stored.

One line for each node and local day. Recorded and received of the hall's own events are the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import LocalDay, local_day
from broker.contract.topics import HALL
from broker.delivery.journal import Journal, Tally
from hall.store.interface import Span, Store, StoreUnavailableError


class Line(NamedTuple):
    """One node on one day. ``recorded`` None: it has said nothing yet; ``stored`` None: nobody could ask.

    What went wrong (``missing`` to ``alarms``) is counted since the journal began.
    """

    node: str
    recorded: int | None
    received: int
    stored: int | None
    missing: int
    duplicates: int
    quarantined: int
    alarms: int

    @property
    def holds(self) -> bool:
        """Whether all that is known to have been recorded is received and stored, and nothing is wrong.

        A node's word may be younger or older than the journal's: more received than it said is no fault.
        """
        arrived = self.recorded is None or self.recorded <= self.received
        return (
            arrived and self.stored == self.received and not (self.missing or self.quarantined or self.alarms)
        )


class DayTotal(NamedTuple):
    """A whole day in one line. ``recorded`` is all that is known to have been; ``stored`` None: unknown."""

    day: str
    recorded: int
    received: int
    stored: int | None
    holds: bool

    def __str__(self) -> str:
        stored = "?" if self.stored is None else self.stored
        parts = [
            f"{self.recorded} notés / recorded",
            f"{self.received} reçus / received",
            f"{stored} conservés / stored",
        ]
        counts = (self.recorded, self.received, self.stored)
        signs = ("=" if one == other else "≠" for one, other in pairwise(counts))
        said = parts[0] + "".join(f" {sign} {part}" for sign, part in zip(signs, parts[1:], strict=True))
        return f"{self.day} : {said}" + ("" if self.holds else " — à voir / to be looked at")


def total(day: LocalDay, lines_of_day: Sequence[Line]) -> DayTotal:
    """The day's line, from those of its nodes."""
    stored = [line.stored for line in lines_of_day if line.stored is not None]
    return DayTotal(
        day.name,
        sum(max(line.recorded or 0, line.received) for line in lines_of_day),
        sum(line.received for line in lines_of_day),
        sum(stored) if len(stored) == len(lines_of_day) else None,
        all(line.holds for line in lines_of_day),
    )


def stored_by_node(store: Store, day: LocalDay) -> dict[str, int] | None:
    """Event points of a day that the store answers, by node; None when it cannot be asked."""
    try:
        return {row.node: row.events for row in store.stored(Span(day.start_ns, day.end_ns))}
    except StoreUnavailableError:
        return None


def day_total(journal: Journal, store: Store, day: LocalDay) -> DayTotal:
    """A day in one line: what the technician's page and every report say of it."""
    return total(day, lines(journal, day, stored_by_node(store, day)))


def lines(journal: Journal, day: LocalDay, stored: Mapping[str, int] | None) -> list[Line]:
    """The ledger of one day, by node.

    Args:
        journal: where events are.
        day: the local day.
        stored: event points by node that the store answers for that day, None when it cannot be asked.
    """
    said = journal.said(day.name)
    return [
        Line(
            node=tally.node,
            recorded=tally.received if tally.node == HALL else said.get(tally.node),
            received=tally.received,
            stored=None if stored is None else _stored(tally, stored),
            missing=tally.missing,
            duplicates=tally.duplicates,
            quarantined=tally.quarantined,
            alarms=tally.alarms,
        )
        for tally in journal.tallies(day.start_ns, day.end_ns)
    ]


def _stored(tally: Tally, stored: Mapping[str, int]) -> int:
    """Points of a node. The hall's own words that a journal put back lacks are not counted."""
    count = stored.get(tally.node, 0)
    return min(count, tally.received) if tally.node == HALL else count


def days(journal: Journal, zone: ZoneInfo, upto_ns: int) -> Iterator[LocalDay]:
    """The local days of a journal, from its first event to the day of ``upto_ns``."""
    first_ns = journal.first_date_ns()
    if first_ns is None:
        return
    day = local_day(first_ns, zone)
    while day.start_ns <= upto_ns:
        yield day
        day = local_day(day.end_ns, zone)
