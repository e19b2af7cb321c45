from __future__ import annotations

from broker.contract import compiled, views


def lamps(node):
    light = node.device(compiled.RoomLight)
    return node.hardware.lamp(light.green), node.hardware.lamp(light.red)


def show(node, taken, **changes):
    room = node.device(compiled.RoomLight).room
    retained = changes.pop("retained", False)
    view = views.RoomLightView(room=room, taken=taken, help="none", **changes)
    node.display(view, f"room-{room}", retained=retained)


def test_green_is_free_red_is_taken_and_unknown_is_dark(stand):
    node = stand("salons")
    assert lamps(node) == (False, False)
    show(node, False)
    assert lamps(node) == (True, False)
    show(node, True)
    assert lamps(node) == (False, True)
    show(node, None)
    assert lamps(node) == (False, False)


def test_what_is_too_old_is_dark(stand):
    node = stand("salons")
    show(node, True, valid_s=30)
    node.wait(29)
    assert lamps(node) == (False, True)
    node.wait(2)
    assert lamps(node) == (False, False)


def test_a_newer_view_keeps_the_light_on(stand):
    node = stand("salons")
    for _second in range(10):
        show(node, True, valid_s=30)
        node.wait(20)
    assert lamps(node) == (False, True)


def test_a_view_kept_by_the_broker_is_believed_for_what_is_left_of_it(stand):
    node = stand("salons")
    made_ns = node.clock.civil_ns() - 20 * 10**9
    show(node, True, valid_s=30, at_ns=made_ns, retained=True)
    assert lamps(node) == (False, True)
    node.wait(11)
    assert lamps(node) == (False, False)


def test_in_scaled_time_age_is_machine_time(stand):
    node = stand("salons", speed=10)
    made_ns = node.clock.civil_ns() - 200 * 10**9
    show(node, True, valid_s=30, at_ns=made_ns, retained=True)
    node.wait(9)
    assert lamps(node) == (False, True)
    node.wait(2)
    assert lamps(node) == (False, False)


def test_a_view_kept_by_the_broker_is_believed_once_the_recorder_tells_the_time(stand):
    node = stand("salons", knows_time=False)
    show(node, True, valid_s=30, at_ns=node.clock.civil_ns() - 20 * 10**9, retained=True)
    node.wait(2)
    assert lamps(node) == (False, False)
    node.connect()
    assert lamps(node) == (False, True)
    node.wait(9)
    assert lamps(node) == (False, False)


def test_without_a_clock_a_view_kept_by_the_broker_is_not_believed(stand):
    node = stand("salons", knows_time=False)
    show(node, True, at_ns=node.clock.civil_ns(), retained=True)
    assert lamps(node) == (False, False)
