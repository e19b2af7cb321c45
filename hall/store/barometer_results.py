"""What the store's votes say over a span of days, question by question, by hour of the day and by wait.

The same rules as on the live screen (``hall.barometer``): Wilson's intervals, nothing under the minimum,
presses too fast and answers on paper apart. The denominator is the visits of the days on which the question
was voted on. Days of one span are taken together: an hour of the day is that hour of all its days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled
from broker.contract.views import AnswerShare, HourShare, WaitShare
from hall.barometer import answer_share, positive
from hall.recent import WaitBand, bands
from hall.store.interface import Every, Span, Store, VoteRow


class QuestionResults(NamedTuple):
    """One question over the span.

    ``visits`` is the denominator. ``paper`` are the boxes ticked on paper, with intervals of their own;
    ``hours`` and ``waits`` tell the share of good answers, and are empty where a question has none.
    """

    question: compiled.Question
    answers: list[AnswerShare]
    votes: int
    too_fast: int
    visits: int
    hours: list[HourShare]
    waits: list[WaitShare]
    paper: list[AnswerShare]
    ticked: int


def results(
    store: Store, site: compiled.Site, barometer: compiled.Barometer, span: Span
) -> list[QuestionResults]:
    """Each question of the barometer that was answered in the span, in the description's order.

    Raises:
        StoreUnavailableError: the store cannot be asked now.
    """
    daily, hourly = Every(0, site.timezone), Every(60, site.timezone)
    days = store.votes(span, daily, barometer.id)
    hours = store.votes(span, hourly, barometer.id)
    waits = [
        (band, store.votes(span, daily, barometer.id, band)) for band in bands(site.rules.target_wait_min)
    ]
    paper = store.paper(span, daily, barometer.id)
    served = Counter[int]()
    for visits in store.tickets(span, daily):
        served[visits.start_ns] += visits.served
    zone = ZoneInfo(site.timezone)
    minimum = barometer.minimum_votes
    found = []
    for question in barometer.questions:
        mine = [row for row in days if row.question == question.id]
        counts = _counts(mine)
        ticks = Counter[str]()
        for tick in paper:
            ticks[tick.answer] += tick.sheets if tick.question == question.id else 0
        if not mine and not ticks.total():
            continue
        found.append(
            QuestionResults(
                question=question,
                answers=_shares(question, counts, minimum),
                votes=counts.total(),
                too_fast=sum(row.too_fast for row in mine),
                visits=sum(served[day] for day in {row.start_ns for row in mine}),
                hours=_by_hour(question, hours, zone, minimum),
                waits=_by_wait(question, waits, minimum),
                paper=_shares(question, ticks, minimum),
                ticked=ticks.total(),
            )
        )
    return found


def _counts(rows: Iterable[VoteRow]) -> Counter[str]:
    counts = Counter[str]()
    for row in rows:
        counts[row.answer] += row.votes
    return counts


def _shares(question: compiled.Question, counts: Counter[str], minimum: int) -> list[AnswerShare]:
    return [
        answer_share(answer.id, counts[answer.id], counts.total(), minimum) for answer in question.answers
    ]


def _by_hour(
    question: compiled.Question, rows: Iterable[VoteRow], zone: ZoneInfo, minimum: int
) -> list[HourShare]:
    if not positive(question):
        return []
    hours: dict[int, list[VoteRow]] = {}
    for row in rows:
        if row.question == question.id:
            hours.setdefault(datetime.fromtimestamp(row.start_ns / SECOND, zone).hour, []).append(row)
    told = [(hour, _well(question, hours[hour], minimum)) for hour in sorted(hours)]
    return [
        HourShare(hour=hour, votes=votes, share=well.share, low=well.low, high=well.high)
        for hour, (votes, well) in told
    ]


def _by_wait(
    question: compiled.Question, rows: Iterable[tuple[WaitBand, list[VoteRow]]], minimum: int
) -> list[WaitShare]:
    if not positive(question):
        return []
    told = [(band, _well(question, of_band, minimum)) for band, of_band in rows]
    return [
        WaitShare(
            from_s=band.from_s, to_s=band.to_s, votes=votes, share=well.share, low=well.low, high=well.high
        )
        for band, (votes, well) in told
    ]


def _well(question: compiled.Question, rows: Iterable[VoteRow], minimum: int) -> tuple[int, AnswerShare]:
    """Votes for the question, and the share of its good answers."""
    counts = _counts(row for row in rows if row.question == question.id)
    good = sum(counts[answer] for answer in positive(question))
    return counts.total(), answer_share("", good, counts.total(), minimum)
