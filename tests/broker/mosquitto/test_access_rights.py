"""Who may read and write what, asked of a real mosquitto over TLS."""

from __future__ import annotations

import queue
import ssl
from collections.abc import Callable, Iterator

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from broker.connection import Connected, Connection, Disconnected, Identity, Inbound, Will
from broker.contract.topics import DASHBOARD, RECORDER, Topics

TOPICS = Topics("barnum")
PATIENCE_S = 5


class Client:
    """A client of the real broker whose happenings a test can wait for."""

    def __init__(self, mosquitto, credentials, name, subscriptions=(), will=None) -> None:
        self.happenings: queue.SimpleQueue = queue.SimpleQueue()
        identity = Identity.in_folder(credentials, name)
        self.connection = Connection(
            identity, mosquitto.host, mosquitto.port, subscriptions, self.happenings.put, will=will
        )
        self.connection.start()
        assert isinstance(self.next(), Connected)

    def next(self, timeout=PATIENCE_S):
        return self.happenings.get(timeout=timeout)

    def publish(self, topic, payload=b"x", retain=False):
        self.connection.publish(topic, payload, qos=1, retain=retain)


@pytest.fixture
def client(mosquitto, credentials) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(name, subscriptions=(), will=None) -> Client:
        made.append(Client(mosquitto, credentials, name, subscriptions, will))
        return made[-1]

    yield make
    for one in made:
        one.connection.stop()


def test_a_node_writes_its_events_and_the_recorder_reads_them(client):
    recorder = client(RECORDER, [TOPICS.every("event")])
    client("barometre").publish(TOPICS.of("event", "barometre"), b"batch")
    assert recorder.next() == Inbound(TOPICS.of("event", "barometre"), b"batch", retained=False)


def test_a_node_cannot_write_under_anothers_name(client):
    recorder = client(RECORDER, [TOPICS.every("event")])
    barometer = client("barometre")
    barometer.publish(TOPICS.of("event", "borne-a"), b"forged")
    barometer.publish(TOPICS.of("event", "barometre"), b"own")
    assert recorder.next().payload == b"own"


@pytest.mark.parametrize(
    "topic",
    [
        TOPICS.of("view", "space", "now"),
        TOPICS.of("private", "desk", "info"),
        TOPICS.of("receipt", "barometre"),
        TOPICS.of("status", RECORDER),
        TOPICS.of("command", "barometre"),
    ],
)
def test_a_node_cannot_write_what_is_the_halls(client, topic):
    dashboard = client(DASHBOARD, [TOPICS.every(kind) for kind in ("view", "private", "status", "display")])
    node = client("barometre", [TOPICS.of("receipt", "barometre"), TOPICS.of("command", "barometre")])
    node.publish(topic, b"forged")
    node.publish(TOPICS.of("status", "barometre"), b"own")
    assert dashboard.next().payload == b"own"
    assert node.happenings.empty()


@pytest.mark.parametrize(
    "topic",
    [
        TOPICS.of("receipt", "borne-a"),
        TOPICS.of("answer", "guichet-info"),
        TOPICS.of("private", "desk", "info"),
        TOPICS.of("view", "kiosk", "borne-a"),
        "preaccueil/#",
    ],
)
def test_a_node_cannot_read_what_is_anothers(client, topic):
    recorder = client(RECORDER)
    node = client("barometre", [topic, TOPICS.of("receipt", "barometre")])
    if not topic.endswith("#"):
        recorder.publish(topic, b"secret")
    else:
        recorder.publish(TOPICS.of("private", "desk", "info"), b"secret")
    recorder.publish(TOPICS.of("receipt", "barometre"), b"own")
    assert node.next().payload == b"own"


def test_what_a_node_tells_of_its_log_reaches_the_dashboard_alone(client):
    dashboard = client(DASHBOARD, [TOPICS.every("log")])
    others = [client(name, [TOPICS.every("log"), TOPICS.every("status")]) for name in (RECORDER, "borne-b")]
    node = client("borne-a")
    node.publish(TOPICS.of("log", "borne-b"), b"forged")
    node.publish(TOPICS.of("log", "borne-a"), b"lines")
    assert dashboard.next() == Inbound(TOPICS.of("log", "borne-a"), b"lines", retained=False)
    node.publish(TOPICS.of("status", "borne-a"), b"later")
    assert others[0].next().payload == b"later"
    assert others[1].happenings.empty()


def test_a_stolen_client_id_throws_nobody_out(client, mosquitto, credentials):
    recorder = client(RECORDER, [TOPICS.every("event")])
    thief = paho.Client(CallbackAPIVersion.VERSION2, client_id=RECORDER)
    context = ssl.create_default_context(cafile=str(credentials / "ca.pem"))
    context.load_cert_chain(str(credentials / "barometre.pem"), str(credentials / "barometre.key"))
    thief.tls_set_context(context)
    connected: queue.SimpleQueue = queue.SimpleQueue()
    thief.on_connect = lambda *_: connected.put(True)
    thief.connect(mosquitto.host, mosquitto.port)
    thief.loop_start()
    assert connected.get(timeout=PATIENCE_S)
    client("borne-a").publish(TOPICS.of("event", "borne-a"), b"still heard")
    assert recorder.next() == Inbound(TOPICS.of("event", "borne-a"), b"still heard", retained=False)
    thief.disconnect()
    thief.loop_stop()


def test_a_client_without_a_certificate_gets_nothing(mosquitto, credentials):
    anonymous = paho.Client(CallbackAPIVersion.VERSION2)
    anonymous.tls_set_context(ssl.create_default_context(cafile=str(credentials / "ca.pem")))
    answers: queue.SimpleQueue = queue.SimpleQueue()
    anonymous.on_connect = lambda *_: answers.put("connected")
    anonymous.on_disconnect = lambda *_: answers.put("refused")
    try:
        anonymous.connect(mosquitto.host, mosquitto.port)
        anonymous.loop_start()
        assert answers.get(timeout=PATIENCE_S) == "refused"
    except (ssl.SSLError, ConnectionError):
        pass
    finally:
        anonymous.loop_stop()


def test_a_node_that_dies_is_lost_by_its_last_will(client, mosquitto):
    dashboard = client(DASHBOARD, [TOPICS.every("status")])
    topic = TOPICS.of("status", "barometre")
    node = client("barometre", will=Will(topic, b"lost"))
    node.connection._client.socket().shutdown(2)
    assert dashboard.next().payload == b"lost"


def test_a_connection_comes_back_by_itself_after_the_broker_was_killed(client, mosquitto):
    recorder = client(RECORDER, [TOPICS.every("event")])
    mosquitto.kill()
    assert isinstance(recorder.next(), Disconnected)
    mosquitto.start()
    while not isinstance(recorder.next(timeout=20), Connected):
        pass
