"""``make bench-live``: change to page with many pages open, the page's weight and first value, a day open.

In the environment: ``ONLY`` a part's name (reach, page), ``CLIENTS`` as ``100,1000``, ``SECONDS`` of
passages, and ``EVENTS`` of the day that pages are left open.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.live import page, reach


def main() -> None:
    """Run the parts asked for, each in its own folder: a Unix socket's path must be short."""
    only = os.environ.get("ONLY", "")
    clients = [int(number) for number in (os.environ.get("CLIENTS") or "1,100,1000").split(",")]
    seconds = int(os.environ.get("SECONDS") or 20)
    parts = {
        "reach": lambda folder: reach.measure(folder, clients, seconds),
        "page": lambda folder: page.measure(folder, int(os.environ.get("EVENTS") or 20_000)),
    }
    for name, measure in parts.items():
        if only in name:
            print(f"== {name}", flush=True)
            with tempfile.TemporaryDirectory(prefix="pre-") as folder:
                measure(Path(folder))


if __name__ == "__main__":
    main()
