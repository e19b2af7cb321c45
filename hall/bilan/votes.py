"""Votes by question: shares with Wilson's interval, of how many visits, by wait; and paper, apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from broker.contract.compiled import Answer, Barometer, Question, Site
from hall.barometer import wilson
from hall.bilan.days import ObservedDay
from hall.bilan.waits import RECEIVED
from hall.measures import VoteMeasure
from hall.recent import WaitBand, bands


class Share(NamedTuple):
    """Votes out of all, with Wilson's 95 % interval; the three shares are None under the minimum of votes."""

    votes: int
    share: float | None
    low: float | None
    high: float | None


class ByWait(NamedTuple):
    """Votes cast while the hall's recent waits (``hall.recent``) were of such a length, and how favourable.

    From ``from_s`` up to, not including, ``to_s`` seconds; None where there is no end.
    """

    from_s: int
    to_s: int | None
    votes: int
    favourable: Share


class QuestionFigures(NamedTuple):
    """One question over the period.

    ``visits`` are those received on the days when somebody voted on it: the denominator of taking part.
    ``too_fast`` presses are counted apart and in no share. ``favourable`` joins the answers that speak well
    of the space; ``by_wait`` tells it for each length of the hall's waits. ``paper`` are the boxes ticked on
    questionnaires, ``ticked`` in all: other people at another time, in no other figure.
    """

    barometer: Barometer
    question: Question
    answers: list[tuple[Answer, Share]]
    favourable: Share
    votes: int
    too_fast: int
    days: int
    visits: int
    by_wait: list[ByWait]
    paper: list[tuple[Answer, Share]]
    ticked: int


def question_figures(site: Site, days: Iterable[ObservedDay]) -> list[QuestionFigures]:
    """Every question of the description, those without a vote too, in its order."""
    days = list(days)
    wait_bands = bands(site.rules.target_wait_min)
    return [
        _figures(barometer, question, days, wait_bands)
        for barometer in site.barometers
        for question in barometer.questions
    ]


def _figures(
    barometer: Barometer, question: Question, days: list[ObservedDay], wait_bands: Sequence[WaitBand]
) -> QuestionFigures:
    by_day = [
        (day, [vote for vote in day.votes.get(barometer.id, ()) if vote.question == question.id])
        for day in days
    ]
    asked = [(day, presses) for day, presses in by_day if presses]
    votes = [vote for _, presses in asked for vote in presses if not vote.too_fast]
    ticks = Counter[str]()
    for day in days:
        for row in day.paper.get(barometer.id, ()):
            ticks[row.answer] += row.sheets if row.question == question.id else 0
    minimum = barometer.minimum_votes
    counts = Counter(vote.answer for vote in votes)
    return QuestionFigures(
        barometer=barometer,
        question=question,
        answers=_shares(question, counts, minimum),
        favourable=_favourable(question, counts, minimum),
        votes=len(votes),
        too_fast=sum(vote.too_fast for _, presses in asked for vote in presses),
        days=len(asked),
        visits=sum(wait.outcome in RECEIVED for day, _ in asked for wait in day.waits),
        by_wait=[_while_waiting(question, votes, band, minimum) for band in wait_bands],
        paper=_shares(question, ticks, minimum),
        ticked=ticks.total(),
    )


def _while_waiting(question: Question, votes: Iterable[VoteMeasure], band: WaitBand, minimum: int) -> ByWait:
    counts = Counter(vote.answer for vote in votes if vote.wait_s is not None and band.holds(vote.wait_s))
    return ByWait(*band, counts.total(), _favourable(question, counts, minimum))


def _shares(question: Question, counts: Counter[str], minimum: int) -> list[tuple[Answer, Share]]:
    total = counts.total()
    return [(answer, _share(counts[answer.id], total, minimum)) for answer in question.answers]


def _favourable(question: Question, counts: Counter[str], minimum: int) -> Share:
    well = sum(counts[answer.id] for answer in question.answers if answer.positive)
    return _share(well, counts.total(), minimum)


def _share(some: int, total: int, minimum: int) -> Share:
    if total < max(1, minimum):
        return Share(some, None, None, None)
    return Share(some, some / total, *wilson(some, total))
