"""What a technician commands from afar: identify, self-test, restart."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages, views
from nodes.hardware.interface import PrinterState
from nodes.hardware.virtual import InstantPrinter
from nodes.node import RESTART_EXIT_CODE
from nodes.sheet import Picture
from tests.nodes.stand import Stand

SECOND = 10**9


def command(stand, action, *, key="key-1", expires_in_s=10, retained=False, paper=False):
    expires_ns = stand.clock.civil_ns() + expires_in_s * SECOND
    order = messages.Command(key=key, action=action, expires_ns=expires_ns, paper=paper)
    stand.receive(stand.topics.of("command", stand.node.node.id), order, retained=retained)


def test_identify_blinks_every_lamp_for_a_while(stand):
    node = stand("borne-a")
    node.connect()
    command(node, "identify")
    lamps = {button.lamp for button in node.device(compiled.TicketKiosk).buttons}
    node.wait(2)
    assert {pin for pin, _lit in node.lamps} == lamps
    node.wait(10)
    assert not any(node.hardware.lamp(pin) for pin in lamps)


def test_identify_shows_the_nodes_name_on_its_display_for_ten_seconds(stand):
    node = stand("borne-a")
    node.connect()
    before = node.hardware.display("afficheur").text
    command(node, "identify")
    node.wait(9.9)
    assert node.hardware.display("afficheur").text == "borne-a"
    node.wait(0.2)
    assert node.hardware.display("afficheur").text == before


def test_a_vote_during_identify_counts_and_its_lamp_answers(stand):
    node = stand("barometre")
    node.connect()
    command(node, "identify")
    button = node.device(compiled.VotePanel).buttons[1]
    node.press(button.pin)
    assert [vote.answer for vote in node.recorded(messages.VoteCast)] == [1]
    node.lamps.clear()
    node.wait(1)
    assert node.hardware.lamp(button.lamp)
    assert button.lamp not in {pin for pin, _lit in node.lamps}  # lit, not blinking


def test_a_ticket_drawn_during_identify_shows_its_number_at_once_and_is_printed(stand):
    node = stand("borne-a")
    node.connect()
    command(node, "identify")
    node.press(2)
    assert node.hardware.display("afficheur").text.startswith("A700")
    assert "A700" in node.hardware.printer("imprimante").papers[-1].text
    node.wait(7)
    assert node.hardware.display("afficheur").text == "borne-a"


def test_identify_leaves_a_visitors_number_on_the_display(stand):
    node = stand("borne-a")
    node.connect()
    node.press(2)
    command(node, "identify")
    assert node.hardware.display("afficheur").text.startswith("A700")


def test_a_new_call_during_identify_is_seen_at_once(stand):
    node = stand("guichet-info")
    node.connect()
    called = [views.Frame(text="A001")]
    node.display(views.DisplayView(display="guichet-info", frames=called, chime="call-1"), "guichet-info")
    command(node, "identify")
    node.display(views.DisplayView(display="guichet-info", frames=called, chime="call-1"), "guichet-info")
    assert node.hardware.display("afficheur").text == "guichet-info"
    called = [views.Frame(text="A002")]
    node.display(views.DisplayView(display="guichet-info", frames=called, chime="call-2"), "guichet-info")
    assert node.hardware.display("afficheur").text == "A002"


def test_identify_says_nothing_false_to_who_asked_for_help(stand):
    node = stand("salons")
    node.connect()
    aide = node.device(compiled.HelpButton)
    coming = views.RoomLightView(room="salon-1", taken=True, help="acknowledged")
    node.display(coming, "room-salon-1")
    node.lamps.clear()
    command(node, "identify", key="first")
    node.wait(5)
    assert aide.lamp not in {pin for pin, _lit in node.lamps}
    node.display(views.RoomLightView(room="salon-1", taken=True, help="none"), "room-salon-1")
    node.wait(6)
    command(node, "identify", key="second")
    node.press(aide.pin)
    node.lamps.clear()
    node.wait(2)
    assert aide.lamp not in {pin for pin, _lit in node.lamps}  # dark until the hall has answered


def test_self_test_lights_sounds_and_shows_and_prints_only_when_asked(stand):
    node = stand("borne-a")
    node.connect()
    command(node, "self_test", key="without")
    assert node.hardware.printer("imprimante").printed == 0
    assert node.hardware.lamp(node.device(compiled.TicketKiosk).buttons[0].lamp)
    command(node, "self_test", key="with", paper=True)
    assert "TEST" in node.hardware.printer("imprimante").papers[-1].text
    assert "é" in node.hardware.display("afficheur").text
    assert node.hardware.lamp(node.device(compiled.Buzzer).pin)


def with_picture_printer(barnum):
    """The barnum whose first kiosk's printer takes pictures only."""
    kiosk = barnum.node("borne-a")
    devices = [
        replace(device, picture=True) if isinstance(device, compiled.TicketPrinter) else device
        for device in kiosk.devices
    ]
    nodes = [replace(kiosk, devices=devices) if one is kiosk else one for one in barnum.nodes]
    return replace(barnum, nodes=nodes)


def test_the_test_ticket_goes_the_way_of_the_printers_tickets(barnum):
    node = Stand(with_picture_printer(barnum), "borne-a")
    try:
        node.connect()
        command(node, "self_test", paper=True)
        (element,) = node.hardware.printer("imprimante").papers[-1].sheet
        assert isinstance(element, Picture)
        assert "TEST" in element.words
        assert remark_of(node, "imprimante") == "test_printed"
    finally:
        node.close()


def test_a_printer_says_that_it_is_ready_and_after_a_test_ticket_that_it_printed(stand):
    node = stand("borne-a")
    node.connect()
    command(node, "self_test", key="without")
    assert remark_of(node, "imprimante") == "printer_ready"
    command(node, "self_test", key="with", paper=True)
    assert remark_of(node, "imprimante") == "test_printed"
    node.wait(61)
    assert remark_of(node, "imprimante") == ""


def test_a_look_at_the_printer_does_not_wipe_away_what_was_just_found(stand, monkeypatch):
    monkeypatch.setattr(InstantPrinter, "watch_s", 10.0)
    node = stand("borne-a")
    node.connect()
    command(node, "self_test")
    node.wait(45)
    assert remark_of(node, "imprimante") == "printer_ready"


def test_self_test_asks_the_printer_how_it_is(stand, monkeypatch):
    node = stand("borne-a")
    node.connect()
    trouble = PrinterState("failed", "no paper", "no_paper")
    monkeypatch.setattr(InstantPrinter, "check", lambda _printer, done: done(trouble))
    command(node, "self_test")
    told = {each.id: (each.state, each.detail, each.fault) for each in node.health().devices}
    assert told["imprimante"] == trouble


def remark_of(node, device):
    """What a device says of itself now, by name: the page has its words."""
    node.wait(0.1)
    return next(each.remark for each in node.node.health().devices if each.id == device)


def remarked(node):
    return {each.id: (each.state, each.detail) for each in node.health().devices}


def test_self_test_tells_for_a_minute_what_sensors_see(stand):
    node = stand("comptoir")
    node.connect()
    node.hardware.hold(5)
    node.wait(1)
    command(node, "self_test")
    assert remarked(node)["place-1"] == ("ok", "sees somebody")
    assert remarked(node)["place-2"] == ("ok", "sees nobody")
    assert (remark_of(node, "place-1"), remark_of(node, "place-2")) == ("sees_somebody", "sees_nobody")
    told = [change.detail for change in node.recorded(messages.DeviceChanged) if change.device == "place-1"]
    assert told == ["sees somebody"]
    node.wait(61)
    assert remarked(node)["place-1"] == ("ok", "")
    assert len(node.recorded(messages.PresenceChanged)) == 7  # six starts, one who sat down


def test_a_sensor_says_that_it_sees_nobody_although_the_seat_is_still_held(stand):
    node = stand("comptoir")
    node.connect()
    node.press(5)
    command(node, "self_test")
    assert remarked(node)["place-1"] == ("ok", "sees nobody")
    assert node.recorded(messages.PresenceChanged)[-1].taken


def test_after_a_self_test_the_health_comes_at_once_though_nothing_changed(stand):
    node = stand("barometre")
    node.connect()
    node.sent.clear()
    command(node, "self_test")
    assert [topic for topic, _payload in node.sent] == [node.topics.of("health", "barometre")]


@pytest.mark.parametrize(
    ("held", "detail"),
    [
        ([], "both beams free"),
        ([17], "outer beam interrupted"),
        ([17, 27], "both beams interrupted"),
    ],
)
def test_self_test_tells_which_beams_are_interrupted(stand, held, detail):
    node = stand("entree")
    node.connect()
    for beam in held:
        node.hardware.hold(beam)
        node.wait(0.1)
    command(node, "self_test")
    assert remarked(node)["porte"] == ("ok", detail)


def test_a_self_test_makes_no_device_well(stand):
    node = stand("entree")
    node.connect()
    node.hardware.hold(17)
    node.wait(301)
    command(node, "self_test")
    assert remarked(node)["porte"] == ("degraded", "outer beam interrupted for a long time")


def test_self_test_covers_neither_a_visitors_number_nor_a_call_for_help(stand):
    kiosk, rooms = stand("borne-a"), stand("salons")
    kiosk.connect()
    kiosk.press(2)
    command(kiosk, "self_test")
    assert kiosk.hardware.display("afficheur").text.startswith("A700")
    rooms.connect()
    rooms.display(views.RoomLightView(room="salon-1", taken=True, help="requested"), "room-salon-1")
    rooms.lamps.clear()
    command(rooms, "self_test")
    rooms.wait(2.9)
    help_lamp = rooms.device(compiled.HelpButton).lamp
    assert len([lit for pin, lit in rooms.lamps if pin == help_lamp and lit]) >= 2  # still blinking slowly


def test_restart_ends_the_process_so_that_it_is_started_again(stand):
    node = stand("barometre")
    node.connect()
    command(node, "restart")
    assert node.node.exit_code == RESTART_EXIT_CODE


def test_a_command_that_expired_was_kept_or_comes_again_is_ignored(stand):
    node = stand("barometre")
    node.connect()
    command(node, "restart", expires_in_s=-1)
    command(node, "restart", retained=True)
    command(node, "identify", key="once")
    node.wait(10)
    node.lamps.clear()
    command(node, "identify", key="once")
    assert node.node.exit_code is None
    assert node.lamps == []


def test_without_a_clock_no_command_is_believed_to_be_fresh(stand):
    node = stand("barometre", knows_time=False)
    command(node, "restart")
    assert node.node.exit_code is None
