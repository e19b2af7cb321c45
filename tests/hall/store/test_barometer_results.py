"""A question's results over days, against votes few enough to count by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.contract import compiled
from hall.barometer import wilson
from hall.measures import PaperMeasure, VoteMeasure, WaitMeasure
from hall.store.barometer_results import QuestionResults, results
from hall.store.embedded import EmbeddedStore
from hall.store.interface import Span, Store
from tests.hall.hall_tent import MINUTE, moment
from tests.hall.small_site import small_site

MONDAY, TUESDAY = moment("2016-06-06T09:00"), moment("2016-06-07T09:00")
WEEK = Span(moment("2016-06-06T00:00"), moment("2016-06-13T00:00"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = EmbeddedStore(tmp_path / "store.sqlite")
    yield store
    store.close()


@pytest.fixture
def site() -> compiled.Site:
    """Its barometer has a minimum of four votes; waits are told under 10 min, under 20 min and beyond."""
    return small_site()


def votes(at_ns: int, answers: str, question: str = "mood", **fields: object) -> list[VoteMeasure]:
    """A vote a second: ``y`` for yes, ``n`` for no."""
    return [
        VoteMeasure(
            node="barometer",
            at_ns=at_ns + place,
            barometer="mood",
            question=question,
            answer={"y": "yes", "n": "no"}[answer],
            **{"too_fast": False, **fields},  # type: ignore[arg-type]  # a test's own fields
        )
        for place, answer in enumerate(answers)
    ]


def served(at_ns: int, times: int) -> list[WaitMeasure]:
    unknown = dict.fromkeys(("walk_s", "service_s", "stay_s", "promised_median_s", "promised_p90_s"))
    return [
        WaitMeasure(
            node="kiosk-a",
            at_ns=at_ns + place,
            service="info",
            visit=str(place),
            outcome="served",
            desk="one",
            wait_s=60.0,
            **unknown,  # type: ignore[arg-type]  # all of them durations
        )
        for place in range(times)
    ]


def the_one(store: Store, site: compiled.Site) -> QuestionResults:
    (found,) = results(store, site, site.barometers[0], WEEK)
    return found


def test_days_are_taken_together_with_the_visits_of_those_days_only(
    store: Store, site: compiled.Site
) -> None:
    store.write([*votes(MONDAY, "yyn"), *votes(TUESDAY, "yn"), *served(MONDAY, 7), *served(TUESDAY, 5)])
    store.write(served(moment("2016-06-08T09:00"), 100))  # nobody voted on that day
    found = the_one(store, site)
    assert (found.votes, found.visits) == (5, 12)
    assert [(answer.answer, answer.votes, answer.share) for answer in found.answers] == [
        ("yes", 3, 0.6),
        ("so-so", 0, 0.0),
        ("no", 2, 0.4),
    ]
    assert (found.answers[0].low, found.answers[0].high) == wilson(3, 5)


def test_an_hour_of_the_day_is_that_hour_of_all_days_and_silent_under_the_minimum(
    store: Store, site: compiled.Site
) -> None:
    store.write([*votes(MONDAY, "yy"), *votes(TUESDAY, "yn"), *votes(TUESDAY + 60 * MINUTE, "nnn")])
    hours = the_one(store, site).hours
    assert [(hour.hour, hour.votes, hour.share) for hour in hours] == [(9, 4, 0.75), (10, 3, None)]


def test_votes_are_told_by_the_halls_wait_and_those_without_one_in_no_band(
    store: Store, site: compiled.Site
) -> None:
    store.write(votes(MONDAY, "yyyn", wait_s=599.0))
    store.write(votes(MONDAY + MINUTE, "nnnn", wait_s=1200.0))
    store.write(votes(MONDAY + 2 * MINUTE, "yyyy"))
    waits = the_one(store, site).waits
    assert [(band.from_s, band.votes, band.share) for band in waits] == [
        (0, 4, 0.75),
        (600, 0, None),
        (1200, 4, 0.0),
    ]


def test_fast_presses_and_paper_are_in_no_share(store: Store, site: compiled.Site) -> None:
    store.write([*votes(MONDAY, "yyyy"), *votes(MONDAY + MINUTE, "nn", too_fast=True)])
    store.write(
        [
            PaperMeasure(
                node="dashboard",
                at_ns=MONDAY + place,
                barometer="mood",
                question="mood",
                answer="no",
                sheet=str(place),
                by="zoe",
                withdrawn=False,
            )
            for place in range(5)
        ]
    )
    found = the_one(store, site)
    assert (found.votes, found.too_fast, found.answers[0].share) == (4, 2, 1.0)
    assert (found.ticked, found.paper[2].votes, found.paper[2].share) == (5, 5, 1.0)


def test_a_question_nobody_answered_is_left_out(store: Store, site: compiled.Site) -> None:
    store.write(votes(MONDAY, "y", question="monday-mood"))
    assert the_one(store, site).question.id == "monday-mood"
