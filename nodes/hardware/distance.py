"""VL53L1X sensors on the Pi's I²C bus 1, through Adafruit's driver on a bus of smbus2.

What it costs: a measurement is never waited for; the sensor measures by itself and is asked for "data ready".
A question is 4 transfers, a measurement 8 more: by the bits on the wire 4 ms of the bus at 100 kHz, 1 ms at
400 kHz (``dtparam=i2c_arm_baudrate=400000``), during which the node waits. Switching a sensor on takes about
0.15 s and happens on a thread of its own, which ends with it.

With several sensors on one bus all are held in reset by XSHUT until their turn; each then moves from 0x29
to its own address (Adafruit's example "Multiple VL53L1X on same I2C bus"). A closed sensor is back in
reset, and out of the way.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from broker.contract import compiled
from nodes.errors import HardwareError
from nodes.hardware.interface import Measured, Output
from nodes.hardware.tof import BUDGET_MS, is_short, period_s, zones

BUS: Final = 1
"""GPIO 2 and 3 on every Pi with the 40-pin header."""

BOOT_S: Final = 0.005
"""A sensor answers 1.2 ms after its reset (DS12385)."""

OPEN_S: Final = 1.0
"""Longer than any sensor needs to begin."""

_ZONE: Final = (8, 16)
_CENTRES: Final = (167, 231)
"""Each zone is half of the 16 × 16 receivers, 8 wide; their middles are ST's (STSW-IMG010, UM2600)."""

_I2C_TIMEOUT: Final = 0x0702
_TIMEOUT_10MS: Final = 5
"""A stuck bus holds a transfer for 50 ms instead of the kernel's second (linux/i2c-dev.h)."""


class Wires:
    """The bus as Adafruit's driver asks for it (busio's I2C), on smbus2.

    Args:
        bus: smbus2's bus.
        message: smbus2's i2c_msg.
    """

    def __init__(self, bus: Any, message: Any) -> None:
        self.deadline: float | None = None
        """``time.monotonic`` from which every transfer fails: the driver itself waits without end."""
        self._bus, self._message = bus, message

    def try_lock(self) -> bool:
        """The kernel lets one transfer through at a time, and each sensor has its own address."""
        return True

    def unlock(self) -> None:
        """See try_lock."""

    def writeto(self, address: int, buffer: bytes, *, start: int = 0, end: int | None = None) -> None:
        """Write bytes. Raises OSError when nothing answers."""
        self._transfer(self._message.write(address, bytes(buffer[start:end])))

    def readfrom_into(
        self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        """Fill the buffer. Raises OSError when nothing answers."""
        last = len(buffer) if end is None else end
        message = self._message.read(address, last - start)
        self._transfer(message)
        buffer[start:last] = bytes(message)

    def close(self) -> None:
        """Let go of the bus."""
        self._bus.close()

    def _transfer(self, message: Any) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OSError(errno.ETIMEDOUT, "the sensor does not begin to measure")
        self._bus.i2c_rdwr(message)


class TofSensor:
    """One sensor; it begins by itself. See interface.DistanceSensor.

    Args:
        record: its description.
        reset: its XSHUT pin, held low; None without one.
        wire: opens the bus.
        turn: held while a sensor answers at 0x29.
    """

    def __init__(
        self,
        record: compiled.TofSensor,
        reset: Output | None,
        wire: Callable[[], Wires],
        turn: threading.Lock,
    ) -> None:
        self.period_s: float | None = period_s(record)
        self._record, self._reset, self._wire, self._turn = record, reset, wire, turn
        self._zone, self._zones = 0, zones(record)
        self._wires: Wires | None = None
        self._driver: Any = None
        self._failure: HardwareError | None = None
        self._closed = False
        self._state = threading.Lock()
        threading.Thread(target=self._open, name=f"tof {record.id}", daemon=True).start()

    def read(self) -> Measured | None:
        """See interface.DistanceSensor."""
        if self._failure is not None:
            raise self._failure
        driver = self._driver
        if driver is None:
            return None
        try:
            return self._measured(driver) if driver.data_ready else None
        except OSError as problem:
            raise self._error("no longer answers", problem) from problem

    def close(self) -> None:
        """See interface.DistanceSensor."""
        with self._state:
            self._closed = True
            if self._reset is not None:
                self._reset.set(False)
            # While it still begins its thread lets go of the bus, at its next transfer.
            if self._wires is not None:
                self._wires.deadline = 0.0
            if (self._driver or self._failure) and self._wires is not None:
                self._wires.close()

    def _measured(self, driver: Any) -> Measured:
        centimetres = driver.distance
        measured = Measured(self._zone, None if centimetres is None else round(centimetres * 10))
        if self._zones == 1:
            driver.clear_interrupt()
            return measured
        # Stopped and started, so that no measurement lies in both zones.
        self._zone = (self._zone + 1) % self._zones
        driver.stop_ranging()
        driver.clear_interrupt()
        driver.roi_center = _CENTRES[self._zone]
        driver.start_ranging()
        return measured

    def _open(self) -> None:
        """On a thread of its own."""
        driver, failure = None, None
        try:
            driver = self._begun()
        except Exception as problem:  # noqa: BLE001 - of a library and a bus: told where it is read
            failure = self._error("cannot be used", problem)
        with self._state:
            self._driver, self._failure = driver, failure
            if self._closed and self._wires is not None:
                self._wires.close()

    def _begun(self) -> Any:
        from adafruit_vl53l1x import VL53L1X  # noqa: PLC0415 - only on a Pi with such a sensor

        with self._turn:
            with self._state:
                if self._closed:
                    raise OSError(errno.ECANCELED, "closed")
                self._wires = wires = self._wire()
                wires.deadline = time.monotonic() + OPEN_S
                if self._reset is not None:
                    self._reset.set(True)
            time.sleep(BOOT_S)
            driver = VL53L1X(wires, compiled.TOF_ADDRESS)
            if self._record.address != compiled.TOF_ADDRESS:
                driver.set_address(self._record.address)
        short = is_short(self._record)
        driver.distance_mode = 1 if short else 2
        driver.timing_budget = BUDGET_MS[short]
        if self._zones > 1:
            driver.roi_xy = _ZONE
            driver.roi_center = _CENTRES[0]
        driver.start_ranging()
        with self._state:
            if not self._closed:
                wires.deadline = None
        return driver

    def _error(self, what: str, problem: Exception) -> HardwareError:
        hint = ""
        if isinstance(problem, ImportError):
            hint = ": install preaccueil[pi]"
        elif isinstance(problem, FileNotFoundError):
            hint = ": is I²C on (dtparam=i2c_arm=on)?"
        return HardwareError(f"sensor at {self._record.address:#04x} {what} ({problem}){hint}")


class DistanceBus:
    """The sensors of one node's bus.

    Args:
        output: takes a pin, off at first.
        wire: opens the bus.
    """

    def __init__(self, output: Callable[[int], Output], wire: Callable[[], Wires] | None = None) -> None:
        self._output, self._wire = output, wire or open_wires
        self._resets: dict[int, Output] = {}
        self._turn = threading.Lock()

    def open(self, record: compiled.TofSensor, node: compiled.Node) -> TofSensor:
        """Begin with a sensor, all others that were not opened yet held in reset. Raises HardwareError."""
        for device in node.devices:
            pin = device.xshut if isinstance(device, compiled.TofSensor) else None
            if pin is not None and pin not in self._resets:
                self._resets[pin] = self._output(pin)
        reset = None if record.xshut is None else self._resets[record.xshut]
        return TofSensor(record, reset, self._wire, self._turn)

    def close(self) -> None:
        """Free the reset pins."""
        for reset in self._resets.values():
            reset.close()


def open_wires() -> Wires:
    """The Pi's bus. Raises OSError when it is not switched on."""
    import fcntl  # noqa: PLC0415 - only on a Pi

    from smbus2 import SMBus, i2c_msg  # noqa: PLC0415 - only on a Pi

    bus = SMBus(BUS)
    if bus.fd is not None:
        fcntl.ioctl(bus.fd, _I2C_TIMEOUT, _TIMEOUT_10MS)
    return Wires(bus, i2c_msg)
