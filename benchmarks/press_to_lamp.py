"""From a pressed button to its lit lamp, the vote being on disk between: idle, and with a full outbox.

The node is the real process, pressed from outside through its virtual socket, whose own way is
counted too. A press counts once its contact has been at rest for 30 ms; both figures are printed.
Before each press the same disk writes and syncs 4 kB by itself: what the lamp waits for cannot be faster.
``EVENTS`` wait in the outbox (200,000) while the node delivers them to a real hall.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.backlog import MORNING_NS, fill, verdict  # noqa: E402 - run as a script, after the path is set
from benchmarks.ingest.contestants import use_of  # noqa: E402
from broker.clock import Anchor, SystemClock  # noqa: E402
from broker.contract import compiled  # noqa: E402
from broker.contract.site import load  # noqa: E402
from hall.store.open import StoreConfig  # noqa: E402
from nodes.slot import PRESS_SETTLE_S  # noqa: E402
from simulation.house import House, VirtualNode  # noqa: E402

NODE = "barometre"
PRESSES = 200
EVERY_S = 0.42
"""Four lamps, each lit for 1.5 s: a lamp is dark again before its button's turn."""
IDLE_MS, BUSY_MS = 5, 20


def main() -> None:
    """Measure and print."""
    events = int(os.environ.get("EVENTS") or 200_000)
    presses = int(os.environ.get("PRESSES") or PRESSES)
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    busy = os.getloadavg()[0]
    for waiting in (0, events):
        with tempfile.TemporaryDirectory(prefix="pre-") as folder:
            measure(site, Path(folder), waiting, presses)
    print(f"  load average {busy:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} CPUs")


def measure(site: compiled.Site, folder: Path, waiting: int, presses: int) -> None:
    """Press, and print."""
    store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
    house = House(site, folder, store, Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
    try:
        house.hall()
        if waiting:
            house.state_of(NODE).mkdir()
            fill(house.state_of(NODE) / "outbox.sqlite", site.node(NODE), site, waiting)
        node = house.node(NODE)
        panel = next(one for one in site.node(NODE).devices if isinstance(one, compiled.VotePanel))
        delays, syncs, left = [], [], waiting
        probe = os.open(folder / "probe", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        time.sleep(0 if waiting else 6)  # an idle node has long settled
        for number in range(presses):
            button = panel.buttons[number % len(panel.buttons)]
            syncs.append(synced_ms(probe))
            begun = time.perf_counter()
            if node.say(f"touch {button.pin} {button.lamp} 5") != "lit":
                raise SystemExit(f"press {number} was not answered by its lamp")
            delays.append((time.perf_counter() - begun) * 1000)
            time.sleep(max(0.0, EVERY_S - (delays[-1] + syncs[-1]) / 1000))
            left = waiting and waiting - taken(house)
            if waiting and left <= 0:
                break
        os.close(probe)
        tell(waiting, left, sorted(delays), sorted(syncs), node)
    finally:
        house.end()


def synced_ms(probe: int) -> float:
    """How long the disk takes for 4 kB, written and synced, in milliseconds."""
    begun = time.perf_counter()
    os.write(probe, bytes(4096))
    os.fdatasync(probe)
    return (time.perf_counter() - begun) * 1000


def median_and_p99(ranked: list[float]) -> tuple[float, float]:
    """Of values in their order."""
    return ranked[len(ranked) // 2], ranked[max(0, round(0.99 * len(ranked)) - 1)]


def tell(waiting: int, left: int, ranked: list[float], syncs: list[float], node: VirtualNode) -> None:
    """Print a line for the lamp, and one for the disk below it."""
    settle_ms = PRESS_SETTLE_S * 1000
    median, p99 = median_and_p99(ranked)
    disk_median, disk_p99 = median_and_p99(syncs)
    while_ = (
        f"{waiting:,} events waited, {max(0, left):,} still after the last press" if waiting else "idle node"
    )
    print(
        f"press to lamp, {while_}: n={len(ranked)}, from the pin median {median:.1f} ms, P99 {p99:.1f} ms,"
        f" max {ranked[-1]:.1f} ms; from the accepted edge median {median - settle_ms:.1f} ms,"
        f" P99 {p99 - settle_ms:.1f} ms, {verdict(p99 - settle_ms, BUSY_MS if waiting else IDLE_MS, 'ms')};"
        f" node at most {use_of(node.child.process.pid).peak_mb:.0f} MB"
    )
    print(
        f"  the disk alone, 4 kB written and synced in the same seconds: median {disk_median:.1f} ms,"
        f" P99 {disk_p99:.1f} ms; the lamp takes {(median - settle_ms) / disk_median:.1f} times its median"
        f" and {(p99 - settle_ms) / disk_p99:.1f} times its P99"
    )


def taken(house: House) -> int:
    """How many of the node's events the journal holds."""
    journal = sqlite3.connect(f"file:{house.state_of('hall') / 'journal.sqlite'}?mode=ro", uri=True)
    try:
        query = "SELECT coalesce(sum(next_seq - 1), 0) FROM runs WHERE node = ?"
        return int(journal.execute(query, (NODE,)).fetchone()[0])
    finally:
        journal.close()


if __name__ == "__main__":
    main()
