from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import compiled, messages, views
from nodes.hardware.virtual import VirtualHardware


def buttons(stand):
    return stand.device(compiled.VotePanel).buttons


def barometer_view(question: str) -> views.BarometerView:
    return views.BarometerView(
        barometer="barometre-19",
        question=question,
        answers=[],
        votes=0,
        too_fast=0,
        visits=0,
        last_vote_ns=None,
    )


def test_a_press_is_a_vote_and_lights_its_lamp_for_at_least_a_second(stand):
    node = stand("barometre")
    button = buttons(node)[2]
    node.press(button.pin)
    assert [(vote.answer, vote.too_fast) for vote in node.recorded(messages.VoteCast)] == [(2, False)]
    assert node.hardware.lamp(button.lamp)
    node.wait(0.8)
    assert node.hardware.lamp(button.lamp)
    node.wait(1.0)
    assert node.lamps == [(button.lamp, True), (button.lamp, False)]


def test_the_lamp_lights_only_once_the_vote_is_on_disk(stand):
    node = stand("barometre")
    seen = []
    node.hardware.on_lamp = lambda _pin, lit: seen.append((lit, len(node.recorded(messages.VoteCast))))
    node.press(buttons(node)[0].pin)
    assert seen[0] == (True, 1)


def test_a_vote_that_cannot_be_written_lights_no_lamp_and_the_device_says_why(stand):
    node = stand("barometre")
    node.outbox.is_full = True
    node.press(buttons(node)[0].pin)
    assert node.lamps == []
    assert node.state_of("boutons") == "degraded"
    node.outbox.is_full = False
    node.press(buttons(node)[0].pin)
    assert node.lamps[0] == (buttons(node)[0].lamp, True)
    assert node.state_of("boutons") == "ok"


def test_a_second_press_within_the_pause_is_counted_apart_and_not_lost(stand):
    node = stand("barometre")
    first, second = buttons(node)[0].pin, buttons(node)[1].pin
    pause_s = node.site.barometer("barometre-19").pause_s
    node.press(first)
    node.press(second)
    node.wait(pause_s)
    node.press(second)
    assert [vote.too_fast for vote in node.recorded(messages.VoteCast)] == [False, True, False]


def test_fast_presses_do_not_put_off_the_next_vote_that_counts(stand):
    node = stand("barometre")
    pause_s = node.site.barometer("barometre-19").pause_s
    for _press in range(round(pause_s) + 1):
        node.press(buttons(node)[0].pin)
        node.wait(0.8)
    assert [vote.too_fast for vote in node.recorded(messages.VoteCast)].count(False) == 2


def test_a_vote_pressed_during_an_outage_keeps_its_time(stand):
    node = stand("barometre")
    node.wait(5)
    pressed_ns = node.clock.civil_ns()
    node.press(buttons(node)[0].pin)
    node.wait(3600)
    node.connect()
    batches = [payload for topic, payload in node.sent if "/event/" in topic]
    events = [event for batch in batches for event in messages.decode_batch(batch).events]
    vote = next(event for event in events if b"vote.cast" in bytes(event.body))
    assert vote.at_ns == pytest.approx(pressed_ns, abs=SECOND / 100)


def test_a_vote_is_for_the_question_that_the_hall_asks(stand):
    node = stand("barometre")
    node.view(barometer_view("revenir"), "barometer", "barometre-19")
    node.press(buttons(node)[0].pin)
    assert node.recorded(messages.VoteCast)[0].question == "revenir"


def test_cut_off_a_vote_is_for_the_weekdays_question(stand):
    node = stand("barometre")
    node.view(barometer_view("revenir"), "barometer", "barometre-19")
    node.wait(31)
    node.press(buttons(node)[0].pin)
    assert node.recorded(messages.VoteCast)[0].question == "a-l-aise"  # a Monday


def test_a_button_without_an_answer_today_is_dark_and_votes_for_nothing(barnum, stand):
    (barometer,) = barnum.barometers
    two = replace(barometer.questions[0], answers=barometer.questions[0].answers[:2], weekdays=[])
    site = replace(barnum, barometers=[replace(barometer, questions=[two])])
    node = stand("barometre", site=site)
    node.press(buttons(node)[2].pin)
    assert (node.recorded(messages.VoteCast), node.lamps) == ([], [])
    node.press(buttons(node)[1].pin)
    assert [vote.answer for vote in node.recorded(messages.VoteCast)] == [1]


def test_without_a_clock_votes_are_cast_all_the_same(stand):
    node = stand("barometre", knows_time=False)
    node.press(buttons(node)[0].pin)
    assert len(node.recorded(messages.VoteCast)) == 1


def led(node):
    return node.hardware.display("afficheur")


def shown(node, seconds):
    """What the display shows, looked at four times a second: texts and bars, each once."""
    seen = []
    for _look in range(round(seconds * 4)):
        now = led(node).text or led(node).bars
        if now and seen[-1:] != [now]:
            seen.append(now)
        node.wait(0.25)
    return seen


def tallied(question, *votes):
    answers = [
        views.AnswerShare(answer=str(place), votes=count, share=None, low=None, high=None)
        for place, count in enumerate(votes)
    ]
    return replace(barometer_view(question), answers=answers, votes=sum(votes))


def test_the_display_thanks_at_once_and_shows_the_bars_with_this_vote(stand):
    node = stand("barometre", fast=False)
    node.view(tallied("revenir", 3, 3, 2, 1), "barometer", "barometre-19")
    node.press(buttons(node)[3].pin)
    assert shown(node, 5) == ["Merci !", "Thank you!", [0.3, 0.3, 0.2, 0.2]]


def test_below_the_minimum_the_display_says_how_many_votes_there_are_and_shows_no_bars(stand):
    node = stand("barometre", fast=False)
    node.view(tallied("revenir", 3, 3, 2, 0), "barometer", "barometre-19")
    node.press(buttons(node)[0].pin)
    assert shown(node, 5) == ["Merci !", "Thank you!", "9/10 votes"]


def test_cut_off_the_display_says_thank_you_all_the_same(stand):
    node = stand("barometre", fast=False)
    node.press(buttons(node)[0].pin)
    assert shown(node, 2.5) == ["Merci !", "Thank you!"]


def test_a_press_in_the_pause_is_told_when_a_vote_counts_again(stand):
    node = stand("barometre", fast=False)
    node.press(buttons(node)[0].pin)
    node.wait(2)
    node.press(buttons(node)[1].pin)
    assert shown(node, 2.5) == ["Encore 3 s", "Wait 3 s"]


def test_a_vote_that_is_not_on_disk_is_not_thanked_for(stand):
    node = stand("barometre", fast=False)
    node.outbox.is_full = True
    node.press(buttons(node)[0].pin)
    assert "Merci !" not in shown(node, 2)


def test_a_button_that_stays_pressed_is_a_fault_until_it_is_let_go(stand):
    node = stand("barometre")
    stuck, other = buttons(node)[0].pin, buttons(node)[1].pin
    node.hardware.hold(stuck)
    node.wait(29)
    assert node.state_of("boutons") == "ok"
    node.wait(2)
    assert node.state_of("boutons") == "degraded"
    told = node.recorded(messages.DeviceChanged)[-1]
    assert (told.fault, f"GPIO {stuck} " in told.detail) == ("stuck_button", True)
    node.press(other)  # the others go on
    assert len(node.recorded(messages.VoteCast)) == 2
    assert node.state_of("boutons") == "degraded"
    node.hardware.release(stuck)
    node.wait(1)
    assert node.state_of("boutons") == "ok"


def test_a_button_that_is_stuck_from_the_start_votes_for_nobody_and_is_told(barnum, stand, monkeypatch):
    pin = barnum.node("barometre").devices[0].buttons[0].pin
    taken = VirtualHardware.input

    def shorted(self, at, edge, *, active_high):
        contact = taken(self, at, edge if at != pin else lambda *_: None, active_high=active_high)
        if at == pin:
            self.hold(at)
        return contact

    monkeypatch.setattr(VirtualHardware, "input", shorted)
    node = stand("barometre")
    node.wait(31)
    assert node.recorded(messages.VoteCast) == []
    assert node.recorded(messages.DeviceChanged)[-1].fault == "stuck_button"
