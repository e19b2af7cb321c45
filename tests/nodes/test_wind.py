"""Gusts as the WMO has them, from pulses."""

from __future__ import annotations

import pytest

from broker.clock import SECOND
from nodes.wind import Gusts


def blow(gusts, *, begins_s, seconds, hertz):
    for pulse in range(round(seconds * hertz)):
        gusts.pulse(round((begins_s + pulse / hertz) * SECOND))


def test_steady_wind_is_its_own_gust():
    gusts = Gusts(2.4, 0)
    blow(gusts, begins_s=0, seconds=60, hertz=10)
    assert gusts.take(60 * SECOND) == (pytest.approx(24, rel=0.04), pytest.approx(24))


def test_a_gust_counts_as_the_mean_of_three_seconds():
    gusts = Gusts(2.4, 0)
    blow(gusts, begins_s=0, seconds=30, hertz=5)
    blow(gusts, begins_s=30, seconds=3, hertz=40)
    blow(gusts, begins_s=33, seconds=27, hertz=5)
    gust, mean = gusts.take(60 * SECOND)
    assert gust == pytest.approx(96, rel=0.02)
    assert mean == pytest.approx(2.4 * (57 * 5 + 120) / 60)


def test_a_jerk_of_one_second_is_no_gust_of_that_speed():
    gusts = Gusts(2.4, 0)
    blow(gusts, begins_s=10, seconds=1, hertz=42)
    assert gusts.take(60 * SECOND)[0] == pytest.approx(100.8 / 3, rel=0.01)


def test_each_minute_has_its_own_gust_and_one_that_goes_on_is_in_both():
    gusts = Gusts(2.4, 0)
    blow(gusts, begins_s=58, seconds=2, hertz=30)
    first = gusts.take(60 * SECOND)[0]
    assert gusts.take(120 * SECOND)[0] == pytest.approx(first, rel=0.02)
    assert gusts.take(180 * SECOND) == (0.0, 0.0)
