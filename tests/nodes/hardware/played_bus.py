"""An I²C bus, its sensors and their driver, as far as ``nodes.hardware.distance`` knows them."""

from __future__ import annotations

from types import SimpleNamespace

from nodes.hardware.distance import Wires

BEGINS = 0x29


class Message:
    """smbus2's i2c_msg."""

    def __init__(self, address, data, length=0) -> None:
        self.address, self.data, self.length = address, data, length

    @classmethod
    def write(cls, address, data):
        return cls(address, data)

    @classmethod
    def read(cls, address, length):
        return cls(address, None, length)

    def __bytes__(self) -> bytes:
        return bytes(range(self.length))


class World:
    """A bus with sensors on it: which are out of reset, and at which address each answers."""

    def __init__(self) -> None:
        self.pins: dict[int, bool] = {}
        self.at: dict[int, int] = {}
        self.begun: list[Driver] = []
        self.opened = self.closed = 0
        self.problem: OSError | None = None

    def output(self, pin: int):
        def switch(on: bool) -> None:
            self.pins[pin] = on
            self.at[pin] = BEGINS

        switch(False)
        return SimpleNamespace(set=switch, close=lambda: self.pins.pop(pin))

    def awake(self, address: int) -> list[int]:
        return [pin for pin, on in self.pins.items() if on and self.at[pin] == address]

    def wire(self) -> Wires:
        self.opened += 1
        return Wires(self, Message)

    def i2c_rdwr(self, message) -> None:
        if self.problem:
            raise self.problem

    def close(self) -> None:
        self.closed += 1


class Driver:
    """adafruit_vl53l1x.VL53L1X."""

    world: World

    def __init__(self, wires, address) -> None:
        wires.writeto(address, b"\0\0")
        # Two that answered at once would both move.
        assert len(self.world.awake(address)) <= 1
        self.wires, self.address, self.data_ready, self.distance = wires, address, True, 90.0
        self.calls: list[str] = []
        self.world.begun.append(self)

    def set_address(self, address) -> None:
        for pin in self.world.awake(self.address):
            self.world.at[pin] = address
        self.address = address

    def __setattr__(self, name, value) -> None:
        if name in {"distance_mode", "timing_budget", "roi_xy", "roi_center"}:
            self.calls.append(f"{name} {value}")
        object.__setattr__(self, name, value)

    def start_ranging(self) -> None:
        self.wires.writeto(self.address, b"\0\1")
        self.calls.append("start")

    def stop_ranging(self) -> None:
        self.calls.append("stop")

    def clear_interrupt(self) -> None:
        self.wires.writeto(self.address, b"\0\2")
        self.calls.append("clear")
