"""systemd's watchdog, fed by a loop."""

from __future__ import annotations

import os
import socket

import pytest

from broker.notify import Watchdog


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "notify"))
        wire.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield wire


def heard(systemd):
    words = []
    while True:
        try:
            words.append(systemd.recv(100))
        except BlockingIOError:
            return words


def test_a_loop_that_goes_round_feeds_it_at_half_the_time_and_one_that_hangs_does_not(systemd, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "10000000")
    seconds = iter(range(12))
    monkeypatch.setattr("time.monotonic_ns", lambda: next(seconds) * 1_000_000_000)
    watchdog = Watchdog()
    for _ in range(12):
        watchdog.feed()
    assert heard(systemd) == [b"WATCHDOG=1"] * 3, "at 0, 5 and 10 s"
    assert heard(systemd) == [], "nobody but the loop feeds it"


@pytest.mark.parametrize("pid", ["1", None])
def test_it_says_nothing_where_it_was_not_asked(systemd, monkeypatch, pid):
    if pid is None:
        monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    else:
        assert pid != str(os.getpid())
        monkeypatch.setenv("WATCHDOG_USEC", "10000000")
        monkeypatch.setenv("WATCHDOG_PID", pid)
    Watchdog().feed()
    assert heard(systemd) == []
