"""What was changed because of what visitors said: the newest text of each month, from the store."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from hall.bilan.days import Period
from hall.measures import ChangesMeasure
from hall.store.interface import Span, Store

_EARLY = timedelta(days=31)
"""A month's text may be entered before it begins, and at any time after."""


class Changes(NamedTuple):
    """The text of the month that begins on ``month``, one change a line; who entered it, and when (civil)."""

    month: date
    lines: list[str]
    by: str
    at_ns: int


def noted(store: Store, timezone: str, period: Period, now_ns: int) -> list[Changes]:
    """The texts of the period's months, in order; a month of which nothing was entered is left out.

    Raises:
        StoreUnavailableError: the store cannot be asked now.
    """
    first = period.first.replace(day=1)
    begins = datetime.combine(first - _EARLY, datetime.min.time(), ZoneInfo(timezone))
    newest: dict[date, Changes] = {}
    for point in store.points(ChangesMeasure, Span(int(begins.timestamp()) * SECOND, now_ns + 1)):
        month = date.fromisoformat(f"{point.month}-01")
        if first <= month <= period.last:
            newest[month] = Changes(month, point.text.splitlines(), point.by, point.at_ns)
    return [newest[month] for month in sorted(newest)]
