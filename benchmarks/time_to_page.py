"""From typing `make run` to a served page, on a machine whose dependencies are installed: three runs."""

from __future__ import annotations

import http.client
import os
import signal
import statistics
import subprocess
import time
from pathlib import Path

from broker.mosquitto.run import free_port

ROOT = Path(__file__).parent.parent
RUNS = 3
PATIENCE_S = 60


def main() -> None:
    """Measure and print."""
    seconds = [one_run() for _ in range(RUNS)]
    print(
        f"make run, embedded store, no history: page served after median={statistics.median(seconds):.1f} s"
        f" (n={RUNS}, max={max(seconds):.1f} s)"
    )


def one_run() -> float:
    """Seconds until the page answers; the run is ended as by Ctrl-C."""
    port = free_port()
    begun = time.monotonic()
    process = subprocess.Popen(
        ["make", "-s", "run", "STORE=embedded", "HISTORY=0", f"PORT={port}"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not is_served(port):
            if process.poll() is not None or time.monotonic() - begun > PATIENCE_S:
                raise SystemExit("make run ended, or its page was not served within a minute")
            time.sleep(0.05)
        return time.monotonic() - begun
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=PATIENCE_S)


def is_served(port: int) -> bool:
    """Whether the live page answers on that port of loopback."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        link.request("GET", "/")
        return link.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        link.close()


if __name__ == "__main__":
    main()
