"""The phone page as the dashboard process serves it: 300 phones at once, a clean end, no one who hangs on."""

from __future__ import annotations

import hashlib
import http.client
import queue
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from broker.connection import Connected, Connection, Identity
from broker.contract import compiled
from broker.contract.messages import RecorderStatus
from broker.contract.topics import RECORDER, Topics
from broker.contract.views import QueuedTicket, QueueView
from broker.mosquitto.run import Mosquitto, free_port
from tests.dashboard.test_process import command

PHONES = 300
PATIENCE_S = 20.0


class Hall:
    """A stand-in for the hall that only publishes."""

    def __init__(self, site: compiled.Site, mosquitto: Mosquitto, credentials: Path) -> None:
        self._topics, self._site = Topics(site.id), site
        happenings: queue.Queue[object] = queue.Queue()
        identity = Identity.in_folder(credentials, RECORDER)
        self.connection = Connection(identity, mosquitto.host, mosquitto.port, [], happenings.put)
        self.connection.start()
        assert isinstance(happenings.get(timeout=10), Connected)

    def speak(self) -> None:
        status = RecorderStatus(state="online", journal="j", civil_ns=time.time_ns())
        self._publish(self._topics.of("status", RECORDER), status)

    def all_queues(self, of_dossier: list[QueuedTicket]) -> None:
        for service in self._site.services:
            self.queue(service.id, of_dossier if service.id == "dossier" else [])

    def queue(self, service: str, tickets: list[QueuedTicket]) -> None:
        view = QueueView(service=service, tickets=tickets, at_ns=time.time_ns(), valid_s=300)
        self._publish(self._topics.of("private", "queue", service), view)

    def _publish(self, topic: str, value: object) -> None:
        self.connection.publish(topic, msgspec.json.encode(value), qos=1, retain=True)


@pytest.fixture
def phone_port() -> int:
    return free_port()


@pytest.fixture
def hall(barnum: compiled.Site, mosquitto: Mosquitto, credentials: Path) -> Iterator[Hall]:
    hall = Hall(barnum, mosquitto, credentials)
    yield hall
    hall.connection.stop()


@pytest.fixture
def process(
    barnum: compiled.Site, mosquitto: Mosquitto, credentials: Path, tmp_path: Path, phone_port: int
) -> Iterator[subprocess.Popen[str]]:
    line = [
        *command(tmp_path, barnum, mosquitto, credentials, free_port()),
        f"--phone=127.0.0.1:{phone_port}",
    ]
    process = subprocess.Popen(line, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: asked(phone_port, "/") == 404, "the phone page's port")
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def wait_until(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def asked(port: int, path: str) -> int | None:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", path)
        return link.getresponse().status
    except OSError:
        return None
    finally:
        link.close()


def token(number: int) -> str:
    return f"token-of-phone-{number:04d}"


def tickets(called: int | None = None) -> list[QueuedTicket]:
    return [
        QueuedTicket(
            token=hashlib.sha256(token(number).encode()).hexdigest(),
            number=f"B{number:03d}",
            state="called" if number == called else "waiting",
            arrived_ns=1,
            ahead=None if number == called else number,
            desk="info" if number == called else "",
            rang_ns=1 if number == called else None,
        )
        for number in range(PHONES)
    ]


def test_three_hundred_phones_behind_one_address_hear_a_call_each_as_its_own(process, hall, phone_port):
    hall.speak()
    hall.all_queues(tickets())
    wait_until(lambda: asked(phone_port, f"/t/{token(0)}") == 200, "the first page")
    phones = [socket.create_connection(("127.0.0.1", phone_port)) for _ in range(PHONES)]
    ready = [threading.Event() for _ in range(PHONES)]
    heard: dict[int, bytes] = {}

    def follow(number: int) -> None:
        phone = phones[number]
        phone.sendall(b"GET /t/%b/direct?l=fr HTTP/1.1\r\nHost: localhost\r\n\r\n" % token(number).encode())
        with phone.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"data: <div"):
                    if ready[number].is_set():
                        heard[number] = line
                        return
                    ready[number].set()

    threads = [threading.Thread(target=follow, args=(number,)) for number in range(PHONES)]
    for thread in threads:
        thread.start()
    for event in ready:
        assert event.wait(PATIENCE_S)
    moved = [
        msgspec.structs.replace(one, ahead=one.ahead - 1) if one.ahead else one for one in tickets(called=0)
    ]
    hall.queue("dossier", moved)
    for thread in threads:
        thread.join(PATIENCE_S)
    for phone in phones:
        phone.close()
    assert len(heard) == PHONES
    assert b'data-state="called"' in heard[0]
    assert b"Guichet 1" in heard[0]
    assert all(b'data-state="waiting"' in line for number, line in heard.items() if number)
    assert b"<b>298</b>" in heard[299]
    assert process.poll() is None


def test_a_connection_that_asks_for_nothing_is_closed(process, phone_port):
    with socket.create_connection(("127.0.0.1", phone_port)) as silent:
        silent.sendall(b"GET /t/x HTTP/1.1\r\nHost:")
        silent.settimeout(PATIENCE_S)
        assert silent.recv(1000) == b""
    assert asked(phone_port, "/") == 404


def test_it_ends_cleanly_with_a_phone_that_follows(process, hall, phone_port):
    hall.speak()
    hall.all_queues(tickets())
    wait_until(lambda: asked(phone_port, f"/t/{token(0)}") == 200, "the page")
    with socket.create_connection(("127.0.0.1", phone_port)) as phone, phone.makefile("rb") as lines:
        phone.sendall(b"GET /t/%b/direct HTTP/1.1\r\nHost: localhost\r\n\r\n" % token(0).encode())
        assert lines.readline().startswith(b"HTTP/1.1 200")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert "Traceback" not in process.stderr.read()


@pytest.mark.usefixtures("process")
def test_a_taken_phone_port_is_said_with_its_option(
    barnum: compiled.Site, mosquitto: Mosquitto, credentials: Path, tmp_path: Path, phone_port: int
):
    other = tmp_path / "other"
    other.mkdir()
    line = [*command(other, barnum, mosquitto, credentials, free_port()), f"--phone=127.0.0.1:{phone_port}"]
    second = subprocess.run(line, capture_output=True, text=True, check=False, timeout=30)
    assert second.returncode == 1
    assert second.stderr == (
        f"Error: port {phone_port} on 127.0.0.1 is taken: end what uses it, or choose another with --phone\n"
    )
