"""From a site's journal to the city over a link that loses and repeats: nothing lost, nothing twice."""

from __future__ import annotations

import itertools
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from broker.contract import city
from broker.contract.messages import decode, encode
from broker.delivery.journal import Journal
from city.held import Held
from city.intake import SILENT_S, Answer, Refusal, Take, judge
from hall.backlog import JournalHoleError
from hall.forwarding import RESEND_NS, WORD_NS, Forwarding
from simulation.chaos_city.journals import fill, identities, row


class Clock:
    """Machine time that a test moves."""

    speed = 1.0

    def __init__(self):
        self.now_ns = 1

    def machine_ns(self):
        return self.now_ns

    def civil_ns(self):
        return self.now_ns

    def civil_is_known(self):
        return True


class City:
    """A recorder without an engine: what it takes, it keeps."""

    def __init__(self):
        self.batches: list[city.CityBatch] = []
        self.held: Held | None = None
        self.silent_s = 0.0
        self.refusals: list[Refusal] = []

    def hear(self, payload) -> bytes:
        batch = city.decode_batch(payload)
        receipt = city.CityReceipt(
            site=batch.site, journal=batch.journal, upto=0, sender=batch.sender, number=batch.number
        )
        match judge(self.held, batch, self.silent_s):
            case Take():
                upto = batch.first + len(batch.entries) - 1
                self.batches.append(batch)
                self.held = Held(batch.journal, upto, batch.entries[-1].digest(), len(self.batches))
                return encode(structs.replace(receipt, upto=upto))
            case Answer(upto, again):
                return encode(structs.replace(receipt, upto=upto, again=again))
            case Refusal(text, fault) as refusal:
                self.refusals.append(refusal)
                return encode(structs.replace(receipt, refused=text, fault=fault))

    def taken_over(self) -> bytes:
        """What a recorder says that takes the site over."""
        held = self.held
        return encode(
            city.CityReceipt(
                site="mairie-01", journal=held.journal if held else "", upto=held.upto if held else 0
            )
        )

    def entries(self, journal=None):
        return [
            (entry.node, entry.run, entry.seq)
            for batch in self.batches
            if journal in (None, batch.journal)
            for entry in batch.entries
        ]


class Site:
    """A journal and its forwarder, with what it has sent and nobody has carried yet."""

    def __init__(self, journal, clock=None):
        self.clock = clock or Clock()
        self.sent: list[bytes] = []
        self.journal = journal
        self.forwarding = Forwarding("mairie-01", journal, self.sent.append, self.clock)

    def exchange(self, town, *, rounds=1000):
        """Carry everything both ways until nobody has anything to say."""
        for _ in range(rounds):
            self.forwarding.pump()
            if not self.sent:
                return
            for payload in self.take_sent():
                self.forwarding.receive(town.hear(payload))

    def take_sent(self):
        sent, self.sent[:] = self.sent.copy(), []
        return sent

    def later(self, nanoseconds):
        self.clock.now_ns += nanoseconds


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def connected(journal):
    site = Site(journal)
    site.forwarding.connected()
    return site


def test_what_is_decided_arrives_in_order_with_its_decisions(journal):
    fill(journal, 1200, decisions=2)
    town, site = City(), connected(journal)
    site.exchange(town)
    assert town.entries() == identities(journal)
    first = town.batches[0].entries[0]
    assert bytes(first.body) == journal.event_body("borne", "run", 1)
    assert [bytes(decision) for decision in first.decisions] == [b'{"type":"made"}'] * 2


def test_what_is_not_decided_yet_stays(journal):
    fill(journal, 3)
    journal.append(row("borne", "run", 4))
    town, site = City(), connected(journal)
    site.exchange(town)
    assert len(town.entries()) == 3


def test_an_event_larger_than_a_batch_travels_alone(journal):
    fill(journal, 1)
    with journal.transaction():
        large = row("borne", "run", 2)._replace(body=b'"' + b"x" * 300_000 + b'"')
        journal.append(large)
        journal.decide([], upto=2)
    fill(journal, 1, node="vote")
    town, site = City(), connected(journal)
    site.exchange(town)
    assert [len(batch.entries) for batch in town.batches] == [1, 1, 1]


def test_no_more_than_a_window_is_on_its_way(journal):
    fill(journal, 5000)
    town, site = City(), connected(journal)
    site.forwarding.pump()
    site.forwarding.receive(town.hear(site.take_sent()[0]))
    for _ in range(5):
        site.forwarding.pump()
    assert len(site.sent) == 4


def test_without_a_receipt_everything_from_the_last_one_on_is_sent_again(journal):
    fill(journal, 10)
    town, site = City(), connected(journal)
    site.forwarding.pump()
    site.forwarding.receive(town.hear(site.take_sent()[0]))
    site.forwarding.pump()
    assert site.take_sent()  # lost
    site.forwarding.pump()
    assert not site.sent
    site.later(RESEND_NS + 1)
    site.exchange(town)
    assert town.entries() == identities(journal)


def test_a_lost_batch_is_asked_for_again_at_once(journal):
    fill(journal, 1800)
    town, site = City(), connected(journal)
    site.forwarding.pump()
    site.forwarding.receive(town.hear(site.take_sent()[0]))
    site.forwarding.pump()
    _lost, *others = site.take_sent()
    for payload in others:
        site.forwarding.receive(town.hear(payload))
    site.exchange(town)
    assert town.entries() == identities(journal)


def test_a_recorder_that_takes_over_is_told_what_the_last_one_did_not_take(journal):
    fill(journal, 1800)
    town, site = City(), connected(journal)
    site.forwarding.pump()
    site.forwarding.receive(town.hear(site.take_sent()[0]))
    site.forwarding.pump()
    site.take_sent()  # died with the other recorder
    site.forwarding.receive(town.taken_over())
    site.exchange(town)
    assert town.entries() == identities(journal)


def test_a_link_down_for_long_and_a_restart_lose_nothing(journal):
    town, site = City(), connected(journal)
    fill(journal, 700)
    site.exchange(town)
    site.forwarding.disconnected()
    fill(journal, 900)
    site.forwarding.pump()
    assert not site.sent
    again = connected(journal)
    again.exchange(town)
    assert town.entries() == identities(journal)


def test_a_city_that_lost_its_journal_gets_everything_again(journal):
    fill(journal, 900)
    site = connected(journal)
    site.exchange(City())
    fresh = City()
    site.later(WORD_NS + 1)
    site.exchange(fresh)
    assert fresh.entries() == identities(journal)


def test_a_site_says_each_half_minute_that_it_is_there_and_each_minute_what_it_has(journal):
    fill(journal, 7)
    fill(journal, 2, node="vote")
    town, site = City(), connected(journal)
    site.exchange(town)
    words = []
    for _ in range(4):
        fill(journal, 1, node="vote")
        site.exchange(town)
        site.later(WORD_NS)
        site.forwarding.pump()
        words += [city.decode_batch(payload) for payload in site.take_sent()]
    assert [(word.upto_site, len(word.entries)) for word in words] == [(10, 0), (11, 0), (12, 0), (13, 0)]
    assert [word.tallies for word in words] == [
        None,
        {"borne": 7, "vote": 4},
        None,
        {"borne": 7, "vote": 6},
    ]


def test_a_journal_put_back_from_a_backup_is_taken_anew(journal, tmp_path):
    fill(journal, 300)
    journal.close()
    shutil.copy(tmp_path / "journal.sqlite", tmp_path / "backup.sqlite")
    journal = Journal(tmp_path / "journal.sqlite")
    fill(journal, 200)
    town = City()
    connected(journal).exchange(town)
    put_back = Journal(tmp_path / "backup.sqlite")
    site = connected(put_back)
    site.exchange(town)
    assert town.refusals  # it knows less than the city, and has not said yet why
    put_back.renew_id(put_back.id)  # a node has shown the hall what it lacks
    fill(put_back, 50, run="later")
    site.later(WORD_NS)
    site.exchange(town)
    assert town.entries(put_back.id) == identities(put_back)
    assert site.forwarding.state().refused == ""
    put_back.close()
    journal.close()


def copied(journal, tmp_path):
    """Another tent that began with a copy of this one's journal."""
    with journal.transaction():
        shutil.copy(tmp_path / "journal.sqlite", tmp_path / "copy.sqlite")
        shutil.copy(tmp_path / "journal.sqlite-wal", tmp_path / "copy.sqlite-wal")
    return Journal(tmp_path / "copy.sqlite")


@pytest.mark.parametrize(("own", "others"), [(20, 30), (30, 20), (20, 20), (1200, 1700), (0, 20)])
def test_a_copied_site_is_refused_in_words_and_the_first_goes_on(journal, tmp_path, own, others):
    fill(journal, 100)
    second = copied(journal, tmp_path)
    town, site, copy = City(), connected(journal), connected(second)
    fill(journal, own, run="here")
    site.exchange(town)
    if own == 0:  # both have still the same: whoever goes on first is the one
        copy.exchange(town)
        fill(journal, 1, run="here")
        site.exchange(town)
    fill(second, others, run="there")
    copy.exchange(town)
    copy.later(WORD_NS)
    copy.exchange(town)
    assert "copi" in copy.forwarding.state().refused
    assert copy.forwarding.state().fault == "site_copied"
    assert len(town.refusals) <= 4  # it asks once more, and then each half minute
    fill(journal, 10, run="here")
    site.exchange(town)
    assert town.entries() == identities(journal)
    assert site.forwarding.state().refused == ""
    second.close()


def test_a_second_tent_with_a_journal_of_its_own_is_refused_while_the_first_speaks(journal, tmp_path):
    fill(journal, 5)
    other = Journal(tmp_path / "other.sqlite")
    fill(other, 3)
    town, site, second = City(), connected(journal), connected(other)
    site.exchange(town)
    second.exchange(town)
    assert "Deux barnums" in second.forwarding.state().refused
    assert "Two tents" in second.forwarding.state().refused
    assert town.entries() == identities(journal)
    # The first was taken away for good: then it is a new beginning.
    town.silent_s = SILENT_S
    second.later(WORD_NS)
    second.exchange(town)
    assert town.entries(other.id) == identities(other)
    other.close()


def test_a_word_that_was_held_up_on_its_way_refuses_nobody(journal):
    fill(journal, 10)
    town, site = City(), connected(journal)
    site.exchange(town)
    site.later(WORD_NS)
    site.forwarding.pump()
    held_up = site.take_sent()
    fill(journal, 10)
    site.exchange(town)
    for payload in held_up:
        site.forwarding.receive(town.hear(payload))
    assert town.refusals  # of what it said then it had less than the city has by now
    assert site.forwarding.state().refused == ""
    fill(journal, 10)
    site.exchange(town)
    assert town.entries() == identities(journal)


def test_what_a_late_receipt_covers_is_not_sent_again(journal):
    fill(journal, 10)
    town, site = City(), connected(journal)
    site.exchange(town)
    fill(journal, 10)
    site.forwarding.pump()
    before = town.taken_over()
    receipts = [town.hear(payload) for payload in site.take_sent()]
    site.forwarding.receive(before)
    for receipt in receipts:
        site.forwarding.receive(receipt)
    site.forwarding.pump()
    assert not site.sent


def test_what_is_said_to_another_sender_is_not_taken(journal):
    fill(journal, 5)
    town, site = City(), connected(journal)
    site.exchange(town)
    foreign = city.CityReceipt(
        site="mairie-01", journal=journal.id, upto=0, sender="x", number=9, refused="no"
    )
    site.forwarding.receive(encode(foreign))
    assert site.forwarding.state().refused == ""
    assert site.forwarding.state().upto == 5


def test_what_is_no_receipt_stops_nothing(journal):
    fill(journal, 5)
    town, site = City(), connected(journal)
    site.forwarding.receive(b"\xff{")
    site.exchange(town)
    assert len(town.entries()) == 5


def test_a_journal_with_a_hole_says_so_and_sends_nothing_beyond(journal):
    fill(journal, 10)
    journal._database.execute("DELETE FROM events WHERE offset = 6")
    site = connected(journal)
    with pytest.raises(JournalHoleError, match="event 6"):
        site.exchange(City())


class Link:
    """A link on which anything may happen, as chance has it."""

    def __init__(self, journal, chance):
        self.journal, self.chance = journal, chance
        self.town, self.site = City(), connected(journal)
        self.to_city, self.to_site = [], []

    def fill(self):
        fill(self.journal, self.chance.randrange(1, 700), run=f"run{self.chance.randrange(3)}")

    def pump(self):
        self.site.forwarding.pump()
        self.to_city += self.site.take_sent()

    def carry(self):
        self.to_site += [self.town.hear(payload) for payload in self.to_city]
        for payload in self.to_site:
            self.site.forwarding.receive(payload)
        self.to_city, self.to_site = [], []

    def lose(self):
        self.chance.shuffle(self.to_city)
        del self.to_city[: self.chance.randrange(3)]
        del self.to_site[: self.chance.randrange(3)]

    def repeat(self):
        self.to_city += self.to_city[:2]
        self.to_site += self.to_site[:2]

    def take_over(self):
        self.to_site.append(self.town.taken_over())

    def cut(self):
        self.site.forwarding.disconnected()
        self.site.forwarding.connected()

    def restart(self):
        self.site = connected(self.journal)

    def wait(self):
        self.site.later(RESEND_NS + 1)


STEPS = [
    Link.fill,
    Link.pump,
    Link.carry,
    Link.carry,
    Link.lose,
    Link.repeat,
    Link.take_over,
    Link.cut,
    Link.restart,
    Link.wait,
]


@settings(max_examples=60)
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(STEPS), min_size=1, max_size=40))
def test_whatever_the_link_does_each_event_is_taken_once_and_in_order(tmp_path_factory, chance, steps):
    journal = Journal(tmp_path_factory.mktemp("any") / "journal.sqlite", durable=False)
    link = Link(journal, chance)
    for step in steps:
        step(link)
    for _ in range(3):
        link.site.later(WORD_NS + 1)
        link.site.exchange(link.town)
    batches = link.town.batches
    assert link.town.entries() == identities(journal)
    ends = [0, *itertools.accumulate(len(batch.entries) for batch in batches)]
    assert [batch.first for batch in batches] == [end + 1 for end in ends[:-1]]
    assert not link.town.refusals
    journal.close()


def test_a_receipt_of_the_citys_can_be_read_by_its_words():
    receipt = city.CityReceipt(site="mairie-01", journal="j", upto=3)
    assert decode(encode(receipt), city.CityReceipt) == receipt
