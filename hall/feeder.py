"""The hall's side of the feed (``hall.keeper``): what it reports of the store.

The hall waits for nothing here: the feed takes from the journal's file what it writes to the store. While
one has not ended yet, the next one waits at the cursor's lock.
"""

from __future__ import annotations

import time
from typing import Final

import msgspec

from hall.feed_process import FeedOrder, FeedReport
from hall.keeper import Keeper

SILENCE_S = 240.0
"""Machine seconds of silence after which a feed hangs: a request to the store may take one minute, and a
step is two requests and a count."""
FRESH_S = 30.0
"""Machine seconds for which a report holds: what is older is unknown."""
_REPORT: Final = msgspec.json.Decoder(FeedReport)  # made before there are threads that use it


class Feeder(Keeper):
    """Keeps a feed's process going beside the hall.

    ``refused`` is what it reported last (see FeedReport).

    Args:
        order: what to feed.
        silence_s: how long a feed may say nothing before it is ended and started again.
    """

    def __init__(self, order: FeedOrder, silence_s: float = SILENCE_S) -> None:
        super().__init__("feed", "hall.feed_process", order, silence_s)
        self._stored: dict[str, int] | None = None
        self.refused: list[tuple[str, int, str]] = []

    @property
    def stored(self) -> dict[str, int] | None:
        """Today's event points by node as the store answers; None while nobody can say."""
        return self._stored if time.monotonic() - self._heard_at < FRESH_S else None

    def hear(self, line: bytes) -> None:
        """Keep what it says of the store."""
        report = _REPORT.decode(line)
        self._stored, self.refused = report.stored, report.refused

    def gone(self) -> None:
        """Nobody can say any more what the store answers."""
        self._stored = None
