"""Histograms of waits: what they add up to, and how far their percentiles may be from the real ones."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.rollups.histogram import COARSE_UNTIL_S, FINE_UNTIL_S, Histogram

waits = st.lists(st.floats(0, COARSE_UNTIL_S), min_size=1, max_size=200)


@given(waits)
def test_percentiles_are_within_five_seconds_below_an_hour_and_thirty_below_four(values: list[float]) -> None:
    found = Histogram.of(values)
    for answered, real in (
        (found.median_s(), statistics.median(values)),
        (found.p90_s(), sorted(values)[int(0.9 * len(values) + 0.5) - 1]),
    ):
        assert answered is not None
        bound = 5 if max(values) <= FINE_UNTIL_S else 30
        assert abs(answered - real) <= bound


@given(st.lists(st.lists(st.floats(0, 20_000)), max_size=5))
def test_histograms_of_parts_add_up_to_the_histogram_of_the_whole(parts: list[list[float]]) -> None:
    together = Histogram(Histogram.of(part).text for part in parts)
    assert together.text == Histogram.of([value for part in parts for value in part]).text
    assert together.count == sum(map(len, parts))


@given(st.lists(st.one_of(st.floats(0, 20_000), st.sampled_from([0.0, 600.0, 1200.0]))), st.integers(0, 240))
def test_how_many_waited_within_whole_minutes_is_exact(values: list[float], minutes: int) -> None:
    within = sum(value <= minutes * 60 for value in values if value or minutes)
    assert Histogram.of(values).within(minutes * 60) == within


@pytest.mark.parametrize("text", ["", "[]"])
def test_no_wait_has_no_percentile(text: str) -> None:
    nothing = Histogram([text])
    assert (nothing.count, nothing.median_s(), nothing.p90_s(), nothing.text) == (0, None, None, "[]")


def test_what_is_longer_than_four_hours_is_four_hours_or_more() -> None:
    assert Histogram.of([30_000.0]).median_s() == COARSE_UNTIL_S
