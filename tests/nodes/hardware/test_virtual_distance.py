"""A distance sensor driven from another process."""

from __future__ import annotations

import socket
import threading

import pytest

from broker.clock import ManualClock
from nodes.hardware.virtual import VirtualHardware
from nodes.hardware.virtual_socket import VirtualSocket
from tests.nodes.distance_stand import DOOR, with_sensors


@pytest.fixture
def hardware(barnum):
    made = VirtualHardware(ManualClock())
    made.open_distance(DOOR, with_sensors(barnum, DOOR).node("entree"))
    yield made
    made.close()


@pytest.fixture
def say(hardware, tmp_path):
    """Speaks to the socket of a node that asks its sensor all the time."""
    sensor, over = hardware.distances["porte"], threading.Event()
    server = VirtualSocket(tmp_path / "virtual", hardware, lambda handled: handled())

    def ask() -> None:
        while not over.wait(0.002):
            if not sensor.fault:
                sensor.read()

    node = threading.Thread(target=ask)
    node.start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "virtual"))
        lines = client.makefile("rw")

        def speak(line: str) -> str:
            print(line, file=lines, flush=True)
            return lines.readline().strip()

        yield speak
        lines.close()
    over.set()
    node.join()
    server.close()


def test_a_distance_is_answered_once_it_was_measured_often_enough_to_count(say, hardware):
    assert say("distance porte 1 850") == "ok"
    assert hardware.distances["porte"].wait_until_read(1, 2, 0)
    both = [hardware.distances["porte"].read() for _zone in range(2)]
    assert {(measured.zone, measured.mm) for measured in both} == {(0, None), (1, 850)}
    assert say("distance porte 1 none") == "ok"


@pytest.mark.parametrize("fault", ["gone", "bus"])
def test_a_sensor_can_be_gone_and_come_back(say, hardware, fault):
    assert say(f"fault porte {fault}") == "ok"
    with pytest.raises(OSError, match="0x30"):
        hardware.distances["porte"].read()
    assert say("distance porte 0 850") == "ok"
    assert say("fault porte none") == "ok"
    assert hardware.distances["porte"].read()


@pytest.mark.parametrize(
    "line",
    [
        "distance porte 2 850",
        "distance porte -1 850",
        "distance porte 0 near",
        "distance nowhere 0 1",
        "fault porte on_fire",
    ],
)
def test_what_no_sensor_can_do_is_an_error(say, line):
    assert say(line).startswith("error:")
