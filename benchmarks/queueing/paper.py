"""From a kiosk's button to the printed ticket: the printer has every byte and has answered after the cut."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.ingest.stage import MORNING_NS, ROOT
from benchmarks.queueing.figures import load_average, told
from broker.clock import Anchor, SystemClock
from broker.contract import compiled
from broker.contract.site import load
from hall.store.open import StoreConfig
from simulation.house import House

KIOSK = "borne-a"
LOOK_S = 0.002
PATIENCE_S = 20.0
REST_S = 0.4
"""Between two presses: the kiosk's pause, as people leave it."""


def measure(folder: Path, presses: int) -> None:
    """Measure and print."""
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
    house = House(site, folder, store, Anchor(MORNING_NS, SystemClock().machine_ns(), 1))
    kiosk = next(one for one in site.node(KIOSK).devices if isinstance(one, compiled.TicketKiosk))
    pin = next(button.pin for button in kiosk.buttons if button.service == "dossier")
    before = load_average()
    delays = []
    try:
        house.hall()
        node = house.node(KIOSK)
        for number in range(presses + 1):
            begun = time.monotonic()
            node.say(f"press {pin} 0.05")
            while int(node.say(f"papers {kiosk.printer}")) <= number:
                if time.monotonic() > begun + PATIENCE_S:
                    raise RuntimeError(f"ticket {number + 1} was not printed\n{house.logs()}")
                time.sleep(LOOK_S)
            if number:  # the first finds the printer's library still being read
                delays.append((time.monotonic() - begun) * 1000)
            time.sleep(REST_S)
    finally:
        house.end()
    print(told("button to printed ticket", delays, 100))
    print(f"  30 ms of it is the contact's debounce; {before} before, {load_average()} after")
