from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from broker.contract.numbers import label, parts, reserve_count, reserve_used


def test_a_number_is_read_back_as_it_was_made():
    assert label("E", 42) == "E042"
    assert parts("E042") == ("E", 42)
    assert parts("E1700") == ("E", 1700)
    assert parts("042") is None


def test_a_used_up_reserve_goes_on_a_thousand_higher():
    assert [reserve_count(700, used) for used in (0, 99, 100, 199, 200)] == [700, 799, 1700, 1799, 2700]


@given(reserve_from=st.sampled_from([100, 700, 800, 900]), used=st.integers(0, 5000))
def test_a_reserve_count_says_how_many_are_used_with_it(reserve_from, used):
    assert reserve_used(reserve_from, reserve_count(reserve_from, used)) == used + 1


@given(used=st.integers(0, 5000), other=st.integers(0, 5000))
def test_no_two_reserves_ever_meet(used, other):
    assert reserve_count(700, used) != reserve_count(800, other)
