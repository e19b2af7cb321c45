"""From the city's journal to each site's store: once, again after a restart, and anew from the beginning."""

from __future__ import annotations

import itertools
import shutil

import msgspec
import pytest

from broker.contract import city, compiled
from city.description import CityError, CitySiteDescription, read
from city.feed import CityFeed
from city.seen import read_seen
from city.site_copy import CopyError
from hall.rollups.kinds import VoteDay
from hall.store.interface import Span
from hall.store.open import StoreConfig, open_store, write_config
from tests.city.batches import VotingSite
from tests.hall.store.conftest import config, influxd  # noqa: F401 - fixtures

ALWAYS = Span(0, 2**62)


class Stream:
    """The city's journal on paper."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.created = "today"

    def put(self, batches) -> None:
        for batch in batches:
            self.messages.append((city.journal_subject(batch.site), msgspec.json.encode(batch)))


class Place:
    """A city's feed that is started again and again."""

    def __init__(self, described, folder, clock) -> None:
        self.described, self.folder, self.clock = described, folder, clock

    def fed(self, stream, *, upto=None, words=()):
        """Starts the feed, lets it take and store all there is, and ends it; how many events were new."""
        feed = CityFeed(self.described, self.folder, self.clock)
        begins_at, new = feed.begins_at(stream.created), 0
        for word in words:
            feed.heard(word)
        for sequence, (subject, payload) in enumerate(stream.messages[:upto], 1):
            if sequence >= begins_at:
                new += feed.take(subject, sequence, payload)
                feed.taken(sequence)
        while feed.feed():
            pass
        assert feed.is_fed()
        feed.tell()
        feed.close()
        return new

    def stored(self, site=0):
        """Event points and votes summed up, as the site's store answers."""
        store = open_store(self.described[site].store)
        try:
            events = sum(row.events for row in store.stored(ALWAYS))
            return events, sum(day.votes for day in store.points(VoteDay, ALWAYS))
        finally:
            store.close()


def renamed(barnum, name):
    return msgspec.structs.replace(barnum, id=name)


@pytest.fixture
def first(barnum, tmp_path):
    site = VotingSite(renamed(barnum, "mairie-01"), tmp_path / "first")
    site.vote(8)
    yield site
    site.journal.close()


@pytest.fixture
def second(barnum, tmp_path):
    site = VotingSite(renamed(barnum, "mairie-02"), tmp_path / "second")
    site.vote(5)
    yield site
    site.journal.close()


@pytest.fixture
def stream(first, second):
    stream = Stream()
    for one, other in itertools.zip_longest(first.batches(), second.batches()):
        stream.put(batch for batch in (one, other) if batch is not None)
    return stream


@pytest.fixture
def place(first, second, tmp_path, config):  # noqa: F811 - the fixture
    other = StoreConfig(kind="embedded", path=tmp_path / "second.sqlite")
    described = [CitySiteDescription(first.site, config), CitySiteDescription(second.site, other)]
    return Place(described, tmp_path / "city", first.clock)


def test_every_event_and_vote_of_each_site_is_in_its_own_store_once(place, stream, first, second):
    new = place.fed(stream)
    assert new == first.journal.last_offset() + second.journal.last_offset()
    assert place.stored(0) == (first.journal.last_offset(), 8)
    assert place.stored(1) == (second.journal.last_offset(), 5)


def test_a_message_that_stands_twice_in_the_citys_journal_counts_once(place, stream, first):
    stream.messages = [one for one in stream.messages for _ in range(2)]
    place.fed(stream)
    assert place.stored(0) == (first.journal.last_offset(), 8)


def test_a_feed_started_again_goes_on_from_where_it_stood(place, stream, first):
    place.fed(stream, upto=3)
    assert place.fed(stream, upto=3) == 0
    place.fed(stream)
    first.vote(2)
    stream.put(first.batches(after=first.journal.last_offset() - 2))
    assert place.fed(stream) == 2
    assert place.stored(0) == (first.journal.last_offset(), 10)


def test_a_copy_that_is_lost_is_made_anew_from_the_citys_journal(place, stream, first, second):
    place.fed(stream)
    shutil.rmtree(place.folder / "mairie-01")
    assert place.fed(stream) == first.journal.last_offset(), "and nothing of the other site"
    assert place.stored(0) == (first.journal.last_offset(), 8)
    shutil.rmtree(place.folder)
    assert place.fed(stream) == first.journal.last_offset() + second.journal.last_offset()
    assert place.stored(0) == (first.journal.last_offset(), 8)


def test_a_site_described_later_is_taken_from_the_beginning_and_a_silent_one_costs_nothing(
    barnum, place, stream, first
):
    whole = place.described
    silent = CitySiteDescription(
        renamed(barnum, "mairie-03"), StoreConfig(kind="embedded", path=place.folder / "third.sqlite")
    )
    place.described = [whole[1], silent]
    place.fed(stream)
    feed = CityFeed(place.described, place.folder, place.clock)
    assert feed.begins_at(stream.created) == len(stream.messages) + 1
    feed.close()
    place.described = [*whole, silent]
    assert place.fed(stream) == first.journal.last_offset()


def test_another_city_journal_is_read_from_its_beginning_and_adds_only_what_is_new(place, stream, first):
    place.fed(stream)
    first.vote()
    anew = Stream()
    anew.created = "tomorrow"
    anew.put(first.batches(most=500))
    assert place.fed(anew) == 1
    assert place.stored(0) == (first.journal.last_offset(), 9)


def test_a_site_put_back_from_a_backup_is_stored_as_it_now_says(place, stream, first, tmp_path):
    first.journal._database.execute("VACUUM INTO ?", (str(tmp_path / "backup.sqlite"),))
    first.vote(2)
    stream.put(first.batches(after=first.journal.last_offset() - 2))
    place.fed(stream)
    former = first.journal.id
    first.journal.close()
    shutil.copy(tmp_path / "backup.sqlite", first.path)
    first.open()
    first.journal.renew_id(former)
    first.before = (former,)
    # One of the two votes that the backup lacked comes again, its answer is another's for nobody.
    first.send(9, first.clock.now_civil_ns - 10**10)
    first.send(10, first.clock.now_civil_ns)
    stream.put(first.batches())
    place.fed(stream, words=[first.word()])
    assert place.stored(0)[1] == 10
    seen = read_seen(place.folder).sites["mairie-01"]
    assert seen.tallies == seen.copied
    assert seen.journal == first.journal.id != former


def test_what_is_lacking_is_said_and_nothing_after_it_is_taken(place, stream):
    subject, payload = stream.messages[4]
    feed = CityFeed(place.described, place.folder, place.clock)
    feed.begins_at(stream.created)
    with pytest.raises(CopyError, match="begins at"):
        feed.take(subject, 5, payload)
    with pytest.raises(CopyError, match="is no batch"):
        feed.take(subject, 6, b"{}")
    assert feed.take("city.journal.ailleurs", 7, payload) == 0
    feed.close()


def test_a_site_that_was_taken_off_and_comes_back_lacks_nothing(place, stream, first):
    whole = place.described
    place.fed(stream, upto=2)
    place.described = whole[1:]
    place.fed(stream)
    place.described = whole
    place.fed(stream)
    assert place.stored(0) == (first.journal.last_offset(), 8)


def test_a_site_whose_message_cannot_be_taken_holds_up_no_other_and_is_tried_again_at_the_next_start(
    place, stream, first, second
):
    subject, payload = stream.messages[2]
    assert subject.endswith("mairie-01")
    stream.messages[2] = (subject, b"{")
    feed = CityFeed(place.described, place.folder, place.clock)
    feed.begins_at(stream.created)
    for sequence, (name, message) in enumerate(stream.messages, 1):
        if sequence == 3:
            with pytest.raises(CopyError, match="is no batch"):
                feed.take(name, sequence, message)
        feed.take(name, sequence, message)
        feed.taken(sequence)
    assert "is no batch" in feed.tell().sites["mairie-01"].trouble
    assert feed.tell().sites["mairie-02"].upto == second.journal.last_offset()
    feed.close()
    stream.messages[2] = (subject, payload)
    place.fed(stream)
    assert place.stored(0) == (first.journal.last_offset(), 8)
    assert read_seen(place.folder).sites["mairie-01"].trouble == ""


def test_what_is_known_of_a_site_is_told_to_the_pages(place, stream, first, second):
    word = first.word()
    place.fed(stream, words=[word])
    seen = read_seen(place.folder)
    told = seen.sites["mairie-01"]
    assert (told.heard_ns, told.upto, told.upto_site) == (word.heard_ns, word.upto, word.upto)
    assert told.fed == first.journal.last_offset()
    assert told.tallies == told.copied == word.tallies
    assert seen.sites["mairie-02"].heard_ns is None
    assert seen.sites["mairie-02"].upto == second.journal.last_offset()


def test_a_store_that_is_away_holds_up_no_other_site(place, stream, second):
    place.described[0] = CitySiteDescription(
        place.described[0].site,
        StoreConfig(kind="influxdb", url="http://127.0.0.1:9", org="o", bucket="b", token_file=place.folder),
    )
    token = place.folder.parent / "token"
    token.write_text("none")
    place.described[0] = CitySiteDescription(
        place.described[0].site,
        msgspec.structs.replace(place.described[0].store, token_file=token),
    )
    feed = CityFeed(place.described, place.folder, place.clock)
    feed.begins_at(stream.created)
    for sequence, (subject, payload) in enumerate(stream.messages, 1):
        feed.take(subject, sequence, payload)
    while feed.feed():
        pass
    seen = feed.tell().sites
    assert seen["mairie-01"].store_away
    assert seen["mairie-02"].fed == second.journal.last_offset()
    feed.close()


def test_a_citys_description_says_every_error_at_once(barnum, tmp_path):
    good, other, empty = (tmp_path / name for name in ("mairie-01", "mairie-02", "mairie-03"))
    for folder, name in ((good, "mairie-01"), (other, "elsewhere")):
        folder.mkdir()
        compiled.write(renamed(barnum, name), folder / "site.json")
        write_config(StoreConfig(kind="embedded", path=tmp_path / "x.sqlite"), folder / "store.json")
    empty.mkdir()
    with pytest.raises(CityError) as said:
        read(tmp_path)
    assert "nommer le dossier elsewhere" in str(said.value)
    assert "mairie-03 : illisible" in str(said.value)
    shutil.rmtree(other)
    shutil.rmtree(empty)
    assert [one.id for one in read(tmp_path)] == ["mairie-01"]
    with pytest.raises(CityError, match="aucun site"):
        read(tmp_path / "nothing")
