"""The day of a what-if is a queue: it waits as queueing theory says, and more desks never make it longer."""

from __future__ import annotations

import math
import random
import statistics

import pytest
from msgspec.structs import replace

from simulation.agents import LOOKS_UP_EVERY_S
from simulation.habits import Habits
from simulation.whatif.arm import Arm, Span
from simulation.whatif.day import play
from simulation.whatif.figures import estimate, student
from simulation.whatif.people import draw
from tests.simulation.whatif.queue_site import DAY, SERVICE_S, guests, queue_site

LOAD = 0.6
WARM_S = 2 * 3600.0
RUNS = 7
WEEKDAY = [Span(0.0, 1439 * 60.0)]


def erlang_c_wait_s(desks: int, load: float) -> float:
    """The mean wait of an M/M/c queue (A. K. Erlang 1917)."""
    waiting = load**desks / math.factorial(desks) * desks / (desks - load)
    chance_to_wait = waiting / (sum(load**n / math.factorial(n) for n in range(desks)) + waiting)
    return chance_to_wait * SERVICE_S / (desks - load)


def mean_wait_s(desks: int, seed: int) -> float:
    """The mean wait of who comes once the day is under way."""
    played = play(Arm(queue_site(desks), shifts=_around_the_clock(desks)), DAY, guests(seed, LOAD))
    return statistics.fmean(wait.wait_s for wait in played.waits if wait.arrived_s > WARM_S)


def _around_the_clock(desks: int) -> dict[str, tuple[Span, ...]]:
    return {f"desk-{n}": tuple(WEEKDAY) for n in range(desks)}


@pytest.fixture(scope="module")
def waits_s() -> list[tuple[float, float]]:
    """The mean wait at one desk and at two, on the same random numbers."""
    return [(mean_wait_s(1, seed), mean_wait_s(2, seed)) for seed in range(RUNS)]


@pytest.mark.parametrize("desks", [1, 2])
def test_the_interval_of_the_mean_wait_covers_what_theory_says(waits_s, desks):
    found = estimate([pair[desks - 1] for pair in waits_s])
    assert found.low <= erlang_c_wait_s(desks, LOAD) <= found.high
    assert found.high - found.low < 0.5 * erlang_c_wait_s(1, LOAD)


def test_the_interval_of_a_difference_covers_what_theory_says(waits_s):
    found = estimate([two - one for one, two in waits_s])
    truth_s = erlang_c_wait_s(2, LOAD) - erlang_c_wait_s(1, LOAD)
    assert found.low <= truth_s <= found.high
    assert found.is_sure


@pytest.mark.parametrize("seed", range(2))
def test_one_more_desk_makes_nobody_wait_longer(seed):
    """But for the moment that an idle agent takes to look up."""
    coming = [
        replace(guest, patience_s=float("inf"), beyond_s=float("inf"), wanders_off=False)
        for guest in draw(queue_site(1), [Span(9 * 3600.0, 15 * 3600.0)], random.Random(seed), Habits())  # noqa: S311
    ]
    few, many = (play(Arm(queue_site(desks)), DAY, coming).waits for desks in (2, 3))
    assert len(few) == len(many) > 80
    longer = [more.wait_s - less.wait_s for less, more in zip(few, many, strict=True)]
    assert max(longer) <= 1.4 * LOOKS_UP_EVERY_S
    assert statistics.fmean(longer) < -30


@pytest.mark.parametrize(("freedom", "known"), [(4, 2.776), (7, 2.365), (29, 2.045), (99, 1.984)])
def test_students_quantile_is_the_tables(freedom, known):
    assert student(freedom) == pytest.approx(known, abs=0.01)
