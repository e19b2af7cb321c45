"""The city's feed: from the city's journal to a copy of each site's journal, and from there to its store.

Nothing that it has is needed to have it again: a copy, or all of them, is made anew from the city's journal.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from broker.clock import Clock
from broker.contract import city
from city.description import CitySiteDescription
from city.feeding import SiteFeeding
from city.seen import CitySeen, SiteSeen, write_seen
from city.site_copy import CopyError, SiteCopy

log = logging.getLogger(__name__)

PLACE: Final = "place.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS place (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sites (site TEXT PRIMARY KEY, begun INTEGER NOT NULL) WITHOUT ROWID;
"""


class CityFeed:
    """All sites of one city.

    Args:
        sites: as the city's description has them.
        state: the folder of the copies; made when missing.
        clock: the city's time.
    """

    def __init__(self, sites: Sequence[CitySiteDescription], state: Path, clock: Clock) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self._state, self._clock = state, clock
        self._copies = {one.id: SiteCopy(state / one.id) for one in sites}
        self._feedings = {one.id: SiteFeeding(one, state / one.id, clock) for one in sites}
        self._words: dict[str, city.CitySite] = {}
        self._strangers: set[str] = set()
        self._failed: dict[str, int] = {}
        self._aside: dict[str, str] = {}
        self._database = sqlite3.connect(state / PLACE, check_same_thread=False, isolation_level=None)
        self._database.executescript(_SCHEMA)

    # The city's journal -------------------------------------------------------------------------

    def begins_at(self, created: str) -> int:
        """From which place on the city's journal is wanted.

        Args:
            created: when that journal was made, as the engine says it. Of another one than before,
                everything is wanted: its places mean nothing here.
        """
        if self._kept("created") != created:
            for copy in self._copies.values():
                copy.forget_place()
            self._keep("created", created)
            self._keep("seen", 0)
        begun = dict(self._database.execute("SELECT site, begun FROM sites"))
        # A site that is new here, or here again, and a copy that is gone, may have events before where the
        # others stand.
        lacking = [
            site
            for site, copy in self._copies.items()
            if site not in self._aside and (site not in begun or (begun[site] and not copy.is_begun))
        ]
        self._database.execute("DELETE FROM sites")
        self._database.executemany(
            "INSERT INTO sites VALUES (?, ?)",
            [(site, copy.is_begun) for site, copy in self._copies.items() if site not in self._aside],
        )
        if lacking:
            self._keep("seen", 0)
        return self.seen + 1

    @property
    def seen(self) -> int:
        """Everything up to this place has been taken."""
        return int(str(self._kept("seen") or 0))

    def take(self, subject: str, sequence: int, payload: bytes) -> int:
        """Take a message of the city's journal; how many events were new.

        A site whose message cannot be taken twice in a row is set aside until the next start: no site may
        hold up the others.

        Raises:
            CopyError: what is before it is lacking: begin again at ``seen``.
        """
        site = subject.removeprefix(f"{city.JOURNAL_SUBJECT}.")
        copy = self._copies.get(site)
        if copy is None:
            if site not in self._strangers:
                log.warning("%s is in the city's journal and not in its description", site)
                self._strangers.add(site)
            return 0
        if site in self._aside:
            return 0
        begins = not copy.is_begun
        try:
            taken = _take(copy, site, sequence, payload)
        except CopyError as problem:
            if self._failed.get(site) != sequence:
                self._failed[site] = sequence
                raise
            self._set_aside(site, str(problem))
            return 0
        if begins:
            self._database.execute("INSERT OR REPLACE INTO sites VALUES (?, TRUE)", (site,))
        return taken

    def _set_aside(self, site: str, trouble: str) -> None:
        """Go on without it; the next start tries again, from the beginning."""
        log.error("%s is set aside until the next start: %s", site, trouble)
        self._aside[site] = trouble
        self._database.execute("DELETE FROM sites WHERE site = ?", (site,))

    def taken(self, sequence: int) -> None:
        """Everything up to this place has been taken."""
        if sequence > self.seen:
            self._keep("seen", sequence)

    def heard(self, word: city.CitySite) -> None:
        """A recorder's word about a site."""
        self._words[word.site] = word

    # The stores ---------------------------------------------------------------------------------

    def feed(self) -> int:
        """Give each site's store a turn; how much was done. On one thread, beside all else."""
        return sum(feeding.work(self._copies[site].generation) for site, feeding in self._feedings.items())

    def is_fed(self) -> bool:
        """Whether the stores have all that is copied."""
        return all(self._feedings[site].fed >= copy.upto for site, copy in self._copies.items())

    # What pages read ----------------------------------------------------------------------------

    def tell(self) -> CitySeen:
        """Write down what is known of each site now."""
        seen = CitySeen(
            written_ns=self._clock.civil_ns(),
            sites={site: self._site_seen(site, copy) for site, copy in self._copies.items()},
        )
        write_seen(seen, self._state)
        return seen

    def _site_seen(self, site: str, copy: SiteCopy) -> SiteSeen:
        feeding, word = self._feedings[site], self._words.get(site)
        if word is None:
            return SiteSeen(
                journal=copy.generation,
                upto=copy.upto,
                fed=feeding.fed,
                store_away=feeding.is_away,
                trouble=self._aside.get(site, ""),
            )
        is_same = word.journal == copy.generation
        compares = is_same and word.tallies is not None and word.tallies_upto <= copy.upto
        return SiteSeen(
            heard_ns=word.heard_ns,
            journal=copy.generation,
            upto_site=max(word.upto_site, copy.upto) if is_same else word.upto_site,
            upto=copy.upto if is_same else 0,
            fed=feeding.fed if is_same else 0,
            tallies=word.tallies,
            tallies_upto=word.tallies_upto,
            copied=copy.counts(word.tallies_upto) if compares else None,
            refused=word.refused,
            refused_ns=word.refused_ns,
            store_away=feeding.is_away,
            trouble=self._aside.get(site, ""),
        )

    def close(self) -> None:
        """Let go of copies and stores."""
        for feeding in self._feedings.values():
            feeding.close()
        for copy in self._copies.values():
            copy.close()
        self._database.close()

    def _kept(self, key: str) -> object:
        row = self._database.execute("SELECT value FROM place WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def _keep(self, key: str, value: object) -> None:
        self._database.execute("INSERT OR REPLACE INTO place VALUES (?, ?)", (key, value))


def _take(copy: SiteCopy, site: str, sequence: int, payload: bytes) -> int:
    try:
        batch = city.decode_batch(payload)
    except msgspec.DecodeError as problem:
        raise CopyError(f"{site}: message {sequence} is no batch: {problem}") from problem
    return copy.take(batch, sequence)
