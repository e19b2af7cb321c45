"""The feed beside a real engine: it follows the city's journal, also when a server of the engine dies."""

from __future__ import annotations

import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
import nats
import pytest
from nats.js import api

from broker.connection import ConnectionRefusedForGoodError, Identity
from broker.contract import city
from city.description import CitySiteDescription
from city.engine.reading import apart
from city.feed_process import FeedProcess
from city.seen import read_seen
from hall.store.open import StoreConfig
from tests.city.batches import VotingSite

PATIENCE_S = 60


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Recorder:
    """Writes into the city's journal as a recorder does, without its questions."""

    def __init__(self, engine, credentials) -> None:
        self.engine, self.is_made = engine, False
        me = Identity.in_folder(credentials, city.RECORDER)
        self.trust = ssl.create_default_context(cafile=str(me.authority))
        self.trust.load_cert_chain(me.certificate, me.key)

    def put(self, batches, word=None):
        """Until it is there: what was put before is recognised by its number."""
        batches, deadline = [*batches], time.monotonic() + PATIENCE_S
        while True:
            try:
                return apart(self._put(batches, word))
            except (nats.errors.Error, TimeoutError):
                assert time.monotonic() < deadline, "the engine takes nothing"

    async def _put(self, batches, word):
        link = await nats.connect(servers=self.engine.urls, tls=self.trust, connect_timeout=10)
        try:
            stream = link.jetstream(timeout=5)
            if not self.is_made:
                await self._make(stream)
                self.is_made = True
            for batch in batches:
                once = {"Nats-Msg-Id": f"{batch.journal}-{batch.first}"}
                await stream.publish(
                    city.journal_subject(batch.site), msgspec.json.encode(batch), headers=once
                )
            if word is not None:
                await (await stream.key_value(city.SITES)).put(word.site, msgspec.json.encode(word))
        finally:
            await link.close()

    async def _make(self, stream):
        await stream.add_stream(
            api.StreamConfig(name=city.STREAM, subjects=[f"{city.JOURNAL_SUBJECT}.*"], num_replicas=3)
        )
        await stream.create_key_value(api.KeyValueConfig(bucket=city.SITES, replicas=3))


@pytest.fixture
def site(barnum, tmp_path):
    site = VotingSite(msgspec.structs.replace(barnum, id="mairie-01"), tmp_path / "site")
    site.vote(8)
    yield site
    site.journal.close()


@pytest.fixture
def start(engine, city_credentials, site, tmp_path):
    store = StoreConfig(kind="embedded", path=tmp_path / "store.sqlite")
    running = []

    def start():
        process = FeedProcess(
            [CitySiteDescription(site.site, store)],
            engine.urls,
            Identity.in_folder(city_credentials, city.FEED),
            tmp_path / "city",
            site.clock,
        )
        thread = threading.Thread(target=process.run)
        thread.start()
        running.append((process, thread))
        return process

    yield start
    for process, thread in running:
        process.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@pytest.mark.timeout(240)
def test_the_feed_follows_the_engine_though_its_servers_die_one_after_the_other(
    engine, city_credentials, site, start, tmp_path
):
    def fed():
        return read_seen(tmp_path / "city").sites.get("mairie-01")

    recorder = Recorder(engine, city_credentials)
    start()
    recorder.put(site.batches(), site.word())
    until(lambda: (seen := fed()) and seen.fed == site.journal.last_offset(), "what was there before")
    until(lambda: (seen := fed()) and seen.tallies == seen.copied == site.word().tallies, "its word")
    for number in range(3):
        engine.kill(number)
        after = site.journal.last_offset()
        site.vote(2)
        recorder.put(site.batches(after=after), site.word())
        until(lambda: fed().fed == site.journal.last_offset(), f"without server {number + 1}")
        engine.start_one(number)
    until(lambda: fed().tallies == site.word().tallies, "its last word")


def test_without_an_engine_it_tells_what_it_knows_and_ends_when_asked(city_credentials, site, tmp_path):
    store = StoreConfig(kind="embedded", path=tmp_path / "store.sqlite")
    process = FeedProcess(
        [CitySiteDescription(site.site, store)],
        ["tls://127.0.0.1:9"],
        Identity.in_folder(city_credentials, city.FEED),
        tmp_path / "city",
        site.clock,
    )
    thread = threading.Thread(target=process.run)
    thread.start()
    until(lambda: read_seen(tmp_path / "city").sites, "what it knows")
    process.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_without_its_certificate_it_ends_and_says_so(site, tmp_path):
    process = FeedProcess(
        [CitySiteDescription(site.site, StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"))],
        ["tls://127.0.0.1:9"],
        Identity.in_folder(tmp_path, city.FEED),
        tmp_path / "city",
        site.clock,
    )
    # In a thread of its own: a browser's loop may run in this one.
    with ThreadPoolExecutor(1) as pool, pytest.raises(ConnectionRefusedForGoodError, match="cannot use"):
        pool.submit(process.run).result()
