"""Sites, recorders and a cluster of three: killed, doubled and copied, and each event is there once."""

from __future__ import annotations

import queue
import shutil
import threading

import msgspec
import pytest

from broker.connection import Connected, Connection, Identity
from broker.contract import city
from broker.contract.messages import decode, encode
from city.engine.connection import connect
from city.engine.reading import apart
from city.engine.run import Engine
from city.held import Held
from city.sharing import owned
from city.stream import CityStream, OvertakenError
from simulation.chaos_city.journals import fill, identities
from tests.city.conftest import SITES
from tests.city.town import Town, until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def town(nats_server, city_credentials, tmp_path):
    """A city of its own for each test: the journal begins empty."""
    engine = Engine(nats_server, tmp_path / "engine", city_credentials, SITES)
    engine.start()
    town = Town(engine, city_credentials, tmp_path, SITES)
    yield town
    town.end()
    engine.stop()


def started(town, name, events=0):
    site = town.site(name)
    if events:
        fill(site.journal, events)
    site.start()
    return site


def test_what_a_site_decides_is_in_the_citys_journal_with_its_decisions(town):
    town.recorder("one")
    site = started(town, "mairie-01", 3000)
    until(site.is_at_the_city, "the backlog")
    fill(site.journal, 5, node="vote")
    until(site.is_at_the_city, "what came later")
    assert town.identities("mairie-01") == identities(site.journal)
    entry = town.stored()[0].batch.entries[0]
    assert (bytes(entry.body), [bytes(made) for made in entry.decisions]) == (
        site.journal.event_body("borne", "run", 1),
        [b'{"type":"made"}'],
    )
    until(lambda: town.word("mairie-01") is not None, "the site's word")
    assert town.word("mairie-01").journal == site.journal.id


def test_a_killed_recorders_sites_are_taken_over_within_ten_seconds(town):
    recorders = ["one", "two"]
    for name in recorders:
        town.recorder(name)
    sites = [started(town, name, 500) for name in SITES]
    for name in recorders:
        for site in owned(name, recorders, SITES):
            until(lambda name=name, site=site: town.writes(name, site), "both share")
    until(lambda: all(site.is_at_the_city() for site in sites), "the backlogs")
    victim = max(recorders, key=lambda name: len(owned(name, recorders, SITES)))
    assert owned(victim, recorders, SITES)
    town.kill(victim)
    for site in sites:
        fill(site.journal, 50, node="vote")
    took_s = until(lambda: all(site.is_at_the_city() for site in sites), "the other one")
    assert took_s < 10
    for site in sites:
        assert town.identities(site.name) == identities(site.journal)


def test_one_that_ends_in_order_is_not_waited_for(town):
    first, _ = town.recorder("one"), town.recorder("two")
    sites = [started(town, name, 10) for name in SITES]
    until(lambda: all(site.is_at_the_city() for site in sites), "the first events")
    first.terminate()
    assert first.wait(15) == 0
    for site in sites:
        fill(site.journal, 1, node="vote")
    until(lambda: all(site.is_at_the_city() for site in sites), "the other one")


def batch(first, entries, previous="", journal="journal"):
    return city.CityBatch(
        site="mairie-01",
        journal=journal,
        sender="test",
        number=1,
        first=first,
        previous=previous,
        upto_site=first + len(entries) - 1,
        sent_ns=0,
        entries=entries,
    )


def entry(seq):
    return city.CityEntry("borne", "run", seq, seq, seq, None, False, msgspec.Raw(b'{"type":"x"}'))


def test_of_two_recorders_that_believe_they_own_a_site_one_is_told_so(town, city_credentials):
    one, other = batch(1, [entry(1)]), batch(1, [entry(1), entry(2)])

    async def both():
        identity = Identity.in_folder(city_credentials, city.RECORDER)
        links = [await connect(identity, town.engine.urls, name) for name in ("one", "two")]
        try:
            return await appended_by_both([CityStream(link) for link in links])
        finally:
            for link in links:
                await link.close()

    async def appended_by_both(streams):
        await streams[0].prepare()
        await streams[1].prepare()
        known = [await stream.held("mairie-01") for stream in streams]
        held = await streams[0].append(one, encode(one), None)
        try:
            await streams[1].append(other, encode(other), None)
        except OvertakenError:
            told = True
        else:
            told = False
        # Sent again by one that heard no answer, it is the same message.
        again = await streams[0].append(one, encode(one), None)
        return known, held, told, again, await streams[1].held("mairie-01")

    known, held, told, again, after = apart(both())
    assert known == [None, None]
    assert told
    assert held == again == after == Held("journal", 1, entry(1).digest(), 1)
    assert town.identities("mairie-01") == [("borne", "run", 1)]


def test_two_recorders_that_both_write_all_sites_double_nothing(town, tmp_path):
    # Under one name each believes that it lives alone.
    town.recorder("one")
    twin = Town(town.engine, town._credentials, tmp_path / "twin", SITES)
    twin.recorder("one")
    sites = [started(town, name, 4000) for name in SITES]
    until(lambda: all(site.is_at_the_city() for site in sites), "the backlogs")
    for site in sites:
        fill(site.journal, 1000, node="vote")
    until(lambda: all(site.is_at_the_city() for site in sites), "what came later")
    until(lambda: all(log.writes("one", name) for name in SITES for log in (town, twin)), "both to write")
    for site in sites:
        assert town.identities(site.name) == identities(site.journal)
    twin.end()


def went_on(site, upto):
    """Whether the city has more of a site than so much."""
    report = site.forwarder.report
    return report is not None and (report.upto or 0) > upto


def test_one_of_three_servers_killed_under_load_loses_and_doubles_nothing(town):
    town.recorder("one")
    town.recorder("two")
    sites = [started(town, name) for name in SITES]
    ends = threading.Event()

    def load(site):
        while not ends.wait(0.05):
            fill(site.journal, 20)

    writers = [threading.Thread(target=load, args=(site,)) for site in sites]
    for writer in writers:
        writer.start()
    try:
        until(lambda: all(site.journal.decided_upto() > 100 for site in sites), "the load")
        until(lambda: all(went_on(site, 0) for site in sites), "the sites under way")
        town.engine.kill(0)
        upto = [site.journal.decided_upto() for site in sites]
        until(lambda: all(map(went_on, sites, upto)), "what came while it was away")
        town.engine.start_one(0)
    finally:
        ends.set()
        for writer in writers:
            writer.join()
    until(lambda: all(site.is_at_the_city() for site in sites), "everything")
    for site in sites:
        assert town.identities(site.name) == identities(site.journal)


def test_a_copied_site_is_refused_and_nothing_of_the_first_stops(town, tmp_path):
    town.recorder("one")
    site = started(town, "mairie-01", 200)
    until(site.is_at_the_city, "the first tent")
    with site.journal.transaction():
        (tmp_path / "copy").mkdir()
        for file in ("journal.sqlite", "journal.sqlite-wal"):
            shutil.copy(site.folder / file, tmp_path / "copy" / file)
    copy = town.site("mairie-01", folder="copy")
    fill(site.journal, 30, run="here")
    until(site.is_at_the_city, "the first tent")
    fill(copy.journal, 20, run="there")
    copy.start()
    until(lambda: (report := copy.forwarder.report) and report.refused, "the refusal")
    assert copy.forwarder.report.fault == "site_copied"
    fill(copy.journal, 100, run="there")
    fill(site.journal, 100, run="here")
    until(site.is_at_the_city, "the first tent goes on")
    assert copy.forwarder.report.refused
    assert town.identities("mairie-01") == identities(site.journal)
    until(lambda: town.word("mairie-01").refused is not None, "the city's page hears of it")
    assert "mairie-01" in town.word("mairie-01").refused


def test_a_journal_put_back_from_a_backup_goes_on_under_its_new_id(town, tmp_path):
    town.recorder("one")
    site = started(town, "mairie-01", 200)
    until(site.is_at_the_city, "the first events")
    with site.journal.transaction():
        (tmp_path / "backup").mkdir()
        for file in ("journal.sqlite", "journal.sqlite-wal"):
            shutil.copy(site.folder / file, tmp_path / "backup" / file)
    fill(site.journal, 100)
    until(site.is_at_the_city, "what the backup lacks")
    site.forwarder.end()
    put_back = town.site("mairie-01", folder="backup")
    put_back.journal.renew_id(put_back.journal.id)
    put_back.start()
    fill(put_back.journal, 150)
    until(put_back.is_at_the_city, "the new generation")
    assert town.identities("mairie-01", put_back.journal.id) == identities(put_back.journal)


def test_a_city_that_lost_its_whole_journal_gets_it_from_the_sites_again(town, tmp_path):
    town.recorder("one")
    site = started(town, "mairie-01", 300)
    until(site.is_at_the_city, "the first events")
    town.engine.stop()
    for folder in (tmp_path / "engine").glob("*/journal"):
        shutil.rmtree(folder)
    fill(site.journal, 50)
    town.engine.start()
    until(site.is_at_the_city, "everything again")
    assert town.identities("mairie-01") == identities(site.journal)


def test_a_message_that_cannot_be_read_stops_nothing(town, city_credentials):
    town.recorder("one")
    site = started(town, "mairie-01", 10)
    until(site.is_at_the_city, "the first events")

    # As another version of the site's program might speak.
    heard = queue.SimpleQueue()
    link = Connection(
        Identity.in_folder(city_credentials, "mairie-01"),
        town.engine.host,
        town.engine.mqtt_ports[0],
        [city.receipt_topic("mairie-01")],
        heard.put,
        version="3.1.1",
        qos=0,
        client_id="mairie-01-newer",
    )
    link.start()
    assert isinstance(heard.get(timeout=30), Connected)
    for payload in (b"\xff", b'{"sender":"newer","number":7,"entries":"packed"}'):
        link.publish(city.batch_topic("mairie-01"), payload, qos=0, retain=False)
    receipt = decode(heard.get(timeout=30).payload, city.CityReceipt)
    assert (receipt.sender, receipt.number) == ("newer", 7)
    assert "ne sait pas lire" in receipt.refused
    link.stop()
    until(lambda: town.log("one").count("no readable batch") == 2, "both are looked at")
    fill(site.journal, 10)
    until(site.is_at_the_city, "what came later")
