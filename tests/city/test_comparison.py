"""What is compared, by hand: one limit for all, those who left counted, and days as the draws of chance."""

from __future__ import annotations

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from broker.clock import SECOND
from broker.contract.topics import HALL
from city.comparison import FEWEST, figures_of
from city.intervals import Interval, Part, of_quantile, of_share
from hall.rollups.histogram import Histogram
from hall.rollups.kinds import OccupancyHalfHour, VoteDay
from hall.store.embedded import EmbeddedStore
from hall.store.interface import Span
from tests.dashboard.city.five_sites import wait_day

PARIS = ZoneInfo("Europe/Paris")
MINUTE = 60


def at(day, hour=0, minute=0):
    return round(datetime(2027, 6, day, hour, minute, tzinfo=PARIS).timestamp()) * SECOND


WEEK = Span(at(14), at(21))


@pytest.fixture
def store(tmp_path):
    store = EmbeddedStore(tmp_path / "store.sqlite")
    yield store
    store.close()


def compared(barnum, store):
    return figures_of(barnum, store, WEEK, 20 * MINUTE)


def test_who_left_before_the_call_was_not_served_in_time(barnum, store):
    store.write([wait_day(at(14), [5 * MINUTE] * 30 + [25 * MINUTE] * 10, left=10)])
    waiting = compared(barnum, store).waiting
    assert (waiting.drawn, waiting.called, waiting.left) == (50, 40, 10)
    assert waiting.within.value == 30 / 50
    assert waiting.left_share.value == 10 / 50
    assert waiting.median_s.value == pytest.approx(5 * MINUTE, abs=5)


def test_fewer_than_thirty_waits_tell_nothing(barnum, store):
    store.write([wait_day(at(14), [60.0] * (FEWEST - 1), left=0)])
    assert compared(barnum, store).waiting.median_s is None
    store.write([wait_day(at(15), [60.0], left=0)])
    assert compared(barnum, store).waiting.median_s is not None


def test_people_outside_opening_hours_are_in_no_figure(barnum, store):
    def half(hour, mean):
        return OccupancyHalfHour(
            at_ns=at(14, hour),
            node=HALL,
            mean=mean,
            maximum=round(mean),
            uncertainty=0,
            entered=0,
            left=0,
            known_s=1800.0,
        )

    store.write([half(3, 40.0), half(10, 10.0), half(11, 20.0)])
    inside = compared(barnum, store).inside
    assert inside.mean == 15 / barnum.capacity
    assert inside.most == 20 / barnum.capacity


def test_votes_have_wilsons_interval_and_the_visits_of_their_days(barnum, store):
    def votes(day, answer, count):
        return VoteDay(
            at_ns=at(day),
            node=HALL,
            barometer="barometre-19",
            question="a-l-aise",
            answer=answer,
            votes=count,
            too_fast=3,
        )

    store.write([wait_day(at(day), [60.0] * 40, left=0) for day in (14, 15)])
    store.write([votes(14, "tout-a-fait", 8), votes(14, "pas-du-tout", 2)])
    (opinion,) = compared(barnum, store).opinions
    assert (opinion.votes, opinion.visits) == (10, 40), "not the visits of a day without votes"
    assert opinion.share.value == 0.8
    # Wilson (1927) for 8 of 10.
    assert opinion.share.interval == pytest.approx((0.490, 0.943), abs=0.001)


def test_nothing_stored_is_nothing_known(barnum, store):
    found = compared(barnum, store)
    assert (found.waiting, found.inside, found.opinions, found.uptime, found.days) == (
        None,
        None,
        [],
        None,
        0,
    )
    assert found.open_days > 0


def test_a_ratio_over_days_by_hand():
    days = [Part(some, 10) for some in (5, 6, 7, 6, 6)]
    # Squares 1, 0, 1, 0, 0; 5/4 of them; over 50; Student's 2.776 with 4 degrees of freedom.
    assert of_share(days) == pytest.approx((0.6 - 0.0878, 0.6 + 0.0878), abs=0.0005)


def test_of_fewer_than_five_days_with_waits_no_interval_is_told():
    assert of_share([Part(5, 10)] * 4 + [Part(0, 0)] * 9) is None
    assert of_quantile([Histogram.of([60.0])] * 4, 0.5) is None
    assert of_quantile([], 0.5) is None


def test_intervals_cover_what_is_true_though_the_waits_of_a_day_hang_together():
    """Days differ by half: intervals that took each wait for a draw of its own would nearly always miss."""
    chance = random.Random(1)  # noqa: S311 - a simulation

    def day(visits):
        mean_s = 600 * chance.uniform(0.5, 1.5)
        return [chance.expovariate(1 / mean_s) for _ in range(visits)]

    true = sorted(wait for _ in range(4000) for wait in day(20))
    true_median, true_share = true[len(true) // 2], sum(wait <= 1200 for wait in true) / len(true)
    medians = shares = 0
    for _ in range(200):
        days = [Histogram.of(day(60)) for _ in range(20)]
        shares += holds(of_share([Part(one.within(1200), one.count) for one in days]), true_share)
        medians += holds(of_quantile(days, 0.5), true_median)
    assert 0.90 <= shares / 200 <= 0.99
    assert 0.90 <= medians / 200 <= 0.99


def holds(interval: Interval, value: float) -> bool:
    return interval.low <= value <= interval.high
