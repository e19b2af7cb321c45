"""From a pressed button of a kiosk to its ticket's last byte at the printer, the draw being on disk between.

The kiosk is the real process beside a real hall; the printer is a virtual one on a TCP socket, which takes
a ticket's bytes as a real one does and cuts at once (paper runs at 20 cm/s after that). A press counts once
its contact has been at rest for 30 ms; that is part of the figure. In French a ticket is text with a plan, in
Arabic and Chinese one picture. ``PRESSES`` is how often each is pressed (100).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.backlog import MORNING_NS, verdict  # noqa: E402 - run as a script, after the path is set
from broker.clock import Anchor, SystemClock  # noqa: E402
from broker.contract import compiled  # noqa: E402
from broker.contract.site import load  # noqa: E402
from hall.store.open import StoreConfig  # noqa: E402
from nodes.slot import PRESS_SETTLE_S  # noqa: E402
from simulation.house import House, VirtualNode  # noqa: E402

NODE = "borne-a"
SERVICES = ("information", "dossier", "multiservices", "etat-civil", "familles")
"""Needs that always draw a ticket while the tent is open."""
PRESSES = 100
AFTER_S = 0.4
"""Until the printer has answered after the cut and the kiosk takes presses again."""
AIM_MS = 100


def main() -> None:
    """Measure and print."""
    presses = int(os.environ.get("PRESSES") or PRESSES)
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="pre-") as folder:
        store = StoreConfig(kind="embedded", path=Path(folder) / "store.sqlite")
        house = House(site, Path(folder), store, Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
        try:
            house.hall()
            node = house.node(NODE)
            time.sleep(6)  # until the first leases are there and the node has settled
            for turns, language in ((0, "French"), (2, "Arabic"), (1, "Chinese")):
                turn(node, site, turns)
                tell(language, press(node, site, presses))
        finally:
            house.end()
    print(f"  load average {busy:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} CPUs")


def kiosk_of(site: compiled.Site) -> compiled.TicketKiosk:
    """The kiosk that is pressed."""
    return next(one for one in site.node(NODE).devices if isinstance(one, compiled.TicketKiosk))


def turn(node: VirtualNode, site: compiled.Site, turns: int) -> None:
    """Press the language button so often."""
    for _turn in range(turns):
        node.say(f"press {kiosk_of(site).language} 0.1")
        time.sleep(0.1)


def press(node: VirtualNode, site: compiled.Site, presses: int) -> list[float]:
    """Draw so many tickets, one after the other; milliseconds from each press to its cut paper, sorted."""
    kiosk = kiosk_of(site)
    pins = [button.pin for button in kiosk.buttons if button.service in SERVICES]
    delays = []
    for number in range(presses):
        begun = time.perf_counter()
        if node.say(f"print {pins[number % len(pins)]} {kiosk.printer} 5") != "cut":
            raise SystemExit(f"press {number} brought no paper")
        delays.append((time.perf_counter() - begun) * 1000)
        time.sleep(AFTER_S)
    return sorted(delays)


def tell(language: str, ranked: Sequence[float]) -> None:
    """Print one line."""
    rest_ms = PRESS_SETTLE_S * 1000
    median, p99 = ranked[len(ranked) // 2], ranked[max(0, round(0.99 * len(ranked)) - 1)]
    print(
        f"press to paper, {language}: n={len(ranked)}, median {median:.1f} ms, P99 {p99:.1f} ms,"
        f" max {ranked[-1]:.1f} ms ({rest_ms:.0f} ms of it at rest), {verdict(p99, AIM_MS, 'ms')}"
    )


if __name__ == "__main__":
    main()
