"""What the city compares of its sites: the same figures of the same days, each with how sure it is.

Fair means: one target for all; a wait counts from the ticket; who left before being called counts as not
served in time; occupancy and uptime are of opening hours and known time; a figure of too few people is not
told; and intervals are wide where days differ (``city.intervals``). Nothing is ranked here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from city.intervals import Interval, Part, of_quantile, of_share
from hall.barometer import positive, wilson
from hall.opening import Calendar, Opening
from hall.rollups.day import HALF_HOUR_NS, TOGETHER
from hall.rollups.histogram import Histogram
from hall.rollups.kinds import DeviceDay, OccupancyHalfHour, VoteDay, WaitDay
from hall.store.interface import Span, Store

FEWEST: Final = 30
"""Of fewer waits no median, percentile or share is told."""


class Figure(NamedTuple):
    """One figure; ``interval`` None where days are too few to tell how sure it is."""

    value: float
    interval: Interval | None = None


class Waiting(NamedTuple):
    """Waits that began in the period.

    ``called`` and ``left`` are how they ended; ``median_s`` and ``p90_s`` are of those called, ``within`` and
    ``left_share`` (0 to 1) of all that ended. The four are None for fewer than ``FEWEST`` that ended.
    """

    drawn: int
    called: int
    left: int
    median_s: Figure | None
    p90_s: Figure | None
    within: Figure | None
    left_share: Figure | None


class Inside(NamedTuple):
    """People inside during opening hours, as parts of the permitted number: their mean, and the most."""

    mean: float
    most: float


class Opinion(NamedTuple):
    """One question's good answers of all votes, with Wilson's interval.

    ``visits`` is the denominator: who was served on the days on which there were votes. ``share`` is None
    under the site's own minimum of votes.
    """

    question: compiled.Question
    votes: int
    visits: int
    share: Figure | None


class SiteFigures(NamedTuple):
    """One site over the period; None and empty where nothing is stored.

    ``days`` are those with any wait, ``open_days`` those on which it was to be open. ``uptime`` is the part
    of the known time in which devices had not failed, 0 to 1.
    """

    days: int
    open_days: int
    waiting: Waiting | None
    inside: Inside | None
    opinions: list[Opinion]
    uptime: float | None


def figures_of(site: compiled.Site, store: Store, span: Span, target_s: int) -> SiteFigures:
    """One site's figures.

    Args:
        site: its description.
        store: the city's store of it.
        span: whole local days.
        target_s: the city's target for a wait, in whole minutes.

    Raises:
        StoreUnavailableError: the store cannot be asked now.
    """
    openings = list(_openings(site, span))
    waits = [row for row in store.points(WaitDay, span, {"service": TOGETHER}) if row.drawn]
    return SiteFigures(
        days=len({row.at_ns for row in waits}),
        open_days=len({opening.opens_ns // (24 * 3600 * SECOND) for opening in openings}),
        waiting=_waiting(waits, target_s),
        inside=_inside(store.points(OccupancyHalfHour, span), openings, site.capacity),
        opinions=_opinions(site, store.points(VoteDay, span), waits),
        uptime=_uptime(store.points(DeviceDay, span, {"device": TOGETHER})),
    )


def _openings(site: compiled.Site, span: Span) -> Iterator[Opening]:
    calendar, zone = Calendar(site), ZoneInfo(site.timezone)
    day = datetime.fromtimestamp(span.start_ns // SECOND, zone).date()
    while day < datetime.fromtimestamp(span.end_ns // SECOND, zone).date():
        yield from calendar.openings(day)
        day += timedelta(days=1)


def _waiting(days: Sequence[WaitDay], target_s: int) -> Waiting | None:
    if not days:
        return None
    histograms = [Histogram([day.waits]) for day in days]
    together = Histogram(day.waits for day in days)
    called, left = sum(day.called for day in days), sum(day.left for day in days)
    enough = called + left >= FEWEST
    median_s, p90_s = together.median_s(), together.p90_s()
    within = [
        Part(histogram.within(target_s), day.called + day.left)
        for day, histogram in zip(days, histograms, strict=True)
    ]
    gone = [Part(day.left, day.called + day.left) for day in days]
    return Waiting(
        drawn=sum(day.drawn for day in days),
        called=called,
        left=left,
        median_s=None if median_s is None or not enough else Figure(median_s, of_quantile(histograms, 0.5)),
        p90_s=None if p90_s is None or not enough else Figure(p90_s, of_quantile(histograms, 0.9)),
        within=_share(within) if enough else None,
        left_share=_share(gone) if enough else None,
    )


def _share(days: Sequence[Part]) -> Figure:
    return Figure(sum(day.some for day in days) / sum(day.of for day in days), of_share(days))


def _inside(halves: Sequence[OccupancyHalfHour], openings: Sequence[Opening], capacity: int) -> Inside | None:
    during = [
        half
        for half in halves
        if any(one.opens_ns < half.at_ns + HALF_HOUR_NS and half.at_ns < one.closes_ns for one in openings)
    ]
    known_s = sum(half.known_s for half in during)
    if not known_s:
        return None
    mean = sum(half.mean * half.known_s for half in during) / known_s
    return Inside(mean / capacity, max(half.maximum for half in during) / capacity)


def _opinions(site: compiled.Site, votes: Sequence[VoteDay], waits: Sequence[WaitDay]) -> list[Opinion]:
    """Each question that has good answers and was voted on, in the description's order."""
    served = {row.at_ns: row.served for row in waits}
    by_question = defaultdict[tuple[str, str], list[VoteDay]](list)
    for row in votes:
        if row.votes:
            by_question[row.barometer, row.question].append(row)
    found = []
    for barometer in site.barometers:
        for question in barometer.questions:
            rows, good = by_question[barometer.id, question.id], positive(question)
            if rows and good:
                found.append(_opinion(question, rows, good, barometer.minimum_votes, served))
    return found


def _opinion(
    question: compiled.Question,
    rows: Sequence[VoteDay],
    good: set[str],
    minimum: int,
    served: dict[int, int],
) -> Opinion:
    total = sum(row.votes for row in rows)
    well = sum(row.votes for row in rows if row.answer in good)
    return Opinion(
        question,
        votes=total,
        visits=sum(served.get(day, 0) for day, _ in groupby(sorted(row.at_ns for row in rows))),
        share=Figure(well / total, Interval(*wilson(well, total))) if total >= max(1, minimum) else None,
    )


def _uptime(days: Sequence[DeviceDay]) -> float | None:
    known_s = sum(day.known_s for day in days)
    return 1 - sum(day.failed_s for day in days) / known_s if known_s else None
