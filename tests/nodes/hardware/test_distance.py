"""Real distance sensors, as far as it goes without one: a driver and a bus that play theirs."""

from __future__ import annotations

import sys
import threading
import time
from types import SimpleNamespace

import pytest

from broker.contract import compiled
from nodes.errors import HardwareError
from nodes.hardware import distance
from nodes.hardware.distance import DistanceBus, Wires
from nodes.hardware.interface import Measured
from tests.nodes.hardware.played_bus import BEGINS, Driver, Message, World

PATIENCE_S = 5.0


def counter(name: str, address: int = BEGINS, xshut: int | None = None, far_mm: int = 1250):
    return compiled.TofCounter(
        id=name, address=address, xshut=xshut, outside="left", near_mm=1100, far_mm=far_mm
    )


@pytest.fixture
def world(monkeypatch) -> World:
    made = World()
    monkeypatch.setattr(Driver, "world", made, raising=False)
    monkeypatch.setitem(sys.modules, "adafruit_vl53l1x", SimpleNamespace(VL53L1X=Driver))
    return made


def node(*devices):
    return compiled.Node(id="entree", model="Raspberry Pi 4 B", zone=None, devices=list(devices))


def begun(sensor) -> None:
    """Wait for the thread on which a sensor begins."""
    for thread in threading.enumerate():
        if thread.name == f"tof {sensor._record.id}":
            thread.join(PATIENCE_S)


def opened(world, *records):
    bus = DistanceBus(world.output, world.wire)
    sensors = [bus.open(record, node(*records)) for record in records]
    for sensor in sensors:
        begun(sensor)
    return sensors


def test_both_halves_are_measured_in_turn_each_from_its_own_start(world):
    (sensor,) = opened(world, counter("porte"))
    (driver,) = world.begun
    assert driver.calls == [
        "distance_mode 1", "timing_budget 20", "roi_xy (8, 16)", "roi_center 167", "start"
    ]  # fmt: skip
    driver.calls.clear()
    assert sensor.read() == Measured(0, 900)
    assert driver.calls == ["stop", "clear", "roi_center 231", "start"]
    driver.distance = None
    assert sensor.read() == Measured(1, None)
    driver.distance = 12.3
    assert sensor.read() == Measured(0, 123)


def test_nothing_waits_for_a_measurement(world):
    (sensor,) = opened(world, counter("porte"))
    world.begun[0].data_ready = False
    assert sensor.read() is None


def test_one_zone_is_measured_without_a_stop(world):
    seat = compiled.TofPresence(
        id="place", address=BEGINS, subject="place-6", kind="seat", near_mm=500, far_mm=700, hold_s=20
    )
    (sensor,) = opened(world, seat)
    world.begun[0].calls.clear()
    assert [sensor.read(), sensor.read()] == [Measured(0, 900)] * 2
    assert world.begun[0].calls == ["clear"] * 2


def test_a_far_threshold_needs_the_long_mode(world):
    opened(world, counter("porte", far_mm=2000))
    assert world.begun[0].calls[:2] == ["distance_mode 2", "timing_budget 33"]


def test_several_come_out_of_reset_one_by_one_to_addresses_of_their_own(world):
    sensors = opened(world, counter("a", 0x30, 5), counter("b", 0x31, 6), counter("c", 0x32, 13))
    assert world.pins == {5: True, 6: True, 13: True}
    assert world.at == {5: 0x30, 6: 0x31, 13: 0x32}
    assert all(sensor.read() for sensor in sensors)


def test_those_not_opened_yet_are_held_in_reset(world):
    bus = DistanceBus(world.output, world.wire)
    records = counter("a", 0x30, 5), counter("b", 0x31, 6)
    begun(bus.open(records[0], node(*records)))
    assert world.pins == {5: True, 6: False}


def test_a_sensor_that_goes_says_why_and_its_neighbour_goes_on(world):
    gone, stays = opened(world, counter("a", 0x30, 5), counter("b", 0x31, 6))
    driver = next(driver for driver in world.begun if driver.address == 0x30)
    driver.clear_interrupt = lambda: (_ for _ in ()).throw(OSError(121, "Remote I/O error"))
    with pytest.raises(HardwareError, match=r"sensor at 0x30 no longer answers .*Remote I/O error"):
        gone.read()
    gone.close()
    assert stays.read() == Measured(0, 900)
    assert world.pins == {5: False, 6: True}
    assert world.closed == 1


def test_it_begins_anew_after_a_reset(world):
    record = counter("a", 0x30, 5)
    bus = DistanceBus(world.output, world.wire)
    for _time in range(2):
        sensor = bus.open(record, node(record))
        begun(sensor)
        assert sensor.read() == Measured(0, 900)
        sensor.close()
    assert world.opened == world.closed == 2


def test_a_bus_that_is_off_says_how_to_switch_it_on(world):
    record = counter("porte")

    def off():
        raise FileNotFoundError(2, "No such file or directory: '/dev/i2c-1'")

    sensor = DistanceBus(world.output, off).open(record, node(record))
    begun(sensor)
    with pytest.raises(HardwareError, match=r"i2c_arm=on"):
        sensor.read()
    sensor.close()


def test_without_the_library_the_error_says_what_to_install(world, monkeypatch):
    monkeypatch.setitem(sys.modules, "adafruit_vl53l1x", None)
    (sensor,) = opened(world, counter("porte"))
    with pytest.raises(HardwareError, match=r"install preaccueil\[pi\]"):
        sensor.read()


def test_a_sensor_that_never_begins_is_given_up(world, monkeypatch):
    monkeypatch.setattr(distance, "OPEN_S", 0.05)

    def waits(self, wires, address) -> None:
        while True:
            wires.writeto(address, b"\0\0")
            time.sleep(0.005)

    monkeypatch.setattr(Driver, "__init__", waits)
    (sensor,) = opened(world, counter("porte"))
    with pytest.raises(HardwareError, match="does not begin to measure"):
        sensor.read()


def test_closed_while_it_begins_it_lets_go_by_itself(world, monkeypatch):
    monkeypatch.setattr(distance, "OPEN_S", 10 * PATIENCE_S)
    begins = threading.Event()

    def waits(self, wires, address) -> None:
        begins.set()
        while True:
            wires.writeto(address, b"\0\0")
            time.sleep(0.005)

    monkeypatch.setattr(Driver, "__init__", waits)
    record = counter("a", 0x30, 5)
    sensor = DistanceBus(world.output, world.wire).open(record, node(record))
    assert begins.wait(PATIENCE_S)
    sensor.close()
    begun(sensor)
    assert world.closed == 1
    assert world.pins == {5: False}


def test_bytes_are_read_into_the_part_of_the_buffer_that_was_asked_for(world):
    buffer = bytearray(b"xxxx")
    Wires(world, Message).readfrom_into(BEGINS, buffer, start=1, end=3)
    assert buffer == b"x\0\1x"
