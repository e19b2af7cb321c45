"""What the store knows of a span of days: waits, occupancy, votes and tickets, ready for a page.

Percentiles do not add up: the figures of the whole span are asked of the store as one bucket,
never made from those of its parts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from broker.contract.compiled import WEEKDAYS
from hall.store.interface import Every, OccupancyRow, Span, Store, TicketRow, VoteRow, WaitRow

Reach = Literal["jour", "semaine", "mois"]
DAYS: Final[dict[Reach, int]] = {"jour": 1, "semaine": 7, "mois": 28}
"""How many days each choice of the page goes back, today included."""

TODAY_BUCKET_MIN: Final = 30


class Asked(NamedTuple):
    """What is asked: the span of whole local days, and its buckets."""

    reach: Reach
    span: Span
    every: Every

    @property
    def whole(self) -> Every:
        """One bucket for the whole span."""
        return Every(-(-(self.span.end_ns - self.span.start_ns) // (60 * SECOND)), self.every.timezone)


class VoteBucket(NamedTuple):
    """Votes of a bucket over all questions asked in it."""

    start_ns: int
    votes: int
    positive: int
    too_fast: int


class TicketBucket(NamedTuple):
    """Visits of a bucket over all services."""

    start_ns: int
    drawn: int
    served: int
    left: int
    no_show: int


class History(NamedTuple):
    """The answer, each list in the order of time; ``total`` is None when nothing was called."""

    asked: Asked
    total: WaitRow | None
    by_service: list[WaitRow]
    waits: list[WaitRow]
    occupancy: list[OccupancyRow]
    votes: list[VoteBucket]
    tickets: list[TicketBucket]

    @property
    def visits(self) -> int:
        """Tickets drawn over the span."""
        return sum(bucket.drawn for bucket in self.tickets)

    @property
    def votes_in_all(self) -> int:
        """Votes over the span, those pressed too fast left out."""
        return sum(bucket.votes for bucket in self.votes)


def reach_of(name: str | None) -> Reach:
    """The choice of that name; today when there is none such."""
    return name if name in DAYS else "jour"


def asked_for(reach: Reach, now_ns: int, timezone: str) -> Asked:
    """Whole local days up to the end of today, as ``timezone`` has them, also across a clock change."""
    zone = ZoneInfo(timezone)
    today = datetime.fromtimestamp(now_ns / SECOND, UTC).astimezone(zone).date()
    first = today - timedelta(days=DAYS[reach] - 1)
    span = Span(_midnight(first, zone), _midnight(today + timedelta(days=1), zone))
    return Asked(reach, span, Every(TODAY_BUCKET_MIN if reach == "jour" else 0, timezone))


def history_of(store: Store, site: compiled.Site, asked: Asked) -> History:
    """Ask the store for everything the page shows. Raises StoreUnavailableError."""
    span, every, target_s = asked.span, asked.every, site.rules.target_wait_min * 60
    total = store.waits(span, asked.whole, target_s=target_s, by_service=False)
    order = [service.id for service in site.services]
    by_service = store.waits(span, asked.whole, target_s=target_s, by_service=True)
    votes = [row for barometer in site.barometers for row in store.votes(span, every, barometer.id)]
    return History(
        asked,
        total[0] if total else None,
        sorted(by_service, key=lambda row: order.index(row.service) if row.service in order else len(order)),
        store.waits(span, every, target_s=target_s, by_service=False),
        store.occupancy(span, every),
        votes_together(votes, positive_answers(site)),
        tickets_together(store.tickets(span, every)),
    )


def positive_answers(site: compiled.Site) -> frozenset[tuple[str, str]]:
    """(question, answer) of the answers that speak well of the space."""
    return frozenset(
        (question.id, answer.id)
        for barometer in site.barometers
        for question in barometer.questions
        for answer in question.answers
        if answer.positive
    )


def votes_together(rows: list[VoteRow], positive: frozenset[tuple[str, str]]) -> list[VoteBucket]:
    """Votes by bucket, with how many speak well of the space."""
    buckets: dict[int, VoteBucket] = {}
    for row in rows:
        so_far = buckets.get(row.start_ns, VoteBucket(row.start_ns, 0, 0, 0))
        well = row.votes if (row.question, row.answer) in positive else 0
        buckets[row.start_ns] = VoteBucket(
            row.start_ns, so_far.votes + row.votes, so_far.positive + well, so_far.too_fast + row.too_fast
        )
    return [buckets[start_ns] for start_ns in sorted(buckets)]


def tickets_together(rows: list[TicketRow]) -> list[TicketBucket]:
    """Visits by bucket over all services."""
    buckets: dict[int, TicketBucket] = {}
    for row in rows:
        so_far = buckets.get(row.start_ns, TicketBucket(row.start_ns, 0, 0, 0, 0))
        buckets[row.start_ns] = TicketBucket(
            row.start_ns,
            so_far.drawn + row.drawn,
            so_far.served + row.served,
            so_far.left + row.left,
            so_far.no_show + row.no_show,
        )
    return [buckets[start_ns] for start_ns in sorted(buckets)]


def shown_span(site: compiled.Site, asked: Asked) -> Span:
    """What a chart's axis covers: today's opening hours, or all days of the span."""
    if not asked.every.minutes:
        return asked.span
    weekday = WEEKDAYS[
        datetime.fromtimestamp(asked.span.start_ns / SECOND, ZoneInfo(asked.every.timezone)).weekday()
    ]
    hours = [span for span in site.hours if span.weekday == weekday]
    if not hours:
        return asked.span
    minute = 60 * SECOND
    return Span(
        asked.span.start_ns + min(span.opens for span in hours) * minute,
        asked.span.start_ns + max(span.closes for span in hours) * minute,
    )


def starts(asked: Asked, known: list[int]) -> list[int]:
    """Every bucket's start from the first to the last known one, so that a chart shows a gap as a gap."""
    if not known:
        return []
    if asked.every.minutes:
        step = asked.every.minutes * 60 * SECOND
        return list(range(min(known), max(known) + 1, step))
    zone = ZoneInfo(asked.every.timezone)
    day = datetime.fromtimestamp(min(known) / SECOND, zone).date()
    days: list[int] = []
    while (start := _midnight(day, zone)) <= max(known):
        days.append(start)
        day += timedelta(days=1)
    return days


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp()) * SECOND
