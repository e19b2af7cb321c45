"""Journals of sites, filled without a hall: events with identity, each with a decision."""

from __future__ import annotations

from broker.contract import messages
from broker.delivery.journal import Decided, Journal, Row

START_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000


def fill(journal: Journal, count: int, *, node: str = "borne", run: str = "run", decisions: int = 1) -> None:
    """Append decided events, the seq going on where the run stands."""
    begun = journal.next_seq(node, run) or 1
    with journal.transaction():
        rows = [row(node, run, seq) for seq in range(begun, begun + count)]
        last = journal.append_all(rows)
        journal.expect(node, run, begun + count)
        causes = range(last - count + 1, last + 1)
        made = [Decided(cause, b'{"type":"made"}') for cause in causes for _ in range(decisions)]
        journal.decide(made, upto=last)


def row(node: str, run: str, seq: int) -> Row:
    body = messages.encode(messages.VoteCast(device="boutons", barometer="b", question="q", answer=seq % 4))
    at_ns = START_NS + seq * SECOND_NS
    return Row(node, run, seq, at_ns, at_ns, 12, undated=False, body=body, quarantined=None)


def identities(journal: Journal) -> list[tuple[str, str, int]]:
    """Who made what, in the journal's order."""
    return [
        (entry.row.node, entry.row.run, entry.row.seq)
        for entry in journal.events_after(0, most=journal.last_offset())
    ]
