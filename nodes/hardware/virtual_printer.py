"""A thermal printer that nobody plugged in: it answers, prints, and can go wrong."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from nodes.hardware.escpos_reader import Command, questions_in, take
from nodes.hardware.printer_links import Connect
from nodes.sheet import COLUMNS, Align, Code, Line, Picture, Sheet

if TYPE_CHECKING:
    from PIL import Image

Fault = Literal["", "paper_out", "cover_open", "offline", "silent", "dies_mid_job", "unplugged"]
"""``silent`` takes everything and answers nothing; ``dies_mid_job`` is unplugged at the first line."""

KEPT = 200
"""Tickets kept: a demo runs for days."""

_ALIGNS: tuple[Align, ...] = ("left", "center", "left")


class Paper:
    """One printed and cut piece of paper."""

    def __init__(self, sheet: Sheet, columns: int) -> None:
        self.sheet = sheet
        self._columns = columns

    @property
    def text(self) -> str:
        """Its words, line by line."""
        return "\n".join(element.text for element in self.sheet if isinstance(element, Line)).strip("\n")

    @property
    def code(self) -> str:
        """What its QR code says; empty without one."""
        return next((element.content for element in self.sheet if isinstance(element, Code)), "")

    @property
    def largest(self) -> str:
        """Its largest words: a ticket's number."""
        lines = [element for element in self.sheet if isinstance(element, Line) and element.text]
        return max(lines, key=lambda line: line.size).text if lines else ""

    def picture(self) -> Image.Image:
        """The paper as it hangs out of the printer."""
        from nodes.hardware.paper_picture import draw  # noqa: PLC0415 - Pillow only for pictures

        return draw(self.sheet, self._columns)


class VirtualPrinter:
    """``papers`` holds what was printed; ``fault`` is what is wrong with it now.

    This is the printer itself. How it is plugged in is the twin of its cable: ``virtual_network.py``,
    ``virtual_serial.py``, ``virtual_usb.py``.

    Args:
        width_mm: paper width, 58 or 80.
    """

    def __init__(self, width_mm: int = 80) -> None:
        self.papers: deque[Paper] = deque(maxlen=KEPT)
        self.nearly_empty = False
        self.lines_left: int | None = None
        """So many lines until the paper ends; None for an endless roll."""
        self.printed = 0
        """Pieces of paper cut since the start."""
        self._fault: Fault = ""
        self._columns = COLUMNS[width_mm]
        self._cut = threading.Condition()

    @property
    def fault(self) -> Fault:
        """What is wrong with it."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        before, self._fault = self._fault, fault
        if fault == "unplugged" != before:
            self.unplug()
        elif before == "unplugged" != fault:
            self.plug_in()

    def connect(self) -> Connect:
        """How the node's own driver reaches it."""
        raise NotImplementedError

    def unplug(self) -> None:
        """Pull the cable, whatever is on its way."""
        raise NotImplementedError

    def plug_in(self) -> None:
        """Put the cable back."""
        raise NotImplementedError

    def close(self) -> None:
        """Switch it off and throw it away."""
        raise NotImplementedError

    def wait_for_paper(self, count: int, timeout: float = 5.0) -> bool:
        """Wait until so many pieces were cut since the start; False when that took too long."""
        with self._cut:
            return self._cut.wait_for(lambda: self.printed >= count, timeout)

    def take_paper(self) -> Paper | None:
        """Tear off the oldest paper that nobody took; None without one."""
        with self._cut:
            return self.papers.popleft() if self.papers else None

    def plugged(self, say: Callable[[bytes], object]) -> Ear:
        """A fresh connection, over which it answers with ``say``."""
        return Ear(self, say)

    def stands_still(self) -> bool:
        """Whether only real-time questions get through."""
        return self._fault in {"paper_out", "cover_open", "offline"}

    def feed(self, lines: int) -> None:
        """So many lines of paper are gone."""
        if self.lines_left is not None:
            self.lines_left = max(self.lines_left - lines, 0)
            if self.lines_left == 0:
                self._fault = "paper_out"

    def cut(self, sheet: Sheet) -> None:
        """A piece of paper falls into a hand."""
        with self._cut:
            self.papers.append(Paper(sheet, self._columns))
            self.printed += 1
            self._cut.notify_all()

    def status(self, question: int) -> bytes:
        """The answer to DLE EOT and that number."""
        status = 0x12
        if question == 1 and self.stands_still():
            status |= 0x08
        elif question == 2:  # noqa: PLR2004 - DLE EOT 2: why it is offline
            status |= {"paper_out": 0x20, "cover_open": 0x04, "offline": 0x40}.get(self._fault, 0)
        elif question == 4:  # noqa: PLR2004 - DLE EOT 4: paper
            status |= 0x60 if self._fault == "paper_out" else 0
            status |= 0x0C if self.nearly_empty else 0
        return bytes((status,))


class Ear:
    """What a printer hears over one connection, and has not worked off yet."""

    def __init__(self, printer: VirtualPrinter, say: Callable[[bytes], object]) -> None:
        self._printer, self._say = printer, say
        self._job = _Job()
        self._buffer = b""

    def hear(self, data: bytes) -> None:
        """Work off what can be worked off now. Raises ConnectionAbortedError when it dies of it."""
        self._buffer = self._work_off(self._buffer + data)

    def _work_off(self, buffer: bytes) -> bytes:
        """Returns the rest."""
        printer = self._printer
        while buffer:
            if printer.fault == "silent":
                return b""
            if printer.stands_still():
                # Only real-time questions get through; the rest waits, as in a real printer's buffer.
                for question in questions_in(buffer):
                    self._say(printer.status(question))
                return _without_questions(buffer)
            taken = take(buffer)
            if taken is None:
                return buffer
            command, length = taken
            buffer = buffer[length:]
            if command.name == "text" and printer.fault == "dies_mid_job":
                raise ConnectionAbortedError
            self._do(command)
        return b""

    def _do(self, command: Command) -> None:
        match command.name:
            case "status":
                self._say(self._printer.status(command.value))
            case "in_turn":
                self._say(b"\x00")
            case "feed":
                self._printer.feed(command.value)
                self._job.do(command)
            case "cut":
                self._printer.cut(self._job.tear_off())
            case _:
                self._job.do(command)


class _Job:
    """What is on the paper since the last cut."""

    def __init__(self) -> None:
        self._sheet: Sheet = []
        self._text = ""
        self._size, self._bold, self._page = 1, False, 0
        self._align: Align = "left"

    def do(self, command: Command) -> None:
        match command.name:
            case "init":
                self._begin()
            case "text":
                self._text += command.data.decode("cp858" if self._page == _CP858 else "cp437", "replace")
            case "size":
                self._size = (command.value & 0x07) + 1
            case "bold":
                self._bold = bool(command.value & 1)
            case "align":
                self._align = _ALIGNS[command.value & 0x03 if command.value & 0x03 < len(_ALIGNS) else 0]
            case "page":
                self._page = command.value
            case "code":
                self._sheet.append(Code(command.data.decode()))
            case "picture":
                self._sheet.append(Picture(command.value, command.data))
            case "feed":
                self._sheet.append(self._line())
                self._sheet += [Line()] * (command.value - 1)
                self._text = ""
            case _:
                pass

    def _line(self) -> Line:
        """The line set last; one filled up with spaces begins at the edge of the columns."""
        text = self._text.rstrip()
        align: Align = "left" if len(self._text) > len(text) else self._align
        return Line(text, self._size, self._bold, align)

    def tear_off(self) -> Sheet:
        sheet, self._sheet = self._sheet, []
        return sheet

    def _begin(self) -> None:
        self._text, self._size, self._bold, self._page = "", 1, False, 0
        self._align = "left"


_CP858 = 19
"""The number of that code page in ESC t; 0 is CP437. Anything else is printed as CP437, as clones do."""


def _without_questions(buffer: bytes) -> bytes:
    """What waits, without the questions that were answered."""
    rest = bytearray()
    index = 0
    while index < len(buffer):
        if buffer[index : index + 2] == b"\x10\x04" and index + 2 < len(buffer):
            index += 3
        else:
            rest.append(buffer[index])
            index += 1
    return bytes(rest)
