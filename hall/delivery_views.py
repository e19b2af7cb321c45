"""What the technician's page hears of the delivery: today's ledger, the quarantine, and the city."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from broker.clock import LocalDay
from broker.contract import views
from broker.delivery.journal import Journal
from hall import ledger
from hall.feeder import Feeder
from hall.forwarder import Forwarder

Keyed = tuple[tuple[str, ...], views.View]
"""A view with its topic's levels."""

_NEWEST = 20


def ledger_and_quarantine(journal: Journal, feed: Feeder, today: LocalDay) -> Iterator[Keyed]:
    """Today by node, what the journal received and what the store answers; and what was set aside."""
    for line in ledger.lines(journal, today, feed.stored):
        yield ("view", "ledger", line.node), views.LedgerView(**line._asdict())
    total, newest = journal.quarantined(most=_NEWEST)
    refused = [(0, node, at_ns, f"store: {reason}") for node, at_ns, reason in feed.refused]
    latest = [
        views.Quarantined(offset=offset, node=node, at_ns=at_ns, reason=reason)
        for offset, node, at_ns, reason in sorted([*newest, *refused], key=lambda row: -row[2])[:_NEWEST]
    ]
    yield ("private", "quarantine", "latest"), views.QuarantineView(total=total + len(refused), latest=latest)


def city(forwarder: Forwarder | None) -> Iterator[Keyed]:
    """How far the city is, at a site that one sees, while anybody can say."""
    if forwarder is not None and (report := forwarder.report) is not None:
        yield ("private", "city", "now"), views.CityView(**structs.asdict(report))
