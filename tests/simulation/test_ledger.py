"""Confirmed ⊆ stored ⊆ pressed, each once: what counts as lost and what as duplicated."""

from __future__ import annotations

import pytest

from broker.clock import SECOND
from hall.store.interface import EventRow
from simulation.ledger import Confirmed, Entry, Pressed, PressLog, buttons_of, judge, read

VOTE = ("vote.cast",)


def press(number: int, at_s: float, gives: tuple[str, ...] = VOTE, node: str = "barometre") -> Pressed:
    return Pressed(number, node, 17, round(at_s * SECOND), gives)


def event(at_s: float, kind: str = "vote.cast", node: str = "barometre", seq: int = 1) -> EventRow:
    return EventRow(node, kind, round(at_s * SECOND), "run", seq)


def test_every_confirmed_press_with_one_event_is_well():
    entries: list[Entry] = [press(1, 10), Confirmed(1), press(2, 20), Confirmed(2)]
    verdict = judge(entries, [event(10.01), event(20.01)], speed=1)
    assert verdict.holds
    assert str(verdict) == "pressed=2 confirmed=2 stored=2 lost=0 duplicated=0"


def test_a_confirmed_press_without_an_event_is_lost():
    verdict = judge([press(1, 10), Confirmed(1), press(2, 20), Confirmed(2)], [event(20.01)], speed=1)
    assert (verdict.lost, verdict.holds) == (1, False)


def test_a_press_that_no_lamp_confirmed_may_be_missing():
    assert judge([press(1, 10)], [], speed=1).holds


def test_a_second_event_of_the_same_press_is_a_duplicate():
    verdict = judge([press(1, 10), Confirmed(1)], [event(10.01), event(10.5)], speed=1)
    assert (verdict.lost, verdict.duplicated, verdict.holds) == (0, 1, False)


def test_an_event_before_any_press_is_a_duplicate():
    assert judge([press(1, 10)], [event(5), event(10.01)], speed=1).duplicated == 1


def test_a_press_of_another_kind_explains_no_event():
    verdict = judge([press(1, 10, gives=("ticket.drawn",))], [event(10.01)], speed=1)
    assert verdict.duplicated == 1


def test_a_held_button_explains_the_event_at_the_end_of_the_hold():
    done = ("desk.done_requested", "desk.pause_requested")
    verdict = judge([press(1, 10, gives=done)], [event(30, "desk.pause_requested")], speed=10)
    assert verdict.holds


def test_a_second_press_at_a_kiosk_that_prints_the_way_is_stored_too(site):
    kiosk = buttons_of(site.node("borne-a"))
    button = next(button for button in kiosk.values() if "direction.given" in button.gives)
    entries = [press(number, 10 * number, button.gives, "borne-a") for number in (1, 2)]
    rows = [event(10.01, "direction.given", "borne-a"), event(21.5, "sheet.printed", "borne-a", seq=2)]
    verdict = judge(entries, rows, speed=1)
    assert (verdict.pressed, verdict.stored, verdict.duplicated) == (2, 2, 0)


def test_events_that_have_no_button_are_not_counted():
    assert judge([], [event(1, "node.started"), event(2, "presence.changed")], speed=1).stored == 0


def test_what_people_do_on_the_consoles_is_not_counted():
    rows = [event(1, "desk.next_requested", node="dashboard")]
    assert judge([], rows, speed=1).duplicated == 0


@pytest.fixture
def log(tmp_path):
    log = PressLog(tmp_path / "presses.jsonl")
    yield log
    log.close()


def test_a_lamp_that_stays_lit_confirms_its_press(log, tmp_path):
    log.pressed("borne-a", 17, 18, 0, VOTE)
    log.lamp("borne-a", 18, True, 0)
    log.lamp("borne-a", 18, False, round(1.2 * SECOND))
    assert [type(entry) for entry in read(tmp_path / "presses.jsonl")] == [Pressed, Confirmed]


def test_a_lamp_that_blinks_confirms_nothing(log, tmp_path):
    log.pressed("borne-a", 17, 18, 0, VOTE)
    for half in range(6):
        log.lamp("borne-a", 18, half % 2 == 0, half * SECOND // 2)
    assert [type(entry) for entry in read(tmp_path / "presses.jsonl")] == [Pressed]


def test_a_light_confirms_the_press_before_it_not_one_during_it(log, tmp_path):
    log.pressed("barometre", 17, 18, 0, VOTE)
    log.lamp("barometre", 18, True, 0)
    log.pressed("barometre", 17, 18, 1, VOTE)
    log.lamp("barometre", 18, False, 2 * SECOND)
    assert read(tmp_path / "presses.jsonl")[-1] == Confirmed(1)


def test_a_line_cut_short_by_a_kill_is_no_entry(log, tmp_path):
    log.pressed("barometre", 17, 18, 0, VOTE)
    path = tmp_path / "presses.jsonl"
    path.write_bytes(path.read_bytes() + b'{"type":"confi')
    assert len(read(path)) == 1


def test_every_button_of_the_site_is_known_to_the_count(site):
    pins = {node.id: {pin for pin, known in buttons_of(node).items() if known.gives} for node in site.nodes}
    assert len(pins["barometre"]) == 4
    assert len(pins["guichet-info"]) == 4
    assert len(pins["borne-a"]) >= 8
    assert len(pins["salons"]) == 2
