"""A line to a node's virtual socket."""

from __future__ import annotations

import socket
from pathlib import Path


def say(path: Path, line: str) -> str:
    """Its answer."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(str(path))
        wire.sendall(line.encode() + b"\n")
        with wire.makefile() as answers:
            return answers.readline().strip()
