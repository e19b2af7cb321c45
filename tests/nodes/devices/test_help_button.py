from __future__ import annotations

from broker.contract import compiled, messages, views


def button(node):
    return node.device(compiled.HelpButton)


def light(node, help_state):
    room = button(node).room
    node.display(views.RoomLightView(room=room, taken=True, help=help_state), f"room-{room}")


def blinks(node, seconds):
    before = len(node.lamps)
    node.wait(seconds)
    return len([1 for pin, _lit in node.lamps[before:] if pin == button(node).lamp])


def test_a_press_asks_once_and_silently(stand):
    node = stand("salons")
    node.press(button(node).pin)
    node.press(button(node).pin)
    assert [request.room for request in node.recorded(messages.HelpRequested)] == [button(node).room]
    assert node.lamps == []


def test_the_lamp_blinks_slowly_once_the_hall_has_it_and_is_lit_when_somebody_comes(stand):
    node = stand("salons")
    node.press(button(node).pin)
    node.answer(node.recorded(messages.HelpRequested)[0].key)
    assert 2 <= blinks(node, 3) <= 7
    light(node, "requested")
    assert 2 <= blinks(node, 3) <= 7
    light(node, "acknowledged")
    assert node.hardware.lamp(button(node).lamp)
    assert blinks(node, 3) == 0
    light(node, "none")
    assert not node.hardware.lamp(button(node).lamp)


def test_without_an_answer_the_lamp_blinks_fast_and_the_agent_may_press_again(stand):
    node = stand("salons")
    node.press(button(node).pin)
    node.wait(3)
    assert blinks(node, 2) > 10
    node.press(button(node).pin)
    assert len(node.recorded(messages.HelpRequested)) == 2


def test_a_refused_request_does_not_look_like_help_on_its_way(stand):
    node = stand("salons")
    node.press(button(node).pin)
    node.answer(node.recorded(messages.HelpRequested)[0].key, accepted=False)
    assert blinks(node, 5) == 0
