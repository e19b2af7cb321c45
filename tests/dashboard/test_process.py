"""The dashboard as a process beside a real mosquitto: many pages, one clear line, a clean end."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import queue
import signal
import socket
import subprocess
import sys
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
from broker.mosquitto.run import Mosquitto, free_port
from tests.dashboard.afternoon import barometer

PAGES = 200


def command(folder: Path, site: compiled.Site, broker: Mosquitto, credentials: Path, port: int) -> list[str]:
    compiled.write(site, folder / "site.json")
    store = {"kind": "embedded", "path": str(folder / "store.sqlite")}
    (folder / "store.json").write_text(json.dumps(store), encoding="utf-8")
    return [
        sys.executable,
        "-m",
        "preaccueil",
        "dashboard",
        f"--site={folder / 'site.json'}",
        f"--broker={broker.host}:{broker.port}",
        f"--credentials={credentials}",
        f"--state={folder / 'state'}",
        f"--store-config={folder / 'store.json'}",
        f"--port={port}",
    ]


def answers(port: int) -> bool:
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        page.request("GET", "/sante")
        return page.getresponse().status in {200, 503}
    except OSError:
        return False
    finally:
        page.close()


def pages_open(port: int) -> int:
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        page.request("GET", "/sante")
        return int(json.loads(page.getresponse().read())["pages_open"])
    finally:
        page.close()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def process(
    barnum: compiled.Site, mosquitto: Mosquitto, credentials: Path, tmp_path: Path, port: int
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command(tmp_path, barnum, mosquitto, credentials, port), stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not answers(port):
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline, "the dashboard does not answer"
        time.sleep(0.05)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.fixture
def recorder(barnum: compiled.Site, mosquitto: Mosquitto, credentials: Path) -> Iterator[Connection]:
    """A stand-in for the hall that only publishes."""
    happenings: queue.Queue[object] = queue.Queue()
    connection = Connection(
        Identity.in_folder(credentials, RECORDER), mosquitto.host, mosquitto.port, [], happenings.put
    )
    connection.start()
    assert isinstance(happenings.get(timeout=10), Connected)
    yield connection
    connection.stop()


def publish(connection: Connection, topic: str, value: object) -> None:
    connection.publish(topic, msgspec.json.encode(value), qos=1, retain=True)


def test_systemd_is_told_when_pages_are_served_that_they_live_and_that_they_end(
    barnum: compiled.Site, mosquitto: Mosquitto, credentials: Path, tmp_path: Path, port: int
):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        told = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
        process = subprocess.Popen(command(tmp_path, barnum, mosquitto, credentials, port), env=told)
        try:
            said = [systemd.recv(100) for _ in range(4)]
            assert said.count(b"READY=1") == 1
            assert said.count(b"WATCHDOG=1") == 3
            assert answers(port)
            process.send_signal(signal.SIGSTOP)
            systemd.settimeout(1)
            with contextlib.suppress(TimeoutError):
                while True:  # what it said before it was stopped
                    systemd.recv(100)
            process.send_signal(signal.SIGCONT)
            systemd.settimeout(30)
            process.terminate()
            while systemd.recv(100) != b"STOPPING=1":
                pass
            assert process.wait(30) == 0
        finally:
            process.kill()


def test_two_hundred_open_pages_all_hear_a_vote(
    barnum: compiled.Site, process: subprocess.Popen[str], recorder: Connection, port: int
):
    topics = Topics(barnum.id)
    heard = [threading.Event() for _ in range(PAGES)]
    pages = [socket.create_connection(("127.0.0.1", port)) for _ in range(PAGES)]

    def follow(page: socket.socket, hears: threading.Event) -> None:
        page.sendall(b"GET /direct/barometre HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with page.makefile("rb") as lines:
            for line in lines:
                if b'"votes":82' in line:
                    hears.set()
                    return

    threads = [threading.Thread(target=follow, args=pair) for pair in zip(pages, heard, strict=True)]
    for thread in threads:
        thread.start()
    status = RecorderStatus(state="online", journal="j", civil_ns=time.time_ns())
    publish(recorder, topics.of("status", RECORDER), status)
    publish(recorder, topics.of("view", "barometer", "barometre-19"), barometer((35, 21, 18, 8)))
    for thread in threads:
        thread.join(20)
    for page in pages:
        page.close()
    assert sum(hears.is_set() for hears in heard) == PAGES
    assert process.poll() is None


@pytest.mark.usefixtures("process")
def test_a_page_that_takes_nothing_is_let_go_and_holds_up_nobody(
    barnum: compiled.Site, recorder: Connection, port: int
):
    topics, ended = Topics(barnum.id), threading.Event()
    with socket.socket() as stalled, socket.create_connection(("127.0.0.1", port)) as quick:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.connect(("127.0.0.1", port))
        for page in (stalled, quick):
            page.settimeout(5)
            page.sendall(b"GET /direct/barometre HTTP/1.1\r\nHost: localhost\r\n\r\n")
        lines = quick.makefile("rb")
        assert lines.readline().startswith(b"HTTP/1.1 200")
        while pages_open(port) < 2:
            time.sleep(0.02)

        def vote() -> None:
            for votes in itertools.count():
                if ended.wait(0.002):
                    return
                publish(recorder, topics.of("view", "barometer", "barometre-19"), barometer((votes, 0, 0, 0)))

        voting = threading.Thread(target=vote)
        voting.start()
        deadline = time.monotonic() + 60
        try:
            while pages_open(port) == 2:
                assert time.monotonic() < deadline, "the stalled page is still held"
                for _ in range(200):
                    assert lines.readline()  # within five seconds, however long the other has been stalled
        finally:
            ended.set()
            voting.join()
        assert pages_open(port) == 1


def test_it_ends_cleanly_on_sigterm_also_with_a_page_open(process: subprocess.Popen[str], port: int):
    with socket.create_connection(("127.0.0.1", port)) as page, page.makefile("rb") as lines:
        page.sendall(b"GET /direct/espace HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert lines.readline().startswith(b"HTTP/1.1 200")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert "Traceback" not in process.stderr.read()


@pytest.mark.usefixtures("process")
def test_a_taken_port_is_said_in_one_line(
    barnum: compiled.Site, mosquitto: Mosquitto, credentials: Path, tmp_path: Path, port: int
):
    other = tmp_path / "other"
    other.mkdir()
    second = subprocess.run(
        command(other, barnum, mosquitto, credentials, port),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert second.returncode == 1
    assert second.stderr == (
        f"Error: port {port} on 127.0.0.1 is taken: end what uses it, or choose another with --port\n"
    )
