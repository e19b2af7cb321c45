"""The hall process on a real broker: what it says when its disk is full."""

from __future__ import annotations

import queue
import sqlite3
import threading

import msgspec
import pytest

from broker.clock import SystemClock
from broker.connection import Connection, Identity, Inbound
from broker.contract import messages
from broker.contract.topics import DASHBOARD, RECORDER, Topics
from hall.pipeline import Pipeline
from hall.server import HallServer
from hall.store.open import StoreConfig

PATIENCE_S = 15


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


@pytest.fixture
def hall(barnum, mosquitto, credentials, tmp_path):
    server = HallServer(
        barnum,
        Identity.in_folder(credentials, RECORDER),
        mosquitto.host,
        mosquitto.port,
        tmp_path / "hall",
        StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"),
        SystemClock(),
    )
    running = threading.Thread(target=server.run)
    yield running
    server.stop()
    running.join(PATIENCE_S)
    assert not running.is_alive()


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
