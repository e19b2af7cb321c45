"""The feed's own process: measuring and writing take another core than deciding.

    python -m hall.feed_process ORDER

It belongs to the hall that started it (``hall.feeder``) and takes what it needs from the journal's file:
the hall tells it nothing while it runs but to write what is decided and end (``hall.lifeline``).
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from broker.clock import Clock, SystemClock, local_day
from broker.delivery.journal import Journal
from hall.feeding import Feed
from hall.lifeline import asked_to_end, hold, ignore_signals, tell
from hall.store.interface import Span, StoreUnavailableError
from hall.store.open import StoreConfig, open_store

log = logging.getLogger("hall.feed")

LOOK_S = 0.2
"""Machine seconds between two looks into the journal: what comes in them is written together, since a
request costs far more than a point."""
RETRY_S = 2.0
"""Machine seconds before an unavailable store is tried again."""
REPORT_S = 2.0
"""Machine seconds between two reports, each with a new count of what the store answers."""
ROLL_S = 15.0
"""Machine seconds between two sums of today, at least."""
ROLL_SHARE = 20
"""Summing today up takes at most one part in so many of the feed's time."""
ROLL_AGAIN_S = 300.0
"""Machine seconds before a day that could not be summed up is tried again."""


class FeedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed is to do: ``state`` is the hall's folder, ``timezone`` the site's."""

    state: Path
    store: StoreConfig
    timezone: str


class FeedReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed tells its hall.

    ``stored`` counts today's event points by node as the store answers, None while it cannot be asked;
    ``refused`` are the newest points that it will never take: (node, date, reason).
    """

    stored: dict[str, int] | None = None
    refused: list[tuple[str, int, str]] = []


def main() -> None:
    """See the module."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    ignore_signals()
    order = msgspec.json.decode(sys.argv[1], type=FeedOrder, dec_hook=lambda kind, text: kind(text))
    hold(order.state / "store-cursor.lock", _wait_for_another)
    FeedProcess(order, SystemClock.from_environment(), tell).run()


def _wait_for_another() -> bool:
    """A feed that outlived its hall holds the cursor until it has finished a request."""
    tell(FeedReport())
    return asked_to_end(LOOK_S)


class FeedProcess:
    """Keeps a feed going, and asks the store what the ledger wants to know.

    Args:
        order: what to feed.
        clock: the site's time.
        tell: takes each report.
    """

    def __init__(self, order: FeedOrder, clock: Clock, tell: Callable[[FeedReport], None]) -> None:
        self._order, self._clock, self._tell = order, clock, tell
        self._zone = ZoneInfo(order.timezone)
        self._feed: Feed | None = None
        self._refused: list[tuple[str, int, str]] = []
        self._ends = False
        self._is_away = False
        self._report_due = self._roll_due = self._rests_until = 0.0

    def run(self) -> None:
        """Until it is asked to end: look, write, report."""
        while not self._ends:
            self._ends |= asked_to_end(LOOK_S if self._goes_well() else RETRY_S)
        self._goes_well()
        if self._feed is not None:
            self._feed.close()

    def _goes_well(self) -> bool:
        """Write all there is, and report; False when the store, the disk or anything else is in the way."""
        try:
            self._work()
        except (StoreUnavailableError, sqlite3.OperationalError) as problem:
            # The second: the cursor cannot be kept, as on a full disk.
            if not self._is_away:
                log.warning("the store is away, the journal keeps its place: %s", problem)
        except Exception:
            # Whatever else fails: the cursor stands, try again.
            log.exception("feeding the store failed")
        else:
            if self._is_away:
                log.info("the store is back")
            self._is_away = False
            return True
        self._is_away = True
        self._tell(FeedReport(refused=self._refused))
        return False

    def _work(self) -> None:
        if self._feed is None:
            self._feed = self._opened()
        while self._feed.step():
            self._report(self._feed)
            self._ends |= asked_to_end(0)
        self._roll(self._feed)
        self._report(self._feed)

    def _roll(self, feed: Feed) -> None:
        """Sum up one day that is behind, then look for news again; today from time to time.

        A day that cannot be summed up keeps nothing from being fed.
        """
        begun = time.monotonic()
        if begun < self._rests_until:
            return
        today_too = begun >= self._roll_due
        try:
            rolled = feed.roll(self._clock.civil_ns(), today_too=today_too)
        except (StoreUnavailableError, sqlite3.OperationalError):
            raise
        except Exception:
            log.exception("a day cannot be summed up; it is tried again in %d s", ROLL_AGAIN_S)
            self._rests_until = begun + ROLL_AGAIN_S
            return
        if today_too and rolled:
            ended = time.monotonic()
            self._roll_due = ended + max(ROLL_S, (ended - begun) * ROLL_SHARE)

    def _report(self, feed: Feed) -> None:
        """Count and tell, when it is time again."""
        if time.monotonic() < self._report_due:
            return
        self._refused = feed.refused()
        self._tell(FeedReport(stored=feed.stored(self._today()), refused=self._refused))
        self._report_due = time.monotonic() + REPORT_S

    def _opened(self) -> Feed:
        state = self._order.state
        store = open_store(self._order.store)
        return Feed(Journal(state / "journal.sqlite"), store, state / "store-cursor.sqlite", self._zone)

    def _today(self) -> Span:
        day = local_day(self._clock.civil_ns(), self._zone)
        return Span(day.start_ns, day.end_ns)


if __name__ == "__main__":
    main()
