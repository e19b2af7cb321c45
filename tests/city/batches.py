"""A site whose people vote, and its journal as a forwarder sends it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from broker.clock import SECOND, ManualClock
from broker.contract import city, compiled, messages
from broker.delivery.intake import Arrived
from broker.delivery.journal import Journal
from hall.pipeline import Pipeline

NINE_NS = 1_813_043_400 * SECOND
"""A Monday morning: 2027-06-14, 09:30 in Paris."""


class VotingSite:
    """A hall's journal, filled by a barometer."""

    def __init__(self, site: compiled.Site, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.site, self.folder = site, folder
        self.clock = ManualClock(civil_ns=NINE_NS)
        self.path = folder / "journal.sqlite"
        self.seqs = itertools.count(1)
        self.open()

    def open(self) -> None:
        """Start the hall."""
        self.journal = Journal(self.path)
        self.pipeline = Pipeline(self.site, self.journal, self.clock)
        self.pipeline.start()

    def vote(self, times: int = 1, *, answer: int = 0) -> None:
        """Presses, ten seconds apart, decided."""
        for _ in range(times):
            self.clock.now_civil_ns += 10 * SECOND
            self.send(next(self.seqs), self.clock.now_civil_ns, answer)

    def send(self, seq: int, at_ns: int, answer: int = 0) -> None:
        """One press, as the node's outbox has it."""
        body = messages.VoteCast(
            device="boutons", barometer="barometre-19", question="a-l-aise", answer=answer
        )
        event = messages.Event(seq=seq, at_ns=at_ns, machine_ns=0, body=msgspec.Raw(messages.encode(body)))
        batch = messages.Batch(run="run", boot="boot", sent_boot="boot", sent_ns=0, oldest=1, events=[event])
        self.pipeline.take([Arrived("barometre", messages.encode(batch))])
        self.pipeline.decide()

    def batches(self, after: int = 0, *, most: int = 4) -> Iterator[city.CityBatch]:
        """All that is decided after an offset."""
        upto = self.journal.decided_upto()
        decisions = self.journal.decisions_between(after, upto)
        entries = [
            city.CityEntry(
                *one.row[:7],
                msgspec.Raw(one.row.body),
                one.row.quarantined,
                [msgspec.Raw(body) for body in decisions.get(one.offset, ())],
            )
            for one in self.journal.events_after(0, most=10**6)
            if one.offset <= upto
        ]
        for first in range(after, len(entries), most):
            yield city.CityBatch(
                site=self.site.id,
                journal=self.journal.id,
                sender="sender",
                number=first + 1,
                first=first + 1,
                previous=entries[first - 1].digest() if first else "",
                upto_site=upto,
                sent_ns=self.clock.civil_ns(),
                before=self.before,
                entries=entries[first : first + most],
            )

    before: tuple[str, ...] = ()

    def word(self) -> city.CitySite:
        """What a recorder says of it once it has everything."""
        upto = self.journal.decided_upto()
        counts: dict[str, int] = {}
        for one in self.journal.events_after(0, most=10**6):
            counts[one.row.node] = counts.get(one.row.node, 0) + 1
        return city.CitySite(
            site=self.site.id,
            journal=self.journal.id,
            upto=upto,
            upto_site=upto,
            heard_ns=self.clock.civil_ns(),
            sent_ns=self.clock.civil_ns(),
            tallies=counts,
            tallies_upto=upto,
        )
