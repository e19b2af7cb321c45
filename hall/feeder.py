"""The hall's side of the feed: starts its process, hears its reports, and starts it again.

The hall waits for nothing here: the feed takes from the journal's file what it writes to the store. It
ends with its hall however that one ends, since it reads from a pipe that only the hall holds open; and
while it has not ended yet, the next one waits at the cursor's lock.
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

from hall.feed_process import FeedOrder, FeedReport

log = logging.getLogger(__name__)

SILENCE_S = 240.0
"""Machine seconds of silence after which a feed hangs: a request to the store may take one minute, and a
step is two requests and a count."""
FRESH_S = 30.0
"""Machine seconds for which a report holds: what is older is unknown."""
AGAIN_S = 1.0
"""Machine seconds before a feed that ended by itself is started again; doubled up to ``AGAIN_AT_MOST_S``
until one reports."""
AGAIN_AT_MOST_S = 60.0

_END = b"end\n"


class Feeder(threading.Thread):
    """Keeps a feed's process going beside the hall.

    ``refused`` is what it reported last (see FeedReport).

    Args:
        order: what to feed.
        silence_s: how long a feed may say nothing before it is ended and started again.
    """

    def __init__(self, order: FeedOrder, silence_s: float = SILENCE_S) -> None:
        super().__init__(name="feed", daemon=True)
        self._command = [
            sys.executable,
            "-m",
            "hall.feed_process",
            msgspec.json.encode(order, enc_hook=str).decode(),
        ]
        self._silence_s = silence_s
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stored: dict[str, int] | None = None
        self._heard_at = 0.0
        self.refused: list[tuple[str, int, str]] = []

    @property
    def stored(self) -> dict[str, int] | None:
        """Today's event points by node as the store answers; None while nobody can say."""
        return self._stored if time.monotonic() - self._heard_at < FRESH_S else None

    @property
    def pid(self) -> int | None:
        """The feed's process, while there is one."""
        with self._lock:
            return None if self._process is None else self._process.pid

    def run(self) -> None:
        """Until ``end``: start a feed, hear it, start another."""
        again_s = AGAIN_S
        while not self._ends.is_set():
            heard_at = self._heard_at
            try:
                how = self._feed()
            except Exception as problem:
                # No memory for a process, a report that is none: whatever it is, there must be another feed.
                log.exception("a feed cannot be kept going")
                how = repr(problem)
            self._stored = None
            if self._ends.is_set():
                break
            again_s = AGAIN_S if self._heard_at > heard_at else min(2 * again_s, AGAIN_AT_MOST_S)
            log.error("the feed ended (%s): started again in %.0f s", how, again_s)
            self._ends.wait(again_s)

    def end(self, timeout_s: float = 10) -> None:
        """Have it write what is decided and end; make it end when that takes too long."""
        with self._lock:
            self._ends.set()
            process = self._process
            if process is not None and process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(_END)
        self.join(timeout_s)
        if process is not None and self.is_alive():
            log.warning("the feed does not end: what is left is written after the next start")
            process.kill()
            self.join()

    def _feed(self) -> str:
        """One feed's whole life; how it ended."""
        with self._lock:
            if self._ends.is_set():
                return "not begun"
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
            )
        with self._process as process:
            try:
                self._hear(process)
            finally:
                # It has closed its pipe or hangs.
                with self._lock:
                    self._process = None
                process.kill()
        return f"code {process.returncode}"

    def _hear(self, process: subprocess.Popen[bytes]) -> None:
        """Take its reports until it ends or hangs."""
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        pipe, rest = process.stdout.fileno(), b""
        while select.select([pipe], [], [], self._silence_s)[0]:
            said = os.read(pipe, 1 << 16)
            if not said:
                return
            *lines, rest = (rest + said).split(b"\n")
            for line in lines:
                report = msgspec.json.decode(line, type=FeedReport)
                self._stored, self.refused = report.stored, report.refused
                self._heard_at = time.monotonic()
        log.error("the feed has said nothing for %.0f s", self._silence_s)
