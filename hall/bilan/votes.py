"""Votes by question: shares with Wilson's interval, and of how many visits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from broker.contract.compiled import Answer, Barometer, Question, Site
from hall.barometer import wilson
from hall.bilan.days import ObservedDay
from hall.bilan.waits import RECEIVED


class Share(NamedTuple):
    """Votes out of all, with Wilson's 95 % interval; the three shares are None under the minimum of votes."""

    votes: int
    share: float | None
    low: float | None
    high: float | None


class QuestionFigures(NamedTuple):
    """One question over the period.

    ``visits`` are those received on the days when somebody voted on it: the denominator of taking part.
    ``too_fast`` presses are counted apart and in no share. ``favourable`` joins the answers that speak well
    of the space.
    """

    barometer: Barometer
    question: Question
    answers: list[tuple[Answer, Share]]
    favourable: Share
    votes: int
    too_fast: int
    days: int
    visits: int


def question_figures(site: Site, days: Iterable[ObservedDay]) -> list[QuestionFigures]:
    """Every question of the description, those without a vote too, in its order."""
    days = list(days)
    return [
        _figures(barometer, question, days)
        for barometer in site.barometers
        for question in barometer.questions
    ]


def _figures(barometer: Barometer, question: Question, days: list[ObservedDay]) -> QuestionFigures:
    by_day = [
        (day, [row for row in day.votes.get(barometer.id, ()) if row.question == question.id]) for day in days
    ]
    asked = [(day, rows) for day, rows in by_day if rows]
    votes = {
        answer.id: sum(row.votes for _, rows in asked for row in rows if row.answer == answer.id)
        for answer in question.answers
    }
    total = sum(votes.values())

    def share(some: int) -> Share:
        if total < max(1, barometer.minimum_votes):
            return Share(some, None, None, None)
        return Share(some, some / total, *wilson(some, total))

    return QuestionFigures(
        barometer=barometer,
        question=question,
        answers=[(answer, share(votes[answer.id])) for answer in question.answers],
        favourable=share(sum(votes[answer.id] for answer in question.answers if answer.positive)),
        votes=total,
        too_fast=sum(row.too_fast for _, rows in asked for row in rows),
        days=len(asked),
        visits=sum(wait.outcome in RECEIVED for day, _ in asked for wait in day.waits),
    )
