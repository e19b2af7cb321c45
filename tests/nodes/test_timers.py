from __future__ import annotations

from nodes.timers import Timers


def test_timers_run_in_the_order_they_are_due_and_those_together_as_they_were_set():
    timers, ran = Timers(), []
    for due, name in ((30, "c"), (10, "a"), (30, "d"), (20, "b")):
        timers.at(due, lambda name=name: ran.append(name))
    while (action := timers.take_due(30)) is not None:
        action()
    assert ran == ["a", "b", "c", "d"]
    assert timers.next_ns() is None


def test_a_cancelled_timer_never_runs_and_wakes_nobody():
    timers = Timers()
    timers.at(10, lambda: None).cancel()
    assert timers.next_ns() is None
    assert timers.take_due(100) is None
