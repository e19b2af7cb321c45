from __future__ import annotations

import pytest

from broker.clock import ANCHOR_VARIABLE, SECOND, Anchor, ManualClock, SystemClock


def test_a_simulated_site_scales_civil_time_and_leaves_machine_time_alone():
    real = SystemClock()
    start = real.machine_ns()
    clock = SystemClock(Anchor(civil_ns=1000 * SECOND, machine_ns=start, speed=10))
    before = clock.machine_ns()
    civil = clock.civil_ns()
    after = clock.machine_ns()
    assert 10 * (before - start) <= civil - 1000 * SECOND <= 10 * (after - start)


def test_an_anchor_travels_through_the_environment(monkeypatch):
    anchor = Anchor(5, 7, 10)
    monkeypatch.setenv(ANCHOR_VARIABLE, str(anchor))
    clock = SystemClock.from_environment()
    assert clock.speed == 10
    assert clock.civil_is_known()


def test_a_malformed_anchor_is_refused(monkeypatch):
    monkeypatch.setenv(ANCHOR_VARIABLE, "yesterday")
    with pytest.raises(ValueError, match="invalid literal"):
        SystemClock.from_environment()


def test_a_clock_nobody_synchronised_may_not_date_events(monkeypatch, tmp_path):
    monkeypatch.setattr("broker.clock._SYNCHRONISED", tmp_path / "synchronized")
    assert not SystemClock().civil_is_known()
    (tmp_path / "synchronized").touch()
    assert SystemClock().civil_is_known()


def test_a_manual_clock_moves_both_times_at_its_speed():
    clock = ManualClock(civil_ns=0, machine_ns=0, speed=10)
    clock.advance(1.5)
    assert (clock.machine_ns(), clock.civil_ns()) == (1.5 * SECOND, 15 * SECOND)
