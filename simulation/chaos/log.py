"""The driver's own file: what fingers pressed and what people saw, outside the system under test."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TypeAlias

import msgspec


class Began(msgspec.Struct, frozen=True, tag="began"):
    """A node came up for the ``life``-th time: what is pressed from now on belongs to that life."""

    node: str
    life: int


class Pressed(msgspec.Struct, frozen=True, tag="pressed"):
    """A finger on a button, or a body through a door. ``gives`` names the events that this can give."""

    number: int
    node: str
    life: int
    gives: tuple[str, ...]


class Confirmed(msgspec.Struct, frozen=True, tag="confirmed"):
    """The press of that number was confirmed: by its lamp, or by a ticket with this number on ``paper``."""

    number: int
    paper: str = ""


Entry: TypeAlias = Began | Pressed | Confirmed


class Log:
    """Writes the file, one JSON line for each entry, handed to the system at once. For all threads.

    Args:
        path: the file; begun anew.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._lock = threading.Lock()
        self.presses = 0
        self.confirmed = 0

    def began(self, node: str, life: int) -> None:
        """Note that a node is up."""
        with self._lock:
            self._write(Began(node, life))

    def pressed(self, node: str, life: int, gives: tuple[str, ...]) -> int:
        """Note a press that is about to be made; returns its number."""
        with self._lock:
            self.presses += 1
            self._write(Pressed(self.presses, node, life, gives))
            return self.presses

    def confirm(self, number: int, paper: str = "") -> None:
        """Note that a person saw the press confirmed."""
        with self._lock:
            self.confirmed += 1
            self._write(Confirmed(number, paper))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _write(self, entry: Entry) -> None:
        self._file.write(msgspec.json.encode(entry) + b"\n")


def read(path: Path) -> list[Entry]:
    """The entries of a driver's file."""
    return [msgspec.json.decode(line, type=Entry) for line in path.read_bytes().splitlines()]
