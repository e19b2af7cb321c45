"""Resident memory of the processes of a site, settled after half a minute: node, hall, dashboard."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from broker.clock import SECOND, Anchor, SystemClock
from broker.contract.site import load
from hall.store.open import StoreConfig
from simulation.children import Child
from simulation.house import House

ROOT = Path(__file__).parent.parent
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
                f"resident memory: node with printer and display {resident_mb(kiosk.child):.0f} MB,"
                f" hall {resident_mb(hall):.0f} MB, dashboard {resident_mb(dashboard):.0f} MB"
            )
        finally:
            house.end()


def resident_mb(child: Child) -> float:
    """Megabytes that the process holds in memory, by the kernel's own word."""
    status = Path(f"/proc/{child.process.pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
