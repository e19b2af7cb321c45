"""The hall's side of a process of its own: starts it, hears its reports, and starts it again.

It ends with its hall however that one ends, since it reads from a pipe that only the hall holds open
(``hall.lifeline``).
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import subprocess
import sys
import threading
import time

import msgspec

log = logging.getLogger(__name__)

AGAIN_S = 1.0
"""Machine seconds before a process that ended by itself is started again; doubled up to ``AGAIN_AT_MOST_S``
until one reports."""
AGAIN_AT_MOST_S = 60.0

_END = b"end\n"


class Keeper(threading.Thread):
    """Keeps a process going beside the hall.

    Args:
        name: what logs call it.
        module: what it runs.
        order: what it is to do: a struct, its one argument as JSON.
        silence_s: machine seconds that it may say nothing before it is ended and started again.
    """

    def __init__(self, name: str, module: str, order: msgspec.Struct, silence_s: float) -> None:
        super().__init__(name=name, daemon=True)
        argument = msgspec.json.encode(order, enc_hook=str).decode()
        self._command = [sys.executable, "-m", module, argument]
        self._silence_s = silence_s
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._heard_at = 0.0

    def hear(self, line: bytes) -> None:
        """A report; raises msgspec.DecodeError when it is none."""
        raise NotImplementedError

    def gone(self) -> None:
        """The process has ended: what it reported holds no longer."""

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        with self._lock:
            return None if self._process is None else self._process.pid

    def run(self) -> None:
        """Until ``end``: start one, hear it, start another."""
        again_s = AGAIN_S
        while not self._ends.is_set():
            heard_at = self._heard_at
            try:
                how = self._keep()
            except Exception as problem:
                # No memory for a process, a report that is none: whatever it is, there must be another one.
                log.exception("the %s cannot be kept going", self.name)
                how = repr(problem)
            self.gone()
            if self._ends.is_set():
                break
            again_s = AGAIN_S if self._heard_at > heard_at else min(2 * again_s, AGAIN_AT_MOST_S)
            log.error("the %s ended (%s): started again in %.0f s", self.name, how, again_s)
            self._ends.wait(again_s)

    def end(self, timeout_s: float = 10) -> None:
        """Have it finish what is decided and end; make it end when that takes too long."""
        with self._lock:
            self._ends.set()
            process = self._process
            if process is not None and process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(_END)
        self.join(timeout_s)
        if process is not None and self.is_alive():
            log.warning("the %s does not end: what is left is done after the next start", self.name)
            process.kill()
            self.join()

    def _keep(self) -> str:
        """One process's whole life; how it ended."""
        with self._lock:
            if self._ends.is_set():
                return "not begun"
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
            )
        with self._process as process:
            try:
                self._listen(process)
            finally:
                # It has closed its pipe or hangs.
                with self._lock:
                    self._process = None
                process.kill()
        return f"code {process.returncode}"

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Take its reports until it ends or hangs."""
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        pipe, rest = process.stdout.fileno(), b""
        while select.select([pipe], [], [], self._silence_s)[0]:
            said = os.read(pipe, 1 << 16)
            if not said:
                return
            *lines, rest = (rest + said).split(b"\n")
            for line in lines:
                self.hear(line)
                self._heard_at = time.monotonic()
        log.error("the %s has said nothing for %.0f s", self.name, self._silence_s)
