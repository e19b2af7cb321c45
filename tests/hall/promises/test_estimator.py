from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.promises import estimator
from hall.promises.estimator import Outlook
from hall.promises.memory import Estimate, Memory, Moment, Seen

NINE = 9 * 3600.0

calls = st.lists(
    st.tuples(st.floats(0, 900), st.floats(0, 7200), st.integers(0, 30), st.integers(1, 5)), max_size=60
)


def lived(steps: list[tuple[float, float, int, int]]) -> Memory:
    """A memory of two days on which people were called, each promised something at the arrival."""
    memory = Memory()
    for place, (gap_s, wait_s, ahead, desks) in enumerate(steps):
        day = f"2026-01-{1 + place // 30:02}"
        at_s = NINE + 900 * (place % 30) + gap_s
        began_s = max(0.0, at_s - wait_s)
        told = Outlook(memory, Moment(day, began_s, desks, 300.0)).estimate(ahead)
        seen = Seen(day=day, began_s=began_s, at_s=at_s, desks=desks, service_s=300.0, estimate=told)
        estimator.learn(memory, seen)
    return memory


def forecast(memory: Memory, ahead: float, desks: float = 2, at_s: float = NINE) -> Estimate:
    return Outlook(memory, Moment("2026-01-03", at_s, desks, 300.0)).estimate(ahead)


@settings(max_examples=60, deadline=None)
@given(calls, st.floats(0, 86_400), st.integers(1, 6), st.floats(0, 6000))
def test_more_people_ahead_never_promise_less_and_no_promise_is_negative(steps, at_s, desks, head_s):
    outlook = Outlook(lived(steps), Moment("2026-01-02", at_s, desks, 300.0, head_s))
    before = Estimate(0, (0, 0), (0, 0), None, 0, 0)
    for ahead in (-1, 0, 0.5, 1, 2, 3, 4.5, 8, 9, 17, 40, 200):
        now = outlook.estimate(ahead)
        assert 0 <= now.median_s <= now.p90_s
        assert now.median_s >= before.median_s - 1e-6
        assert now.p90_s >= before.p90_s - 1e-6
        before = now


@settings(max_examples=30, deadline=None)
@given(calls)
def test_a_memory_that_was_written_and_read_promises_the_same(steps):
    memory = lived(steps)
    again = msgspec.json.decode(msgspec.json.encode(memory), type=Memory)
    assert again == memory
    assert forecast(again, 5) == forecast(memory, 5)


def test_before_anything_was_seen_it_is_people_ahead_plus_one_by_service_time_over_desks():
    assert forecast(Memory(), 3).median_s == pytest.approx(4 * 300 / 2)


def test_nobody_waits_behind_an_idle_desk():
    assert forecast(Memory(), -1).median_s == pytest.approx(0, abs=1e-6)


def regular(wait_s: float, gap_s: float, days: int = 3, ahead: int = 4, desks: float = 1) -> Memory:
    """Days on which somebody is called every so many seconds, after the same wait."""
    memory = Memory()
    for day in range(days):
        for at in range(40):
            at_s = NINE + gap_s * (at + 1)
            name = f"2026-01-{day + 1:02}"
            told = Outlook(memory, Moment(name, at_s - wait_s, desks, 300.0)).estimate(ahead)
            seen = Seen(
                day=name,
                began_s=at_s - wait_s,
                at_s=at_s,
                desks=desks,
                service_s=300.0,
                estimate=told,
            )
            estimator.learn(memory, seen)
    return memory


def test_a_regular_queue_is_learned():
    assert forecast(regular(wait_s=600, gap_s=120), 4, desks=1).median_s == pytest.approx(600, rel=0.1)


def test_people_who_leave_count_as_fast_calls():
    assert forecast(regular(600, 120), 9, desks=1).median_s < 10 * 300 * 0.5


def test_another_open_desk_shortens_the_wait():
    memory = regular(600, 120)
    assert forecast(memory, 9, desks=2).median_s < 0.8 * forecast(memory, 9, desks=1).median_s


def test_a_queue_in_which_nobody_is_called_promises_more_as_it_waits():
    memory = regular(600, 120)
    at_s = NINE + 41 * 120
    still = Outlook(memory, Moment("2026-01-03", at_s, 1, 300.0, 60)).estimate(5).corrected[0]
    stalled = Outlook(memory, Moment("2026-01-03", at_s + 3600, 1, 300.0, 3660)).estimate(5).corrected[0]
    assert stalled > still * 1.2


def test_broken_promises_raise_the_next_and_kept_ones_lower_it():
    memory = regular(600, 120)
    told = Estimate(4, (600, 600), (600, 600), None, 600, 700)
    levels = []
    for wait_s in (800, 650, 650, 100):
        seen = Seen(day="2026-01-04", began_s=NINE, at_s=NINE + wait_s, desks=1, service_s=300, estimate=told)
        estimator.learn(memory, seen)
        levels.append(round(memory.level, 6))
    assert levels[0] > levels[1] > levels[2] == levels[3]  # the last was called at once, and tells nothing


def test_a_memory_stays_small():
    memory = regular(600, 120, days=30)
    assert len(msgspec.json.encode(memory)) < 12_000
