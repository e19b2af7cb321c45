"""Reads the ESC/POS that our printers are sent, into commands: the virtual printer's ear.

It knows the commands that python-escpos and this project use, and how long the others are, as far as a
ticket printer may meet them (Epson's "ESC/POS Command Reference").
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

_DLE, _ESC, _GS, _LF = 0x10, 0x1B, 0x1D, 0x0A

Name = Literal[
    "status",
    "in_turn",
    "text",
    "feed",
    "size",
    "bold",
    "align",
    "page",
    "code",
    "picture",
    "cut",
    "init",
    "skip",
]


class Command(NamedTuple):
    """One command: its name, a number (size byte, alignment, lines, question…), and text or data."""

    name: Name
    value: int = 0
    data: bytes = b""


Taken: TypeAlias = tuple[Command, int]

_ESC_LENGTHS = {
    0x21: 3, 0x2D: 3, 0x32: 2, 0x33: 3, 0x40: 2, 0x45: 3, 0x4A: 3, 0x4D: 3, 0x61: 3, 0x64: 3,
    0x74: 3, 0x7B: 3, 0x47: 3, 0x52: 3, 0x56: 3, 0x20: 3, 0x63: 4, 0x70: 5, 0x3D: 3, 0x24: 4,
}  # fmt: skip
_ESC_NAMES: dict[int, Name] = {0x40: "init", 0x45: "bold", 0x61: "align", 0x64: "feed", 0x74: "page"}
_GS_LENGTHS = {0x21: 3, 0x42: 3, 0x48: 3, 0x62: 3, 0x66: 3, 0x68: 3, 0x72: 3, 0x77: 3, 0x4C: 4, 0x57: 4}
_GS_NAMES: dict[int, Name] = {0x21: "size", 0x72: "in_turn"}
_QR, _STORE = 0x31, 0x50


def take(buffer: bytes) -> Taken | None:
    """The first command of ``buffer`` and its length; None while it is not all there."""
    if not buffer:
        return None
    match buffer[0]:
        case 0x10:
            return (Command("status", buffer[2]), 3) if len(buffer) >= 3 else None  # noqa: PLR2004 - DLE EOT n
        case 0x1B:
            return _fixed(buffer, _ESC_LENGTHS, _ESC_NAMES)
        case 0x1D:
            return _group(buffer)
        case 0x0A:
            return Command("feed", 1), 1
        case _:
            end = next((i for i, byte in enumerate(buffer) if byte in {_DLE, _ESC, _GS, _LF}), len(buffer))
            return Command("text", data=buffer[:end]), end


def questions_in(buffer: bytes) -> list[int]:
    """The numbers of all DLE EOT in ``buffer``: a real printer answers these whatever else is waiting."""
    return [buffer[i + 2] for i in range(len(buffer) - 2) if buffer[i] == _DLE and buffer[i + 1] == 0x04]  # noqa: PLR2004


def _fixed(buffer: bytes, lengths: dict[int, int], names: dict[int, Name]) -> Taken | None:
    if len(buffer) < 2:  # noqa: PLR2004 - a command is two bytes at least
        return None
    length = lengths.get(buffer[1], 2)
    if len(buffer) < length:
        return None
    return Command(names.get(buffer[1], "skip"), buffer[2] if length > 2 else 0), length  # noqa: PLR2004


def _group(buffer: bytes) -> Taken | None:
    """GS commands: the cut and those with a length of their own."""
    kind = buffer[1] if len(buffer) > 1 else None
    if kind == ord("V"):
        length = 3 if len(buffer) > 2 and buffer[2] < 0x41 else 4  # noqa: PLR2004 - function A or B
        return (Command("cut"), length) if len(buffer) >= length else None
    if kind == ord("("):
        if len(buffer) < 5:  # noqa: PLR2004 - GS ( fn pL pH
            return None
        length = 5 + buffer[3] + 256 * buffer[4]
        if len(buffer) < length:
            return None
        body = buffer[5:length]
        if buffer[2] == ord("k") and body[:2] == bytes((_QR, _STORE)):
            return Command("code", data=body[3:]), length
        return Command("skip"), length
    if kind == ord("v"):
        if len(buffer) < 8:  # noqa: PLR2004 - GS v 0 m xL xH yL yH
            return None
        across = buffer[4] + 256 * buffer[5]
        length = 8 + across * (buffer[6] + 256 * buffer[7])
        if len(buffer) < length:
            return None
        return Command("picture", across * 8, buffer[8:length]), length
    return _fixed(buffer, _GS_LENGTHS, _GS_NAMES)
