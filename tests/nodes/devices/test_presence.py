from __future__ import annotations

from broker.contract import compiled, messages


def states(node, subject):
    return [body.taken for body in node.recorded(messages.PresenceChanged) if body.subject == subject]


def test_a_seat_is_taken_at_once_and_free_after_the_hold_time(stand):
    node = stand("comptoir")
    seat = node.device(compiled.Presence)
    node.hardware.hold(seat.pin)
    node.wait(0.1)
    assert states(node, seat.subject) == [False, True]
    node.hardware.release(seat.pin)
    node.wait(seat.hold_s - 1)
    assert states(node, seat.subject) == [False, True]
    node.wait(2)
    assert states(node, seat.subject) == [False, True, False]


def test_leaning_forward_does_not_free_a_seat(stand):
    node = stand("comptoir")
    seat = node.device(compiled.Presence)
    node.hardware.hold(seat.pin)
    node.wait(1)
    for _lean in range(5):
        node.hardware.release(seat.pin)
        node.wait(seat.hold_s / 2)
        node.hardware.hold(seat.pin)
        node.wait(1)
    assert states(node, seat.subject) == [False, True]


def test_a_room_has_a_sensor_that_drives_its_pin_high(stand):
    node = stand("salons")
    room = next(
        device
        for device in node.node.node.devices
        if isinstance(device, compiled.Presence) and device.kind == "room"
    )
    node.hardware.hold(room.pin)
    node.wait(0.1)
    assert states(node, room.subject) == [False, True]
    assert bool(node.hardware._factory.pin(room.pin).state) is True


def test_the_state_is_told_at_every_start(stand):
    node = stand("comptoir")
    seats = [device for device in node.node.node.devices if isinstance(device, compiled.Presence)]
    assert len(node.recorded(messages.PresenceChanged)) == len(seats) == 6
