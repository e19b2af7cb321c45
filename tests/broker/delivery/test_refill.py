"""A journal put back from a backup is filled up again by the nodes: each event once, and no hole passed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.clock import SECOND, ManualClock
from broker.contract import messages
from broker.contract.topics import Topic
from broker.delivery.intake import Intake
from broker.delivery.journal import Journal
from tests.broker.delivery.test_delivery import NOW, Ends

DAY_S = 24 * 3600


class Place(Ends):
    """A node and a recorder on files, which may be copied, lost and put back."""

    def __init__(self, folder: Path, site) -> None:
        self.folder, self.site = folder, site
        clock = ManualClock(civil_ns=NOW, machine_ns=100 * SECOND)
        super().__init__(clock, Journal(folder / "journal.sqlite"), site, folder / "outbox.sqlite")

    def back_up(self, name: str) -> None:
        with closing(sqlite3.connect(self.folder / f"{name}.backup")) as copy:
            source = self.journal if name == "journal" else self.outbox
            source._database.backup(copy)

    def put_back(self, *, marked: bool) -> None:
        """What ``preaccueil restore`` does, or (unmarked) somebody who copies the file by hand."""
        self._put_back("journal", self.journal)
        self.journal = Journal(self.folder / "journal.sqlite")
        if marked:
            self.journal.mark_put_back()
            self.journal.renew_id(self.journal.id)  # as the hall does at its start
        self.intake = Intake(self.journal, self.site)
        self.sender.disconnected()
        self.link.sent.clear()

    def put_outbox_back(self) -> None:
        self._put_back("outbox", self.outbox)
        self.link.sent.clear()
        self.open(self.folder / "outbox.sqlite")

    def restart_node(self) -> None:
        self.outbox.close()
        self.link.sent.clear()
        self.open(self.folder / "outbox.sqlite")

    def _put_back(self, name, used) -> None:
        used.close()
        for part in self.folder.glob(f"{name}.sqlite*"):
            part.unlink()
        (self.folder / f"{name}.sqlite").write_bytes((self.folder / f"{name}.backup").read_bytes())

    def settle(self) -> None:
        """Until nothing waits for a receipt: a new id reaches the node with the second word."""
        for _ in range(3):
            self.clock.advance(6)
            self.come_up()
            self.carry()
        while self.outbox.pending():
            self.clock.advance(6)
            self.sender.pump_all()
            self.carry()

    def close(self) -> None:
        self.outbox.close()
        self.journal.close()

    def has_no_hole(self) -> bool:
        """Whether each run is in the journal from 1 to what was receipted of it, each once."""
        rows = self.journal._database.execute(
            "SELECT next_seq - 1, (SELECT count(*) FROM events WHERE (node, run) = (runs.node, runs.run)),"
            " (SELECT coalesce(max(seq), 0) FROM events WHERE (node, run) = (runs.node, runs.run)) FROM runs"
        ).fetchall()
        return all(receipted == count == last for receipted, count, last in rows)


@pytest.fixture
def place(tmp_path, barnum):
    place = Place(tmp_path, barnum)
    yield place
    place.close()


@pytest.mark.parametrize("marked", [True, False], ids=["restored", "copied by hand"])
def test_what_was_received_after_the_backup_comes_back_from_the_nodes(place, marked):
    place.come_up()
    place.vote(0)
    place.carry()
    place.back_up("journal")
    for answer in (1, 2, 3):
        place.vote(answer)
        place.carry()
    assert place.outbox.pending() == 0  # all of it has its receipt
    place.put_back(marked=marked)
    assert place.answers() == [0]
    place.settle()
    assert place.answers() == [0, 1, 2, 3]


@pytest.mark.parametrize("marked", [True, False], ids=["restored", "copied by hand"])
def test_a_hall_that_is_away_for_two_weeks_still_finds_what_it_had_receipted(place, marked):
    """The card dies on a Friday, the new machine comes after the holidays: that Friday must come back."""
    place.come_up()
    place.back_up("journal")
    place.vote(1)
    place.carry()
    place.sender.disconnected()
    for _ in range(14):
        place.clock.advance(DAY_S)
        place.sender.pump_all()
    place.put_back(marked=marked)
    place.settle()
    assert place.answers() == [1]


def test_a_word_that_the_broker_drops_is_said_again_until_it_is_answered(place):
    """Nobody presses any more: only this word tells a journal copied by hand that it lacks something."""
    place.come_up()
    place.back_up("journal")
    place.vote(1)
    place.carry()
    place.put_back(marked=False)
    place.come_up()
    place.carry(lose=lambda _: True)
    place.clock.advance(6)
    place.sender.pump_all()
    place.carry()
    assert place.answers() == [1]
    place.clock.advance(6)
    place.sender.pump_all()
    assert place.link.sent == []  # answered once is enough


def test_what_has_been_receipted_for_seven_days_goes_while_the_recorder_is_there(place):
    place.come_up()
    place.vote(1)
    place.carry()
    place.clock.advance(8 * DAY_S)
    place.sender.pump_all()
    day = NOW - NOW % (DAY_S * SECOND)
    assert place.outbox.recorded_between(day, day + DAY_S * SECOND) == 0


def test_an_outbox_put_back_uses_no_identity_again(place):
    """What a console sent after the backup keeps its identity; what it sends now has another."""
    place.come_up()
    place.vote(0)
    place.carry()
    place.back_up("outbox")
    place.vote(1)
    place.carry()
    place.put_outbox_back()
    place.vote(2)
    place.settle()
    assert place.answers() == [0, 1, 2]
    (tally,) = place.journal.tallies(0, 2 * NOW)
    assert (tally.missing, tally.alarms, tally.quarantined) == (0, 0, 0)


_STEPS = st.sampled_from(
    ["vote", "vote", "vote", "carry", "wait", "cut", "restart", "backup", "restore", "copy"]
)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), steps=st.lists(_STEPS, max_size=30))
def test_whatever_is_lost_and_put_back_every_vote_arrives_once_and_no_hole_is_passed(data, steps, barnum):
    chance = st.booleans()
    with TemporaryDirectory() as folder, closing(Place(Path(folder), barnum)) as place:
        place.back_up("journal")
        place.come_up()
        expected: list[int] = []
        for step in steps:
            match step:
                case "vote":
                    expected.append(len(expected) % 4)
                    place.vote(expected[-1])
                case "carry":
                    place.carry(lose=lambda _: data.draw(chance), lose_receipt=lambda _: data.draw(chance))
                case "wait":
                    place.clock.advance(data.draw(st.sampled_from([6, 3600, DAY_S])))
                    place.sender.pump_all()
                case "cut":
                    place.sender.disconnected()
                    place.come_up()
                case "restart":
                    place.restart_node()
                    place.come_up()
                case "backup":
                    place.back_up("journal")
                case "restore" | "copy":
                    place.put_back(marked=step == "restore")
                    place.come_up()
            assert place.has_no_hole()
        place.settle()
        # Each once; a run that began before the backup is filled up after those that the backup holds.
        assert sorted(place.answers()) == sorted(expected)
        assert place.has_no_hole()
        tallies = place.journal.tallies(0, 2 * place.clock.civil_ns())
        assert all(tally.alarms == tally.missing == tally.quarantined == 0 for tally in tallies)


def test_a_receipt_of_another_journal_makes_the_node_send_again(place):
    place.come_up()
    place.vote(1)
    place.carry()
    receipt = messages.Receipt(journal="another", run=place.outbox.run, upto=0)
    place.sender.receive(Topic("receipt", ("barometre",)), messages.encode(receipt), retained=False)
    assert place.outbox.pending() == 1
