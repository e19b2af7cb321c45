"""``make bench-queue``: what the queue's measures are on this machine.

In the environment: ``ONLY`` a part's name (paper, screen, console, load), ``PHONES``, ``PRESSES``, ``VISITS``
before the load is timed, and ``SECONDS`` of it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.queueing import console, load, paper, screen


def main() -> None:
    """Run the parts asked for, each in its own folder: a Unix socket's path must be short."""
    only = os.environ.get("ONLY", "")
    presses = _number("PRESSES", 200)
    parts = {
        "paper": lambda folder: paper.measure(folder, presses),
        "screen": lambda folder: screen.measure(folder, _number("PHONES", 300), presses),
        "console": lambda folder: console.measure(folder, presses),
        "load": lambda folder: load.measure(folder, _number("VISITS", 10_000), _number("SECONDS", 120)),
    }
    for name, measure in parts.items():
        if only in name:
            print(f"== {name}", flush=True)
            with tempfile.TemporaryDirectory(prefix="pre-") as folder:
                measure(Path(folder))


def _number(name: str, otherwise: int) -> int:
    return int(os.environ.get(name) or otherwise)


if __name__ == "__main__":
    main()
