from __future__ import annotations

from msgspec.structs import replace

from broker.contract import compiled, messages, views


def panel(node):
    return node.device(compiled.DeskPanel)


def desk_view(state="called", call="call-1", **changes):
    return views.DeskView(desk="info", call=call, state=state, since_ns=0, number="A001", **changes)


def test_next_is_asked_with_a_new_key_and_the_call_that_the_agent_saw(stand):
    node = stand("guichet-info")
    node.connect()
    node.view(desk_view(call="call-7"), "desk", "info")
    node.press(panel(node).next)
    node.press(panel(node).next)
    first, second = node.recorded(messages.NextRequested)
    assert (first.desk, first.call) == ("info", "call-7")
    assert first.key != second.key
    assert len(first.key) >= 16


def test_each_button_asks_for_its_own(stand):
    node = stand("guichet-info")
    for pin in (panel(node).next, panel(node).recall, panel(node).no_show, panel(node).done):
        node.press(pin)
    assert [type(body) for body in node.recorded(messages.DeskRequest)] == [
        messages.NextRequested,
        messages.RecallRequested,
        messages.NoShowRequested,
        messages.DoneRequested,
    ]


def test_a_call_seen_too_long_ago_is_not_named(stand):
    node = stand("guichet-info")
    node.view(desk_view(valid_s=30), "desk", "info")
    node.wait(31)
    node.press(panel(node).recall)
    assert node.recorded(messages.RecallRequested)[0].call == ""


def test_done_held_for_two_seconds_is_a_pause_and_only_that(stand):
    node = stand("guichet-info")
    node.press(panel(node).done, seconds=2.5)
    assert [type(body) for body in node.recorded(messages.DeskRequest)] == [messages.PauseRequested]


def test_done_held_for_a_moment_is_done(stand):
    node = stand("guichet-info")
    node.press(panel(node).done, seconds=1.8)
    assert [type(body) for body in node.recorded(messages.DeskRequest)] == [messages.DoneRequested]


def test_the_lamp_lights_when_the_hall_accepted_not_when_the_outbox_did(stand):
    node = stand("guichet-info")
    node.press(panel(node).next)
    assert node.lamps == []
    node.answer(node.recorded(messages.NextRequested)[0].key)
    assert node.lamps == [(panel(node).lamp, True)]
    node.wait(5)
    assert node.lamps == [(panel(node).lamp, True), (panel(node).lamp, False)]


def test_without_an_answer_in_three_seconds_the_lamp_says_not_passed_on(stand):
    node = stand("guichet-info")
    node.press(panel(node).next)
    node.wait(2.5)
    assert node.lamps == []
    node.wait(1.5)
    assert len(node.lamps) > 6
    node.wait(10)
    assert not node.hardware.lamp(panel(node).lamp)


def test_an_answer_to_somebody_else_changes_nothing(stand):
    node = stand("guichet-info")
    node.press(panel(node).next)
    node.answer("another-key")
    assert node.lamps == []


def test_the_lamp_is_lit_while_serving_and_dark_once_that_is_unknown(stand):
    node = stand("guichet-info")
    node.view(desk_view("serving"), "desk", "info")
    assert node.hardware.lamp(panel(node).lamp)
    node.wait(31)
    assert not node.hardware.lamp(panel(node).lamp)


def test_a_panel_with_a_button_for_it_says_that_the_visitor_has_come(stand, barnum):
    described = barnum.node("guichet-info")
    devices = [
        replace(device, start=20) if isinstance(device, compiled.DeskPanel) else device
        for device in described.devices
    ]
    site = replace(barnum, nodes=[replace(described, devices=devices)])
    node = stand("guichet-info", site=site)
    node.view(desk_view(call="call-7"), "desk", "info")
    node.press(20)
    (asked,) = node.recorded(messages.StartRequested)
    assert (asked.desk, asked.call) == ("info", "call-7")
    node.answer(asked.key)
    assert node.hardware.lamp(panel(node).lamp)
