"""A thermal printer that nobody plugged in: a TCP server that answers, prints, and can go wrong."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from typing import TYPE_CHECKING, Literal

from nodes.hardware.escpos_reader import Command, questions_in, take
from nodes.sheet import COLUMNS, Align, Code, Line, Picture, Sheet

if TYPE_CHECKING:
    from PIL import Image

Fault = Literal["", "paper_out", "cover_open", "offline", "silent", "dies_mid_job"]
"""``silent`` takes everything and answers nothing; ``dies_mid_job`` hangs up at the first line."""

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
    """Listens on the loopback. ``papers`` holds what was printed; ``fault`` is what is wrong with it now.

    Args:
        width_mm: paper width, 58 or 80.
        port: 0 for a free one.
    """

    def __init__(self, width_mm: int = 80, port: int = 0) -> None:
        self.papers: deque[Paper] = deque(maxlen=KEPT)
        self.fault: Fault = ""
        self.nearly_empty = False
        self.lines_left: int | None = None
        """So many lines until the paper ends; None for an endless roll."""
        self.printed = 0
        """Pieces of paper cut since the start."""
        self._columns = COLUMNS[width_mm]
        self._cut = threading.Condition()
        self._server = socket.create_server(("127.0.0.1", port))
        self.host, self.port = self._server.getsockname()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._serve, name=f"virtual printer {self.port}", daemon=True)
        self._thread.start()

    def wait_for_paper(self, count: int, timeout: float = 5.0) -> bool:
        """Wait until so many pieces were cut since the start; False when that took too long."""
        with self._cut:
            return self._cut.wait_for(lambda: self.printed >= count, timeout)

    def take_paper(self) -> Paper | None:
        """Tear off the oldest paper that nobody took; None without one."""
        with self._cut:
            return self.papers.popleft() if self.papers else None

    def close(self) -> None:
        """Switch it off: whoever connects is refused."""
        # Waking accept() needs a shutdown; close() alone leaves the thread in it.
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=2)

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._server.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._listen, args=(connection,), daemon=True).start()

    def _listen(self, connection: socket.socket) -> None:
        job = _Job()
        buffer = b""
        with connection, contextlib.suppress(OSError):
            while chunk := connection.recv(65536):
                buffer += chunk
                buffer = self._print(connection, job, buffer)
        self._open.discard(connection)

    def _print(self, connection: socket.socket, job: _Job, buffer: bytes) -> bytes:
        """Work off what can be worked off now; returns the rest."""
        while buffer:
            if self.fault == "silent":
                return b""
            if self._stands_still():
                # Only real-time questions get through; the rest waits, as in a real printer's buffer.
                for question in questions_in(buffer):
                    self._answer(connection, question)
                return _without_questions(buffer)
            taken = take(buffer)
            if taken is None:
                return buffer
            command, length = taken
            buffer = buffer[length:]
            if command.name == "text" and self.fault == "dies_mid_job":
                raise ConnectionAbortedError
            self._do(connection, job, command)
        return b""

    def _do(self, connection: socket.socket, job: _Job, command: Command) -> None:
        match command.name:
            case "status":
                self._answer(connection, command.value)
            case "in_turn":
                connection.sendall(b"\x00")
            case "feed":
                self._feed(command.value)
                job.do(command)
            case "cut":
                with self._cut:
                    self.papers.append(Paper(job.tear_off(), self._columns))
                    self.printed += 1
                    self._cut.notify_all()
            case _:
                job.do(command)

    def _stands_still(self) -> bool:
        return self.fault in {"paper_out", "cover_open", "offline"}

    def _feed(self, lines: int) -> None:
        if self.lines_left is not None:
            self.lines_left = max(self.lines_left - lines, 0)
            if self.lines_left == 0:
                self.fault = "paper_out"

    def _answer(self, connection: socket.socket, question: int) -> None:
        status = 0x12
        if question == 1 and self._stands_still():
            status |= 0x08
        elif question == 2:  # noqa: PLR2004 - DLE EOT 2: why it is offline
            status |= {"paper_out": 0x20, "cover_open": 0x04, "offline": 0x40}.get(self.fault, 0)
        elif question == 4:  # noqa: PLR2004 - DLE EOT 4: paper
            status |= 0x60 if self.fault == "paper_out" else 0
            status |= 0x0C if self.nearly_empty else 0
        connection.sendall(bytes((status,)))


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
