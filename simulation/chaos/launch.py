"""Starts a program of the site on another machine than this one: rebooted, without a clock, or broken.

    python -m simulation.chaos.launch [--boot ID --base-ns N] [--unknown-clock] [--still]
        [--break outbox|receipt|dedupe|sync] [--marks FILE] -- node …

What differs is put in place here, before the program begins: the programs themselves have no hooks for
their tests.
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from typing import NamedTuple

from broker import clock
from simulation.chaos import saboteur

_kernel_machine_ns = clock.SystemClock.machine_ns


class Machine(NamedTuple):
    """A machine that differs from this one.

    ``boot`` is its kernel's id of this boot, which began at ``base_ns`` of this machine's clock; empty for
    this machine's own. ``knows_time``: whether its civil clock is synchronised.
    """

    boot: str = ""
    base_ns: int = 0
    knows_time: bool = True


def pretend(machine: Machine) -> None:
    """Make this process believe that it runs on that machine."""

    def machine_ns(self: clock.SystemClock) -> int:
        return _kernel_machine_ns(self) - machine.base_ns

    def civil_is_known(_self: clock.SystemClock) -> bool:
        return machine.knows_time

    if machine.boot:
        clock.boot_id = lambda: machine.boot
        clock.SystemClock.machine_ns = machine_ns  # type: ignore[method-assign]  # another machine's clock
    if not machine.knows_time:
        clock.SystemClock.civil_is_known = civil_is_known  # type: ignore[method-assign,assignment]  # the same


def keep_displays_still() -> None:
    """Scrolling displays cost a quarter of a core, for nobody."""
    from nodes.hardware.virtual import VirtualHardware  # noqa: PLC0415 - only in a node
    from simulation.virtual_tent import StillHardware  # noqa: PLC0415 - the same

    VirtualHardware.open_display = StillHardware.open_display  # type: ignore[method-assign,assignment]  # its twin


def mark(path: str) -> None:
    """Write a word to a file, unbuffered, whenever a lamp goes on and before each receipt is sent.

    A tracer of system calls sees these on the very thread that does it, between the syncs.
    """
    from broker.connection import Connection  # noqa: PLC0415 - after pretend
    from nodes.hardware.virtual import VirtualHardware  # noqa: PLC0415 - the same

    marks = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    driven, publish = VirtualHardware._driven, Connection.publish  # noqa: SLF001 - where a lamp is switched

    def _driven(self: VirtualHardware, pin: int, lit: bool) -> None:
        if lit:
            os.write(marks, f"lamp {pin}\n".encode())
        driven(self, pin, lit)

    def _publish(self: Connection, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        if "/receipt/" in topic:
            os.write(marks, f"receipt {topic}\n".encode())
        publish(self, topic, payload, qos=qos, retain=retain)

    VirtualHardware._driven = _driven  # type: ignore[method-assign]  # noqa: SLF001 - the same
    Connection.publish = _publish  # type: ignore[method-assign]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m simulation.chaos.launch")
    parser.add_argument("--boot", default="")
    parser.add_argument("--base-ns", type=int, default=0)
    parser.add_argument("--unknown-clock", action="store_true")
    parser.add_argument("--still", action="store_true")
    breaks = saboteur.BREAKS | saboteur.UNSEEN_BY_KILLS
    parser.add_argument("--break", dest="mechanism", choices=[*breaks])
    parser.add_argument("--marks")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    told = parser.parse_args()
    pretend(Machine(told.boot, told.base_ns, not told.unknown_clock))
    if told.still:
        keep_displays_still()
    if told.mechanism:
        breaks[told.mechanism]()
    if told.marks:
        mark(told.marks)
    # By name: a room never imports the door.
    sys.argv = ["preaccueil", *told.command]
    runpy.run_module("preaccueil", run_name="__main__")


if __name__ == "__main__":
    main()
