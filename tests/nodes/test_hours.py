# ruff: noqa: RUF001  Chinese signs are meant
from __future__ import annotations

from datetime import date, datetime

import pytest

from broker.contract.settings import PublicText
from broker.contract.views import ChangedDay, Span
from nodes.hours import changed, clock, opening, timetable

TUESDAY = datetime(2026, 6, 2, 14, 30)  # noqa: DTZ001 - local time, as people read it


def test_a_permanences_week_is_told_span_by_span(barnum):
    hours = barnum.service("ecrivain-public").hours
    assert timetable(hours, "fr") == ["mardi 14h-17h", "jeudi 14h-19h"]
    assert timetable(hours, "en") == ["Tuesday 14:00-17:00", "Thursday 14:00-19:00"]


@pytest.mark.parametrize(
    ("language", "today", "later"),
    [
        ("fr", "fermé, ouvre à 14h30", "fermé, ouvre mardi à 14h30"),
        ("en", "closed, opens at 14:30", "closed, opens Tuesday at 14:30"),
        ("zh", "已关闭，14:30 开放", "已关闭，星期二 14:30 开放"),
        ("ar", "مغلق، يفتح الساعة 14:30", "مغلق، يفتح يوم الثلاثاء الساعة 14:30"),
    ],
)
def test_the_day_is_named_only_when_it_is_another(language, today, later):
    assert opening(TUESDAY, date(2026, 6, 2), language) == today
    assert opening(TUESDAY, date(2026, 6, 1), language) == later


def test_without_a_clock_the_day_is_named():
    assert "mardi" in opening(TUESDAY, None, "fr")


def test_full_hours_are_short_in_french():
    assert [clock(minutes, "fr") for minutes in (840, 510, 545)] == ["14h", "8h30", "9h05"]


def test_a_day_with_other_hours_is_told_with_its_date_and_why():
    reason = PublicText(fr="réunion", en="meeting")
    begin, end = (datetime(2026, 6, 4, hour) for hour in (14, 16))  # noqa: DTZ001 - local time
    spans = [Span(opens_ns=14, closes_ns=16)]
    days = [ChangedDay(day="2026-06-04", service="", spans=spans, reason=reason)]
    local = {14: begin, 16: end}.__getitem__
    assert changed(days, local, "fr") == ["jeudi 04/06 : 14h-16h (réunion)"]
    assert changed(days, local, "en") == ["Thursday 04/06 : 14:00-16:00 (meeting)"]
