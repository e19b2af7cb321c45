"""Both ends of "exactly once", joined by a link that loses, repeats and reorders nothing or everything."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.clock import SECOND, ManualClock
from broker.contract import compiled, messages
from broker.contract.topics import Topic, Topics
from broker.delivery.intake import Arrived, Intake
from broker.delivery.journal import Journal
from broker.delivery.outbox import Outbox, OutboxCorruptError, OutboxFullError, Place
from broker.delivery.sender import Sender

TOPICS = Topics("barnum")
NOW = 1_800_000_000 * SECOND


class LossyLink:
    """Keeps what was sent until a test lets it through."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        assert topic == TOPICS.of("event", "barometre")
        assert (qos, retain) == (1, False)
        self.sent.append(payload)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(civil_ns=NOW, machine_ns=100 * SECOND)


@pytest.fixture
def journal():
    journal = Journal(":memory:")
    yield journal
    journal.close()


class Ends:
    """A node's end and the recorder's, with the link between them in the test's hands."""

    def __init__(
        self, clock: ManualClock, journal: Journal, site: compiled.Site, path=":memory:", boot: str = "boot-1"
    ) -> None:
        self.clock, self.journal = clock, journal
        self.intake = Intake(journal, site)
        self.link = LossyLink()
        self.open(path, boot)

    def open(self, path, boot: str = "boot-1") -> None:
        self.outbox = Outbox(path, boot=boot)
        self.sender = Sender("barometre", self.outbox, TOPICS, self.link, self.clock)

    def vote(self, answer: int = 0) -> int:
        body = messages.VoteCast(
            device="boutons", barometer="barometre-19", question="accueil", answer=answer
        )
        seq = self.outbox.record(body, self.clock.machine_ns())
        self.sender.pump_all()
        return seq

    def come_up(self) -> None:
        self.sender.connected()
        status = messages.RecorderStatus(
            state="online", journal=self.journal.id, civil_ns=self.clock.civil_ns(), speed=1
        )
        self.sender.receive(Topic("status", ("recorder",)), messages.encode(status), retained=False)
        self.sender.pump_all()

    def carry(self, lose=lambda _: False, lose_receipt=lambda _: False) -> None:
        """Let messages and receipts through until nothing moves; losing what the test says."""
        while self.link.sent:
            payloads, self.link.sent = self.link.sent, []
            arrived = [Arrived("barometre", payload) for payload in payloads if not lose(payload)]
            for _, receipt in self.intake.take(arrived, self.clock.civil_ns()):
                if not lose_receipt(receipt):
                    self.sender.receive(
                        Topic("receipt", ("barometre",)), messages.encode(receipt), retained=False
                    )
                    self.sender.pump_all()

    def answers(self) -> list[int]:
        entries = self.journal.events_after(0, most=10_000)
        return [msgspec.json.decode(entry.row.body)["answer"] for entry in entries]


@pytest.fixture
def ends(clock, journal, barnum) -> Ends:
    ends = Ends(clock, journal, barnum)
    yield ends
    ends.outbox.close()


def test_a_vote_travels_to_the_journal_and_its_receipt_back(ends):
    ends.come_up()
    ends.vote(2)
    assert ends.outbox.pending() == 1
    ends.carry()
    assert ends.answers() == [2]
    assert ends.outbox.pending() == 0


def test_votes_pressed_during_an_outage_keep_their_time_and_order(ends, clock):
    pressed = []
    for answer in (3, 1, 2):
        pressed.append(clock.civil_ns())
        ends.vote(answer)
        clock.advance(3600)
    ends.come_up()
    ends.carry()
    rows = [entry.row for entry in ends.journal.events_after(0, most=10)]
    assert [row.at_ns for row in rows] == pressed
    assert ends.answers() == [3, 1, 2]
    assert all(row.recorded_ns - row.at_ns >= 3600 * SECOND for row in rows)


def test_a_lost_message_is_sent_again_after_the_resend_time(ends, clock):
    ends.come_up()
    ends.vote(1)
    ends.link.sent.clear()
    ends.vote(2)
    ends.carry()  # the recorder refuses the second while the first is missing
    clock.advance(6)
    ends.sender.pump_all()
    ends.carry()
    assert ends.answers() == [1, 2]


def test_a_lost_receipt_makes_no_second_vote(ends, clock):
    ends.come_up()
    ends.vote(1)
    ends.carry(lose_receipt=lambda _: True)
    clock.advance(6)
    ends.sender.pump_all()
    ends.carry()
    assert ends.answers() == [1]
    assert ends.journal.tallies(0, 2 * NOW)[0].duplicates == 1


def test_at_most_four_messages_are_on_their_way(ends):
    ends.come_up()
    for _ in range(10):
        ends.vote()
    assert len(ends.link.sent) == 4
    ends.carry()
    assert len(ends.answers()) == 10


def test_a_backlog_leaves_one_message_at_a_time_so_that_a_press_waits_behind_one_only(ends):
    vote = messages.VoteCast(device="boutons", barometer="barometre-19", question="accueil", answer=1)
    for _ in range(2500):
        ends.outbox.record(vote, ends.clock.machine_ns())
    ends.sender.connected()
    status = messages.RecorderStatus(
        state="online", journal=ends.journal.id, civil_ns=ends.clock.civil_ns(), speed=1
    )
    ends.sender.receive(Topic("status", ("recorder",)), messages.encode(status), retained=False)
    assert not ends.link.sent
    went_on = []
    for sent in range(1, 5):
        went_on.append(ends.sender.pump())
        assert len(ends.link.sent) == sent
    assert went_on == [True, True, True, False]
    assert not ends.sender.pump()


def test_a_backlog_travels_in_batches_below_the_size_limit(ends):
    for _ in range(1200):
        ends.vote()
    ends.come_up()
    assert 1 < len(ends.link.sent) <= 4
    assert max(len(payload) for payload in ends.link.sent) < 70_000
    ends.carry()
    assert len(ends.answers()) == 1200


def test_an_older_run_is_sent_before_the_newer(clock, journal, barnum, tmp_path):
    ends = Ends(clock, journal, barnum, tmp_path / "outbox.sqlite")
    ends.vote(1)
    ends.outbox.close()
    ends.open(tmp_path / "outbox.sqlite")
    ends.vote(2)
    ends.come_up()
    ends.carry()
    assert ends.answers() == [1, 2]
    runs = [entry.row.run for entry in journal.events_after(0, most=10)]
    assert runs[0] != runs[1]
    ends.outbox.close()


def test_events_without_a_clock_wait_until_the_recorder_tells_the_time(journal, barnum):
    clock = ManualClock(civil_ns=0, machine_ns=50 * SECOND, known=False)
    ends = Ends(clock, journal, barnum)
    ends.vote(1)
    clock.advance(10)
    ends.sender.connected()
    retained = messages.RecorderStatus(state="online", journal=journal.id, civil_ns=NOW - 999 * SECOND)
    ends.sender.receive(Topic("status", ("recorder",)), messages.encode(retained), retained=True)
    assert ends.link.sent == []  # a retained time is old: it dates nothing
    fresh = messages.RecorderStatus(state="online", journal=journal.id, civil_ns=NOW)
    ends.sender.receive(Topic("status", ("recorder",)), messages.encode(fresh), retained=False)
    ends.sender.pump_all()
    ends.carry()
    (entry,) = journal.events_after(0, most=10)
    assert entry.row.at_ns == NOW - 10 * SECOND
    ends.outbox.close()


def test_a_boot_that_never_had_a_clock_is_dated_between_its_neighbours_and_flagged(journal, barnum, tmp_path):
    path = tmp_path / "outbox.sqlite"
    first = Ends(ManualClock(civil_ns=NOW, machine_ns=5 * SECOND), journal, barnum, path)
    first.vote(0)
    first.outbox.close()
    second = Ends(ManualClock(machine_ns=7 * SECOND, known=False), journal, barnum, path, boot="boot-2")
    second.vote(1)
    second.outbox.close()
    later = ManualClock(civil_ns=NOW + 3600 * SECOND, machine_ns=9 * SECOND)
    third = Ends(later, journal, barnum, path, boot="boot-3")
    third.vote(2)
    third.come_up()
    third.carry()
    rows = [entry.row for entry in journal.events_after(0, most=10)]
    assert [row.undated for row in rows] == [False, True, False]
    assert rows[0].at_ns < rows[1].at_ns < rows[2].at_ns
    third.outbox.close()


def test_a_clock_that_jumps_back_does_not_reorder(ends, clock):
    ends.vote(1)
    clock.now_civil_ns -= 7200 * SECOND
    ends.vote(2)
    ends.come_up()
    ends.carry()
    dates = [entry.row.at_ns for entry in ends.journal.events_after(0, most=10)]
    assert dates == sorted(dates)
    assert len(set(dates)) == 2


def test_another_journal_makes_the_node_send_again_all_it_holds(ends, barnum):
    ends.come_up()
    for answer in (0, 1, 2):
        ends.vote(answer)
    ends.carry()
    restored = Journal(":memory:")
    ends.journal, ends.intake = restored, Intake(restored, barnum)
    ends.come_up()
    ends.carry()
    assert ends.answers() == [0, 1, 2]
    restored.close()


def test_what_no_node_has_any_more_is_journalled_as_missing_and_intake_goes_on(ends, clock, barnum):
    ends.come_up()
    ends.vote(0)
    ends.carry()
    clock.advance(8 * 24 * 3600)
    ends.vote(1)
    ends.carry()
    ends.outbox.tidy(clock.civil_ns())  # the first, receipted eight days ago, is gone
    restored = Journal(":memory:")
    ends.journal, ends.intake = restored, Intake(restored, barnum)
    ends.come_up()
    ends.carry()
    assert ends.answers() == [1]
    (tally,) = restored.tallies(0, 2 * clock.civil_ns())
    assert (tally.received, tally.missing) == (1, 1)
    restored.close()


def test_an_event_that_cannot_be_read_is_a_quarantined_row_and_not_a_hole(ends):
    ends.come_up()
    batch = messages.Batch(
        run="r",
        boot="b",
        sent_boot="b",
        sent_ns=5,
        oldest=1,
        events=[
            messages.Event(
                seq=1, at_ns=NOW, machine_ns=1, body=msgspec.Raw(b'{"type":"no.such","device":"x"}')
            ),
            messages.Event(seq=2, at_ns=NOW + 1, machine_ns=2, body=msgspec.Raw(b'{"type":"vote.cast"}')),
        ],
    )
    (receipt,) = ends.intake.take([Arrived("barometre", messages.encode(batch))], NOW)
    assert receipt.receipt.upto == 2
    total, newest = ends.journal.quarantined(most=20)
    assert total == 2
    assert "no.such" in newest[1][3]
    assert "missing required field" in newest[0][3]


@pytest.mark.parametrize(
    ("node", "body", "words"),
    [
        (
            "barometre",
            '{"type":"passage.counted","device":"boutons","direction":"in"}',
            "cannot say passage.counted",
        ),
        ("barometre", '{"type":"device.changed","device":"nothing","state":"ok"}', "no device 'nothing'"),
        ("barometre", '{"type":"time.passed","device":""}', "the hall's alone"),
        ("nobody", '{"type":"device.changed","device":"boutons","state":"ok"}', "no node 'nobody'"),
    ],
)
def test_what_a_node_cannot_have_said_is_quarantined_with_the_reason(ends, node, body, words):
    event = messages.Event(seq=1, at_ns=NOW, machine_ns=1, body=msgspec.Raw(body.encode()))
    batch = messages.Batch(run="r", boot="b", sent_boot="b", sent_ns=5, oldest=1, events=[event])
    ends.intake.take([Arrived(node, messages.encode(batch))], NOW)
    total, newest = ends.journal.quarantined(most=20)
    assert total == 1
    assert words in newest[0][3]


def test_a_message_that_is_no_batch_is_kept_once_counted_each_time_and_stops_nothing(ends):
    ends.come_up()
    ends.intake.take([Arrived("barometre", b"\xff\x00garbage")] * 3, NOW)
    ends.vote(1)
    ends.carry()
    assert ends.answers() == [1]
    assert ends.journal.quarantined(most=20)[0] == 3


def test_the_same_identity_with_other_content_is_an_alarm_and_never_a_duplicate(ends):
    def batch(answer: int) -> bytes:
        body = f'{{"type":"vote.cast","device":"boutons","barometer":"b","question":"q","answer":{answer}}}'
        event = messages.Event(seq=1, at_ns=NOW, machine_ns=1, body=msgspec.Raw(body.encode()))
        return messages.encode(
            messages.Batch(run="r", boot="b", sent_boot="b", sent_ns=5, oldest=1, events=[event])
        )

    ends.intake.take([Arrived("barometre", batch(1))], NOW)
    ends.intake.take([Arrived("barometre", batch(2))], NOW)
    (tally,) = ends.journal.tallies(0, 2 * NOW)
    assert tally.alarms == 1
    assert ends.answers() == [1]


def test_a_full_outbox_refuses_instead_of_dropping(tmp_path):
    outbox = Outbox(tmp_path / "outbox.sqlite", boot="b", capacity_bytes=64_000)
    body = messages.DeviceChanged(device="boutons", state="failed", detail="x" * 500)

    def fill() -> None:
        for _ in range(1000):
            outbox.record(body, 1)

    with pytest.raises(OutboxFullError, match="without receipt"):
        fill()
    assert outbox.pending() == outbox.recorded() > 10
    outbox.close()


def test_a_nearly_full_outbox_drops_receipted_events_first(tmp_path):
    outbox = Outbox(tmp_path / "outbox.sqlite", boot="b", capacity_bytes=64_000)
    outbox.date(NOW, 1)
    body = messages.DeviceChanged(device="boutons", state="failed", detail="x" * 500)
    for _ in range(1000):
        outbox.receipted(outbox.run, outbox.record(body, 1))
    assert outbox.recorded() == 1000
    outbox.close()


def test_what_is_old_leaves_the_outbox_a_bounded_number_at_a_time_and_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr("broker.delivery.outbox.MOST_DROPPED", 10)
    outbox = Outbox(tmp_path / "outbox.sqlite", boot="boot-1")
    with closing(outbox):
        outbox.date(NOW, 1)
        vote = messages.VoteCast(device="boutons", barometer="barometre-19", question="accueil", answer=1)
        for second in range(25):
            outbox.record(vote, second * SECOND)
        outbox.receipted(outbox.run, 23)
        later = NOW + 8 * 24 * 3600 * SECOND
        day = NOW - NOW % (86400 * SECOND)
        held = []
        for _ in range(4):
            outbox.tidy(later)
            held.append(outbox.recorded_between(day, day + 2 * 86400 * SECOND))
        assert held == [15, 5, 2, 2]
        assert outbox.pending() == 2
        parcel = outbox.parcel_after(Place(0, 0), most_bytes=100_000, most_events=100)
        assert parcel is not None
        assert (parcel.oldest, parcel.first.seq) == (24, 24)


def test_a_corrupt_outbox_is_set_aside_and_a_new_one_begun(tmp_path):
    path = tmp_path / "outbox.sqlite"
    path.write_bytes(b"this was a database before the power cut" * 100)
    outbox = Outbox(path, boot="b")
    assert outbox.record(messages.DeviceChanged(device="boutons", state="ok"), 1) == 1
    assert len(list(tmp_path.glob("outbox.sqlite.corrupt-*"))) == 1
    outbox.close()


def filled_outbox(path, events=2000) -> Outbox:
    outbox = Outbox(path, boot="b")
    outbox.date(NOW, 1)
    for number in range(events):
        outbox.record(messages.DeviceChanged(device="boutons", state="ok"), number)
    return outbox


def break_middle(path) -> None:
    """What a power cut can leave: whole pages of something else, behind a sound first one."""
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 40 * 4096)


def test_an_outbox_broken_in_its_middle_is_set_aside_at_the_start(tmp_path):
    path = tmp_path / "outbox.sqlite"
    filled_outbox(path).close()
    break_middle(path)
    outbox = Outbox(path, boot="b")
    assert outbox.record(messages.DeviceChanged(device="boutons", state="ok"), 1) == 1
    assert outbox.set_aside() == 1
    outbox.close()


def test_an_outbox_that_breaks_in_use_is_set_aside_and_says_so(tmp_path):
    path = tmp_path / "outbox.sqlite"
    filled_outbox(path).close()
    outbox = Outbox(path, boot="b")
    before = outbox.run
    break_middle(path)
    outbox._database.execute("PRAGMA shrink_memory")
    with pytest.raises(OutboxCorruptError):
        outbox.parcel_after(Place(0, 0), most_bytes=64_000, most_events=500)
    outbox.close()
    again = Outbox(path, boot="b")
    assert again.run != before
    assert (again.set_aside(), again.pending()) == (1, 0)
    again.close()


def test_a_body_in_which_the_disk_turned_a_bit_is_quarantined_and_holds_nothing_up(ends):
    for answer in (1, 2, 3):
        ends.vote(answer)
    ends.outbox._database.execute("UPDATE events SET body = X'7B22747970' WHERE seq = 2")
    ends.come_up()
    ends.carry()
    assert ends.outbox.pending() == 0
    rows = [entry.row for entry in ends.journal.events_after(0, most=10)]
    assert [bool(row.quarantined) for row in rows] == [False, True, False]


def test_a_restarted_outbox_keeps_what_was_not_receipted_and_draws_a_new_run(tmp_path):
    path = tmp_path / "outbox.sqlite"
    first = Outbox(path, boot="b")
    first.date(NOW, 1)
    first.record(messages.DeviceChanged(device="boutons", state="ok"), 1)
    first.close()
    second = Outbox(path, boot="b")
    assert second.run != first.run
    assert second.pending() == 1
    parcel = second.parcel_after(Place(0, 0), most_bytes=1000, most_events=10)
    assert parcel is not None
    assert parcel.run == first.run
    second.close()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_is_lost_on_the_way_every_vote_arrives_once_and_in_order(data, barnum):
    clock = ManualClock(civil_ns=NOW, machine_ns=100 * SECOND)
    with closing(Journal(":memory:")) as journal:
        ends = Ends(clock, journal, barnum)
        with closing(ends.outbox):
            ends.come_up()
            chance = st.booleans()
            expected = []
            for answer in data.draw(st.lists(st.integers(0, 3), max_size=25)):
                expected.append(answer)
                ends.vote(answer)
                if data.draw(chance):
                    ends.carry(lose=lambda _: data.draw(chance), lose_receipt=lambda _: data.draw(chance))
                if data.draw(chance):
                    clock.advance(6)
                    ends.sender.pump_all()
                if data.draw(st.integers(0, 5)) == 0:
                    ends.sender.disconnected()
                    ends.come_up()
            while ends.outbox.pending():
                clock.advance(6)
                ends.sender.pump_all()
                ends.carry()
            assert ends.answers() == expected


def test_an_outbox_knows_what_it_recorded_on_a_day_after_a_restart_and_a_tidying(tmp_path):
    path = tmp_path / "outbox.sqlite"
    day = 24 * 3600 * SECOND
    start = NOW - NOW % day
    first = Outbox(path, boot="b")
    first.date(start, 1)
    body = messages.DeviceChanged(device="boutons", state="ok")
    for hour in (1, 2, 25, 26, 27):
        first.receipted(first.run, first.record(body, hour * 3600 * SECOND))
    first.close()
    second = Outbox(path, boot="b")
    assert second.recorded_between(start, start + day) == 2
    assert second.recorded_between(start + day, start + 2 * day) == 3
    second.tidy(start + 8 * day)  # what is older than seven days goes
    assert second.recorded_between(start, start + day) == 0
    assert second.recorded_between(start + day, start + 2 * day) == 3
    assert second.pending() == 0
    second.close()


def test_pending_counts_what_is_held_after_the_journal_was_another(tmp_path):
    outbox = Outbox(tmp_path / "outbox.sqlite", boot="b")
    outbox.date(NOW, 1)
    body = messages.DeviceChanged(device="boutons", state="ok")
    for _ in range(5):
        outbox.receipted(outbox.run, outbox.record(body, 1))
    assert outbox.pending() == 0
    outbox.forget_receipts()
    assert outbox.pending() == 5
    outbox.close()


def test_256_megabytes_hold_30_days_of_a_busy_kiosk(tmp_path):
    outbox = Outbox(tmp_path / "outbox.sqlite", boot="b")
    outbox.date(NOW, 1)
    tickets, a_busy_day = 500, 600
    for _ in range(tickets):  # each: drawn, printed
        seq = outbox.record(
            messages.TicketDrawn(device="boutons", service="information", number="A001", token="f" * 64), 1
        )
        ticket = messages.event_id("borne-a", outbox.run, seq)
        outbox.record(messages.TicketPrinted(device="boutons", ticket=ticket, outcome="confirmed"), 1)
    assert outbox.size_bytes() / tickets * a_busy_day * 30 < outbox.capacity_bytes / 10
    outbox.close()


def test_a_node_with_nothing_to_send_still_shows_a_journal_put_back_what_it_lacks(clock, barnum, tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    ends = Ends(clock, journal, barnum, tmp_path / "outbox.sqlite")
    ends.come_up()
    ends.vote(0)
    ends.carry()
    journal.close()
    backup = (tmp_path / "journal.sqlite").read_bytes()
    journal = Journal(tmp_path / "journal.sqlite")
    ends.journal, ends.intake = journal, Intake(journal, barnum)
    ends.come_up()
    ends.vote(1)
    ends.carry()
    ends.outbox.close()  # everything is switched off for the night, all is receipted
    journal.close()
    for path in tmp_path.glob("journal.sqlite*"):
        path.unlink()
    (tmp_path / "journal.sqlite").write_bytes(backup)
    journal = Journal(tmp_path / "journal.sqlite")
    ends.journal, ends.intake = journal, Intake(journal, barnum)
    ends.open(tmp_path / "outbox.sqlite")
    ends.come_up()
    ends.carry()
    ends.come_up()  # the next word of the recorder
    ends.carry()
    assert ends.answers() == [0, 1]
    ends.outbox.close()
    journal.close()


def test_a_new_journal_in_the_place_of_a_lost_one_is_noticed_once(ends, barnum):
    ends.come_up()
    ends.vote(0)
    ends.carry()
    fresh = Journal(":memory:")
    ends.journal, ends.intake = fresh, Intake(fresh, barnum)
    ends.come_up()
    ends.carry()
    assert ends.intake.is_replaced
    ends.intake.is_replaced = False
    ends.vote(1)
    ends.come_up()
    ends.carry()
    assert not ends.intake.is_replaced
    assert ends.answers() == [0, 1]
    fresh.close()
