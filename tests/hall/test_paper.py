"""Questionnaires on paper: entered by agents, kept apart from the votes, withdrawn without a trace lost."""

from __future__ import annotations

from typing import Any

import pytest

from broker.contract import messages
from broker.contract.topics import DASHBOARD
from hall.errors import UnknownSubjectError
from hall.measures import PaperMeasure, VoteMeasure
from tests.hall.hall_tent import Tent, moment


def sheet(key: str, *answers: int, question: str = "mood") -> messages.PaperEntered:
    ticked = [messages.PaperAnswer(barometer="mood", question=question, answer=answer) for answer in answers]
    return messages.PaperEntered(device="console", key=key, answers=ticked, by="zoe")


def withdrawal(key: str) -> messages.PaperWithdrawn:
    return messages.PaperWithdrawn(device="console", key=key, by="zoe")


def points(tent: Tent) -> list[PaperMeasure]:
    return [measure for measure in tent.measures() if isinstance(measure, PaperMeasure)]


def mood(tent: Tent) -> Any:
    return tent.views()["view", "barometer", "mood"]


def test_a_sheet_is_measured_with_who_entered_it_and_is_no_vote(tent: Tent) -> None:
    tent.send(DASHBOARD, sheet("s1", 2))
    (point,) = points(tent)
    assert (point.answer, point.sheet, point.by, point.withdrawn) == ("no", "s1", "zoe", False)
    assert not any(isinstance(measure, VoteMeasure) for measure in tent.measures())
    assert (mood(tent).votes, mood(tent).paper) == (0, 1)


def test_a_sheet_sent_twice_is_one_sheet(tent: Tent) -> None:
    tent.send(DASHBOARD, sheet("s1", 2))
    tent.wait(1)
    tent.send(DASHBOARD, sheet("s1", 2))
    assert (points(tent), mood(tent).paper) == ([], 1)


def test_a_withdrawn_sheet_rewrites_its_own_points_and_counts_no_more(tent: Tent) -> None:
    tent.send(DASHBOARD, sheet("s1", 2))
    (before,) = points(tent)
    tent.wait(20)
    for _press in range(2):
        tent.send(DASHBOARD, withdrawal("s1"))
        assert mood(tent).paper == 0
    _, again = tent.journal.pop()
    assert again == []
    (after,) = points(tent)
    assert (after.node, after.at_ns, after.answer, after.withdrawn) == (before.node, before.at_ns, "no", True)


def test_a_sheet_that_waited_over_midnight_counts_for_the_day_it_was_entered(tent: Tent) -> None:
    at_ns = moment("2016-06-07T18:00")
    tent.send(DASHBOARD, sheet("s1", 0), at_ns=at_ns)
    assert [point.at_ns for point in points(tent)] == [at_ns]
    assert mood(tent).paper == 0


def test_a_sheet_for_what_the_site_does_not_ask_is_refused_by_name(tent: Tent) -> None:
    for wrong, named in (
        (sheet("s1", 3), "answer '3'"),
        (sheet("s1", 0, question="weather"), "question 'weather'"),
        (withdrawal("s0"), "sheet of today 's0'"),
    ):
        with pytest.raises(UnknownSubjectError, match=named):
            tent.send(DASHBOARD, wrong)
