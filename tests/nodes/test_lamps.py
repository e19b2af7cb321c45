from __future__ import annotations

import pytest

from nodes.lamps import Lamp, Pattern
from nodes.timers import Timers

SECOND = 10**9


class Bench:
    """A lamp, its output, and time."""

    def __init__(self) -> None:
        self.now_ns, self.timers, self.changes, self.on = 0, Timers(), 0, False
        self.lamp = Lamp(
            self, lambda seconds, action: self.timers.at(self.now_ns + round(seconds * SECOND), action)
        )

    def set(self, on: bool) -> None:
        self.changes += on != self.on
        self.on = on

    def close(self) -> None:
        pass

    def wait(self, seconds: float) -> None:
        end_ns = self.now_ns + round(seconds * SECOND)
        while (due_ns := self.timers.next_ns()) is not None and due_ns <= end_ns:
            self.now_ns = due_ns
            self.timers.take_due(due_ns)()
        self.now_ns = end_ns


@pytest.fixture
def bench():
    return Bench()


def test_what_passes_gives_way_to_what_rests(bench):
    bench.lamp.rest(Pattern.LIT)
    bench.lamp.show(Pattern.OFF, 2)
    assert not bench.on
    bench.wait(3)
    assert bench.on


def test_resting_patterns_wait_until_what_passes_is_over(bench):
    bench.lamp.show(Pattern.LIT, 2)
    bench.lamp.rest(Pattern.OFF)
    assert bench.on
    bench.wait(3)
    assert not bench.on


def test_shown_again_it_lasts_from_then_on(bench):
    bench.lamp.show(Pattern.LIT, 2)
    bench.wait(1.5)
    bench.lamp.show(Pattern.LIT, 2)
    bench.wait(1.5)
    assert bench.on
    bench.wait(1)
    assert not bench.on


def test_slow_and_fast_can_be_told_apart(bench):
    bench.lamp.rest(Pattern.SLOW)
    bench.wait(5)
    slow, bench.changes = bench.changes, 0
    bench.lamp.rest(Pattern.FAST)
    bench.wait(5)
    assert slow == pytest.approx(10, abs=2)
    assert bench.changes == pytest.approx(50, abs=2)


def test_a_lamp_at_rest_asks_for_no_work(bench):
    bench.lamp.rest(Pattern.SLOW)
    bench.lamp.rest(Pattern.OFF)
    assert bench.timers.next_ns() is None
