from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nodes.debounce import Debounce

SETTLE = 30


def play(levels: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """Feed (time, level) changes as the node does, timers first; returns (since, state) changes."""
    debounce, due, seen = Debounce(SETTLE), None, []
    for at, level in [*levels, (10**9, levels[-1][1])]:
        while due is not None and due <= at:
            since = debounce.settled(due)
            if since is not None:
                seen.append((since, debounce.active))
            due = None
        later = debounce.edge(level, at)
        due = later if later is not None else None
    return seen


def test_a_bouncing_press_is_one_press_and_counts_from_when_it_came_to_rest():
    levels = [
        (0, True),
        (2, False),
        (3, True),
        (5, False),
        (7, True),
        (120, False),
        (122, True),
        (125, False),
    ]
    assert play(levels) == [(7, True), (125, False)]


def test_a_spike_shorter_than_the_settling_time_is_no_press():
    assert play([(0, True), (SETTLE - 1, False)]) == []


edges = st.lists(st.tuples(st.integers(1, 100), st.booleans()), min_size=1, max_size=60)


@given(edges)
def test_only_levels_that_held_for_the_settling_time_count_and_states_alternate(steps):
    at, levels = 0, []
    for gap, level in steps:
        at += gap
        levels.append((at, level))
    seen = play(levels)
    assert [state for _since, state in seen] == [index % 2 == 0 for index in range(len(seen))]
    held = []
    for index, (begin, level) in enumerate(levels):
        if index and levels[index - 1][1] == level:
            continue
        end = next((later for later, other in levels[index:] if other != level), 10**9)
        if end - begin >= SETTLE and level == (len(held) % 2 == 0):
            held.append((begin, level))
    assert seen == held
