"""The hall process on a real broker: what it says when its disk is full."""

from __future__ import annotations

import queue
import socket
import sqlite3
import threading
import time

import msgspec
import pytest

from broker.clock import SECOND, Anchor, SystemClock
from broker.connection import Connected, Connection, Identity, Inbound
from broker.contract import compiled, messages, views
from broker.contract.topics import DASHBOARD, MOST_BYTES, RECORDER, Topics
from broker.delivery.journal import Journal
from broker.mosquitto.run import free_port
from hall.pipeline import Pipeline
from hall.server import HallServer
from hall.store.open import StoreConfig
from tests.broker.delivery import test_hostile_input
from tests.end_to_end.conftest import MORNING_NS

PATIENCE_S = 15
CLOCK = SystemClock(Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
"""A day on which the barometer asks something, whenever the tests run."""


class Disk:
    """Makes the pipeline's start and work fail as a full disk does, while it is full."""

    full = False

    def fail(self) -> None:
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")


@pytest.fixture
def disk(monkeypatch):
    disk = Disk()
    for name in ("start", "tick"):
        original = getattr(Pipeline, name)

        def guarded(self, original=original):
            disk.fail()
            return original(self)

        monkeypatch.setattr(Pipeline, name, guarded)
    return disk


@pytest.fixture
def said(mosquitto, credentials):
    """What status/recorder says, as it is said."""
    topic = Topics("barnum").of("status", RECORDER)
    heard: queue.SimpleQueue = queue.SimpleQueue()
    identity = Identity.in_folder(credentials, DASHBOARD)
    connection = Connection(identity, mosquitto.host, mosquitto.port, [topic], heard.put)
    connection.start()

    def wait_for(trouble):
        while True:
            happening = heard.get(timeout=PATIENCE_S)
            if isinstance(happening, Inbound) and not happening.retained:
                status = msgspec.json.decode(happening.payload, type=messages.RecorderStatus)
                if status.state == "online" and bool(status.trouble) == trouble:
                    return status

    yield wait_for
    connection.stop()


class Listener:
    """A client of the broker that remembers what it heard."""

    def __init__(self, mosquitto, credentials, name, topics) -> None:
        self._happenings: queue.SimpleQueue = queue.SimpleQueue()
        identity = Identity.in_folder(credentials, name)
        self.connection = Connection(identity, mosquitto.host, mosquitto.port, topics, self._happenings.put)
        self.connection.start()
        assert isinstance(self._happenings.get(timeout=PATIENCE_S), Connected)
        self.heard: list[bytes] = []

    def say(self, topic, payload):
        self.connection.publish(topic, payload, qos=1, retain=False)

    def until(self, is_it):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            happening = self._happenings.get(timeout=max(0, deadline - time.monotonic()))
            if isinstance(happening, Inbound):
                self.heard.append(happening.payload)
                if is_it(happening.payload):
                    return


@pytest.fixture
def listener(mosquitto, credentials):
    """Makes a listener of that name on those topics."""
    made: list[Listener] = []

    def make(name, *topics):
        made.append(Listener(mosquitto, credentials, name, topics))
        return made[-1]

    yield make
    for one in made:
        one.connection.stop()


@pytest.fixture
def hall(barnum, mosquitto, credentials, tmp_path):
    server = HallServer(
        barnum,
        Identity.in_folder(credentials, RECORDER),
        mosquitto.host,
        mosquitto.port,
        tmp_path / "hall",
        StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"),
        CLOCK,
    )
    running = threading.Thread(target=server.run)
    yield running
    server.stop()
    running.join(PATIENCE_S)
    assert not running.is_alive()


def test_systemd_is_told_that_the_hall_is_ready_that_its_loop_goes_round_and_that_it_ends(
    barnum, credentials, tmp_path, monkeypatch
):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        # No broker: a hall starts without one.
        server = HallServer(
            barnum,
            Identity.in_folder(credentials, RECORDER),
            "127.0.0.1",
            free_port(),
            tmp_path / "hall",
            StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"),
            SystemClock(),
        )
        running = threading.Thread(target=server.run)
        running.start()
        assert systemd.recv(100) == b"READY=1"
        assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        server.stop()
        while systemd.recv(100) != b"STOPPING=1":
            pass
        running.join(PATIENCE_S)


def test_a_hall_that_starts_on_a_full_disk_waits_and_begins_when_there_is_room(disk, said, hall):
    disk.full = True
    hall.start()
    # It is not connected when it first fails: it says so as soon as it is.
    assert "full" in said(trouble=True).trouble
    disk.full = False
    said(trouble=False)


def test_a_disk_that_fills_up_stops_receipts_and_not_the_process(disk, said, hall):
    hall.start()
    said(trouble=False)
    disk.full = True
    assert "full" in said(trouble=True).trouble
    assert hall.is_alive()
    disk.full = False
    said(trouble=False)


def test_a_hall_can_be_ended_while_its_disk_is_full(disk, hall):
    disk.full = True
    hall.start()


def test_a_flood_loses_nothing_and_its_last_view_comes_by_itself(barnum, hall, listener, monkeypatch):
    """A node that respects no window: few commits, few views, and at rest the page shows all."""
    monkeypatch.setattr("hall.server.REFRESH_NS", 3600 * SECOND)
    topics, votes = Topics("barnum"), 3_000
    panel = next(one for one in barnum.node("barometre").devices if isinstance(one, compiled.VotePanel))
    page = listener(DASHBOARD, topics.of("view", "barometer", panel.barometer))
    node = listener("barometre", topics.of("receipt", "barometre"))
    hall.start()
    page.until(lambda _: True)
    today = msgspec.json.decode(page.heard[-1], type=views.BarometerView)
    vote = messages.VoteCast(device=panel.id, barometer=panel.barometer, question=today.question, answer=0)
    body = msgspec.Raw(messages.encode(vote))
    for seq in range(1, votes + 1):
        event = messages.Event(seq=seq, at_ns=CLOCK.civil_ns(), machine_ns=1, body=body)
        batch = messages.Batch(run="r", boot="b", sent_boot="b", sent_ns=1, oldest=1, events=[event])
        node.say(topics.of("event", "barometre"), messages.encode(batch))
    node.until(lambda payload: msgspec.json.decode(payload, type=messages.Receipt).upto == votes)
    page.until(lambda payload: msgspec.json.decode(payload, type=views.BarometerView).votes == votes)
    assert len(node.heard) < votes / 10
    assert len(page.heard) < votes / 10


def test_a_node_that_says_nothing_any_more_is_journalled_as_silent_and_a_living_one_is_not(
    barnum, hall, listener, tmp_path, monkeypatch
):
    monkeypatch.setattr("hall.silence.SILENCE_NS", SECOND)
    topics = Topics("barnum")
    alive = listener("borne-a", topics.of("receipt", "borne-a"))
    # What the broker kept of a node that is gone is no sign of life.
    gone = listener("entree", topics.of("receipt", "entree"))
    gone.connection.publish(topics.of("health", "entree"), b"{}", qos=1, retain=True)
    gone.connection.stop()
    hall.start()
    journal = Journal(tmp_path / "hall" / "journal.sqlite")

    def silent() -> list[str] | None:
        told = [
            body.silent
            for entry in journal.events_after(0, most=1000)
            if isinstance(body := messages.decode_body(msgspec.Raw(entry.row.body)), messages.NodesHeard)
        ]
        return told[-1] if told else None

    deadline = time.monotonic() + PATIENCE_S
    while silent() is None:
        assert time.monotonic() < deadline
        alive.say(topics.of("health", "borne-a"), b"{}")
        time.sleep(0.1)
    assert set(silent() or ()) == {node.id for node in barnum.nodes} - {"borne-a"}
    journal.close()


def test_hostile_input_over_the_wire_is_counted_and_changes_nothing_else(
    barnum, hall, listener, tmp_path, caplog
):
    """A node with a valid certificate says everything it must not; its neighbour's vote is one vote."""
    topics = Topics("barnum")
    panel = next(one for one in barnum.node("barometre").devices if isinstance(one, compiled.VotePanel))
    page = listener(
        DASHBOARD, topics.of("view", "barometer", panel.barometer), topics.of("view", "space", "now")
    )
    hostile = listener("borne-a", topics.of("receipt", "borne-a"))
    node = listener("barometre", topics.of("receipt", "barometre"))
    hall.start()
    page.until(lambda payload: b"question" in payload)
    (today,) = [
        msgspec.json.decode(said, type=views.BarometerView) for said in page.heard if b"question" in said
    ]
    event = topics.of("event", "borne-a")
    refused = [payload for payload in test_hostile_input.UNREADABLE.values() if len(payload) < MOST_BYTES]
    doubtful = [*test_hostile_input.QUARANTINED.values()]
    for payload in refused:
        hostile.say(event, payload)
        hostile.say(topics.of("health", "borne-a"), payload)
        hostile.say(topics.of("event", "barometre"), payload)  # another's name: the broker lets nobody
    for number, one in enumerate(doubtful):
        hostile.say(event, test_hostile_input.batch(one, run=f"r{number}"))
    vote = messages.VoteCast(device=panel.id, barometer=panel.barometer, question=today.question, answer=0)
    good = messages.Event(
        seq=1, at_ns=CLOCK.civil_ns(), machine_ns=1, body=msgspec.Raw(messages.encode(vote))
    )
    batch = messages.Batch(run="r", boot="b", sent_boot="b", sent_ns=1, oldest=1, events=[good])
    forged = messages.encode(batch)
    hostile.say(topics.of("event", "barometre"), forged)
    hostile.say(event, forged)
    hostile.until(lambda payload: msgspec.json.decode(payload, type=messages.Receipt).run == "r")
    node.say(topics.of("event", "barometre"), messages.encode(batch))
    node.until(lambda payload: msgspec.json.decode(payload, type=messages.Receipt).upto == 1)
    page.until(lambda payload: b'"votes":1,' in payload)
    assert hall.is_alive()
    journal = Journal(tmp_path / "hall" / "journal.sqlite")
    tallies = {tally.node: tally for tally in journal.tallies(0, 2**62)}
    journal.close()
    assert (tallies["barometre"].received, tallies["barometre"].quarantined) == (1, 0)
    assert tallies["borne-a"].quarantined == len(refused) + len(doubtful) + 1
