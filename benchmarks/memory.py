"""Resident memory of the processes of a site, settled: node, hall and its feed, dashboard."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ingest.contestants import children_of  # noqa: E402 - a script, the root is put on the path first
from broker.clock import SECOND, Anchor, SystemClock  # noqa: E402
from broker.contract.site import load  # noqa: E402
from hall.store.open import StoreConfig  # noqa: E402
from simulation.house import House  # noqa: E402

SETTLED_S = 30
MORNING_NS = 1_781_600_400 * SECOND


def main() -> None:
    """Measure and print."""
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    with tempfile.TemporaryDirectory(prefix="pre-") as folder:
        store = StoreConfig(kind="embedded", path=Path(folder) / "store.sqlite")
        house = House(site, Path(folder), store, Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
        try:
            hall, dashboard, kiosk = house.hall(), house.dashboard(), house.node("borne-a")
            # A kiosk has everything: buttons, lamps, printer, display and buzzer; print one ticket.
            kiosk.say("press 2 0.1")
            time.sleep(SETTLED_S)
            print(
                "resident memory:"
                f" node with printer and display {resident_mb(kiosk.child.process.pid):.0f} MB,"
                f" hall {resident_mb(hall.process.pid):.0f} MB and its feed"
                f" {sum(map(resident_mb, children_of(hall.process.pid))):.0f} MB,"
                f" dashboard {resident_mb(dashboard.process.pid):.0f} MB"
            )
        finally:
            house.end()


def resident_mb(pid: int) -> float:
    """Megabytes that the process holds in memory, by the kernel's own word."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
