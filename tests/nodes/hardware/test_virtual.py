from __future__ import annotations

import threading

import pytest

from broker.clock import ManualClock
from nodes.errors import HardwareError, StartError
from nodes.hardware.pins import PINS_VARIABLE, choose
from nodes.hardware.real import RealHardware
from nodes.hardware.virtual import VirtualHardware


def test_each_virtual_hardware_has_pins_of_its_own():
    first, second = VirtualHardware(ManualClock()), VirtualHardware(ManualClock())
    lamps = [hardware.output(18) for hardware in (first, second)]
    lamps[0].set(True)
    assert (first.lamp(18), second.lamp(18)) == (True, False)
    first.close()
    second.close()


def test_a_pin_used_twice_on_one_node_is_an_error_that_names_it():
    hardware = VirtualHardware(ManualClock())
    lamp = hardware.output(18)
    with pytest.raises(HardwareError, match="pin 18"):
        hardware.input(18, lambda _active, _at: None, active_high=False)
    lamp.close()
    hardware.close()


def test_pressing_a_pin_that_nobody_listens_on_is_an_error():
    hardware = VirtualHardware(ManualClock())
    with pytest.raises(KeyError, match="pin 5"):
        hardware.hold(5)
    hardware.close()


def test_a_contact_closes_to_ground_and_a_sensor_drives_high():
    hardware = VirtualHardware(ManualClock(machine_ns=7))
    edges = []
    contact = hardware.input(5, lambda active, at_ns: edges.append((5, active, at_ns)), active_high=False)
    sensor = hardware.input(6, lambda active, at_ns: edges.append((6, active, at_ns)), active_high=True)
    for pin in (5, 6):
        hardware.hold(pin)
    assert edges == [(5, True, 7), (6, True, 7)]
    assert not hardware._factory.pin(5).state
    assert hardware._factory.pin(6).state
    assert contact.is_active()
    assert sensor.is_active()
    hardware.close()


def test_a_finger_stays_where_it_is_when_the_pin_is_opened_anew():
    hardware = VirtualHardware(ManualClock())
    hardware.input(5, lambda _active, _at: None, active_high=False).close()
    hardware.hold(5)
    contact = hardware.input(5, lambda _active, _at: None, active_high=False)
    assert contact.is_active()
    contact.close()
    hardware.release(5)
    assert not hardware.input(5, lambda _active, _at: None, active_high=False).is_active()
    hardware.close()


def test_on_a_clock_that_runs_a_press_is_let_go_by_itself():
    hardware = VirtualHardware()
    released = threading.Event()
    button = hardware.input(5, lambda active, _at: None if active else released.set(), active_high=False)
    hardware.press(5, 0.01)
    assert released.wait(5)
    button.close()
    hardware.close()


def test_virtual_pins_keep_no_history():
    hardware = VirtualHardware(ManualClock())
    lamp = hardware.output(18)
    for _blink in range(1000):
        lamp.set(True)
        lamp.set(False)
    assert len(hardware._factory.pin(18).states) <= 1
    assert hardware.lit_times[18] == 1000
    hardware.close()


def test_the_pins_are_chosen_by_option_then_by_environment_then_lgpio(monkeypatch):
    monkeypatch.delenv(PINS_VARIABLE, raising=False)
    assert choose(None) == "lgpio"
    monkeypatch.setenv(PINS_VARIABLE, "mock")
    assert choose(None) == "mock"
    assert choose("rpigpio") == "rpigpio"
    with pytest.raises(StartError, match="lgpio, rpigpio, mock"):
        choose("wiringpi")


@pytest.mark.parametrize("pins", ["lgpio", "rpigpio"])
def test_without_the_library_the_error_says_what_to_do(pins):
    with pytest.raises(HardwareError, match=r"--pins mock"):
        RealHardware(pins)
