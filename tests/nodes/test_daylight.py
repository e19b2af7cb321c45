from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace

from broker.contract import compiled
from nodes.daylight import shine

DISPLAY = compiled.LedDisplay(
    id="x",
    modules=4,
    spi_port=0,
    spi_device=0,
    brightness=60,
    night_brightness=10,
    night_from=21 * 60,
    night_to=7 * 60,
)


def at(clock):
    return datetime.fromisoformat(f"2026-06-04T{clock}")


@pytest.mark.parametrize(
    ("clock", "brightness", "seconds"),
    [
        ("20:59:30", 60, 30),
        ("21:00:00", 10, 10 * 3600),
        ("23:59:59", 10, 7 * 3600 + 1),
        ("00:00:00", 10, 7 * 3600),
        ("06:59:00", 10, 60),
        ("07:00:00", 60, 14 * 3600),
    ],
)
def test_it_is_dim_from_the_evening_to_the_morning(clock, brightness, seconds):
    assert shine(DISPLAY, at(clock)) == (brightness, seconds)


def test_a_night_within_one_day_is_one_too():
    noon = replace(DISPLAY, night_from=12 * 60, night_to=13 * 60)
    assert [shine(noon, at(clock)).brightness for clock in ("11:59", "12:00", "13:00")] == [60, 10, 60]


def test_without_a_clock_it_is_day_and_without_a_night_always_the_same():
    assert shine(DISPLAY, None).brightness == 60
    assert shine(replace(DISPLAY, night_brightness=None), at("23:00")) is None
