"""Thermal printers through python-escpos, over TCP.

python-escpos raises a bare AssertionError on every call after a failed open, raises nothing when the
printer goes off in the middle, and reads an unknown status as "no paper". So each job opens a
connection of its own, and asks for itself: DLE EOT before, GS r after the cut. GS r is answered in its
turn, after everything before it was printed; DLE EOT is answered at once and only says what is wrong.
"""

from __future__ import annotations

import queue
import socket
import threading
import unicodedata
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from broker.contract.faults import Fault
from nodes.hardware.interface import Printed, PrinterState
from nodes.sheet import COLUMNS, Code, Line, Picture, Rule, Sheet

if TYPE_CHECKING:
    from escpos.escpos import Escpos
    from escpos.printer import Network

ANSWER_S = 3.0
AFTER_CUT_S = 8.0
"""A long ticket takes 2 to 3 s."""
WATCH_S = 30.0
CODE_PAGE = "CP858"
"""One page with all of é è ê à ç ù ï É À € ° « »: python-escpos' own choice misprints on clones."""

_STATUS, _OFFLINE_CAUSE, _PAPER = b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"
_IN_TURN = b"\x1dr\x01"
_RASTER = b"\x1dv0\x00"
"""GS v 0, as large as it is: every ESC/POS printer and clone knows it. Its rows are already bits."""
_STRIP_ROWS = 960
_IS_OFFLINE = 0x08
_COVER_OPEN, _PAPER_STOP, _ERROR = 0x04, 0x20, 0x40
_NEAR_END, _NO_PAPER = 0x0C, 0x60

_WORDS: dict[Fault, str] = {
    "no_paper": "no paper",
    "cover_open": "cover open",
    "printer_error": "error (cutter, or too hot)",
    "printer_offline": "offline",
}

_REPLACED = str.maketrans(
    {"œ": "oe", "Œ": "OE", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "→": ">"}
)


def printable(text: str) -> str:
    """The text in what the code page holds; a letter it lacks loses its accent, not its place."""

    def letter(character: str) -> str:
        try:
            character.encode(CODE_PAGE)
        except UnicodeEncodeError:
            plain = unicodedata.normalize("NFD", character)[0]
            return plain if plain.isascii() else "?"
        return character

    return "".join(letter(character) for character in unicodedata.normalize("NFC", text.translate(_REPLACED)))


class NetworkPrinter:
    """A printer on the network. See interface.Printer. Its thread begins with its first job.

    Args:
        host: name or address.
        port: raw port, 9100 as a rule.
        width_mm: paper width, 58 or 80.
        answer_s: how long to wait for a connection or an answer.
        after_cut_s: how long to wait for the answer after the cut.
    """

    watch_s: float | None = WATCH_S

    def __init__(
        self,
        host: str,
        port: int,
        width_mm: int,
        *,
        answer_s: float = ANSWER_S,
        after_cut_s: float = AFTER_CUT_S,
    ) -> None:
        self._host, self._port = host, port
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

    def _enqueue(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, name=f"printer {self._host}:{self._port}", daemon=True
            )
            self._thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None and not self._closed:
            job()

    # On the printer's thread --------------------------------------------------------------------

    def _print(self, sheet: Sheet) -> Printed:
        try:
            printer = self._open()
        except OSError as problem:
            return Printed("failed", f"cannot be reached: {problem}", "printer_away")
        began = False
        try:
            trouble = _trouble(printer)
            if trouble:
                return Printed("failed", _WORDS[trouble], trouble)
            began = True
            printer.device.sendall(_job(sheet, self._columns))
            printer.device.settimeout(self._after_cut_s)
            if printer.query_status(_IN_TURN):
                printer.device.settimeout(self._answer_s)
                trouble = _trouble(printer)
                if trouble:
                    return Printed("doubtful", _WORDS[trouble], trouble)
                return Printed("confirmed", "")
        except OSError as problem:
            return self._after_silence(printer, began=began, problem=problem)
        else:
            return Printed("doubtful", "hung up before it answered", "printer_silent")
        finally:
            _close(printer)

    def _after_silence(self, printer: Network, *, began: bool, problem: OSError) -> Printed:
        """No answer in its turn: ask what is wrong, out of turn."""
        if not began:
            return Printed("failed", f"does not answer: {problem}", "printer_away")
        try:
            printer.device.settimeout(self._answer_s)
            trouble = _trouble(printer)
        except OSError:
            return Printed("doubtful", "went silent while printing", "printer_silent")
        if trouble:
            return Printed("failed", f"{_WORDS[trouble]}, while printing", trouble)
        return Printed("doubtful", "no answer after the cut", "printer_silent")

    def _check(self) -> PrinterState:
        try:
            printer = self._open()
        except OSError as problem:
            return PrinterState("failed", f"cannot be reached: {problem}", "printer_away")
        try:
            trouble = _trouble(printer)
            if trouble:
                return PrinterState("failed", _WORDS[trouble], trouble)
            if _ask(printer, _PAPER) & _NEAR_END:
                return PrinterState("degraded", "paper nearly at its end", "paper_low")
        except OSError as problem:
            return PrinterState("failed", f"does not answer: {problem}", "printer_away")
        finally:
            _close(printer)
        return PrinterState("ok", "")

    def _open(self) -> Network:
        """A connection of this job. Raises OSError."""
        # Here, because python-escpos and what it brings take 4 MB and a quarter of a second.
        from escpos.printer import Network  # noqa: PLC0415

        printer = Network(self._host, self._port)
        # Connected here: its own open() leaks the socket of a failed attempt, and logs every one.
        printer.device = socket.create_connection((self._host, self._port), timeout=self._answer_s)
        printer.device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return printer


def _trouble(printer: Network) -> Fault | None:
    """What keeps the printer from printing; None when nothing does. Raises OSError."""
    causes = _ask(printer, _OFFLINE_CAUSE) if _ask(printer, _STATUS) & _IS_OFFLINE else 0
    if _ask(printer, _PAPER) & _NO_PAPER or causes & _PAPER_STOP:
        return "no_paper"
    if causes & _COVER_OPEN:
        return "cover_open"
    if causes & _ERROR:
        return "printer_error"
    return "printer_offline" if causes else None


def _ask(printer: Network, question: bytes) -> int:
    """One status byte. Raises OSError when the printer is silent or hangs up."""
    answer: bytes = printer.query_status(question)
    if not answer:
        raise ConnectionResetError("the printer hung up")
    return answer[-1]


def _job(sheet: Sheet, columns: int) -> bytes:
    """The whole sheet and its cut, to be sent in one go: a ticket is some three hundred commands."""
    from escpos.printer import Dummy  # noqa: PLC0415  as in _open

    printer = Dummy()
    _write(printer, sheet, columns)
    output: bytes = printer.output
    return output


def _write(printer: Escpos, sheet: Sheet, columns: int) -> None:
    printer.hw("INIT")
    printer.charcode(CODE_PAGE)
    for element in sheet:
        match element:
            case Line():
                # Left lines are as wide as the rules, and centred with them: printers have 42 or 48 columns.
                printer.set(
                    align="center",
                    bold=element.bold,
                    custom_size=True,
                    width=element.size,
                    height=element.size,
                )
                text = printable(element.text)
                printer.textln(text.ljust(columns) if element.align == "left" and text else text)
            case Rule():
                printer.set(align="center", bold=False, custom_size=True, width=1, height=1)
                printer.textln("─" * columns)
            case Picture():
                printer.set(align="center")
                for strip in _strips(element):
                    printer._raw(_RASTER + _lengths(strip) + strip.rows)  # noqa: SLF001  its own way in
            case Code():
                printer.set(align="center")
                # Drawn by the printer itself: 45 bytes instead of 635 for a picture.
                printer.qr(element.content, native=True, size=6, ec=1)
    printer.cut()


def _strips(picture: Picture) -> Iterator[Picture]:
    """The picture in pieces that leave no gap: printers take no more than some thousand rows at once."""
    size = picture.width // 8 * _STRIP_ROWS
    for start in range(0, len(picture.rows), size):
        yield Picture(picture.width, picture.rows[start : start + size])


def _lengths(picture: Picture) -> bytes:
    """The picture's size as GS v 0 wants it: bytes across and dots down, the low byte first."""
    return (picture.width // 8).to_bytes(2, "little") + picture.height.to_bytes(2, "little")


def _close(printer: Network) -> None:
    printer.device.close()
    printer.device = None
