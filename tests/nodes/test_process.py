"""A node as a real process, on a real mosquitto."""

from __future__ import annotations

import os
import queue
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import msgspec
import pytest

from broker.connection import Connected, Connection, Identity, Inbound
from broker.contract import compiled, messages
from broker.contract.topics import RECORDER, RULES, Topics
from broker.delivery.outbox import Outbox
from tests.nodes.distance_stand import BEEPER, DOOR, with_sensors
from tests.nodes.wire import say

PATIENCE_S = 20


class Process:
    """``preaccueil node`` and its virtual socket."""

    def __init__(self, site, node, broker, credentials, folder, *extra: str, **environment: str) -> None:
        compiled.write(site, folder / "site.json")
        self._socket = folder / "virtual"
        self._log = (folder / "log").open("w+b")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "preaccueil", "node", node),
                f"--site={folder / 'site.json'}",
                f"--broker={broker.host}:{broker.port}",
                f"--credentials={credentials}",
                f"--state={folder / 'state'}",
                *("--pins=mock", f"--virtual-socket={self._socket}", *extra),
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
        deadline = time.monotonic() + PATIENCE_S
        while not self._socket.exists() and self.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)

    def say(self, line: str) -> str:
        return say(self._socket, line)

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode()

    def end(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self._log.close()


@pytest.fixture
def start(barnum, mosquitto, credentials, tmp_path):
    running = []

    def begin(node, *extra, site=barnum, **environment):
        running.append(Process(site, node, mosquitto, credentials, tmp_path, *extra, **environment))
        return running[-1]

    yield begin
    for each in running:
        each.end()


@pytest.fixture
def recorder(barnum, mosquitto, credentials):
    """Listens as the recorder does: ``recorder(kind, type, condition)`` waits for such a message."""
    topics = Topics(barnum.id)
    arrived: queue.SimpleQueue = queue.SimpleQueue()
    connection = Connection(
        Identity.in_folder(credentials, RECORDER),
        mosquitto.host,
        mosquitto.port,
        [topics.every(kind) for kind in ("event", "status", "health")],
        arrived.put,
    )
    connection.start()

    def until(kind, message_type, condition):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                happening = arrived.get(timeout=0.3)
            except queue.Empty:
                if until.is_online:
                    online(until)
                continue
            if isinstance(happening, Inbound) and f"/{kind}/" in happening.topic:
                message = msgspec.json.decode(happening.payload, type=message_type)
                if condition(message):
                    return message
        pytest.fail(f"no such {kind} in {PATIENCE_S} s")

    until.connection, until.topics, until.is_online = connection, topics, False
    while not isinstance(arrived.get(timeout=PATIENCE_S), Connected):
        pass
    yield until
    connection.stop()


def online(recorder):
    """The recorder says that it is there and what time it is; from now on again and again, as it does."""
    recorder.is_online = True
    status = messages.RecorderStatus(state="online", journal="j", civil_ns=time.time_ns())
    recorder.connection.publish(
        recorder.topics.of("status", RECORDER),
        messages.encode(status),
        qos=RULES["status"].qos,
        retain=True,
    )


def bodies(batch):
    return [messages.decode_body(event.body) for event in batch.events]


def printed(recorder, after=0):
    """The outcome of a print, in a batch that holds more than ``after`` of them since the start."""

    def outcomes(batch):
        return [body for body in bodies(batch) if isinstance(body, messages.TicketPrinted)]

    return outcomes(recorder("event", messages.Batch, lambda batch: len(outcomes(batch)) > after))[-1]


def test_a_press_in_one_process_is_an_event_in_another(start, recorder, barnum):
    node = start("barometre")
    recorder("status", messages.NodeStatus, lambda status: status.state == "online")
    button = barnum.node("barometre").devices[0].buttons[1]
    assert node.say(f"press {button.pin} 0.1") == "ok"
    assert node.say(f"lit {button.lamp}") == "1"
    online(recorder)
    batch = recorder("event", messages.Batch, lambda batch: batch.events)
    assert [type(body) for body in bodies(batch)] == [messages.NodeStarted, messages.VoteCast]


def test_a_vote_answered_by_the_lamp_survives_a_kill(start, recorder, barnum):
    node = start("barometre")
    button = barnum.node("barometre").devices[0].buttons[0]
    node.say(f"press {button.pin} 0.1")
    assert node.say(f"lit {button.lamp}") == "1"
    node.process.kill()
    node.process.wait(PATIENCE_S)
    start("barometre")
    recorder("status", messages.NodeStatus, lambda status: status.state == "online")
    online(recorder)
    recorder(
        "event",
        messages.Batch,
        lambda batch: any(isinstance(body, messages.VoteCast) for body in bodies(batch)),
    )


def test_a_node_whose_outbox_breaks_ends_and_begins_again_with_a_new_one(start, recorder, barnum, tmp_path):
    path = tmp_path / "state" / "outbox.sqlite"
    path.parent.mkdir()
    fill(path, 30_000)  # more than SQLite keeps in memory, so that it reads the disk again
    node = start("barometre")
    recorder("status", messages.NodeStatus, lambda status: status.state == "online")
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 200 * 4096)
    online(recorder)
    assert node.process.wait(PATIENCE_S) == 1
    assert "set aside" in node.log()
    assert "Traceback" not in node.log()
    again = start("barometre")
    button = barnum.node("barometre").devices[0].buttons[0]
    assert again.say(f"touch {button.pin} {button.lamp} 5") == "lit"
    health = recorder("health", messages.NodeHealth, lambda health: health.outboxes_set_aside)
    assert health.outboxes_set_aside == 1


def fill(path, events) -> None:
    """An outbox with so many events that wait."""
    Outbox(path, boot="b").close()
    body = messages.encode(messages.DeviceChanged(device="boutons", state="ok"))
    with sqlite3.connect(path) as database:
        database.executemany(
            "INSERT INTO events (position, seq, machine_ns, at_ns, body) VALUES (1, ?, ?, ?, ?)",
            ((seq, seq, time.time_ns() + seq, body) for seq in range(1, events + 1)),
        )
    database.close()


def test_terminated_it_says_goodbye_and_ends_well(start, recorder):
    node = start("barometre")
    recorder("status", messages.NodeStatus, lambda status: status.state == "online")
    node.process.send_signal(signal.SIGTERM)
    assert node.process.wait(PATIENCE_S) == 0
    recorder("status", messages.NodeStatus, lambda status: status.state == "lost")
    assert "pins through mock" in node.log()


def test_killed_its_last_will_speaks(start, recorder):
    node = start("barometre")
    recorder("status", messages.NodeStatus, lambda status: status.state == "online")
    node.process.kill()
    recorder("status", messages.NodeStatus, lambda status: status.state == "lost")


def test_a_kiosk_prints_on_a_virtual_printer_that_can_run_out_of_paper(start, recorder):
    node = start("borne-a")
    assert node.say("press 2 0.1") == "ok"
    recorder("status", messages.NodeStatus, lambda status: status.state == "online")
    online(recorder)
    assert printed(recorder).outcome == "confirmed"
    assert node.say("papers imprimante") == "1"
    assert node.say("display afficheur").startswith("A700")
    assert node.say("fault imprimante paper_out") == "ok"
    assert node.say("fault imprimante on_fire").startswith("error:")
    assert node.say("press 3 0.1") == "ok"
    assert printed(recorder, after=1).detail == "no paper"


def test_lines_that_mean_nothing_are_answered_with_an_error(start):
    node = start("barometre")
    for line in ("", "jump 3", "press", "press x", "display nowhere", "hold 99"):
        assert node.say(line).startswith("error:"), line


@pytest.mark.parametrize(
    ("node", "extra", "expected"),
    [
        ("nowhere", [], "its nodes are"),
        ("barometre", ["--credentials=/proc"], "cannot use"),
        ("barometre", ["--broker=nonsense"], "HOST:PORT"),
        ("barometre", ["--pins=lgpio"], "needs --pins mock"),
    ],
)
def test_what_cannot_be_started_says_so_in_one_line(start, node, extra, expected):
    started = start(node, *extra)
    assert started.process.wait(PATIENCE_S) != 0
    assert expected in started.log()
    assert "Traceback" not in started.log()


def test_a_node_without_display_and_printer_loads_neither_library(tmp_path):
    code = (
        "import sys, preaccueil.commands.node, nodes.hardware.virtual;"
        "print([name for name in ('PIL', 'luma', 'escpos', 'pydantic', 'flask') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert found.stdout.strip() == "[]"


def test_systemd_is_told_ready_then_alive_by_the_loop_and_at_the_end_stopping(start, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE_S)
        node = start("barometre", NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="200000")
        heard = [systemd.recv(100) for _ in range(4)]
        assert heard.count(b"READY=1") == 1
        assert heard.count(b"WATCHDOG=1") == 3
        node.process.send_signal(signal.SIGSTOP)
        while True:  # what it said before it was stopped
            systemd.settimeout(1)
            try:
                systemd.recv(100)
            except TimeoutError:
                break
        node.process.send_signal(signal.SIGCONT)
        systemd.settimeout(PATIENCE_S)
        assert systemd.recv(100) == b"WATCHDOG=1"
        node.process.send_signal(signal.SIGTERM)
        while systemd.recv(100) != b"STOPPING=1":
            pass
        assert node.process.wait(PATIENCE_S) == 0


def test_a_nodes_health_tells_of_the_board_under_it(start, recorder):
    start("barometre")
    health = recorder("health", messages.NodeHealth, lambda health: health.board is not None)
    assert health.board.disk_bytes > health.board.disk_free_bytes > 0
    assert not health.board.wrong_board


def printer_at(barnum, **plugged):
    """The barnum whose first kiosk has its printer plugged in like this."""
    kiosk = barnum.node("borne-a")
    devices = [
        msgspec.structs.replace(device, host=None, **plugged)
        if isinstance(device, compiled.TicketPrinter)
        else device
        for device in kiosk.devices
    ]
    nodes = [msgspec.structs.replace(kiosk, devices=devices) if one is kiosk else one for one in barnum.nodes]
    return msgspec.structs.replace(barnum, nodes=nodes)


@pytest.mark.parametrize(
    ("library", "plugged"), [("usb", {"usb": "auto"}), ("serial", {"serial": "/dev/ttyUSB0"})]
)
def test_a_printer_pulled_out_is_told_looked_for_and_printed_on_again_by_the_same_process(
    start, recorder, barnum, library, plugged
):
    pytest.importorskip(library)
    node = start("borne-a", site=printer_at(barnum, **plugged))
    recorder("status", messages.NodeStatus, lambda status: status.state == "online")
    online(recorder)
    assert node.say("print 2 imprimante 10") == "cut"
    assert "A700" in node.say("paper imprimante")

    def printer(health):
        return next(device for device in health.devices if device.id == "imprimante")

    def outcome(batch):
        found = [body.outcome for body in bodies(batch) if isinstance(body, messages.TicketPrinted)]
        return found[-1:] if found else None

    recorder("event", messages.Batch, lambda batch: outcome(batch) == ["confirmed"])
    assert node.say("fault imprimante unplugged") == "ok"
    node.say("press 3 0.1")
    health = recorder("health", messages.NodeHealth, lambda health: printer(health).state == "failed")
    assert printer(health).fault == "printer_away"
    recorder("event", messages.Batch, lambda batch: outcome(batch) == ["failed"])
    assert node.say("fault imprimante none") == "ok"
    recorder("health", messages.NodeHealth, lambda health: printer(health).state == "ok")
    assert node.say("print 4 imprimante 10") == "cut"
    assert node.process.poll() is None
    assert "Traceback" not in node.log()


def test_a_real_kiosk_prints_says_why_it_cannot_and_is_believed_once_it_can_again(start):
    node = start("borne-a")
    assert node.say("print 2 imprimante 10") == "cut"
    assert "A700" in node.say("paper imprimante")
    node.say("fault imprimante paper_out")
    node.say("press 3 0.1")
    deadline = time.monotonic() + PATIENCE_S
    while "Plus de papier" not in node.say("display afficheur"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert node.say("papers imprimante") == "1"
    node.say("fault imprimante none")
    # The ticket that could not be printed is not printed late: its visitor has the number, and has gone on.
    while node.say("print 4 imprimante 0.5") != "cut":
        assert time.monotonic() < deadline
    assert "E700" in node.say("paper imprimante")


def test_somebody_walks_below_a_sensor_that_goes_and_comes_back(start, recorder, barnum):
    node = start("entree", site=with_sensors(barnum, DOOR, BEEPER))
    recorder("status", messages.NodeStatus, lambda status: status.state == "online")
    online(recorder)

    def walk() -> None:
        for line in ("0 none", "1 none", "0 900", "1 900", "0 none", "1 none"):
            assert node.say(f"distance porte {line}") == "ok"

    def states(health):
        return {device.id: device.state for device in health.devices}

    def passes(batch):
        return messages.PassageCounted(device="porte", direction="in") in bodies(batch)

    walk()
    recorder("event", messages.Batch, passes)
    assert node.say("fault porte gone") == "ok"
    health = recorder("health", messages.NodeHealth, lambda health: states(health)["porte"] == "failed")
    assert states(health)["bip"] == "ok"
    assert "no sensor answers at 0x30" in next(one.detail for one in health.devices if one.id == "porte")
    assert node.say("fault porte none") == "ok"
    recorder("health", messages.NodeHealth, lambda health: states(health)["porte"] == "ok")
    walk()
    recorder("event", messages.Batch, passes)
