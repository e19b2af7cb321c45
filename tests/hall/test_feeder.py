"""The feed's own process: it follows the journal, and dies and comes back without losing or doubling."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from broker.clock import SystemClock
from broker.contract import messages
from broker.delivery.intake import Arrived
from broker.delivery.journal import Journal
from hall import feeder, keeper
from hall.feed_process import FeedOrder, FeedProcess
from hall.feeder import Feeder
from hall.pipeline import Pipeline
from hall.rollups.kinds import VoteDay
from hall.store.interface import Span
from hall.store.open import StoreConfig, open_store

PATIENCE_S = 20
ALWAYS = Span(0, 2**62)


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def is_alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    return False


class Hall:
    """A journal with its pipeline, and the store that a feed fills from it."""

    def __init__(self, site, folder):
        self.order = FeedOrder(
            state=folder,
            store=StoreConfig(kind="embedded", path=folder / "store.sqlite"),
            timezone=site.timezone,
        )
        self.journal = Journal(folder / "journal.sqlite")
        self.pipeline = Pipeline(site, self.journal, SystemClock())
        self.pipeline.start()

    def tick(self):
        """One more event, decided."""
        self.pipeline._next_tick_ns = 0
        self.pipeline.tick()

    def is_stored(self):
        """Whether the store holds each event of the journal once."""
        with contextlib.closing(open_store(self.order.store)) as store:
            return sum(row.events for row in store.stored(ALWAYS)) == self.journal.last_offset()


@pytest.fixture
def hall(barnum, tmp_path):
    hall = Hall(barnum, tmp_path)
    yield hall
    hall.journal.close()


@pytest.fixture
def feed(hall, monkeypatch):
    monkeypatch.setattr(keeper, "AGAIN_S", 0.05)
    feed = Feeder(hall.order)
    feed.start()
    yield feed
    feed.end()
    assert not feed.is_alive()


def test_what_is_decided_is_written_without_being_told(hall, feed):
    until(hall.is_stored, "the first events")
    hall.tick()
    until(hall.is_stored, "one more")


def vote(hall):
    """A press on the barometer, decided."""
    cast = messages.VoteCast(device="boutons", barometer="barometre-19", question="a-l-aise", answer=0)
    event = messages.Event(
        seq=1, at_ns=SystemClock().civil_ns(), machine_ns=0, body=msgspec.Raw(messages.encode(cast))
    )
    batch = messages.Batch(run="run", boot="boot", sent_boot="boot", sent_ns=0, oldest=1, events=[event])
    hall.pipeline.take([Arrived("barometre", messages.encode(batch))])
    hall.pipeline.decide()


def test_what_is_written_is_summed_up(hall):
    vote(hall)
    feed = Feeder(hall.order)
    feed.start()
    with contextlib.closing(open_store(hall.order.store)) as store:
        until(lambda: [day.votes for day in store.points(VoteDay, ALWAYS)] == [1], "the day's votes")
    feed.end()


def test_a_day_that_cannot_be_summed_up_keeps_nothing_from_being_fed(hall, monkeypatch):
    def fails(*_args):
        raise RuntimeError("a fault in summing up")

    monkeypatch.setattr("hall.rollups.rolling.plan", fails)
    monkeypatch.setattr("hall.feed_process.asked_to_end", lambda _wait_s: False)
    vote(hall)
    reports = []
    process = FeedProcess(hall.order, SystemClock(), reports.append)
    assert process._goes_well()
    hall.tick()
    process._report_due = 0
    assert process._goes_well()
    assert reports[-1].stored == {"hall": hall.journal.last_offset() - 1, "barometre": 1}
    process._feed.close()


def test_the_ledger_hears_what_the_store_answers(hall, feed):
    until(lambda: feed.stored == {"hall": hall.journal.last_offset()}, "the count")


def test_a_killed_feed_comes_back_and_goes_on_from_its_cursor(hall, feed):
    until(hall.is_stored, "the first events")
    for _ in range(3):
        killed = feed.pid
        os.kill(killed, signal.SIGKILL)
        hall.tick()
        until(lambda killed=killed: feed.pid not in (None, killed), "another feed")
        until(hall.is_stored, "what was decided meanwhile")


def test_a_feed_that_hangs_is_ended_and_another_one_started(hall):
    feed = Feeder(hall.order, silence_s=5)
    feed.start()
    until(lambda: feed.stored is not None, "its first report")
    frozen = feed.pid
    os.kill(frozen, signal.SIGSTOP)
    hall.tick()
    until(hall.is_stored, "another feed")
    assert not is_alive(frozen)
    feed.end()


def test_what_a_feed_said_too_long_ago_is_unknown(hall, feed, monkeypatch):
    until(lambda: feed.stored is not None, "its first report")
    monkeypatch.setattr(feeder, "FRESH_S", 0)
    assert feed.stored is None


def test_an_ended_feed_has_written_everything_decided_before(hall):
    feed = Feeder(hall.order)
    feed.start()
    until(lambda: feed.stored is not None, "its first report")
    for _ in range(50):
        hall.tick()
    feed.end()
    assert hall.is_stored()


def test_neither_ctrl_c_nor_systemd_ends_a_feed_before_its_hall_does(hall, feed):
    until(lambda: feed.stored is not None, "its first report")
    pid = feed.pid
    os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGTERM)
    hall.tick()
    until(hall.is_stored, "what came after the signals")
    assert feed.pid == pid


A_HALL = """
import sys, time, msgspec
from hall.feed_process import FeedOrder
from hall.feeder import Feeder
feed = Feeder(msgspec.json.decode(sys.argv[1], type=FeedOrder, dec_hook=lambda kind, text: kind(text)))
feed.start()
begun = time.monotonic()
while feed.stored is None and time.monotonic() < begun + 20:
    time.sleep(0.02)
print(feed.pid, flush=True)
time.sleep(60)
"""


def test_a_feed_does_not_outlive_a_killed_hall(hall):
    order = msgspec.json.encode(hall.order, enc_hook=str).decode()
    with subprocess.Popen([sys.executable, "-c", A_HALL, order], stdout=subprocess.PIPE) as process:
        try:
            pid = int(process.stdout.readline())
            assert is_alive(pid)
        finally:
            process.kill()
    until(lambda: not is_alive(pid), "the end of the feed")


def test_a_feed_waits_while_another_one_holds_the_cursor(hall, feed):
    until(hall.is_stored, "the first events")
    with (hall.order.state / "store-cursor.lock").open("r") as lock:
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        second = Feeder(hall.order)
        second.start()
        until(lambda: second._heard_at, "the second one's word")
        assert second.stored is None
        os.kill(feed.pid, signal.SIGKILL)
        until(lambda: second.stored is not None or feed.stored is not None, "one of them")
    second.end()
