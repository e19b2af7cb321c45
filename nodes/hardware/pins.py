"""Pins through gpiozero, each with the factory it is told to use: several nodes live in one process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, get_args

from nodes.errors import HardwareError, StartError
from nodes.hardware.interface import EdgeSink, PinsName

PINS_VARIABLE = "PREACCUEIL_PINS"
"""The environment variable that names the pin factory where no option does."""


def choose(option: str | None) -> PinsName:
    """The pin factory to use: the option, else the environment's, else lgpio (the one for every Pi).

    Raises StartError for a name that is none.
    """
    name = option or os.environ.get(PINS_VARIABLE) or "lgpio"
    for known in get_args(PinsName):
        if name == known:
            return known  # type: ignore[no-any-return]  # get_args loses the literal's type
    raise StartError(f"pins {name!r} are unknown: choose one of {', '.join(get_args(PinsName))}")


def open_factory(name: PinsName) -> Any:
    """Gpiozero's factory for real pins. Raises HardwareError where its library or the chip is missing."""
    try:
        if name == "lgpio":
            from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only on a Pi

            return LGPIOFactory()
        from gpiozero.pins.rpigpio import RPiGPIOFactory  # noqa: PLC0415 - only on an old image

        return RPiGPIOFactory()
    except Exception as problem:
        raise HardwareError(
            f"pins through {name} cannot be opened ({problem}):"
            " install the distribution's python3-lgpio, or choose --pins mock to run without hardware"
        ) from problem


class GpioInput:
    """An input pin. See interface.Input.

    Args:
        pin: BCM number.
        edge: called at every change, with the machine time of the callback.
        active_high: a sensor that drives the pin high; otherwise a contact to ground with our pull-up.
        stamp_ns: tells machine time.
        factory: gpiozero's pin factory.
    """

    def __init__(
        self, pin: int, edge: EdgeSink, *, active_high: bool, stamp_ns: Callable[[], int], factory: Any
    ) -> None:
        from gpiozero import DigitalInputDevice  # noqa: PLC0415 - heavy, and not for nodes without pins

        try:
            self._device = DigitalInputDevice(pin, pull_up=not active_high, pin_factory=factory)
        except Exception as problem:
            raise HardwareError(f"pin {pin} cannot be read: {problem}") from problem
        self._device.when_activated = lambda: edge(True, stamp_ns())
        self._device.when_deactivated = lambda: edge(False, stamp_ns())

    def is_active(self) -> bool:
        """See interface.Input."""
        return bool(self._device.is_active)

    def close(self) -> None:
        """See interface.Input."""
        self._device.close()


class GpioOutput:
    """An output pin, high when on. See interface.Output."""

    def __init__(self, pin: int, *, factory: Any) -> None:
        from gpiozero import DigitalOutputDevice  # noqa: PLC0415 - heavy, and not for nodes without pins

        try:
            self._device = DigitalOutputDevice(pin, pin_factory=factory)
        except Exception as problem:
            raise HardwareError(f"pin {pin} cannot be driven: {problem}") from problem
        self._on = False

    def set(self, on: bool) -> None:
        """See interface.Output."""
        if on != self._on:
            self._on = on
            self._device.value = on

    def close(self) -> None:
        """See interface.Output."""
        self.set(False)
        self._device.close()
