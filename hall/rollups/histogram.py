"""Waits counted in bins, so that hours, days and services add up where percentiles do not.

Bins are 10 s wide up to an hour, then a minute wide up to four hours; the last holds all that is longer. A
wait of exactly an edge lies below it, so the share within any whole minute is exact. A median or a 90th
percentile is the middle of its bin: within 5 s below an hour, within 30 s below four.

As text: pairs of bin and count in JSON, bins without waits left out: ``[12,3,13,1]``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from math import ceil, floor
from typing import Final

import msgspec

FINE_S: Final = 10
COARSE_S: Final = 60
FINE_UNTIL_S: Final = 3600
COARSE_UNTIL_S: Final = 4 * 3600

_FINE: Final = FINE_UNTIL_S // FINE_S
_LAST: Final = _FINE + (COARSE_UNTIL_S - FINE_UNTIL_S) // COARSE_S
_PAIRS = msgspec.json.Decoder(list[int])


def bin_of(wait_s: float) -> int:
    """The bin of a wait."""
    if wait_s <= FINE_UNTIL_S:
        return max(0, ceil(wait_s / FINE_S) - 1)
    return min(_LAST, _FINE + ceil((wait_s - FINE_UNTIL_S) / COARSE_S) - 1)


def edge_s(place: int) -> int:
    """Where a bin ends."""
    if place < _FINE:
        return (place + 1) * FINE_S
    return FINE_UNTIL_S + (place - _FINE + 1) * COARSE_S


def middle_s(place: int) -> float:
    """What a bin answers: its middle; its lower edge where it has no end."""
    if place == _LAST:
        return float(COARSE_UNTIL_S)
    return edge_s(place) - (FINE_S if place < _FINE else COARSE_S) / 2


class Histogram:
    """Counts of waits by bin; histograms add up.

    Args:
        texts: as ``text`` wrote them, added together.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._counts = [0] * (_LAST + 1)
        for text in texts:
            self.add_text(text)

    @classmethod
    def of(cls, waits_s: Iterable[float]) -> Histogram:
        """The histogram of these waits."""
        found = cls()
        for place, count in Counter(map(bin_of, waits_s)).items():
            found._counts[place] = count
        return found

    def add_text(self, text: str) -> None:
        """Add one that ``text`` wrote. Raises msgspec.DecodeError, or IndexError for a bin that is none."""
        pairs = iter(_PAIRS.decode(text or "[]"))
        counts = self._counts
        for place, count in zip(pairs, pairs, strict=True):
            counts[place] += count

    @property
    def text(self) -> str:
        """See the module."""
        pairs = [number for pair in enumerate(self._counts) if pair[1] for number in pair]
        return msgspec.json.encode(pairs).decode()

    @property
    def count(self) -> int:
        """How many waits."""
        return sum(self._counts)

    def median_s(self) -> float | None:
        """Between the middle two, as the store answers of points; None where there is no wait."""
        count = self.count
        if not count:
            return None
        return (self._ranked((count + 1) // 2) + self._ranked(count // 2 + 1)) / 2

    def p90_s(self) -> float | None:
        """The nearest rank, as the store answers of points; None where there is no wait."""
        count = self.count
        return self._ranked(floor(0.9 * count + 0.5)) if count else None

    def quantile_s(self, share: float) -> float:
        """The wait that this share of all are not longer than, by the nearest rank. Not of none."""
        return self._ranked(min(max(1, floor(share * self.count + 0.5)), self.count))

    def within(self, target_s: int) -> int:
        """How many waited at most so long; exact for whole minutes up to four hours."""
        return sum(count for place, count in enumerate(self._counts) if edge_s(place) <= target_s)

    def _ranked(self, rank: int) -> float:
        """What the wait of that rank, from 1, is taken for."""
        for place, so_far in enumerate(accumulate(self._counts)):
            if so_far >= rank:
                return middle_s(place)
        raise AssertionError("a rank beyond the count")
