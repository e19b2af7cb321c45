"""Is what the sites have in the city's journal, each event once and in order? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from city.engine.reading import Stored
from simulation.chaos_city.journals import Identity


class SiteVerdict(NamedTuple):
    """One site's ledger. ``lost`` and ``doubled`` count events, ``strange`` what no site ever made."""

    site: str
    recorded: int
    stored: int
    lost: int
    doubled: int
    strange: int
    reasons: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the site's ledger equals the city's."""
        return not (self.lost or self.doubled or self.strange or self.reasons)

    def __str__(self) -> str:
        sign = "=" if self.recorded == self.stored else "≠"
        wrong = f" lost={self.lost} doubled={self.doubled} strange={self.strange}" if not self.holds else ""
        equal = f"{self.recorded} au site / recorded {sign} {self.stored} à la ville / at the city"
        return f"{self.site}: {equal}{wrong}"


def judge(site: str, journal: str, recorded: Sequence[Identity], stored: Iterable[Stored]) -> SiteVerdict:
    """Compare a site's journal with the newest generation of it that the city has.

    Args:
        site: its name.
        journal: its journal's id.
        recorded: the identities of its events, in order.
        stored: everything that the city's journal has, in order.
    """
    own = [one.batch for one in stored if one.site == site]
    reasons = list[str]()
    generations = list[str]()
    upto = 0
    for batch in own:
        if not generations or batch.journal != generations[-1]:
            if batch.journal in generations:
                reasons.append(f"{site}: journal {batch.journal} speaks again after the one that followed it")
            generations.append(batch.journal)
            upto = 0
        if batch.first != upto + 1:
            reasons.append(f"{site}: offset {batch.first} of {batch.journal} came after {upto}")
        upto = batch.first + len(batch.entries) - 1
    found = [
        (entry.node, entry.run, entry.seq)
        for batch in own
        if batch.journal == journal
        for entry in batch.entries
    ]
    wanted, there = Counter(recorded), Counter(found)
    doubled = sum(count - 1 for count in there.values() if count > 1)
    if not (wanted - there) and not doubled and found != [*recorded]:
        reasons.append(f"{site}: the events are there in another order")
    made = set(recorded)
    every = [(entry.node, entry.run, entry.seq) for batch in own for entry in batch.entries]
    strange = sum(identity not in made for identity in every)
    lost = (wanted - there).total()
    return SiteVerdict(site, len(recorded), len(there), lost, doubled, strange, tuple(reasons))
