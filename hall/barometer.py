"""The barometer: today's question, its tally, and what may be said about it.

Shares carry Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and
statistical inference", Journal of the American Statistical Association 22 (1927), 209–212), which stays
inside 0 to 1 and honest for few votes. Below the barometer's minimum of votes nothing is said, of an hour
or a band of waits neither. Presses within the pause after another are counted apart: never lost, and never
in a share.

Votes are anonymous and belong to no ticket. What is told by waits are the waits of the hall at that time
(``hall.recent``), never the voter's own; who voted before being called, or never drew a ticket, is among
them.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from broker.contract import messages
from broker.contract.compiled import Barometer, Question
from broker.contract.questions import question_on
from broker.contract.views import AnswerShare, BarometerView, HourShare, WaitShare
from hall import paper, settings
from hall.decisions import Decision, VoteCounted
from hall.layout import Layout
from hall.polls import VoteTally
from hall.recent import bands, recent_wait_s
from hall.recorded import Recorded
from hall.state import State

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


def cast(state: State, layout: Layout, event: Recorded, body: messages.VoteCast) -> list[Decision]:
    """Count a vote, for its own question and day. Raises UnknownSubjectError."""
    question, answer = layout.answer(
        body.barometer, body.question, body.answer, f"{event.node}/{body.device}"
    )
    today = state.day.holds(event.at_ns)
    wait_s = recent_wait_s(state, event.at_ns) if today else None
    return [
        VoteCounted(
            barometer=body.barometer,
            question=question.id,
            answer=answer.id,
            too_fast=body.too_fast,
            at_ns=event.at_ns,
            today=today,
            hour=layout.calendar.local(event.at_ns).hour,
            wait_s=wait_s,
            band=None if wait_s is None else _band(layout, wait_s),
        )
    ]


def _band(layout: Layout, wait_s: float) -> int:
    told = bands(layout.rules.target_wait_min)
    return next(place for place, band in enumerate(told) if band.holds(wait_s))


def question_of_the_day(state: State, barometer: Barometer, layout: Layout, now_ns: int) -> Question | None:
    """The question of that moment's local day: the one a supervisor chose, else the calendar's, else None."""
    today = layout.calendar.local(now_ns).date()
    chosen = settings.question(state, barometer.id, today)
    known = next((one for one in barometer.questions if one.id == chosen), None)
    return known or question_on(barometer.questions, today)


def view(state: State, layout: Layout, barometer: Barometer, now_ns: int) -> BarometerView:
    """Today's question and its votes, with served visitors as the denominator."""
    question = question_of_the_day(state, barometer, layout, now_ns)
    tally = NO_VOTES if question is None else state.votes.get(tally_key(barometer.id, question.id), NO_VOTES)
    votes = sum(tally.counts.values())
    good = set[str]() if question is None else positive(question)
    return BarometerView(
        barometer=barometer.id,
        question="" if question is None else question.id,
        answers=[
            answer_share(answer.id, tally.counts.get(answer.id, 0), votes, barometer.minimum_votes)
            for answer in (() if question is None else question.answers)
        ],
        votes=votes,
        too_fast=tally.too_fast,
        visits=state.tally.served,
        last_vote_ns=tally.last_ns,
        hours=_by_hour(tally, good, barometer.minimum_votes) if good else [],
        waits=_by_wait(layout, tally, good, barometer.minimum_votes) if good else [],
        paper=paper.sheets_today(state, barometer.id),
    )


def _by_hour(tally: VoteTally, good: set[str], minimum: int) -> list[HourShare]:
    told = [(hour, *_well(counts, good, minimum)) for hour, counts in sorted(tally.hours.items())]
    return [
        HourShare(hour=hour, votes=votes, share=share, low=low, high=high)
        for hour, votes, share, low, high in told
    ]


def _by_wait(layout: Layout, tally: VoteTally, good: set[str], minimum: int) -> list[WaitShare]:
    return [
        WaitShare(from_s=band.from_s, to_s=band.to_s, votes=votes, share=share, low=low, high=high)
        for place, band in enumerate(bands(layout.rules.target_wait_min))
        for votes, share, low, high in [_well(tally.bands.get(place, {}), good, minimum)]
    ]


def _well(
    counts: dict[str, int], good: set[str], minimum: int
) -> tuple[int, float | None, float | None, float | None]:
    """Votes, and of them the share of good answers with its interval."""
    votes = sum(counts.values())
    told = answer_share("", sum(counts.get(answer, 0) for answer in good), votes, minimum)
    return votes, told.share, told.low, told.high


def positive(question: Question) -> set[str]:
    """The answers that speak well of the space, by id; none where a question has no good or bad ones."""
    return {answer.id for answer in question.answers if answer.positive}


def answer_share(answer: str, votes: int, total: int, minimum: int) -> AnswerShare:
    """One answer's part of all votes, silent under the minimum."""
    if total < max(1, minimum):
        return AnswerShare(answer=answer, votes=votes, share=None, low=None, high=None)
    low, high = wilson(votes, total)
    return AnswerShare(answer=answer, votes=votes, share=votes / total, low=low, high=high)


def wilson(votes: int, total: int) -> tuple[float, float]:
    """Wilson's score interval of a share at 95 % confidence; ``total`` is at least 1."""
    share = votes / total
    weight = 1 + _Z**2 / total
    centre = (share + _Z**2 / (2 * total)) / weight
    half = _Z / weight * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    # Exact at the ends, where the two terms are equal and rounding would shut the share itself out.
    return 0.0 if votes == 0 else centre - half, 1.0 if votes == total else centre + half


def tally_key(barometer: str, question: str) -> str:
    """Where the state keeps the tally."""
    return f"{barometer}/{question}"


def apply_vote(state: State, decision: VoteCounted) -> None:
    """A vote more; votes of earlier days are in the store only."""
    if not decision.today:
        return
    tally = state.votes.setdefault(tally_key(decision.barometer, decision.question), VoteTally())
    tally.last_ns = max(decision.at_ns, tally.last_ns or 0)
    if decision.too_fast:
        tally.too_fast += 1
        return
    _count(tally.counts, decision.answer)
    if decision.hour is not None:
        _count(tally.hours.setdefault(decision.hour, {}), decision.answer)
    if decision.band is not None:
        _count(tally.bands.setdefault(decision.band, {}), decision.answer)
    state.tally.votes += 1


def _count(counts: dict[str, int], answer: str) -> None:
    counts[answer] = counts.get(answer, 0) + 1


NO_VOTES = VoteTally()
