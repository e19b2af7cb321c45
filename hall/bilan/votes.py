"""Votes by question: shares with Wilson's interval, and of how many visits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from broker.contract.compiled import Answer, Barometer, Question, Site
from hall.barometer import wilson
from hall.bilan.days import ObservedDay
from hall.bilan.waits import CALLED


class Share(NamedTuple):
    """Votes out of all, with Wilson's 95 % interval; the three shares are None under the minimum of votes."""

    votes: int
    share: float | None
    low: float | None
    high: float | None


class QuestionFigures(NamedTuple):
    """One question over the period.

    ``visits`` are tickets called on the days when somebody voted on it: the denominator of taking part.
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
    votes: dict[tuple[str, str], int] = {}
    too_fast: dict[str, int] = {}
    asked: dict[str, int] = {}
    visits: dict[str, int] = {}
    for day in days:
        served = sum(wait.outcome in CALLED for wait in day.waits)
        for row in day.votes:
            votes[row.question, row.answer] = votes.get((row.question, row.answer), 0) + row.votes
            too_fast[row.question] = too_fast.get(row.question, 0) + row.too_fast
        for question in {row.question for row in day.votes}:
            asked[question] = asked.get(question, 0) + 1
            visits[question] = visits.get(question, 0) + served
    return [
        _figures(
            barometer,
            question,
            {answer.id: votes.get((question.id, answer.id), 0) for answer in question.answers},
            (too_fast.get(question.id, 0), asked.get(question.id, 0), visits.get(question.id, 0)),
        )
        for barometer in site.barometers
        for question in barometer.questions
    ]


def _figures(
    barometer: Barometer, question: Question, votes: dict[str, int], counts: tuple[int, int, int]
) -> QuestionFigures:
    total = sum(votes.values())
    too_fast, days, visits = counts

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
        too_fast=too_fast,
        days=days,
        visits=visits,
    )
