"""Which days are played: the last open day live, and the open days of the weeks before it as history."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from hall.opening import Calendar

LIVE_BEGINS = time(10, 0)
"""When the live day begins: the tent has woken up, and lunch is ahead."""

_SEARCHED_DAYS = 60


class NeverOpenError(ValueError):
    """The site description opens on no day: there is nothing to play."""


def live_day(site: compiled.Site, today: date) -> date:
    """The last day before ``today`` on which the site was open at ``LIVE_BEGINS``.

    Yesterday at the latest, so that no date of the live day lies in the real future. Raises
    NeverOpenError when two months hold no such day.
    """
    calendar = Calendar(site)
    for ago in range(1, _SEARCHED_DAYS):
        day = today - timedelta(days=ago)
        moment_ns = begin_ns(site, day)
        if any(opening.holds(moment_ns) for opening in calendar.openings(day)):
            return day
    raise NeverOpenError(f"{site.id} n'ouvre jamais à 10 h / is never open at 10:00: see [[hours]]")


def begin_ns(site: compiled.Site, day: date) -> int:
    """``LIVE_BEGINS`` of that local day, in civil nanoseconds."""
    return int(datetime.combine(day, LIVE_BEGINS, ZoneInfo(site.timezone)).timestamp()) * SECOND


def past_days(site: compiled.Site, live: date, weeks: int) -> list[date]:
    """The days with an opening in so many weeks before ``live``, the earliest first."""
    calendar = Calendar(site)
    days = (live - timedelta(days=ago) for ago in range(weeks * 7, 0, -1))
    return [day for day in days if calendar.openings(day)]


def weeks(text: str) -> int:
    """Read a length of history such as ``3w``; ``0`` is none. Raises ValueError for anything else."""
    match = re.fullmatch(r"(\d{1,3})w?", text.strip())
    if match is None or (not text.strip().endswith("w") and text.strip() != "0"):
        raise ValueError(f"{text!r} is no length of history: 3w means three weeks, 0 means none")
    return int(match.group(1))
