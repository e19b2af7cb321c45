"""The city's engine: sites write over MQTT 3.1.1, each under its own name, and the city reads."""

from __future__ import annotations

import asyncio
import gc
import queue
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import nats
import pytest

from broker.connection import AUTHORITY, Connected, Connection, Disconnected, Identity, Inbound
from broker.contract import city
from city.engine.configuration import server_files, users_configuration
from city.engine.credentials import SERVER
from city.engine.reading import apart
from city.engine.run import Engine

PATIENCE_S = 30


class Site:
    """A site's connection to the engine, as its forwarder makes it."""

    def __init__(self, engine, credentials, name, hears) -> None:
        self.heard: queue.SimpleQueue = queue.SimpleQueue()
        self.connection = Connection(
            Identity.in_folder(credentials, name),
            engine.host,
            engine.mqtt_ports[0],
            [hears],
            self.heard.put,
            qos=0,
            version="3.1.1",
            client_id=f"{name}-a1b2",
            most_bytes=city.MOST_BYTES,
        )
        self.connection.start()
        # On its first contact the engine makes what it keeps of MQTT sessions, and may ask to come again.
        while not isinstance(self.heard.get(timeout=PATIENCE_S), Connected):
            pass

    def say(self, topic, payload):
        self.connection.publish(topic, payload, qos=0, retain=False)


@pytest.fixture
def site(engine, city_credentials) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def make(name, hears=None) -> Site:
        made.append(Site(engine, city_credentials, name, hears or city.receipt_topic(name)))
        return made[-1]

    yield make
    for one in made:
        one.connection.stop()


def context(credentials, name):
    tls = ssl.create_default_context(cafile=str(credentials / AUTHORITY))
    tls.load_cert_chain(str(credentials / f"{name}.pem"), str(credentials / f"{name}.key"))
    return tls


async def connected(engine, credentials, name, number=1, **options):
    return await nats.connect(engine.urls[number], tls=context(credentials, name), **options)


def heard_at_the_city(engine, credentials, speak, count):
    """What arrives under the sites' subjects at another server than the one they speak to."""

    async def listen():
        link = await connected(engine, credentials, city.RECORDER)
        words = await link.subscribe(f"{city.subject(city.ROOT)}.batch.*")
        await link.flush()
        await asyncio.to_thread(speak)
        said = [await words.next_msg(timeout=PATIENCE_S) for _ in range(count)]
        await link.close()
        return [(one.subject, one.data) for one in said]

    return apart(listen())


def test_what_a_site_says_over_mqtt_arrives_at_the_city_on_any_server(engine, city_credentials, site):
    speaker = site("mairie-01")
    large = b"x" * 1_000_000

    def speak():
        speaker.say(city.batch_topic("mairie-01"), b"batch")
        speaker.say(city.batch_topic("mairie-01"), large)

    subject = "preaccueil.1.city.batch.mairie-01"
    assert heard_at_the_city(engine, city_credentials, speak, 2) == [(subject, b"batch"), (subject, large)]


def test_a_site_cannot_write_under_anothers_name(engine, city_credentials, site):
    forger = site("mairie-02")

    def speak():
        forger.say(city.batch_topic("mairie-01"), b"forged")
        forger.say("city/journal/mairie-01", b"forged")
        forger.say(city.batch_topic("mairie-02"), b"own")

    assert heard_at_the_city(engine, city_credentials, speak, 1) == [
        ("preaccueil.1.city.batch.mairie-02", b"own")
    ]


def test_a_site_hears_its_own_receipts_and_nobody_elses(engine, city_credentials, site):
    own = site("mairie-01")
    listener = site("mairie-02", hears=city.receipt_topic("mairie-01"))

    async def speak():
        link = await connected(engine, city_credentials, city.RECORDER)
        await link.publish(city.subject(city.receipt_topic("mairie-01")), b"receipt")
        await link.flush()
        await link.close()

    apart(speak())
    assert own.heard.get(timeout=PATIENCE_S) == Inbound(
        city.receipt_topic("mairie-01"), b"receipt", retained=False
    )
    assert listener.heard.empty()


# The library leaves its socket to the collector when it is refused.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_sites_certificate_opens_nothing_of_the_engines_own_protocol(engine, city_credentials):
    with pytest.raises(nats.errors.Error):
        apart(
            asyncio.wait_for(
                connected(engine, city_credentials, "mairie-01", allow_reconnect=False), PATIENCE_S
            )
        )
    gc.collect()


def asked_to_join(engine, credentials, name):
    """What a server answers one that joins its cluster with this certificate."""
    port = int(engine._servers[0].cluster.rsplit(":", 1)[1])
    tls = context(credentials, name)
    with (
        socket.create_connection((engine.host, port), timeout=PATIENCE_S) as plain,
        tls.wrap_socket(plain, server_hostname=engine.host) as link,
    ):
        link.sendall(b'CONNECT {"tls_required":true,"name":"x"}\r\nPING\r\n')
        heard = b""
        while (more := link.recv(65536)) and not re.search(rb"PONG|-ERR", heard + more):
            heard += more
        return heard + more


def test_only_a_servers_certificate_makes_a_server(engine, city_credentials):
    for name in ("mairie-01", city.RECORDER):
        assert b"Authorization Violation" in asked_to_join(engine, city_credentials, name)
    assert b"Authorization" not in asked_to_join(engine, city_credentials, SERVER)


def test_a_real_citys_server_finds_the_others_and_listens_for_all_three(tmp_path):
    hosts = {"a": "a.ville.example", "b": "b.ville.example", "c": "c.ville.example"}
    files = server_files(
        "b",
        hosts,
        ["mairie-01"],
        folder=PurePosixPath("/var/lib/nats"),
        credentials=PurePosixPath("/etc/nats"),
    )
    text = files["nats-server.conf"]
    assert 'routes: ["nats://a.ville.example:6222", "nats://c.ville.example:6222"]' in text
    assert text.count('"/etc/nats/b.pem"') == 3
    assert '"preaccueil.1.city.batch.mairie-01"' in files["users.conf"]


def test_a_site_that_is_taken_off_the_list_is_thrown_out_and_the_others_stay(
    nats_server, city_credentials, tmp_path
):
    engine = Engine(nats_server, tmp_path, city_credentials, ["mairie-01", "mairie-02"])
    engine.start()
    try:
        stays = Site(engine, city_credentials, "mairie-01", city.receipt_topic("mairie-01"))
        goes = Site(engine, city_credentials, "mairie-02", city.receipt_topic("mairie-02"))
        engine.reload(["mairie-01"])
        assert isinstance(goes.heard.get(timeout=PATIENCE_S), Disconnected)
        speak = lambda: stays.say(city.batch_topic("mairie-01"), b"still here")  # noqa: E731
        assert heard_at_the_city(engine, city_credentials, speak, 1)[0][1] == b"still here"
        assert stays.heard.empty()
        for one in (stays, goes):
            one.connection.stop()
    finally:
        engine.stop()


def test_a_site_cannot_be_called_as_the_citys_programs_are():
    with pytest.raises(ValueError, match="city-recorder"):
        users_configuration(["mairie-01", city.RECORDER])
