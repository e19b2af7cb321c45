"""The day so far by half-hours: arrivals, people inside and waits, as small charts of one series each.

Half-hours are those of the site's wall clock. One in which nobody came has no arrivals, which is a nought;
one in which nobody waited has no wait, which is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from broker.clock import SECOND
from broker.contract import compiled
from hall.store.interface import Every, Span, Store

HALF_HOUR_NS: Final = 1800 * SECOND


class Bar(NamedTuple):
    """A half-hour and its value; None where there is none."""

    from_ns: int
    value: int | None


class SmallChart(NamedTuple):
    """One series over ``slots`` half-hours: those that began have a bar, and the last of them still runs.

    ``height`` is the value at the chart's top.
    """

    id: str
    bars: list[Bar]
    slots: int
    height: int

    @property
    def highest(self) -> Bar | None:
        """The first of the highest bars; None where no bar has a value."""
        known = [bar for bar in self.bars if bar.value]
        return max(known, key=lambda bar: bar.value or 0) if known else None


class _Day(NamedTuple):
    """From when until when charts reach, and the moment until which something is known (civil)."""

    first_ns: int
    last_ns: int
    now_ns: int


def so_far(store: Store, site: compiled.Site, day: Span, open_ns: tuple[int, int] | None) -> list[SmallChart]:
    """The charts of a day.

    Args:
        store: what is asked.
        site: its time zone and target.
        day: from local midnight to now (civil).
        open_ns: the day's opening and closing, where they are known; charts reach at least so far.

    Raises:
        StoreUnavailableError: the store does not answer.
    """
    every = Every(30, site.timezone)
    arrivals: dict[int, int] = {}
    for row in store.tickets(day, every):
        arrivals[row.start_ns] = arrivals.get(row.start_ns, 0) + row.drawn
    people = {row.start_ns: round(row.mean) for row in store.occupancy(day, every)}
    target_s = site.rules.target_wait_min * 60
    waits = {
        row.start_ns: max(1, round(row.median_s / 60))
        for row in store.waits(day, every, target_s=target_s, by_service=False)
        if row.median_s is not None
    }
    shown = _reach([*arrivals, *people, *waits], day, open_ns)
    return [
        _chart("arrivals", arrivals, shown, least=10, empty=0),
        _chart("people", people, shown, least=site.capacity, empty=None),
        _chart("waits", waits, shown, least=site.rules.target_wait_min, empty=None),
    ]


def _reach(known: Iterable[int], day: Span, open_ns: tuple[int, int] | None) -> _Day:
    starts = [*known, *([open_ns[0]] if open_ns else [])]
    first_ns = min(starts, default=day.end_ns)
    first_ns -= (first_ns - day.start_ns) % HALF_HOUR_NS
    last_ns = max(day.end_ns, open_ns[1] if open_ns else 0, first_ns + HALF_HOUR_NS)
    return _Day(first_ns, last_ns, day.end_ns)


def _chart(name: str, values: dict[int, int], shown: _Day, *, least: int, empty: int | None) -> SmallChart:
    starts = range(shown.first_ns, max(shown.now_ns, shown.first_ns), HALF_HOUR_NS)
    bars = [Bar(start, values.get(start, empty)) for start in starts]
    slots = max(len(bars), -(-(shown.last_ns - shown.first_ns) // HALF_HOUR_NS))
    height = max([least, *values.values()])
    return SmallChart(name, bars, slots, height)
