"""The city's ledger: what a site counts in its journal, what the city copied of it, what its store answers.

Site and copy are compared at the offset that the site last counted up to, copy and store at the copy's end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from broker.clock import SECOND
from broker.contract.topics import HALL
from city.description import CitySiteDescription
from city.seen import SiteSeen, read_seen
from city.site_copy import SiteCopy
from hall.store.interface import Span, Store, StoreUnavailableError
from hall.store.open import open_store

_DAY_NS = 24 * 3600 * SECOND


class SiteLedger(NamedTuple):
    """One site. Counts of events; ``told`` None: it has not counted yet; ``stored`` None: nobody could ask.

    ``matched`` is what is copied up to the offset of ``told``, ``copied`` all that is. ``behind`` counts
    events that the site has decided and the city lacks. ``differs`` names the nodes whose counts differ.
    """

    site: str
    told: int | None
    matched: int
    copied: int
    stored: int | None
    behind: int
    differs: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether all that the site counted is here and stored, node by node; the rest is on its way."""
        return self.told is not None and self.stored == self.copied and not self.differs

    def __str__(self) -> str:
        """One line for people."""
        told, stored = ("?" if count is None else str(count) for count in (self.told, self.stored))
        signs = ("=" if self.told == self.matched else "≠", "=" if self.stored == self.copied else "≠")
        parts = (
            f"{self.site} : {told} à la mairie / at the site {signs[0]} {self.matched} à la ville / here",
            f"{self.copied} copiés / copied {signs[1]} {stored} conservés / stored",
            f"{self.behind} en route / on their way" if self.behind else "",
            "" if self.holds else f"à voir / to be looked at {', '.join(self.differs)}".rstrip(),
        )
        return " · ".join(part for part in parts if part)


class CityLedger(NamedTuple):
    """All sites."""

    sites: Sequence[SiteLedger]

    @property
    def holds(self) -> bool:
        """Whether each does."""
        return all(site.holds for site in self.sites)

    def __str__(self) -> str:
        """One line for people."""
        told = sum(site.told or 0 for site in self.sites)
        matched = sum(site.matched for site in self.sites)
        copied = sum(site.copied for site in self.sites)
        stored = sum(site.stored or 0 for site in self.sites)
        return (
            f"ville / city ({len(self.sites)}) : {told} {'=' if told == matched else '≠'} {matched}"
            f" · {copied} {'=' if copied == stored else '≠'} {stored}"
            + ("" if self.holds else " — à voir / to be looked at")
        )


def ledger_of(sites: Sequence[CitySiteDescription], state: Path, now_ns: int) -> CityLedger:
    """The ledger of a city, asked of the feed's folder and the stores.

    Args:
        sites: as the city's description has them.
        state: the feed's folder.
        now_ns: civil time; points beyond tomorrow are none.
    """
    seen = read_seen(state).sites
    found = []
    for described in sites:
        with closing(SiteCopy(state / described.id)) as copy, closing(open_store(described.store)) as store:
            stored = _stored(store, now_ns)
            found.append(site_ledger(described.id, copy, stored, seen.get(described.id, SiteSeen())))
    return CityLedger(found)


def site_ledger(site: str, copy: SiteCopy, stored: Mapping[str, int] | None, seen: SiteSeen) -> SiteLedger:
    """One site's ledger.

    Args:
        site: its name.
        copy: its copied journal.
        stored: event points by node that its store answers; None when it cannot be asked.
        seen: what the feed last knew.
    """
    copied = copy.counts(copy.upto)
    told = seen.tallies if seen.journal == copy.generation and seen.tallies_upto <= copy.upto else None
    matched = copy.counts(seen.tallies_upto) if told is not None else copied
    kept = None if stored is None else {node: _kept(node, stored, copied) for node in {*stored, *copied}}
    differs = set[str]()
    if told is not None:
        differs |= {node for node in {*told, *matched} if told.get(node, 0) != matched.get(node, 0)}
    if kept is not None:
        differs |= {node for node in kept if kept[node] != copied.get(node, 0)}
    return SiteLedger(
        site=site,
        told=None if told is None else sum(told.values()),
        matched=sum(matched.values()),
        copied=sum(copied.values()),
        stored=None if kept is None else sum(kept.values()),
        behind=max(0, seen.upto_site - copy.upto),
        differs=tuple(sorted(differs)),
    )


def _kept(node: str, stored: Mapping[str, int], copied: Mapping[str, int]) -> int:
    """As in ``hall.ledger``: the hall's own words that a journal put back lacks are not counted."""
    count = stored.get(node, 0)
    return min(count, copied.get(node, 0)) if node == HALL else count


def _stored(store: Store, now_ns: int) -> dict[str, int] | None:
    try:
        return {row.node: row.events for row in store.stored(Span(0, now_ns + _DAY_NS))}
    except StoreUnavailableError:
        return None
