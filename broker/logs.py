"""What a process writes to its log: lines that a person can read, and never more than a person could.

systemd's journal takes what stands on standard error and keeps its own bounds (``journald.conf``:
``SystemMaxUse``, ``RateLimitBurst``). Those keep a card from filling up, by throwing lines away; this keeps
the lines that matter from being thrown away with the others.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import Final, NamedTuple

FORMAT: Final = "%(levelname)s %(name)s: %(message)s"
MOST: Final = 10
WITHIN_S: Final = 60.0

LINES_KEPT: Final = 100
LONGEST_LINE: Final = 300
"""Characters; a longer line is cut there."""


class Bounded(logging.Filter):
    """Lets each kind of line pass ten times a minute, then says once in a minute how many were left out.

    A kind is where in the code a line comes from. Time is the records' own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter: the note is written into the record."""
        kind = (record.pathname, record.lineno)
        since, count = self._seen.get(kind, (record.created, 0))
        if not 0 <= record.created - since < WITHIN_S:
            self._seen[kind] = (record.created, 1)
            if count > MOST:
                record.msg = f"{record.getMessage()} ({count - MOST} more like this were left out)"
                record.args = ()
            return True
        self._seen[kind] = (since, count + 1)
        return count < MOST


class Line(NamedTuple):
    """One line of a log, ``ago_s`` seconds old."""

    ago_s: float
    level: str
    text: str


class Recent(logging.Handler):
    """Keeps the last lines in memory, for who asks for them from afar.

    Args:
        about: keep only lines that begin with one of these; a simulation's nodes share a process.
    """

    def __init__(self, *about: str) -> None:
        super().__init__(logging.INFO)
        self._about = about or ("",)
        self._kept: deque[tuple[float, str, str]] = deque(maxlen=LINES_KEPT)
        self.addFilter(Bounded())

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        text = record.getMessage()
        if not text.startswith(self._about):
            return
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text}: {record.exc_info[1]!r}"
        self._kept.append((time.monotonic(), record.levelname, text[:LONGEST_LINE]))

    def lines(self) -> list[Line]:
        """The last lines, oldest first; safe from any thread."""
        self.acquire()
        try:
            now_s = time.monotonic()
            return [Line(round(now_s - at_s, 1), level, text) for at_s, level, text in self._kept]
        finally:
            self.release()


def to_standard_error(level: int = logging.INFO) -> None:
    """Log there from now on, within bounds."""
    logging.basicConfig(level=level, format=FORMAT)
    for handler in logging.getLogger().handlers:
        handler.addFilter(Bounded())
