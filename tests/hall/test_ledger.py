"""Pressed = stored: the three counts side by side, by node and day."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from broker.clock import SECOND, local_day
from broker.contract import compiled, messages
from broker.contract.topics import HALL
from broker.delivery.journal import Journal, Row
from hall.feeding import Feed
from hall.ledger import days, lines
from hall.pipeline import Pipeline
from hall.store.embedded import EmbeddedStore
from preaccueil.commands.ledger import command

PARIS = ZoneInfo("Europe/Paris")
MORNING = 1_781_600_000 * SECOND  # Tuesday 16 June 2026, 10:53 in Paris
TODAY = local_day(MORNING, PARIS)


def vote(seq, at_ns=MORNING, run="run", quarantined=None):
    body = messages.VoteCast(device="boutons", barometer="barometre-19", question="trouve", answer=0)
    raw = messages.encode(body)
    return Row(
        "barometre", run, seq, at_ns + seq, at_ns + seq, 0, undated=False, body=raw, quarantined=quarantined
    )


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def line_of(journal, stored, node="barometre", day=TODAY):
    return next(line for line in lines(journal, day, stored) if line.node == node)


def test_a_node_whose_every_event_is_received_and_stored_holds(journal):
    for seq in (1, 2, 3):
        journal.append(vote(seq))
    journal.note_said("barometre", TODAY.name, 3, MORNING)
    line = line_of(journal, {"barometre": 3})
    assert (line.recorded, line.received, line.stored) == (3, 3, 3)
    assert line.holds


@pytest.mark.parametrize(
    ("recorded", "stored"),
    [(4, 3), (3, 2), (3, 4), (3, None)],
    ids=["one on its way", "one not stored", "one stored twice", "a store that cannot be asked"],
)
def test_a_difference_anywhere_does_not_hold(journal, recorded, stored):
    for seq in (1, 2, 3):
        journal.append(vote(seq))
    journal.note_said("barometre", TODAY.name, recorded, MORNING)
    assert not line_of(journal, None if stored is None else {"barometre": stored}).holds


def test_what_the_hall_said_itself_before_its_journal_was_put_back_is_no_difference(journal):
    """Minutes passed between backup and restore: their points are stored, and nobody sends them again."""
    body = messages.encode(messages.TimePassed(device=""))
    journal.append(Row(HALL, "run", 1, MORNING, MORNING, 0, undated=False, body=body, quarantined=None))
    assert line_of(journal, {HALL: 3}, HALL).holds
    assert not line_of(journal, {HALL: 0}, HALL).holds


def test_a_quarantined_event_is_received_and_shown(journal):
    journal.append(vote(1, quarantined="unreadable"))
    line = line_of(journal, {"barometre": 1})
    assert (line.received, line.quarantined, line.holds) == (1, 1, False)


def test_an_outbox_that_forgets_takes_back_nothing_of_what_its_node_said(journal):
    journal.note_said("barometre", TODAY.name, 9, MORNING)
    journal.note_said("barometre", TODAY.name, 2, MORNING + 1)
    assert journal.said(TODAY.name) == {"barometre": 9}


def test_days_run_from_the_first_event_to_now_over_a_change_of_clocks(journal):
    friday = 1_774_620_000 * SECOND  # 27 March 2026; clocks change on the 29th
    journal.append(vote(1, at_ns=friday))
    found = list(days(journal, PARIS, friday + 4 * 24 * 3600 * SECOND))
    assert [day.name for day in found] == [f"2026-03-{n}" for n in (27, 28, 29, 30, 31)]
    assert [(day.end_ns - day.start_ns) // (3600 * SECOND) for day in found] == [24, 24, 23, 24, 24]


def test_an_empty_journal_has_no_days(journal):
    assert list(days(journal, PARIS, MORNING)) == []


@pytest.fixture
def ledger(barnum, tmp_path):
    """Runs the command on this test's journal and store."""
    compiled.write(barnum, tmp_path / "site.json")
    store = {"kind": "embedded", "path": str(tmp_path / "store.sqlite")}
    (tmp_path / "store.json").write_text(json.dumps(store), encoding="utf-8")
    files = (f"--site={tmp_path / 'site.json'}", f"--store-config={tmp_path / 'store.json'}")

    def run(*arguments):
        return CliRunner().invoke(command, [*files, f"--state={tmp_path}", *arguments])

    return run


def test_the_command_says_that_all_is_stored_or_which_node_differs(barnum, tmp_path, ledger, journal):
    class Clock:
        speed = 1

        def civil_ns(self):
            return MORNING

    Pipeline(barnum, journal, Clock()).start()
    feed = Feed(Journal(tmp_path / "journal.sqlite"), EmbeddedStore(tmp_path / "store.sqlite"), ":memory:")
    while feed.step():
        pass
    feed.close()
    whole = ledger("--all")
    assert whole.exit_code == 0, whole.output
    assert HALL in whole.output
    assert "tout est conservé" in whole.output
    journal.append(vote(1))
    differs = ledger()
    assert differs.exit_code == 1
    assert "barometre" in differs.output
    assert "à voir" in differs.output


def test_a_day_is_one_line_whole_or_to_be_looked_at(tmp_path, ledger, journal):
    for seq in (1, 2, 3):
        journal.append(vote(seq))
    journal.decide([], upto=3)
    missing = ledger("--day", TODAY.name)
    assert missing.exit_code == 1
    assert "3 reçus / received ≠ 0 conservés / stored — à voir" in missing.output
    feed = Feed(Journal(tmp_path / "journal.sqlite"), EmbeddedStore(tmp_path / "store.sqlite"), ":memory:")
    feed.step()
    feed.close()
    journal.note_said("barometre", TODAY.name, 3, MORNING)
    whole = ledger("--day", TODAY.name)
    assert whole.exit_code == 0
    assert whole.output == ("2026-06-16 : 3 notés / recorded = 3 reçus / received = 3 conservés / stored\n")
    journal.note_said("barometre", TODAY.name, 5, MORNING)
    assert "5 notés / recorded ≠ 3 reçus" in ledger("--day", TODAY.name).output


def test_a_day_that_is_none_is_said(ledger, journal):
    assert "a date like 2026-06-16 is wanted" in ledger("--day", "16 juin").output


def test_a_folder_without_a_journal_is_said(ledger):
    answer = ledger()
    assert answer.exit_code == 1
    assert "no journal here" in answer.output
