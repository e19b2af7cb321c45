"""Whatever arrives on ``event/<node>``: refused or quarantined, counted, and nothing else changes."""

from __future__ import annotations

import json
import sqlite3

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from broker.clock import SECOND
from broker.contract import messages
from broker.delivery.intake import BELIEVED, Arrived, Intake
from broker.delivery.journal import Journal

NOW = 1_800_000_000 * SECOND
DAY = 24 * 3600 * SECOND
MARK = "put-it-here"


@pytest.fixture
def journal():
    journal = Journal(":memory:")
    yield journal
    journal.close()


def vote(seq=1, at_ns=NOW, **changes):
    body = {
        "type": "vote.cast",
        "device": "boutons",
        "barometer": "b",
        "question": "q",
        "answer": 1,
    } | changes
    return {"seq": seq, "at_ns": at_ns, "machine_ns": 1, "body": body}


def batch(*events, **changes):
    whole = {"run": "r", "boot": "b", "sent_boot": "b", "sent_ns": 5, "oldest": 1, "events": list(events)}
    return json.dumps(whole | changes).encode()


def taken(journal, barnum, *payloads):
    return Intake(journal, barnum).take([Arrived("barometre", payload) for payload in payloads], NOW)


UNREADABLE = {
    "nothing": b"",
    "not JSON": b"vote!",
    "JSON of another shape": b"[1, 2, 3]",
    "a megabyte of brackets": b"[" * 1_000_000,
    "a megabyte of text": b'{"run": "' + b"x" * 1_000_000 + b'"}',
    "deep nesting where events stand": b'{"run":"r","events":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "invalid UTF-8 in the run": b'{"run": "\xff\xfe", "boot": "b"}',
    "a run with NUL": batch(vote(), run="r\x00"),
    "a number that no database holds": batch(vote(seq=2**80)),
    "a negative date": batch(vote(at_ns=-1)),
    "a date beyond time": batch(vote(at_ns=2**70)),
    "a float for a seq": batch(vote(seq=1.5)),
    "true for a seq": batch(vote(seq=True)),
}


@pytest.mark.parametrize("payload", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_batch_is_counted_and_the_next_vote_is_taken(journal, barnum, payload):
    receipts = taken(journal, barnum, payload, batch(vote(), run="good"))
    assert [(one.receipt.run, one.receipt.upto) for one in receipts] == [("good", 1)]
    assert journal.quarantined(most=5)[0] == 1
    (entry,) = journal.events_after(0, most=5)
    assert entry.row.quarantined is None


QUARANTINED = {
    "a body of no known type": vote(type="vote.stolen"),
    "a body with a field too many": vote(colour="red"),
    "a wrong type in the body": vote(answer="one"),
    "NUL in a text": vote(question="q\x00"),
    "a newline in an id": vote(question="q\n"),
    "a text without end": vote(question="x" * 65),
    "a date next week": vote(at_ns=NOW + 7 * DAY),
    "a date before last season": vote(at_ns=NOW - 500 * DAY),
    "another device's words": vote(device="afficheur"),
}


@pytest.mark.parametrize("event", QUARANTINED.values(), ids=QUARANTINED.keys())
def test_what_cannot_be_believed_is_a_quarantined_row_with_its_reason_and_a_receipt(journal, barnum, event):
    (receipt,) = taken(journal, barnum, batch(event))
    assert receipt.receipt.upto == 1
    (entry,) = journal.events_after(0, most=5)
    assert entry.row.quarantined


def test_invalid_utf_8_in_a_body_is_quarantined(journal, barnum):
    payload = batch(vote(question="PLACE")).replace(b"PLACE", b"\xff\xfe")
    taken(journal, barnum, payload)
    assert journal.quarantined(most=5)[0] == 1


def test_a_body_nested_too_deep_is_quarantined(journal, barnum):
    deep = b"[" * 5_000 + b"]" * 5_000
    taken(journal, barnum, batch(vote(question="PLACE")).replace(b'"PLACE"', deep))
    assert journal.quarantined(most=5)[0] == 1


PATTERNED = {r"\A20\d{2}-(0[1-9]|1[0-2])\Z": "2027-06"}
"""A text for each pattern that the contract asks for."""


def sample(kind):  # noqa: C901 - one case a kind of value
    """A value of a type as msgspec tells it: the simplest that the contract accepts."""
    match kind:
        case inspect.StrType():
            return PATTERNED.get(kind.pattern, "x")
        case inspect.RawType():
            return {}
        case inspect.IntType():
            return max(1, kind.ge or 0)
        case inspect.FloatType():
            return 1.0
        case inspect.BoolType():
            return False
        case inspect.DateType():
            return "2026-06-15"
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.UnionType():
            return sample(kind.types[0])
        case inspect.ListType() | inspect.VarTupleType():
            return [sample(kind.item_type)]
        case inspect.Metadata():
            return sample(kind.type)
        case inspect.StructType():
            tag = {kind.tag_field: kind.tag} if kind.tag_field else {}
            return tag | {field.encode_name: sample(field.type) for field in kind.fields if field.required}
        case _:
            raise AssertionError(f"what does a {kind} look like?")


def texts_of_every_event():
    for told in inspect.type_info(messages.AnyBody).types:
        whole = {"type": told.tag} | {field.encode_name: sample(field.type) for field in told.fields}
        for field in told.fields:
            if whole[field.encode_name] in ("x", ["x"]):
                yield pytest.param(whole, field.encode_name, id=f"{told.tag} {field.encode_name}")


@pytest.mark.parametrize(("whole", "text"), [*texts_of_every_event()])
def test_nul_and_invalid_utf_8_are_refused_in_every_text_of_every_event(whole, text):
    messages.decode_body(json.dumps(whole).encode())
    for hostile in (b"x\\u0000", b"\xff", b"x" * 1_000):
        marked = [MARK] if isinstance(whole[text], list) else MARK
        payload = json.dumps(whole | {text: marked}).encode().replace(MARK.encode(), hostile)
        with pytest.raises(msgspec.MsgspecError):
            messages.decode_body(payload)


def test_last_months_messages_sent_again_change_nothing(journal, barnum):
    messages_then = [batch(vote(seq), run="old") for seq in (1, 2, 3)]
    taken(journal, barnum, *messages_then)
    before = journal.last_offset()
    receipts = taken(journal, barnum, *messages_then)
    assert [one.receipt.upto for one in receipts] == [3]
    assert journal.last_offset() == before


@settings(max_examples=300, deadline=None)
@given(payload=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_no_bytes_stop_the_intake(barnum, payload):
    journal = Journal(":memory:")
    receipts = taken(journal, barnum, payload, batch(vote(), run="good"))
    assert receipts[-1].receipt.run == "good"
    assert journal.event_body("barometre", "good", 1) is not None
    journal.close()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_change_to_a_good_message_stops_the_intake(barnum, data):
    whole = json.loads(batch(vote(1), vote(2)))
    place = data.draw(st.sampled_from([whole, whole["events"][0], whole["events"][0]["body"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(_JSON)
    journal = Journal(":memory:")
    receipts = taken(journal, barnum, json.dumps(whole).encode(), batch(vote(), run="good"))
    assert receipts[-1].receipt.run == "good"
    rows = journal.events_after(0, most=10)
    for entry in rows:
        if entry.row.quarantined is None:
            assert isinstance(messages.decode_body(entry.row.body), messages.VoteCast)
    journal.close()


def test_a_journal_put_back_from_a_backup_gets_a_new_id_and_asks_for_all(journal, barnum):
    intake = Intake(journal, barnum)
    before = journal.id
    event = vote(5)
    known_better = batch(event, oldest=2, journal=before, receipted=4)
    (receipt,) = intake.take([Arrived("barometre", known_better)], NOW)
    assert receipt.receipt.journal == journal.id == journal.read_id() != before
    assert receipt.receipt.upto == 1  # seq 1 is nowhere any more; 2 to 4 are asked for again


def test_a_journal_put_back_twice_from_one_copy_gets_a_new_id_each_time(journal, barnum):
    """The nodes know the id of the first time by then, which the copy does not."""
    intake = Intake(journal, barnum)
    before = journal.id
    intake.take([Arrived("barometre", batch(oldest=1, journal="of-the-first-time", receipted=7))], NOW)
    again = journal.id
    assert again != before
    late = batch(oldest=1, journal="of-the-first-time", receipted=7)  # not yet heard of the new id
    intake.take([Arrived("barometre", late)], NOW)
    assert journal.id == again


@pytest.mark.parametrize("own", [True, False], ids=["of this journal", "of ever new ones"])
def test_who_claims_receipts_again_and_again_is_told_and_not_believed(journal, barnum, own):
    intake = Intake(journal, barnum)
    ids = set()
    for turn in range(50):
        named = journal.id if own else f"invented-{turn}"
        claim = batch(vote(1), journal=named, receipted=1_000_000 + turn, run=f"r{turn}")
        (receipt,) = intake.take([Arrived("barometre", claim)], NOW)
        assert receipt.receipt.upto == 1  # what it says is taken all the same
        ids.add(journal.id)
    assert len(ids) == BELIEVED
    (tally,) = journal.tallies(0, 2 * NOW)
    assert (tally.node, tally.alarms, tally.received) == ("barometre", 50 - BELIEVED, 50)


def test_one_that_is_not_believed_keeps_nobody_else_from_being_so(journal, barnum):
    intake = Intake(journal, barnum)
    for turn in range(10):
        intake.take([Arrived("barometre", batch(journal=f"invented-{turn}", receipted=7))], NOW)
    before = journal.id
    intake.take([Arrived("borne-a", batch(journal="lost", receipted=7))], NOW)
    assert journal.id != before


def test_a_hall_started_again_believes_again(journal, barnum):
    """A journal is put back while the hall is off: the first word after its start counts at once."""
    intake = Intake(journal, barnum)
    for turn in range(10):
        intake.take([Arrived("barometre", batch(journal=f"invented-{turn}", receipted=7))], NOW)
    before = journal.id
    taken(journal, barnum, batch(journal="lost", receipted=7))
    assert journal.id != before


def test_what_a_failed_commit_took_back_is_taken_when_it_comes_again(journal, barnum, monkeypatch):
    intake = Intake(journal, barnum)
    arrived = [Arrived("barometre", batch(vote(1), vote(2), journal="lost", receipted=7))]

    def full(_expected):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "expect_all", full)
        with pytest.raises(sqlite3.OperationalError):
            intake.take(arrived, NOW)
    assert journal.id == journal.read_id()
    assert not intake.is_replaced
    assert journal.last_offset() == 0
    (receipt,) = intake.take(arrived, NOW)
    assert (receipt.receipt.upto, receipt.receipt.journal) == (2, journal.read_id())
    assert intake.is_replaced


def test_a_filled_up_journal_takes_no_run_for_a_clone(journal, barnum):
    intake = Intake(journal, barnum)

    def say(run, *events, **changes):
        intake.take([Arrived("barometre", batch(*events, run=run, **changes))], NOW)

    say("newer", journal="lost", receipted=2)  # the reminder, before anything is sent again
    say("older", vote(1, at_ns=NOW), vote(2, at_ns=NOW + SECOND))
    say("newer", vote(1, at_ns=NOW + 60 * SECOND), vote(2, at_ns=NOW + 120 * SECOND))
    assert journal.tallies(0, 2 * NOW)[0].alarms == 0


def test_a_run_that_goes_on_after_its_successor_began_is_an_alarm(journal, barnum):
    intake = Intake(journal, barnum)

    def say(run, seq, at_ns):
        intake.take([Arrived("barometre", batch(vote(seq, at_ns=at_ns), run=run))], NOW)

    say("original", 1, NOW)
    say("clone", 1, NOW + 60 * SECOND)
    assert journal.tallies(0, 2 * NOW)[0].alarms == 0
    say("original", 2, NOW + 120 * SECOND)
    assert journal.tallies(0, 2 * NOW)[0].alarms == 1


def test_a_restarted_node_that_sends_its_older_run_late_is_no_alarm(journal, barnum):
    intake = Intake(journal, barnum)
    intake.take([Arrived("barometre", batch(vote(1, at_ns=NOW + 60 * SECOND), run="new"))], NOW)
    intake.take(
        [Arrived("barometre", batch(vote(1, at_ns=NOW), vote(2, at_ns=NOW + SECOND), run="old"))], NOW
    )
    assert journal.tallies(0, 2 * NOW)[0].alarms == 0


def test_every_message_the_nodes_send_is_within_the_contracts_bounds():
    """The bounds are tight enough to protect and wide enough for everything we say."""
    longest = messages.TicketPrinted(
        device="imprimante",
        ticket=messages.event_id("guichet-conciergerie-annexe-nord", "f" * 12, 10**9),
        outcome="failed",
    )
    assert messages.decode_body(messages.encode(longest)) == longest
    drawn = messages.TicketDrawn(device="b", service="s", number="A001", token="f" * 64)
    assert messages.decode_body(messages.encode(drawn)) == drawn
    assert msgspec.json.decode(messages.encode(drawn))["type"] == "ticket.drawn"
