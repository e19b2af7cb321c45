from __future__ import annotations

import logging
from itertools import pairwise

import msgspec
import pytest

from broker.connection import Inbound
from broker.contract import access, compiled, messages
from broker.contract.topics import Topics
from broker.logs import Recent
from nodes.devices.vote_panel import VotePanel
from nodes.node import HEALTH_S, Stop, subscriptions, will_of
from tests.nodes.test_commands import command

SECOND = 10**9


def test_a_start_is_recorded_with_version_model_and_pins(stand):
    node = stand("barometre")
    started = node.recorded(messages.NodeStarted)
    assert [(each.version, each.model, each.pins) for each in started] == [("0", "Raspberry Pi 4 B", "mock")]


def test_a_node_listens_to_exactly_what_it_may_read(barnum):
    for node in barnum.nodes:
        rights = access.node_rights(barnum, node)
        assert subscriptions(barnum, node) == [right.topic for right in rights if right.way == "read"]


def test_a_node_publishes_only_where_it_may_write(stand, barnum):
    node = stand("borne-a", recent=Recent())
    node.connect()
    node.press(2)
    node.wait(60)
    command(node, "log")
    rights = access.node_rights(barnum, node.node.node)
    writable = {right.topic for right in rights if right.way == "write"}
    assert {topic for topic, _payload in node.sent} == writable


def test_its_last_will_says_lost(barnum):
    topic, payload = will_of(Topics(barnum.id), "barometre")
    assert topic.endswith("/status/barometre")
    assert msgspec.json.decode(payload, type=messages.NodeStatus).state == "lost"


def test_connected_it_says_online_and_how_it_is(stand):
    node = stand("barometre")
    node.connect()
    status = [payload for topic, payload in node.sent if "/status/" in topic][-1]
    assert msgspec.json.decode(status, type=messages.NodeStatus).state == "online"
    assert {device.id: device.state for device in node.health().devices} == {
        "boutons": "ok",
        "afficheur": "ok",
    }


def test_health_comes_every_half_minute(stand):
    node = stand("barometre")
    node.connect()
    node.sent.clear()
    node.wait(10 * HEALTH_S)
    assert len([topic for topic, _payload in node.sent if "/health/" in topic]) == 10
    assert node.health().resident_bytes > 10**7
    assert node.health().uptime_s == pytest.approx(300, abs=1)


# One device fails, the others go on ----------------------------------------------------------------


@pytest.fixture
def broken_panel(stand, monkeypatch, caplog):
    """A barometer whose buttons raise as long as ``broken`` says so."""
    broken = {"now": True}
    real = VotePanel._cast

    def cast(panel, answer, at_ns):
        if broken["now"]:
            raise ZeroDivisionError("a bug")
        real(panel, answer, at_ns)

    monkeypatch.setattr(VotePanel, "_cast", cast)
    caplog.set_level(logging.CRITICAL)
    return stand("barometre"), broken


def pin(node):
    return node.device(compiled.VotePanel).buttons[0].pin


def test_a_device_that_raises_is_failed_says_so_and_leaves_the_others_working(broken_panel):
    node, _broken = broken_panel
    node.connect()
    node.hardware.hold(pin(node))
    node.wait(0.1)
    assert node.state_of("boutons") == "failed"
    assert node.state_of("afficheur") == "ok"
    assert {device.id: device.state for device in node.health().devices}["boutons"] == "failed"
    changes = node.recorded(messages.DeviceChanged)
    assert [(change.device, change.state) for change in changes] == [("boutons", "failed")]
    assert "a bug" in changes[0].detail


def test_a_failed_device_is_tried_again_and_works_again(broken_panel):
    node, broken = broken_panel
    node.hardware.hold(pin(node))
    node.wait(0.1)
    node.hardware.release(pin(node))
    broken["now"] = False
    node.wait(2)
    assert node.state_of("boutons") == "ok"
    node.press(pin(node))
    assert len(node.recorded(messages.VoteCast)) == 1


def test_a_device_that_cannot_start_is_tried_less_and_less_often(stand, monkeypatch, caplog):
    caplog.set_level(logging.CRITICAL)
    tries = []

    def start(panel):
        tries.append(panel.slot.now_ns())
        raise OSError("no such pin")

    monkeypatch.setattr(VotePanel, "start", start)
    node = stand("barometre")
    node.wait(600)
    gaps = [round((later - before) / SECOND) for before, later in pairwise(tries)]
    assert gaps[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert len(node.recorded(messages.DeviceChanged)) == 1


def test_a_broken_device_is_logged_once_and_once_more_when_it_works_again(stand, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "nodes")
    broken = {"now": True}
    begin = VotePanel.start

    def start(panel):
        if broken["now"]:
            raise OSError("no such pin")
        begin(panel)

    monkeypatch.setattr(VotePanel, "start", start)
    node = stand("barometre")
    node.wait(24 * 3600)
    assert [record.getMessage() for record in caplog.records] == ["barometre/boutons failed"]
    assert caplog.records[0].exc_info, "with where it failed, for who has to mend it"
    broken["now"] = False
    node.wait(61)
    assert [record.getMessage() for record in caplog.records][1:] == ["barometre/boutons works again"]


def test_a_device_that_works_for_a_moment_and_fails_again_fills_neither_log_nor_outbox(
    stand, monkeypatch, caplog
):
    def start(panel):
        panel.slot.after(0.1, fail)

    def fail():
        raise OSError("loose contact")

    monkeypatch.setattr(VotePanel, "start", start)
    node = stand("barometre")
    node.wait(3600)
    assert len(node.recorded(messages.DeviceChanged)) < 140, "failed, well, failed: once a minute"
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


def test_a_device_that_held_for_a_while_is_tried_again_at_once(broken_panel):
    node, broken = broken_panel
    for _failure in range(3):
        node.press(pin(node))
        assert node.state_of("boutons") == "failed"
        broken["now"] = False
        node.wait(2)
        assert node.state_of("boutons") == "ok"
        node.wait(60)
        broken["now"] = True


def test_a_full_outbox_is_logged_once_however_often_is_pressed(stand, caplog):
    node = stand("barometre")
    node.outbox.is_full = True
    for _press in range(20):
        node.press(pin(node))
        node.wait(6)
    assert len([record for record in caplog.records if "the disk is full" in record.getMessage()]) == 1


def test_a_timer_of_a_failed_device_does_not_run_into_its_successor(broken_panel):
    node, broken = broken_panel
    slot = node.node.slots["boutons"]
    ran = []
    slot.after(5, lambda: ran.append("old"))
    node.press(pin(node))
    broken["now"] = False
    node.wait(10)
    assert ran == []


def test_a_device_started_again_sees_the_views_that_came_before(broken_panel):
    node, broken = broken_panel
    node.press(pin(node))
    broken["now"] = False
    node.wait(2)
    followers = node.node._views._followers[node.topics.of("view", "barometer", "barometre-19")]
    assert len(followers) == 1


# What must not stop a node -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b'{"frames": 3}', b"\xff\xfe", b'{"key": "\xff"}', b'{"run": "\xff"}']
)
def test_a_message_that_cannot_be_read_changes_nothing(stand, payload):
    node = stand("borne-a")
    for kind, path in (
        ("display", ("borne-a",)),
        ("view", ("kiosk", "borne-a")),
        ("answer", ("borne-a",)),
        ("command", ("borne-a",)),
        ("receipt", ("borne-a",)),
    ):
        node.node.put(Inbound(node.topics.of(kind, *path), payload, False))
    node.node.put(Inbound("somewhere/else", payload, False))
    node.node.step()
    node.press(2)
    assert len(node.recorded(messages.TicketDrawn)) == 1


def test_a_full_disk_at_the_start_does_not_keep_a_node_from_running(stand, monkeypatch):
    monkeypatch.setattr("tests.nodes.stand.FullableOutbox.is_full", True)
    node = stand("comptoir")
    assert node.state_of("place-1") == "degraded"


# The loop ------------------------------------------------------------------------------------------


def test_run_works_off_the_queue_until_told_to_stop(stand):
    node = stand("barometre")
    button = node.device(compiled.VotePanel).buttons[0]
    node.hardware.press(button.pin)
    node.node.put(Stop(3))
    assert node.node.run() == 3
    assert len(node.recorded(messages.VoteCast)) == 1
    status = [payload for topic, payload in node.sent if "/status/" in topic][-1]
    assert msgspec.json.decode(status, type=messages.NodeStatus).state == "lost"


def test_a_press_and_its_release_may_come_at_once_when_only_the_test_moves_the_clock(stand):
    node = stand("barometre")
    button = node.device(compiled.VotePanel).buttons[0]
    for _press in range(3):
        node.hardware.press(button.pin)
        node.node.step()
        node.clock.advance(10)
        node.node.step()
    assert len(node.recorded(messages.VoteCast)) == 3


def test_a_night_without_a_step_is_made_up_for_in_one(stand):
    node = stand("barometre")
    node.connect()
    node.sent.clear()
    node.clock.advance(15 * 3600)
    node.node.step()
    assert len([topic for topic, _payload in node.sent if "/health/" in topic]) == 1


def test_the_last_word_of_a_node_counts_everything_it_recorded(stand):
    node = stand("barometre")
    button = node.device(compiled.VotePanel).buttons[0]
    node.hardware.press(button.pin)
    node.node.put(Stop())
    node.node.run()
    last = [payload for topic, payload in node.sent if "/health/" in topic][-1]
    health = msgspec.json.decode(last, type=messages.NodeHealth)
    assert health.recorded_today == health.recorded >= 2  # the start, and the vote
