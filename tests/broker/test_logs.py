"""A log that a person can read: whatever a loop does, a kind of line comes ten times a minute."""

from __future__ import annotations

import logging

from broker.logs import Bounded


def line(at_s, number=1, words="the printer is away"):
    record = logging.LogRecord("nodes", logging.ERROR, "slot.py", number, words, (), None)
    record.created = at_s
    return record


def passed(bounded, lines):
    return [record for record in lines if bounded.filter(record)]


def test_a_line_that_comes_all_the_time_passes_ten_times_a_minute_and_is_counted():
    kept = passed(Bounded(), [line(n / 10) for n in range(1300)])
    assert len(kept) == 10 + 10 + 10
    assert kept[10].getMessage() == "the printer is away (590 more like this were left out)"


def test_other_lines_pass_beside_it():
    bounded = Bounded()
    passed(bounded, [line(n / 10) for n in range(100)])
    assert len(passed(bounded, [line(10, number=2)])) == 1


def test_what_comes_now_and_then_passes_always():
    assert len(passed(Bounded(), [line(n * 7) for n in range(1000)])) == 1000


def test_a_clock_that_jumps_back_silences_nothing():
    bounded = Bounded()
    passed(bounded, [line(1000 + n) for n in range(30)])
    assert len(passed(bounded, [line(10)])) == 1
