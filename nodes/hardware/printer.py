"""Thermal printers: prints, and knows how each print ended. ``printer_links.py`` has their cables.

python-escpos raises a bare AssertionError on every call after a failed open, raises nothing when the
printer goes off in the middle, and reads an unknown status as "no paper". So each job opens a
connection of its own, and asks for itself: DLE EOT before, GS r after the cut. GS r is answered in its
turn, after everything before it was printed; DLE EOT is answered at once and only says what is wrong.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from broker.contract.faults import Fault
from nodes.hardware.escpos_writer import job
from nodes.hardware.interface import Printed, PrinterState
from nodes.hardware.printer_links import Connect, Link
from nodes.sheet import COLUMNS, Sheet

ANSWER_S = 3.0
AFTER_CUT_S = 8.0
"""A long ticket takes 2 to 3 s."""
WATCH_S = 30.0

_STATUS, _OFFLINE_CAUSE, _PAPER = b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"
_IN_TURN = b"\x1dr\x01"
_IS_OFFLINE = 0x08
_COVER_OPEN, _PAPER_STOP, _ERROR = 0x04, 0x20, 0x40
_NEAR_END, _NO_PAPER = 0x0C, 0x60
_REAL_TIME = (0x93, 0x12)
"""Bits that are fixed in every answer to DLE EOT, and their values: so noise is told apart."""
_TURN = (0x90, 0x00)
"""The same of an answer to GS r."""

_WORDS: dict[Fault, str] = {
    "no_paper": "no paper",
    "cover_open": "cover open",
    "printer_error": "error (cutter, or too hot)",
    "printer_offline": "offline",
}


class EscposPrinter:
    """An ESC/POS printer. See interface.Printer. Its thread begins with its first job.

    Args:
        connect: opens a connection to it; each job has its own.
        width_mm: paper width, 58 or 80.
        answer_s: how long to wait for an answer.
        after_cut_s: how long to wait for the answer after the cut.
    """

    watch_s: float | None = WATCH_S

    def __init__(
        self,
        connect: Connect,
        width_mm: int,
        *,
        answer_s: float = ANSWER_S,
        after_cut_s: float = AFTER_CUT_S,
    ) -> None:
        self._connect = connect
        self._columns = COLUMNS[width_mm]
        self._answer_s, self._after_cut_s = answer_s, after_cut_s
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def print(self, sheet: Sheet, done: Callable[[Printed], None]) -> None:
        """See interface.Printer."""
        self._enqueue(lambda: done(self._print(sheet)))

    def check(self, done: Callable[[PrinterState], None]) -> None:
        """See interface.Printer."""
        self._enqueue(lambda: done(self._check()))

    def close(self) -> None:
        """See interface.Printer."""
        self._closed = True
        self._jobs.put(None)

    def _enqueue(self, work: Callable[[], None]) -> None:
        self._jobs.put(work)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="printer", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while (work := self._jobs.get()) is not None and not self._closed:
            work()

    # On the printer's thread --------------------------------------------------------------------

    def _print(self, sheet: Sheet) -> Printed:
        try:
            link = self._connect(self._answer_s)
        except OSError as problem:
            return Printed("failed", f"cannot be reached: {problem}", "printer_away")
        began = False
        try:
            trouble = self._trouble(link)
            if trouble:
                return Printed("failed", _WORDS[trouble], trouble)
            began = True
            link.send(job(sheet, self._columns))
            link.send(_IN_TURN)
            _answer(link, _TURN, self._after_cut_s)
            trouble = self._trouble(link)
            if trouble:
                return Printed("doubtful", _WORDS[trouble], trouble)
            return Printed("confirmed", "")
        except OSError as problem:
            return self._after_silence(link, began=began, problem=problem)
        finally:
            link.close()

    def _after_silence(self, link: Link, *, began: bool, problem: OSError) -> Printed:
        """No answer in its turn: ask what is wrong, out of turn."""
        if not began:
            return Printed("failed", f"does not answer: {problem}", "printer_away")
        try:
            trouble = self._trouble(link)
        except OSError:
            return Printed("doubtful", "went silent while printing", "printer_silent")
        if trouble:
            return Printed("failed", f"{_WORDS[trouble]}, while printing", trouble)
        return Printed("doubtful", "no answer after the cut", "printer_silent")

    def _check(self) -> PrinterState:
        try:
            link = self._connect(self._answer_s)
        except OSError as problem:
            return PrinterState("failed", f"cannot be reached: {problem}", "printer_away")
        try:
            trouble = self._trouble(link)
            if trouble:
                return PrinterState("failed", _WORDS[trouble], trouble)
            if self._ask(link, _PAPER) & _NEAR_END:
                return PrinterState("degraded", "paper nearly at its end", "paper_low")
        except OSError as problem:
            return PrinterState("failed", f"does not answer: {problem}", "printer_away")
        finally:
            link.close()
        return PrinterState("ok", "")

    def _trouble(self, link: Link) -> Fault | None:
        """What keeps the printer from printing; None when nothing does. Raises OSError."""
        causes = self._ask(link, _OFFLINE_CAUSE) if self._ask(link, _STATUS) & _IS_OFFLINE else 0
        if self._ask(link, _PAPER) & _NO_PAPER or causes & _PAPER_STOP:
            return "no_paper"
        if causes & _COVER_OPEN:
            return "cover_open"
        if causes & _ERROR:
            return "printer_error"
        return "printer_offline" if causes else None

    def _ask(self, link: Link, question: bytes) -> int:
        """One status byte. Raises OSError when the printer is silent or hangs up."""
        link.send(question)
        return _answer(link, _REAL_TIME, self._answer_s)


def _answer(link: Link, form: tuple[int, int], seconds: float) -> int:
    """The byte of that form that comes within so many seconds. Raises OSError."""
    mask, wanted = form
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        for byte in reversed(link.read(left)):
            if byte & mask == wanted:
                return byte
    raise TimeoutError("timed out")
