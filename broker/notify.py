"""Words to systemd: ready, alive, stopping (``Type=notify`` and its watchdog).

A datagram to the socket that systemd names; nothing without one. See ``man sd_notify``: the protocol is
this one line, and its Python packages are either unkept or need a compiler.
"""

from __future__ import annotations

import os
import socket
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
