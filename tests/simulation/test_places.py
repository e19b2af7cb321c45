"""What visitors find in reach."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from simulation.places import Places


def test_nobody_presses_a_button_that_answers_nothing_today(barnum):
    (barometer,) = barnum.barometers
    first, second, *_ = barometer.questions
    two = replace(second, answers=second.answers[:2], weekdays=[], dates=["2027-06-21"])
    site = replace(barnum, barometers=[replace(barometer, questions=[replace(first, weekdays=[]), two])])
    (place,) = Places(site).voting
    assert [len(place.lit(date(2027, 6, day))) for day in (20, 21, 22)] == [4, 2, 4]
