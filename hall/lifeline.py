"""What a process that belongs to its hall shares with it: a word to end, and reports.

Its standard input is its lifeline: a word there asks it to finish its work and end, its end says that the
hall is gone. On standard output it reports, a line each. Ctrl-C and systemd reach the whole group: only the
hall knows when nothing more will be decided. The hall's side is ``hall.keeper``.
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import msgspec

log = logging.getLogger(__name__)

_LIFELINE = 0


def ignore_signals() -> None:
    """Leave Ctrl-C and systemd's word to the hall."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def hold(path: Path, waiting: Callable[[], bool]) -> None:
    """Hold a lock file until this process ends.

    Args:
        path: the file, made when missing.
        waiting: called again and again while another process holds it, and takes its time; when it returns
            True this process ends.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    told = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not told:
                log.warning("another process still holds %s", path)
                told = True
            if waiting():
                sys.exit()
        else:
            return


def tell(report: msgspec.Struct) -> None:
    """Write a report; without a hall to read it there is nothing left to do."""
    try:
        os.write(sys.stdout.fileno(), msgspec.json.encode(report) + b"\n")
    except BrokenPipeError:
        vanish()


def asked_to_end(wait_s: float) -> bool:
    """Whether the hall wants the end, after waiting at most so long for it to say so."""
    if not select.select([_LIFELINE], [], [], wait_s)[0]:
        return False
    if not os.read(_LIFELINE, 1):
        vanish()
    return True


def vanish() -> NoReturn:
    """End as a power cut would: the hall is gone, and its journal's file may be another by now."""
    os._exit(1)
