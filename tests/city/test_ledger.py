"""The city's ledger: counted at the site, copied and stored, node by node."""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec
import pytest

from broker.clock import ANCHOR_VARIABLE, Anchor, SystemClock
from broker.contract import city, compiled
from city.description import CitySiteDescription
from city.feed import CityFeed
from city.ledger import ledger_of
from city.seen import SiteSeen
from hall.store.open import StoreConfig, open_store, write_config
from tests.city.batches import VotingSite

COMMAND = (sys.executable, "-m", "preaccueil", "city", "ledger")


@pytest.fixture
def site(barnum, tmp_path):
    site = VotingSite(msgspec.structs.replace(barnum, id="mairie-01"), tmp_path / "site")
    site.vote(8)
    yield site
    site.journal.close()


@pytest.fixture
def described(site, tmp_path):
    return [CitySiteDescription(site.site, StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"))]


def fed(described, folder, site, word=None):
    feed = CityFeed(described, folder, site.clock)
    feed.begins_at("once")
    for sequence, batch in enumerate(site.batches(), 1):
        feed.take(city.journal_subject(batch.site), sequence, msgspec.json.encode(batch))
    if word is not None:
        feed.heard(word)
    while feed.feed():
        pass
    feed.tell()
    feed.close()
    return ledger_of(described, folder, site.clock.civil_ns())


def test_it_holds_where_everything_is_equal(described, site, tmp_path):
    found = fed(described, tmp_path / "city", site, site.word())
    (line,) = found.sites
    assert line.told == line.matched == line.copied == line.stored == site.journal.last_offset()
    assert found.holds
    assert "=" in str(line)
    assert "≠" not in str(found)


def test_a_site_that_has_not_counted_yet_is_not_said_to_hold(described, site, tmp_path):
    (line,) = fed(described, tmp_path / "city", site).sites
    assert (line.told, line.holds) == (None, False)
    assert str(line).startswith("mairie-01 : ? à la mairie")


def test_an_event_that_the_site_counts_and_the_city_lacks_is_seen_with_its_node(described, site, tmp_path):
    word = site.word()
    more = {**(word.tallies or {}), "barometre": 9}
    found = fed(described, tmp_path / "city", site, msgspec.structs.replace(word, tallies=more))
    assert found.sites[0].differs == ("barometre",)
    assert not found.holds
    assert "≠" in str(found)


def test_a_point_that_the_store_lost_is_seen(described, site, tmp_path):
    fed(described, tmp_path / "city", site, site.word())
    store = open_store(described[0].store)
    with store._writing() as database:
        database.execute("DELETE FROM event WHERE at_ns = (SELECT max(at_ns) FROM event)")
    store.close()
    found = ledger_of(described, tmp_path / "city", site.clock.civil_ns())
    assert not found.holds


def test_what_is_on_its_way_is_told_and_no_fault(described, site, tmp_path):
    word = site.word()
    behind = msgspec.structs.replace(word, upto_site=word.upto_site + 5)
    found = fed(described, tmp_path / "city", site, behind)
    assert found.sites[0].behind == 5
    assert "5 en route" in str(found.sites[0])
    assert found.holds


def test_a_site_never_heard_has_nothing(described, tmp_path, site):
    (line,) = ledger_of(described, tmp_path, site.clock.civil_ns()).sites
    assert (line.copied, line.stored, line.told) == (0, 0, None)
    assert SiteSeen().heard_ns is None


def test_the_command_prints_a_line_a_site_and_one_of_the_city(described, site, tmp_path):
    fed(described, tmp_path / "city", site, site.word())
    place = tmp_path / "sites" / "mairie-01"
    morning = Anchor(site.clock.civil_ns(), SystemClock().machine_ns(), 1)
    place.mkdir(parents=True)
    compiled.write(described[0].site, place / "site.json")
    write_config(described[0].store, place / "store.json")
    done = subprocess.run(
        [*COMMAND, f"--sites={tmp_path / 'sites'}", f"--state={tmp_path / 'city'}"],
        env={**os.environ, ANCHOR_VARIABLE: str(morning)},
        capture_output=True,
        text=True,
        check=False,
    )
    site_line, city_line = done.stdout.splitlines()
    assert site_line.startswith("mairie-01 : ")
    assert city_line.startswith("ville / city (1) : ")
    assert "≠" not in done.stdout
    assert done.returncode == 0
