"""What the instrument calls lost and what duplicated, whatever the clocks said."""

from __future__ import annotations

import pytest

from hall.store.interface import EventRow
from simulation.chaos.log import Began, Confirmed, Entry, Log, Pressed, read
from simulation.chaos.verdict import Ticket, judge

VOTE = ("vote.cast",)
DRAW = ("ticket.drawn", "direction.given")


def life(number: int, *presses: Entry, node: str = "barometre") -> list[Entry]:
    return [Began(node, number), *presses]


def press(
    number: int, of_life: int = 1, gives: tuple[str, ...] = VOTE, node: str = "barometre", paper: str = ""
) -> list[Entry]:
    """A press that was confirmed."""
    return [Pressed(number, node, of_life, gives), Confirmed(number, paper)]


def unseen(number: int, of_life: int = 1, gives: tuple[str, ...] = VOTE) -> list[Entry]:
    """A press that nobody saw confirmed."""
    return [Pressed(number, "barometre", of_life, gives)]


def run(name: str, *types: str, begins_ns: int = 0, node: str = "barometre") -> list[EventRow]:
    """A run as it is stored: its start, and what came in it."""
    return [
        EventRow(node, kind, begins_ns + seq, name, seq)
        for seq, kind in enumerate(("node.started", *types), 1)
    ]


def figures(entries: list[Entry], stored: list[EventRow], drawn: list[Ticket] | None = None):
    verdict = judge(entries, stored, drawn or []).verdict
    return verdict.lost, verdict.duplicated


def test_every_confirmed_press_with_one_event_is_well():
    judged = judge(life(1, *press(1), *press(2)), run("a", "vote.cast", "vote.cast"), [])
    assert judged.verdict.holds
    assert str(judged.verdict) == "pressed=2 confirmed=2 stored=2 lost=0 duplicated=0"
    assert judged.reasons == []


def test_a_confirmed_press_without_an_event_is_lost():
    assert figures(life(1, *press(1), *press(2)), run("a", "vote.cast")) == (1, 0)


def test_a_press_that_nobody_saw_confirmed_may_be_stored_or_not():
    assert figures(life(1, *press(1), *unseen(2)), run("a", "vote.cast")) == (0, 0)
    assert figures(life(1, *press(1), *unseen(2)), run("a", "vote.cast", "vote.cast")) == (0, 0)


def test_an_event_more_than_was_pressed_is_a_duplicate():
    assert figures(life(1, *press(1)), run("a", "vote.cast", "vote.cast")) == (0, 1)


def test_an_event_of_another_kind_explains_no_press():
    entries = life(1, *press(1), *press(2, gives=DRAW))
    assert figures(entries, run("a", "ticket.drawn", "ticket.drawn")) == (1, 1)


def test_what_one_life_lost_no_other_life_makes_good():
    entries = [*life(1, *press(1)), *life(2, *unseen(2, 2))]
    stored = [*run("a"), *run("b", "vote.cast", begins_ns=100)]
    assert figures(entries, stored) == (1, 0)


def test_events_taken_again_under_an_identity_of_their_own_are_duplicates():
    again = [EventRow("barometre", "vote.cast", 3, "fresh", 1)]
    assert figures(life(1, *press(1)), [*run("a", "vote.cast"), *again]) == (0, 1)


def test_a_run_of_which_nothing_is_stored_loses_what_was_confirmed_in_its_life():
    entries = [*life(1, *press(1)), *life(2, *press(2, 2), *press(3, 2)), *life(3, *press(4, 3))]
    stored = [*run("a", "vote.cast"), *run("c", "vote.cast", begins_ns=100)]
    assert figures(entries, stored) == (2, 0)


def test_a_clock_that_jumped_back_and_squeezed_all_dates_changes_nothing():
    entries = [*life(1, *press(1)), *life(2, *press(2, 2), *press(3, 2))]
    stored = [*run("z", "vote.cast", begins_ns=7_200), *run("a", "vote.cast", "vote.cast", begins_ns=7_202)]
    assert figures(entries, stored) == (0, 0)


def test_a_number_on_two_tickets_is_a_duplicate():
    entries = [
        *life(1, *press(1, gives=DRAW, node="borne-a", paper="A001"), node="borne-a"),
        *life(1, *press(2, gives=DRAW, node="borne-b", paper="A001"), node="borne-b"),
    ]
    stored = [*run("a", "ticket.drawn", node="borne-a"), *run("b", "ticket.drawn", node="borne-b")]
    drawn = [Ticket("borne-a", "A001"), Ticket("borne-b", "A001")]
    judged = judge(entries, stored, drawn)
    assert (judged.verdict.lost, judged.verdict.duplicated) == (0, 1)
    assert judged.reasons == ["A001 is on 2 tickets of borne-a, borne-b"]


def test_a_ticket_on_paper_that_no_event_drew_is_lost():
    entries = life(1, *press(1, gives=DRAW, node="borne-a", paper="A001"), node="borne-a")
    assert figures(entries, run("a", "ticket.drawn", node="borne-a"), [Ticket("borne-a", "A002")]) == (1, 0)


def test_the_halls_own_events_and_the_consoles_are_not_counted():
    others = [EventRow("hall", "time.passed", 5, "h", 1), EventRow("dashboard", "vote.cast", 6, "d", 1)]
    assert figures(life(1, *press(1)), [*run("a", "vote.cast"), *others]) == (0, 0)


@pytest.fixture
def log(tmp_path):
    log = Log(tmp_path / "presses.jsonl")
    yield log
    log.close()


def test_the_drivers_file_says_what_was_noted(log, tmp_path):
    log.began("borne-a", 1)
    number = log.pressed("borne-a", 1, DRAW)
    log.confirm(number, "A001")
    assert read(tmp_path / "presses.jsonl") == [
        Began("borne-a", 1),
        Pressed(1, "borne-a", 1, DRAW),
        Confirmed(1, "A001"),
    ]
    assert (log.presses, log.confirmed) == (1, 1)
