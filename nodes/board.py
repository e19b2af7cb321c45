"""The Raspberry Pi itself: which board it is, how warm, how well fed, and how full its card.

Read from the kernel's files, which a machine that is no Raspberry Pi partly lacks: what cannot be read is
None, never a made-up value. Sources: Raspberry Pi documentation, "vcgencmd get_throttled" (the bits of the
firmware's word, the same in sysfs), and "Raspberry Pi hardware" (the device tree's model and serial number).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from broker.contract.messages import BoardHealth

UNDER_VOLTAGE_NOW: Final = 1 << 0
THROTTLED_NOW: Final = 1 << 2
UNDER_VOLTAGE_SINCE_START: Final = 1 << 16

MODELS: Final = {
    "Raspberry Pi Zero 2 W": "Raspberry Pi Zero 2 W",
    "Raspberry Pi 3 B+": "Raspberry Pi 3 Model B Plus",
    "Raspberry Pi 4 B": "Raspberry Pi 4 Model B",
    "Raspberry Pi 5": "Raspberry Pi 5",
}
"""How the device tree begins the name of each model of the site description; a revision follows."""

SERIAL_NOTE: Final = "board serial"
"""The note under which an outbox's card remembers the board that it was first started in."""


class Board:
    """One machine's files.

    Args:
        described: the model that the site description names.
        state: the folder whose disk is watched.
        recall: a note kept on the card before.
        remember: keeps a note on the card.
        root: where ``/sys``, ``/proc`` and ``/run`` are; another folder in tests.
    """

    def __init__(
        self,
        described: str,
        state: Path,
        recall: Callable[[str], str | None],
        remember: Callable[[str, str], None],
        root: Path = Path("/"),
    ) -> None:
        self._root, self._state = root, state
        self.model = self._text("proc/device-tree/model") or ""
        serial = self._text("proc/device-tree/serial-number") or ""
        first = recall(SERIAL_NOTE)
        if serial and first is None:
            remember(SERIAL_NOTE, serial)
        other_model = bool(self.model) and not self.model.startswith(MODELS.get(described, described))
        other_board = bool(serial and first) and serial != first
        self.is_wrong = other_model or other_board

    def look(self) -> BoardHealth:
        """How it is now. Cheap: a few small files."""
        throttled = self._throttled()
        disk = os.statvfs(self._state)
        return BoardHealth(
            model=self.model,
            wrong_board=self.is_wrong,
            temperature_c=self._temperature(),
            under_voltage=None if throttled is None else bool(throttled & UNDER_VOLTAGE_NOW),
            under_voltage_since_start=None
            if throttled is None
            else bool(throttled & UNDER_VOLTAGE_SINCE_START),
            throttled=None if throttled is None else bool(throttled & THROTTLED_NOW),
            disk_free_bytes=disk.f_bavail * disk.f_frsize,
            disk_bytes=disk.f_blocks * disk.f_frsize,
            clock_synchronised=(self._root / "run/systemd/timesync/synchronized").exists(),
        )

    def _temperature(self) -> float | None:
        """Of the processor, in degrees Celsius; the kernel tells thousandths."""
        text = self._text("sys/class/thermal/thermal_zone0/temp")
        try:
            return None if text is None else int(text) / 1000
        except ValueError:
            return None

    def _throttled(self) -> int | None:
        """The firmware's word on power and heat, in hexadecimal."""
        text = self._text("sys/devices/platform/soc/soc:firmware/get_throttled")
        try:
            return None if text is None else int(text, 16)
        except ValueError:
            return None

    def _text(self, path: str) -> str | None:
        """A file's text without the device tree's closing NUL; None when it cannot be read."""
        try:
            return (self._root / path).read_text(encoding="utf-8", errors="replace").rstrip("\0\n ")
        except OSError:
            return None
