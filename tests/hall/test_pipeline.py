"""Recorder, hall and store feed joined, without a network."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sqlite3

import msgspec
import pytest

from broker.clock import SECOND, ManualClock
from broker.contract import messages
from broker.contract.topics import Topics
from broker.delivery.intake import Arrived
from broker.delivery.journal import Journal
from hall.feeding import Feed
from hall.pipeline import Pipeline
from hall.store.embedded import EmbeddedStore
from hall.store.interface import Span, StoreUnavailableError

MORNING = 1_781_600_000 * SECOND  # Tuesday 16 June 2026, 10:53 in Paris
TOPICS = Topics("barnum")
ALWAYS = Span(0, 2**62)


class Day:
    """A hall on a journal file, and nodes that send it well-formed batches."""

    def __init__(self, site, path) -> None:
        self.site, self.path = site, path
        self.clock = ManualClock(civil_ns=MORNING)
        self.seqs = {}
        self.keys = itertools.count()
        self.open()

    def open(self) -> None:
        self.journal = Journal(self.path)
        self.pipeline = Pipeline(self.site, self.journal, self.clock)
        self.pipeline.start()

    def say(self, node, body):
        self.clock.advance(1)
        seq = self.seqs[node] = self.seqs.get(node, 0) + 1
        event = messages.Event(
            seq=seq,
            at_ns=self.clock.civil_ns(),
            machine_ns=self.clock.machine_ns(),
            body=msgspec.Raw(messages.encode(body)),
        )
        batch = messages.Batch(
            run="run",
            boot="boot",
            sent_boot="boot",
            sent_ns=self.clock.machine_ns(),
            oldest=1,
            events=[event],
        )
        receipts = self.pipeline.take([Arrived(node, messages.encode(batch))])
        return receipts + self.pipeline.decide() + self.pipeline.tick()

    def draw(self, number="A001", service="information"):
        self.say("borne-a", messages.TicketDrawn(device="boutons", service=service, number=number))

    def next(self, call=""):
        key = f"key-{next(self.keys)}"
        body = messages.NextRequested(device="pupitre", key=key, desk="info", call=call)
        return self.say("guichet-info", body)


@pytest.fixture
def day(barnum, tmp_path):
    day = Day(barnum, tmp_path / "journal.sqlite")
    yield day
    day.journal.close()


def view(pipeline, *key):
    return pipeline.hall.views(MORNING + 3600 * SECOND)[key]


def devices(site, node):
    return [device.id for device in site.node(node).devices]


def test_a_ticket_is_called_and_everyone_sees_it(day):
    day.draw()
    outgoing = day.next()
    answers = [msgspec.json.decode(one.payload) for one in outgoing if "/answer/" in one.topic]
    assert [(answer["accepted"], answer["number"]) for answer in answers] == [(True, "A001")]
    assert view(day.pipeline, "view", "desk", "info").number == "A001"
    assert [call.number for call in view(day.pipeline, "view", "calls", "latest").calls] == ["A001"]


def test_only_what_changed_is_published_again_and_everything_on_refresh(day):
    day.pipeline.changed_views()
    day.draw()
    topics = {one.topic for one in day.pipeline.changed_views()}
    assert TOPICS.of("view", "service", "information") in topics
    assert TOPICS.of("view", "room", "salon-1") not in topics
    assert TOPICS.of("view", "room", "salon-1") in {one.topic for one in day.pipeline.all_views()}


def test_a_restarted_hall_stands_where_it_stood(day):
    day.draw()
    day.draw("A003")
    day.next()
    before = day.pipeline.hall.snapshot()
    day.journal.close()
    day.open()
    assert view(day.pipeline, "view", "desk", "info").number == "A001"
    restored = msgspec.json.decode(day.pipeline.hall.snapshot())
    assert restored.keys() == msgspec.json.decode(before).keys()
    assert view(day.pipeline, "view", "service", "information").waiting == 1


def test_events_committed_but_not_decided_before_a_kill_are_decided_at_the_next_start(day):
    body = messages.TicketDrawn(device="boutons", service="information", number="A001")
    event = messages.Event(seq=1, at_ns=MORNING, machine_ns=0, body=msgspec.Raw(messages.encode(body)))
    batch = messages.Batch(run="r", boot="b", sent_boot="b", sent_ns=0, oldest=1, events=[event])
    day.pipeline.take([Arrived("borne-b", messages.encode(batch))])
    day.journal.close()  # killed between the receipt and the decision
    day.open()
    assert view(day.pipeline, "view", "service", "information").waiting == 1


def test_a_new_day_keeps_the_old_one_and_restarts_the_numbers(day):
    day.draw()
    day.clock.advance(24 * 3600)
    day.pipeline.tick()
    space = view(day.pipeline, "view", "space", "now")
    assert space.day == "2026-06-17"
    assert space.figures.visits == 0
    day.journal.close()
    day.open()
    assert view(day.pipeline, "view", "space", "now").day == "2026-06-17"
    assert len(day.journal.events_after(0, most=100)) > 3


def test_an_event_whose_handling_raises_changes_nothing_and_is_quarantined(day, monkeypatch):
    before = day.pipeline.hall.snapshot()

    def fail(_event):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(day.pipeline.hall, "decide", fail)
        day.say("borne-a", messages.TicketDrawn(device="boutons", service="information", number="A001"))
    assert day.pipeline.hall.snapshot() == before
    assert day.journal.quarantined(most=5)[0] >= 1
    day.draw("A003")
    assert view(day.pipeline, "view", "service", "information").waiting == 1


def test_a_step_of_the_fold_that_raises_leaves_state_and_journal_the_same_thing(day, monkeypatch):
    def fail(_offset, _decision):
        raise ZeroDivisionError

    day.draw()
    with monkeypatch.context() as patch:
        patch.setattr(day.pipeline.hall, "apply", fail)
        day.say("borne-a", messages.TicketDrawn(device="boutons", service="information", number="A002"))
    day.draw("A003")
    assert view(day.pipeline, "view", "service", "information").waiting == 2


def test_a_full_disk_gives_no_receipt_and_the_event_is_taken_when_there_is_room(day, monkeypatch):
    def full(_row):
        raise sqlite3.OperationalError("database or disk is full")

    body = messages.TicketDrawn(device="boutons", service="information", number="A001")
    with monkeypatch.context() as patch:
        patch.setattr(day.journal, "append_all", full)
        with pytest.raises(sqlite3.OperationalError):
            day.say("borne-a", body)
    day.seqs["borne-a"] = 0
    assert any("/receipt/" in one.topic for one in day.say("borne-a", body))
    assert view(day.pipeline, "view", "service", "information").waiting == 1


def test_what_is_decided_at_hand_is_what_is_decided_from_the_journal(barnum, tmp_path):
    """Good and bad events in one commit; the second hall dies before it decides, and begins again."""

    def said():
        def drawn(number):
            return messages.encode(
                messages.TicketDrawn(device="boutons", service="information", number=number)
            )

        yield drawn("A001")
        yield b'{"type": "from.the.future", "device": "boutons"}'
        yield drawn("A002")
        yield messages.encode(messages.VisitorLeft(device="boutons", token="x"))
        yield drawn("A003")

    payloads = []
    for node in ("borne-a", "borne-b"):
        events = [
            messages.Event(seq=seq, at_ns=MORNING + seq, machine_ns=seq, body=msgspec.Raw(body))
            for seq, body in enumerate(said(), 1)
        ]
        batch = messages.Batch(run="run", boot="b", sent_boot="b", sent_ns=9, oldest=1, events=events)
        payloads.append(Arrived(node, messages.encode(batch)))
    at_hand, from_journal = Day(barnum, tmp_path / "at-hand.sqlite"), Day(barnum, tmp_path / "later.sqlite")
    at_hand.pipeline.take(payloads)
    at_hand.pipeline.decide()
    from_journal.pipeline.take(payloads)
    from_journal.journal.close()
    from_journal.open()
    decided = [
        [(one.cause, one.body) for one in day.journal.decisions_after(0)] for day in (at_hand, from_journal)
    ]
    assert decided[0] == decided[1]
    assert at_hand.journal.quarantined(most=9)[0] == 4
    assert at_hand.pipeline.hall.snapshot() == from_journal.pipeline.hall.snapshot()
    for day in (at_hand, from_journal):
        day.journal.close()


def test_another_site_description_is_journalled_once(day, barnum):
    other = msgspec.structs.replace(barnum, capacity=60)
    day.journal.close()
    day.site = other
    day.open()
    assert view(day.pipeline, "view", "space", "now").capacity == 60
    count = len(day.journal.events_after(0, most=100))
    day.journal.close()
    day.open()
    changes = [b"site.changed" in entry.row.body for entry in day.journal.events_after(0, most=100)]
    assert sum(changes) == 2
    assert len(changes) >= count


def test_the_store_gets_one_point_for_each_event_even_in_quarantine(day, tmp_path):
    day.draw()
    day.say("borne-a", messages.PassageCounted(device="boutons", direction="in"))  # not a kiosk's to say
    feed = Feed(Journal(day.path), EmbeddedStore(tmp_path / "store.sqlite"), tmp_path / "cursor.sqlite")
    while feed.step():
        pass
    assert feed.stored(ALWAYS)["borne-a"] == 2
    assert sum(feed.stored(ALWAYS).values()) == day.journal.last_offset()
    feed.close()


def test_a_store_that_was_away_gets_the_backlog_from_the_cursor(day, tmp_path):
    class AwayStore(EmbeddedStore):
        away = True

        def write(self, measures):
            if self.away:
                raise StoreUnavailableError("away")
            return super().write(measures)

    store = AwayStore(tmp_path / "store.sqlite")
    feed = Feed(Journal(day.path), store, tmp_path / "cursor.sqlite")
    day.draw()
    with pytest.raises(StoreUnavailableError):
        feed.step()
    assert feed.upto == 0
    store.away = False
    while feed.step():
        pass
    assert feed.upto == day.journal.last_offset()
    feed.close()


def test_a_cursor_outlives_its_process_and_belongs_to_one_journal(day, tmp_path):
    def feed_of(path):
        return Feed(Journal(path), EmbeddedStore(tmp_path / "store.sqlite"), tmp_path / "cursor.sqlite")

    day.draw()
    feed = feed_of(day.path)
    while feed.step():
        pass
    upto = feed.upto
    feed.close()
    again, other = feed_of(day.path), feed_of(tmp_path / "other.sqlite")
    assert (again.upto, other.upto) == (upto, 0)
    again.close()
    other.close()


def fed(path, folder):
    """Feeds a journal as far as it goes; at which offset that began, and what the store then answers."""
    feed = Feed(Journal(path), EmbeddedStore(folder / "store.sqlite"), folder / "cursor.sqlite")
    begun = feed.upto
    while feed.step():
        pass
    stored = sum(feed.stored(ALWAYS).values())
    feed.close()
    return begun, stored


def test_a_journal_put_back_that_holds_another_event_at_the_cursor_is_fed_again(day, tmp_path):
    day.draw()
    before = day.journal.last_offset()
    backup = tmp_path / "backup.sqlite"
    with contextlib.closing(sqlite3.connect(backup)) as copy:
        day.journal._database.backup(copy)
    day.draw("A003")
    assert fed(day.path, tmp_path)[0] == 0
    upto = day.journal.last_offset()
    day.journal.close()
    for part in day.path.parent.glob(f"{day.path.name}*"):
        part.unlink()
    shutil.copyfile(backup, day.path)
    day.open()
    # The same tickets come again, committed later, and the hall says other things in between.
    day.seqs["borne-a"] = 1
    day.clock.advance(90)
    day.pipeline.tick()
    while day.journal.last_offset() < upto:
        day.draw("A004")
    assert before < upto
    assert fed(day.path, tmp_path)[0] == 0
    assert fed(day.path, tmp_path)[0] == day.journal.last_offset()


def test_a_journal_put_back_that_ends_before_the_cursor_is_fed_again(day, tmp_path):
    backup = tmp_path / "backup.sqlite"
    with contextlib.closing(sqlite3.connect(backup)) as copy:
        day.journal._database.backup(copy)
    day.draw()
    fed(day.path, tmp_path)
    assert fed(backup, tmp_path)[0] == 0


def test_a_cursor_of_a_version_without_witness_is_no_cursor(day, tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "cursor.sqlite")) as old, old:
        old.execute("CREATE TABLE cursors (journal TEXT PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID")
        old.execute("INSERT INTO cursors VALUES (?, 1)", (day.journal.id,))
    assert fed(day.path, tmp_path) == (0, day.journal.last_offset())


def leased(pipeline, kiosk):
    return {one.service: one.number for one in view(pipeline, "view", "kiosk", kiosk).services if one.number}


def test_a_restored_journal_takes_a_new_id_and_leaps_once_before_any_node_has_spoken(day):
    day.draw()
    before, kept = leased(day.pipeline, "borne-a"), day.journal.id
    day.journal.mark_put_back()
    day.journal.close()
    day.open()
    assert day.journal.id != kept
    assert day.journal.follows(kept)
    after = leased(day.pipeline, "borne-a")
    assert int(before["information"][1:]) + 200 <= int(after["information"][1:])
    new = day.journal.id
    day.journal.close()
    day.open()
    assert (day.journal.id, leased(day.pipeline, "borne-a")) == (new, after)


def test_a_restored_journal_leaps_in_the_numbers_of_today_and_not_of_the_backups_day(day):
    day.draw()
    day.journal.mark_put_back()
    day.journal.close()
    day.clock.advance(24 * 3600)
    day.open()
    assert all(
        int(number[1:]) > 200 for number in leased(day.pipeline, "borne-a").values() if number.startswith("A")
    )


def test_a_journal_put_back_leases_numbers_that_nobody_can_have_in_hand(day):
    day.draw()
    day.draw("A003")
    lost = leased(day.pipeline, "borne-a")["information"]
    receipted = messages.Batch(
        run="later",
        boot="b",
        sent_boot="b",
        sent_ns=0,
        oldest=1,
        journal=day.journal.id,
        receipted=40,
        events=[],
    )
    day.pipeline.take([Arrived("borne-b", messages.encode(receipted))])
    day.pipeline.decide()
    numbers = [number for kiosk in ("borne-a", "borne-b") for number in leased(day.pipeline, kiosk).values()]
    assert len(set(numbers)) == len(numbers)
    assert all(int(number[1:]) > 200 for number in numbers if number.startswith("A")), numbers
    assert lost not in numbers
    before = leased(day.pipeline, "borne-a")
    day.pipeline.take([Arrived("borne-b", messages.encode(receipted))])
    day.pipeline.decide()
    assert leased(day.pipeline, "borne-a") == before  # once is enough
