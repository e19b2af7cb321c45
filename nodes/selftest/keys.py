"""The technician's keys: single ones on a terminal, the first letter of each line from anywhere else."""

from __future__ import annotations

import os
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENTER_S = 1.0
"""Enter so soon after a letter is a habit, and does not skip the next step."""


@contextmanager
def listening(pressed: Callable[[str], None]) -> Iterator[None]:
    """Call ``pressed`` with each key, from a thread of its own; the terminal is as it was afterwards.

    Enter alone is a newline. Once the input has ended there are no keys any more.
    """
    descriptor = sys.stdin.fileno()
    if not os.isatty(descriptor):
        _in_background(lambda: _lines(descriptor, pressed))
        yield
        return
    before = termios.tcgetattr(descriptor)
    # A key counts without Enter, and Ctrl-C still interrupts.
    tty.setcbreak(descriptor)
    try:
        _in_background(lambda: _single(descriptor, pressed))
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _in_background(read: Callable[[], None]) -> None:
    # By descriptor: a thread that waits in sys.stdin holds a lock that the program's end stumbles over.
    threading.Thread(target=read, name="keys", daemon=True).start()


def _single(descriptor: int, pressed: Callable[[str], None]) -> None:
    letter_at = -ENTER_S
    while key := os.read(descriptor, 1):
        if key not in b"\r\n":
            letter_at = time.monotonic()
        elif time.monotonic() - letter_at < ENTER_S:
            continue
        pressed(key.decode("ascii", "replace"))


def _lines(descriptor: int, pressed: Callable[[str], None]) -> None:
    waiting = b""
    while chunk := os.read(descriptor, 4096):
        *lines, waiting = (waiting + chunk).split(b"\n")
        for line in lines:
            pressed(line.decode("utf-8", "replace").strip()[:1] or "\n")
