"""A serial line that nobody plugged in: a pseudo-terminal with a virtual printer at its other end."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import tty
from pathlib import Path

from nodes.hardware.printer_links import Connect, serial
from nodes.hardware.virtual_printer import VirtualPrinter


class VirtualSerialPrinter(VirtualPrinter):
    """A printer on a USB-to-serial adapter: pulled out, the line's ``path`` is gone as on a real node.

    Args:
        width_mm: paper width, 58 or 80.
    """

    def __init__(self, width_mm: int = 80) -> None:
        super().__init__(width_mm)
        self._folder = tempfile.TemporaryDirectory(prefix="preaccueil-serial-")
        self.path = Path(self._folder.name) / "ttyUSB0"
        self._lock = threading.Lock()
        self._ends: tuple[int, int] | None = None
        self.plug_in()

    def connect(self) -> Connect:
        """See VirtualPrinter."""
        return serial(str(self.path), 38400)

    def plug_in(self) -> None:
        """See VirtualPrinter."""
        printer, computer = os.openpty()
        tty.setraw(computer)
        # Our own hand on the computer's end: without it the printer would read an error between two jobs.
        self._ends = (printer, computer)
        self.path.symlink_to(os.ttyname(computer))
        self._thread = threading.Thread(
            target=self._attend, args=(printer,), name="virtual serial printer", daemon=True
        )
        self._thread.start()

    def unplug(self) -> None:
        """See VirtualPrinter."""
        with self._lock:
            ends, self._ends = self._ends, None
        self.path.unlink(missing_ok=True)
        if ends:
            os.close(ends[1])
            os.close(ends[0])

    def close(self) -> None:
        """See VirtualPrinter."""
        self.unplug()
        self._folder.cleanup()

    def _attend(self, line: int) -> None:
        ear = self.plugged(lambda answer: os.write(line, answer))
        with contextlib.suppress(OSError):
            try:
                while chunk := os.read(line, 65536):
                    ear.hear(chunk)
            except ConnectionAbortedError:
                self.unplug()
