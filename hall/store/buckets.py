"""A span cut into buckets, the same for both stores.

Local days have 23, 24 or 25 hours, so neither store's own idea of a day is used: a query runs once
for each run of equal buckets, at most a few for a year.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from hall.store.interface import Every, Span


class Run(NamedTuple):
    """Buckets of ``width_ns``, one after the other; the first begins at ``first_ns``.

    Points from ``start_ns`` up to, not including, ``end_ns`` count: a span may begin within a bucket.
    """

    start_ns: int
    end_ns: int
    first_ns: int
    width_ns: int


def runs(span: Span, every: Every) -> list[Run]:
    """The runs of equal buckets that cover the span, in order; none when the span is empty.

    Raises:
        ValueError: the minutes are negative.
        zoneinfo.ZoneInfoNotFoundError: there is no such timezone.
    """
    if every.minutes < 0:
        raise ValueError(f"buckets of {every.minutes} minutes: 0 for local days, or more")
    if span.is_empty:
        return []
    if every.minutes:
        return [Run(span.start_ns, span.end_ns, span.start_ns, every.minutes * 60 * SECOND)]
    return _days(span, ZoneInfo(every.timezone))


def _days(span: Span, zone: ZoneInfo) -> list[Run]:
    found: list[Run] = []
    date = datetime.fromtimestamp(span.start_ns // SECOND, zone).date()
    midnight = _midnight_ns(datetime.combine(date, time(), zone))
    while midnight < span.end_ns:
        date += timedelta(days=1)
        following = _midnight_ns(datetime.combine(date, time(), zone))
        width = following - midnight
        if width:  # a date that a place skipped (Samoa, 30 December 2011) has no length
            end = min(following, span.end_ns)
            if found and found[-1].width_ns == width:
                found[-1] = found[-1]._replace(end_ns=end)
            else:
                found.append(Run(max(midnight, span.start_ns), end, midnight, width))
        midnight = following
    return found


def _midnight_ns(local: datetime) -> int:
    return round(local.timestamp()) * SECOND
