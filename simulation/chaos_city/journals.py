"""A site's journal filled without a hall: decided events with identity, as fast as the disk takes them."""

from __future__ import annotations

from broker.contract import messages
from broker.delivery.journal import Decided, Journal, Row

START_NS = 1_790_000_000_000_000_000
_SECOND_NS = 1_000_000_000
_ANSWERS = 4
_AT_ONCE = 5000
DECISION = b'{"type":"made"}'

Identity = tuple[str, str, int]
"""Node, run and seq of an event."""


def fill(journal: Journal, count: int, *, node: str = "borne", run: str = "run", decisions: int = 1) -> None:
    """Append decided events, the seq going on where the run stands in this journal.

    Args:
        journal: nobody else writes it meanwhile.
        count: how many events.
        node: who made them.
        run: in which of its runs.
        decisions: how many decisions each has.
    """
    begun = journal.next_seq(node, run) or 1
    for first in range(begun, begun + count, _AT_ONCE):
        next_seq = min(first + _AT_ONCE, begun + count)
        with journal.transaction():
            last = journal.append_all([row(node, run, seq) for seq in range(first, next_seq)])
            journal.expect(node, run, next_seq)
            causes = range(last - (next_seq - first) + 1, last + 1)
            journal.decide(
                [Decided(cause, DECISION) for cause in causes for _ in range(decisions)], upto=last
            )


def row(node: str, run: str, seq: int) -> Row:
    """An event that says who made it: the same each time it is made."""
    vote = messages.VoteCast(
        device="boutons", barometer="barometre", question="question", answer=seq % _ANSWERS
    )
    at_ns = START_NS + seq * _SECOND_NS
    body = messages.encode(vote)
    return Row(node, run, seq, at_ns, at_ns, 12, undated=False, body=body, quarantined=None)


def identities(journal: Journal) -> list[Identity]:
    """Who made what, in the journal's order."""
    entries = journal.events_after(0, most=journal.last_offset())
    return [(entry.row.node, entry.row.run, entry.row.seq) for entry in entries]
