from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.contract import messages
from broker.contract.views import BarometerView
from hall.barometer import wilson
from hall.errors import UnknownSubjectError
from hall.measures import VoteMeasure
from hall.recent import bands
from tests.hall.hall_tent import Tent, moment


def vote(tent: Tent, answer: int, times: int = 1, **fields: object) -> None:
    at_ns = fields.pop("at_ns", None)
    body = {"device": "panel", "barometer": "mood", "question": "mood", "answer": answer, **fields}
    for _ in range(times):
        tent.send("barometer", messages.VoteCast(**body), at_ns=at_ns)  # type: ignore[arg-type]  # a test's own fields


def mood(tent: Tent) -> BarometerView:
    view: BarometerView = tent.views()["view", "barometer", "mood"]
    return view


def test_the_question_of_the_day_follows_the_weekday(tent_at: Callable[[str], Tent]) -> None:
    assert mood(tent_at("2016-06-06T10:00")).question == "monday-mood"
    assert mood(tent_at("2016-06-07T10:00")).question == "mood"


def test_votes_are_counted_by_answer_with_served_visitors_as_denominator(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    tent.ask(messages.DoneRequested, "one")
    vote(tent, 0, 3)
    vote(tent, 2)
    now = mood(tent)
    assert [(answer.answer, answer.votes) for answer in now.answers] == [("yes", 3), ("so-so", 0), ("no", 1)]
    assert (now.votes, now.visits, now.last_vote_ns) == (4, 1, tent.now_ns)


def test_nothing_is_said_below_the_minimum_of_votes(tent: Tent) -> None:
    vote(tent, 0, 3)
    assert {(answer.share, answer.low, answer.high) for answer in mood(tent).answers} == {(None, None, None)}
    assert tent.views()["display", "led-barometer"].bars == []
    vote(tent, 1)
    assert [answer.share for answer in mood(tent).answers] == [0.75, 0.25, 0.0]
    assert tent.views()["display", "led-barometer"].bars == [0.75, 0.25, 0.0]


def test_presses_that_come_too_fast_are_counted_apart_and_never_in_a_share(tent: Tent) -> None:
    vote(tent, 0, 4)
    vote(tent, 1, 6, too_fast=True)
    now = mood(tent)
    assert (now.votes, now.too_fast, now.answers[0].share) == (4, 6, 1.0)
    (point,) = (measure for measure in tent.measures() if isinstance(measure, VoteMeasure))
    assert point.too_fast


def test_a_vote_of_an_earlier_day_is_measured_then_and_not_tallied_today(tent: Tent) -> None:
    at_ns = moment("2016-06-03T15:00")
    vote(tent, 0, at_ns=at_ns)
    assert mood(tent).votes == 0
    (point,) = (measure for measure in tent.measures() if isinstance(measure, VoteMeasure))
    assert (point.at_ns, point.answer) == (at_ns, "yes")


def test_a_vote_delayed_by_an_outage_of_the_same_day_counts_today(tent: Tent) -> None:
    vote(tent, 0, at_ns=moment("2016-06-08T08:31"))
    assert mood(tent).votes == 1


def test_wilsons_interval_is_the_published_one() -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    for votes, total, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(votes, total) == pytest.approx((low, high), abs=5e-5)


def test_what_the_site_does_not_have_is_refused_by_name(tent: Tent) -> None:
    for fields, named in (
        ({"barometer": "joy"}, "barometer 'joy'"),
        ({"question": "weather"}, "question 'weather'"),
        ({"answer": 3}, "answer '3'"),
    ):
        body = {"device": "panel", "barometer": "mood", "question": "mood", "answer": 0, **fields}
        event = tent.event("barometer", messages.VoteCast(**body))  # type: ignore[arg-type]  # a test's own fields
        before = tent.hall.snapshot()
        with pytest.raises(UnknownSubjectError, match=named):
            tent.hall.decide(event)
        assert tent.hall.snapshot() == before


# By hour, and by the hall's waits ---------------------------------------------------------------


def wait_and_call(tent: Tent, minutes: float) -> None:
    """A visitor draws, waits so long and is called."""
    tent.draw("info")
    tent.wait(minutes * 60)
    tent.next("one")


def shares(parts: list[Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(part, name) for name in (*names, "votes", "share")) for part in parts]


def test_votes_are_told_by_the_hour_they_were_cast_in_and_only_where_there_are_enough(tent: Tent) -> None:
    vote(tent, 0, 3)
    vote(tent, 2)
    vote(tent, 2, 3, at_ns=moment("2016-06-08T09:59"))
    assert shares(mood(tent).hours, "hour") == [(9, 3, None), (10, 4, 0.75)]


def test_votes_are_told_by_the_halls_recent_waits(tent: Tent) -> None:
    vote(tent, 0)  # nobody was called yet: in no band
    for _ in range(3):
        wait_and_call(tent, 3)
    vote(tent, 0, 4)
    tent.wait(31 * 60)
    for minutes in (25, 2, 26):  # two long waits of three make the median long
        wait_and_call(tent, minutes)
    vote(tent, 2, 4)
    assert shares(mood(tent).waits, "from_s", "to_s") == [
        (0, 600, 4, 1.0),
        (600, 1200, 0, None),
        (1200, None, 4, 0.0),
    ]


def test_fewer_than_three_waits_say_nothing_of_the_hall(tent: Tent) -> None:
    wait_and_call(tent, 3)
    wait_and_call(tent, 3)
    vote(tent, 0)
    (point,) = (measure for measure in tent.measures() if isinstance(measure, VoteMeasure))
    assert point.wait_s is None


def test_a_vote_is_stored_with_the_hall_s_recent_wait_at_its_own_time(tent: Tent) -> None:
    for minutes in (1, 2, 3):
        wait_and_call(tent, minutes)
    pressed_ns = tent.now_ns
    tent.wait(3600)  # its node was cut off: the vote comes an hour later
    vote(tent, 0, at_ns=pressed_ns)
    (point,) = (measure for measure in tent.measures() if isinstance(measure, VoteMeasure))
    assert point.wait_s == 120


def test_a_call_that_was_taken_back_ended_no_wait(tent: Tent) -> None:
    for _ in range(2):
        wait_and_call(tent, 1)
    wait_and_call(tent, 9)
    key = tent.hall.state.undos["one"].key
    tent.ask(messages.UndoRequested, "one", undoes=key)
    vote(tent, 0)
    (point,) = (measure for measure in tent.measures() if isinstance(measure, VoteMeasure))
    assert point.wait_s is None


@given(st.lists(st.floats(0, 7200), min_size=1, max_size=20), st.integers(1, 240))
def test_every_wait_falls_into_exactly_one_band(waits: list[float], target_min: int) -> None:
    for wait_s in waits:
        assert sum(band.holds(wait_s) for band in bands(target_min)) == 1


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_holds_its_share_and_stays_between_nothing_and_all(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    assert 0 <= low <= counts[0] / counts[1] <= high <= 1
    assert high - low > 0
