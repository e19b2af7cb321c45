"""People inside, held against what tickets and seats prove: never below it, never below zero."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.contract import messages
from broker.contract.topics import DASHBOARD
from hall.inside import HELD_S, at_least, fuse
from tests.hall.hall_tent import Tent

relaxed = settings(deadline=None)
"""Other work on the machine is no failure."""

counts = st.integers(0, 300)
doubts = st.integers(0, 50)
bounds = st.integers(-5, 300)


@relaxed
@given(counts, doubts, bounds)
def test_an_estimate_is_in_order_and_never_below_zero_or_its_bound(
    count: int, doubt: int, bound: int
) -> None:
    low, likely, high = fuse(count, doubt, bound)
    assert likely is not None
    assert high is not None
    assert max(0, bound) <= low <= likely <= high


@relaxed
@given(counts, doubts, bounds)
def test_a_bound_under_what_the_doors_allow_changes_nothing_else(count: int, doubt: int, bound: int) -> None:
    if bound <= count - doubt:
        assert fuse(count, doubt, bound) == (max(0, count - doubt), count, count + doubt)


@relaxed
@given(counts, doubts, bounds, st.integers(0, 50))
def test_a_greater_bound_never_lowers_an_estimate(count: int, doubt: int, bound: int, more: int) -> None:
    lesser, greater = fuse(count, doubt, bound), fuse(count, doubt, bound + more)
    assert all(one <= other for one, other in zip(lesser, greater, strict=True))  # type: ignore[operator]


@relaxed
@given(counts, doubts, bounds)
def test_more_doubt_never_narrows_an_estimate(count: int, doubt: int, bound: int) -> None:
    sure, unsure = fuse(count, doubt, bound), fuse(count, doubt + 1, bound)
    assert unsure.low <= sure.low
    assert (unsure.high or 0) >= (sure.high or 0)


@relaxed
@given(bounds)
def test_without_a_counter_only_the_bound_is_known(bound: int) -> None:
    assert fuse(None, 0, bound) == (max(0, bound), None, None)


# --- The bound ------------------------------------------------------------------------------------


def bound(tent: Tent) -> int:
    return at_least(tent.hall.state, tent.hall._layout, tent.now_ns)


def sit(tent: Tent, seat: str) -> None:
    tent.send("seats", messages.PresenceChanged(device="s", subject=seat, kind="seat", taken=True))


def test_who_waits_and_sits_may_be_the_same_person_and_is_counted_once(tent: Tent) -> None:
    tent.draw("info")
    sit(tent, "seat-1")
    assert bound(tent) == 1
    sit(tent, "seat-2")
    assert bound(tent) == 2


def test_who_is_served_does_not_sit_elsewhere(tent: Tent) -> None:
    tent.draw("info")
    tent.next("one")
    sit(tent, "seat-1")
    assert bound(tent) == 2


def test_who_is_called_into_the_building_is_no_longer_in_the_tent(tent: Tent) -> None:
    tent.draw("civil")
    assert bound(tent) == 1
    tent.next("inside")
    assert bound(tent) == 0


def test_a_holder_who_waited_for_over_an_hour_may_be_gone(tent: Tent) -> None:
    tent.draw("info")
    tent.wait(HELD_S + 1)
    assert bound(tent) == 0


def test_tickets_raise_a_count_of_doors_that_missed_people(tent: Tent) -> None:
    tent.send("door", messages.PassageCounted(device="door", direction="in"))
    for _ in range(4):
        tent.draw("info")
    space = tent.views()["view", "space", "now"]
    assert (space.inside_low, space.inside) == (4, 4)


def test_a_recount_of_nobody_is_the_certainty_of_an_empty_tent(tent: Tent) -> None:
    for _ in range(30):
        tent.send("door", messages.PassageCounted(device="door", direction="in"))
    tent.send(DASHBOARD, messages.RecountRequested(device="c", key=tent.key(), people=0))
    space = tent.views()["view", "space", "now"]
    assert (space.inside_low, space.inside, space.uncertainty) == (0, 0, 0)
