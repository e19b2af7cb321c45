from __future__ import annotations

import pytest

from nodes.lamps import Lamp, Pattern
from nodes.timers import Timers

SECOND = 10**9


class Bench:
    """A lamp, its output, and time."""

    def __init__(self) -> None:
        self.now_ns, self.timers, self.changes, self.on = 0, Timers(), 0, False
        self.lamp = self.wire()

    def wire(self, **options) -> Lamp:
        return Lamp(
            self,
            lambda seconds, action: self.timers.at(self.now_ns + round(seconds * SECOND), action),
            **options,
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


# Hints ---------------------------------------------------------------------------------------------


def test_a_hint_blinks_over_a_lamp_that_is_dark_or_lit_and_ends(bench):
    for resting in (Pattern.OFF, Pattern.LIT):
        bench.lamp.rest(resting)
        bench.changes = 0
        bench.lamp.hint(Pattern.FAST, 2)
        bench.wait(5)
        assert bench.changes > 10
        assert bench.on == (resting is Pattern.LIT)


def test_a_hint_asked_for_again_lasts_from_then_on(bench):
    bench.lamp.hint(Pattern.LIT, 2)
    bench.wait(1)
    bench.lamp.hint(Pattern.LIT, 2)
    bench.wait(1.5)
    assert bench.on


@pytest.mark.parametrize("says", ["show", "blink", "keep"])
def test_a_hint_covers_nothing_that_a_lamp_tells_somebody(bench, says):
    if says == "show":
        bench.lamp.show(Pattern.LIT, 60)
    elif says == "blink":
        bench.lamp.rest(Pattern.SLOW)
    else:
        bench.lamp = bench.wire(keeps=True)
        bench.lamp.rest(Pattern.LIT)
    bench.changes = 0
    bench.lamp.hint(Pattern.FAST, 5)
    bench.wait(4)
    assert bench.changes == (8 if says == "blink" else 0)


@pytest.mark.parametrize("way", ["rest", "show", "end_hint"])
def test_a_hint_ends_as_soon_as_the_lamp_has_something_to_say(bench, way):
    bench.lamp.hint(Pattern.FAST, 10)
    match way:
        case "rest":
            bench.lamp.rest(Pattern.LIT)
        case "show":
            bench.lamp.show(Pattern.LIT, 60)
        case _:
            bench.lamp.end_hint()
    bench.changes = 0
    bench.wait(9)
    assert bench.changes == 0
    assert bench.on == (way != "end_hint")


def test_what_passes_after_a_hint_is_no_hint(bench):
    bench.lamp.hint(Pattern.FAST, 10)
    bench.lamp.show(Pattern.LIT, 60)
    bench.lamp.rest(Pattern.SLOW)
    bench.changes = 0
    bench.wait(30)
    assert (bench.on, bench.changes) == (True, 0)
