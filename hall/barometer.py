"""The barometer: today's question, its tally, and what may be said about it.

Shares carry Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and
statistical inference", Journal of the American Statistical Association 22 (1927), 209–212), which stays
inside 0 to 1 and honest for few votes. Below the barometer's minimum of votes nothing is said. Presses
within the pause after another are counted apart: never lost, and never in a share.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from broker.contract import messages
from broker.contract.compiled import Barometer, Question
from broker.contract.questions import question_on
from broker.contract.views import AnswerShare, BarometerView
from hall.decisions import Decision, VoteCounted
from hall.errors import UnknownSubjectError
from hall.layout import Layout
from hall.recorded import Recorded
from hall.state import State, VoteTally

CONFIDENCE = 0.95
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)


def cast(state: State, layout: Layout, event: Recorded, body: messages.VoteCast) -> list[Decision]:
    """Count a vote, for its own question and day. Raises UnknownSubjectError."""
    where = f"{event.node}/{body.device}"
    barometer = layout.barometers.get(body.barometer)
    if barometer is None:
        raise UnknownSubjectError("barometer", body.barometer, where)
    question = next((known for known in barometer.questions if known.id == body.question), None)
    if question is None:
        raise UnknownSubjectError("question", body.question, where)
    if not 0 <= body.answer < len(question.answers):
        raise UnknownSubjectError("answer", str(body.answer), where)
    return [
        VoteCounted(
            barometer=barometer.id,
            question=question.id,
            answer=question.answers[body.answer].id,
            too_fast=body.too_fast,
            at_ns=event.at_ns,
            today=state.day.holds(event.at_ns),
        )
    ]


def question_of_the_day(barometer: Barometer, layout: Layout, now_ns: int) -> Question | None:
    """The question of that moment's local day; None on a day without one."""
    return question_on(barometer.questions, layout.calendar.local(now_ns).date())


def view(state: State, layout: Layout, barometer: Barometer, now_ns: int) -> BarometerView:
    """Today's question and its votes, with served visitors as the denominator."""
    question = question_of_the_day(barometer, layout, now_ns)
    tally = NO_VOTES if question is None else state.votes.get(tally_key(barometer.id, question.id), NO_VOTES)
    votes = sum(tally.counts.values())
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
    )


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
    return max(0.0, centre - half), min(1.0, centre + half)


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
    tally.counts[decision.answer] = tally.counts.get(decision.answer, 0) + 1
    state.tally.votes += 1


NO_VOTES = VoteTally()
