"""From each copied journal to its site's store at the city: the same feed and rollups as on the site."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from broker.clock import Clock
from broker.delivery.journal import Journal
from city.description import CitySiteDescription
from city.site_copy import JOURNAL
from hall.feeding import Feed
from hall.store.interface import StoreUnavailableError
from hall.store.open import open_store

log = logging.getLogger(__name__)

CURSOR: Final = "store-cursor.sqlite"
RETRY_S: Final = 5.0
"""Machine seconds before a store that does not answer is tried again."""
ROLL_S: Final = 30.0
"""Machine seconds between two sums of today, at least."""
ROLL_SHARE: Final = 20
"""Summing a site's today up takes at most one part in so many of the time."""
ROLL_AGAIN_S: Final = 300.0
"""Machine seconds before a day that could not be summed up is tried again."""
STEPS: Final = 4
"""Batches of one site written before another site has its turn."""


class SiteFeeding:
    """One site's way into its store.

    ``fed`` is the last offset whose measures are stored, ``is_away`` whether the store does not answer.

    Args:
        described: the site and its store.
        folder: where its copy lies.
        clock: the city's time.
    """

    def __init__(self, described: CitySiteDescription, folder: Path, clock: Clock) -> None:
        self._described, self._folder, self._clock = described, folder, clock
        self._zone = ZoneInfo(described.site.timezone)
        self._feed: Feed | None = None
        self._generation = ""
        self._rests_until = self._roll_due = self._roll_rests_until = 0.0
        self.fed = 0
        self.is_away = False

    def work(self, generation: str) -> int:
        """Write some of what is copied, then sum up a day that is behind; how much was done.

        Args:
            generation: the id of the journal that is copied; empty while there is none.
        """
        if not generation or time.monotonic() < self._rests_until:
            return 0
        try:
            done = self._work(generation)
        except (StoreUnavailableError, sqlite3.OperationalError) as problem:
            if not self.is_away:
                log.warning(
                    "%s: the store is away, the copy keeps its place: %s", self._described.id, problem
                )
            self._rest()
            return 0
        except Exception:
            # Whatever else fails stops one site, not the city; the cursor stands.
            log.exception("feeding the store of %s failed", self._described.id)
            self._rest()
            return 0
        self.is_away = False
        return done

    def close(self) -> None:
        """Let go of the copy and the store."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None

    def _rest(self) -> None:
        self.is_away, self._rests_until = True, time.monotonic() + RETRY_S

    def _work(self, generation: str) -> int:
        feed = self._feed
        if feed is None or generation != self._generation:
            self.close()
            feed = self._feed = self._opened()
            self._generation = generation
        done = 0
        for _ in range(STEPS):
            events = feed.step()
            self.fed = feed.upto
            if not events:
                break
            done += events
        return done + self._roll(feed)

    def _roll(self, feed: Feed) -> int:
        """Sum up one day that is behind; today from time to time."""
        begun = time.monotonic()
        if begun < self._roll_rests_until:
            return 0
        today_too = begun >= self._roll_due
        try:
            rolled = feed.roll(self._clock.civil_ns(), today_too=today_too)
        except (StoreUnavailableError, sqlite3.OperationalError):
            raise
        except Exception:
            log.exception("a day of %s cannot be summed up; again in %d s", self._described.id, ROLL_AGAIN_S)
            self._roll_rests_until = begun + ROLL_AGAIN_S
            return 0
        if today_too and rolled:
            ended = time.monotonic()
            self._roll_due = ended + max(ROLL_S, (ended - begun) * ROLL_SHARE)
        return int(rolled)

    def _opened(self) -> Feed:
        store = open_store(self._described.store)
        return Feed(Journal(self._folder / JOURNAL), store, self._folder / CURSOR, self._zone)
