"""Which days a run plays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from broker.clock import SECOND
from simulation.dates import NeverOpenError, begin_ns, live_day, past_days, weeks


@pytest.mark.parametrize(
    ("today", "played"),
    [
        (date(2026, 6, 10), date(2026, 6, 9)),  # a Wednesday: Tuesday
        (date(2026, 6, 8), date(2026, 6, 5)),  # a Monday: Friday
        (date(2026, 6, 3), date(2026, 6, 1)),  # the month's first Tuesday opens at 13:00: Monday
    ],
)
def test_the_live_day_is_the_last_one_that_was_open_at_ten(site, today, played):
    assert live_day(site, today) == played


def test_the_live_day_begins_at_ten_on_the_sites_clocks(site):
    summer = datetime.fromtimestamp(begin_ns(site, date(2026, 6, 8)) / SECOND, UTC)
    winter = datetime.fromtimestamp(begin_ns(site, date(2026, 1, 12)) / SECOND, UTC)
    assert (summer.hour, winter.hour) == (8, 9)


def test_three_weeks_of_history_are_their_open_days(site):
    days = past_days(site, date(2026, 6, 8), 3)
    assert len(days) == 15
    assert (days[0], days[-1]) == (date(2026, 5, 18), date(2026, 6, 5))


def test_a_site_that_never_opens_cannot_be_played(site):
    with pytest.raises(NeverOpenError, match="barnum"):
        live_day(replace(site, hours=[]), date(2026, 6, 8))


@pytest.mark.parametrize(("text", "number"), [("3w", 3), ("17w", 17), ("0", 0), ("0w", 0)])
def test_a_length_of_history_is_weeks(text, number):
    assert weeks(text) == number


@pytest.mark.parametrize("text", ["3", "3d", "", "w", "-1w"])
def test_other_lengths_are_refused_with_an_example(text):
    with pytest.raises(ValueError, match="3w means three weeks"):
        weeks(text)
