"""Words to systemd: ready, alive, stopping (``Type=notify`` and its watchdog).

A datagram to the socket that systemd names; nothing without one. See ``man sd_notify``: the protocol is
this one line, and its Python packages are either unkept or need a compiler.
"""

from __future__ import annotations

import os
import socket
import time
from typing import Final

from broker.clock import SECOND

_SOCKET: Final = "NOTIFY_SOCKET"
_WATCHDOG: Final = "WATCHDOG_USEC"


def notify(word: str) -> bool:
    """Tell systemd ``READY=1``, ``WATCHDOG=1`` or ``STOPPING=1``; returns whether somebody listens."""
    address = os.environ.get(_SOCKET, "")
    if not address:
        return False
    if address.startswith("@"):
        address = f"\0{address[1:]}"  # an abstract socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
        try:
            wire.sendto(word.encode(), address)
        except OSError:
            return False
    return True


def watchdog_ns() -> int | None:
    """How often to say that we live (machine time): half of what systemd waits; None when it does not."""
    microseconds = os.environ.get(_WATCHDOG, "")
    pid = os.environ.get("WATCHDOG_PID", "")
    if not microseconds.isdigit() or (pid and pid != str(os.getpid())):
        return None
    return int(microseconds) * (SECOND // 1_000_000) // 2


class Watchdog:
    """systemd's watchdog, fed from a process's own loop: one that hangs is started again.

    Costs nothing where systemd does not ask for it. Not for several threads.
    """

    def __init__(self) -> None:
        self._every_ns = watchdog_ns()
        self._due_ns = 0

    def feed(self) -> None:
        """The loop makes progress: call it at least each quarter of ``WatchdogSec``."""
        if self._every_ns is None or (now_ns := time.monotonic_ns()) < self._due_ns:
            return
        self._due_ns = now_ns + self._every_ns
        notify("WATCHDOG=1")
