"""A connection on a real mosquitto: read ahead, served by its caller, and lost and found again."""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
import time

import pytest

from broker.connection import Connected, Connection, Disconnected, Identity, Inbound
from broker.contract.topics import MOST_BYTES, RECORDER, Topics
from broker.records import RecordSocket

TOPICS = Topics("barnum")
PATIENCE_S = 20


class Served:
    """A recorder that does everything on the test's own thread."""

    def __init__(self, mosquitto, credentials, **options) -> None:
        self.happenings: list = []
        self.connection = Connection(
            Identity.in_folder(credentials, RECORDER),
            mosquitto.host,
            mosquitto.port,
            [TOPICS.every("event")],
            self.happenings.append,
            qos=0,
            version="3.1.1",
            **options,
        )

    def until(self, condition):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.happenings[-3:]
            self.connection.serve(0.2)

    def has(self, kind):
        return any(isinstance(one, kind) for one in self.happenings)

    def payloads(self):
        return [one.payload for one in self.happenings if isinstance(one, Inbound)]


@pytest.fixture
def served(mosquitto, credentials):
    served = Served(mosquitto, credentials)
    served.until(lambda: served.has(Connected))
    yield served
    served.connection.stop()


@pytest.fixture
def node(mosquitto, credentials):
    there = threading.Event()
    connection = Connection(
        Identity.in_folder(credentials, "barometre"),
        mosquitto.host,
        mosquitto.port,
        [],
        lambda happening: there.set() if isinstance(happening, Connected) else there.clear(),
    )
    connection.start()
    assert there.wait(PATIENCE_S)
    yield lambda payload: connection.publish(TOPICS.of("event", "barometre"), payload, qos=1, retain=False)
    connection.stop()


def test_messages_of_every_size_arrive_whole_and_in_order(served, node):
    """Many to a TLS record, several records to a message, and a length of each number of bytes."""
    said = [bytes([n % 256]) * size for n in range(4) for size in (0, 1, 100, 127, 128, 16_384, 200_000)]
    for payload in said:
        node(payload)
    served.until(lambda: len(served.payloads()) == len(said))
    assert served.payloads() == said


def test_a_flood_is_taken_in_few_turns_and_none_of_it_is_lost(served, node):
    said = [b"%d" % n for n in range(3_000)]
    for payload in said:
        node(payload)
    served.until(lambda: len(served.payloads()) == len(said))
    assert served.payloads() == said


def test_a_message_ends_the_wait_at_once(served, node):
    threading.Timer(0.2, node, [b"a press"]).start()
    began_s = time.monotonic()
    while not served.payloads():
        served.connection.serve(PATIENCE_S)
    assert time.monotonic() - began_s < PATIENCE_S / 2


def test_waking_ends_the_wait_at_once_connected_or_not(served, mosquitto):
    for is_there in (True, False):
        if not is_there:
            mosquitto.stop()
            served.until(lambda: served.has(Disconnected))
            served.connection.serve(0)  # a first attempt that fails: the next one is a second away
        threading.Timer(0.2, served.connection.wake).start()
        began_s = time.monotonic()
        served.connection.serve(PATIENCE_S)
        assert time.monotonic() - began_s < PATIENCE_S / 2


def test_a_served_connection_comes_back_with_its_broker(served, mosquitto):
    mosquitto.kill()
    served.until(lambda: served.has(Disconnected))
    served.happenings.clear()
    mosquitto.start()
    served.until(lambda: served.has(Connected))


def test_a_served_connection_is_kept_alive_while_nothing_is_said(mosquitto, credentials, monkeypatch):
    """The broker throws out who is silent for one and a half times what it announced."""
    original = Connection.__init__

    def impatient(self, *positional, **named):
        original(self, *positional, **named)
        self._client.connect_async(mosquitto.host, mosquitto.port, keepalive=1)

    monkeypatch.setattr(Connection, "__init__", impatient)
    served = Served(mosquitto, credentials)
    served.until(lambda: served.has(Connected))
    until_s = time.monotonic() + 4
    served.until(lambda: time.monotonic() > until_s)
    assert not served.has(Disconnected)
    served.connection.stop()


def test_what_is_said_before_the_goodbye_arrives(mosquitto, credentials):
    heard = Served(mosquitto, credentials)
    heard.until(lambda: heard.has(Connected))
    happenings: list = []
    identity = Identity.in_folder(credentials, "barometre")
    speaker = Connection(identity, mosquitto.host, mosquitto.port, [], happenings.append)
    while not happenings:
        speaker.serve(0.2)
    said = [bytes([n]) * 100_000 for n in range(20)]
    for payload in said:
        speaker.publish(TOPICS.of("event", "barometre"), payload, qos=0, retain=False)
    speaker.stop()
    heard.until(lambda: len(heard.payloads()) == len(said))
    assert heard.payloads() == said
    heard.connection.stop()


def test_a_socket_that_read_ahead_says_what_is_pending(mosquitto, credentials):
    """paho waits for the network only when nothing is pending: a wrong word would leave messages lying."""
    context = ssl.create_default_context(cafile=str(credentials / "ca.pem"))
    context.load_cert_chain(str(credentials / "recorder.pem"), str(credentials / "recorder.key"))
    context.sslsocket_class = RecordSocket
    plain = socket.create_connection((mosquitto.host, mosquitto.port), timeout=PATIENCE_S)
    with context.wrap_socket(plain, server_hostname=mosquitto.host) as link:
        assert isinstance(link, RecordSocket)
        link.sendall(b"\x10\x14\x00\x04MQTT\x04\x02\x00\x3c\x00\x08recorder")
        assert link.recv(1) == b"\x20"  # CONNACK, four bytes in one record
        assert link.pending() == 3
        assert link.recv(2) == b"\x02\x00"
        assert link.recv(100) == b"\x00"
        assert link.pending() == 0
        link.setblocking(False)
        with pytest.raises(ssl.SSLWantReadError):
            link.recv(1)
        link.setblocking(True)
        link.sendall(b"\xe0\x00")  # a goodbye: the broker closes
        assert link.recv(1) == b""


def test_more_than_the_network_takes_at_once_leaves_whole_in_order_and_before_the_goodbye(
    mosquitto, credentials
):
    receipts = TOPICS.of("receipt", "barometre")
    heard: queue.SimpleQueue = queue.SimpleQueue()
    listener = Connection(
        Identity.in_folder(credentials, "barometre"), mosquitto.host, mosquitto.port, [receipts], heard.put
    )
    listener.start()
    assert isinstance(heard.get(timeout=PATIENCE_S), Connected)
    served = Served(mosquitto, credentials)
    served.until(lambda: served.has(Connected))
    said = [bytes([n % 256]) * 60_000 for n in range(200)]
    for payload in said:
        served.connection.publish(receipts, payload, qos=0, retain=False)
    found = []
    while len(found) < len(said):
        served.connection.serve(0.01)
        with contextlib.suppress(queue.Empty):
            found.append(heard.get_nowait().payload)
    served.connection.publish(receipts, b"goodbye", qos=0, retain=False)
    served.connection.stop()
    found.append(heard.get(timeout=PATIENCE_S).payload)
    listener.stop()
    assert found == [*said, b"goodbye"]


def test_what_the_broker_would_not_take_is_said_and_leaves_the_connection_whole(served, node, caplog):
    node(bytes(MOST_BYTES))
    node(bytes(MOST_BYTES + 1))
    node(b"next")
    served.until(lambda: len(served.payloads()) == 2)
    assert [len(payload) for payload in served.payloads()] == [MOST_BYTES, 4]
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert f"{MOST_BYTES + 1} bytes are not sent" in said
