"""From a virtual pin to a changed element in the browser: median and P99, at 10 presses a second.

Every part is its own process: node, mosquitto with TLS, hall with a synced journal, dashboard, and
headless Chromium. A press is dated just before it is handed to the node's virtual socket; the page
writes down, on the same machine's clock, when the barometer's total changed. Presses faster than the
barometer's pause would be counted apart, so the site measured here has no pause.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from playwright.sync_api import Page, sync_playwright

from broker.clock import SECOND, Anchor, SystemClock
from broker.contract import compiled
from broker.contract.site import load
from hall.store.open import StoreConfig
from simulation.house import House

ROOT = Path(__file__).parent.parent
PRESSES = 300
EVERY_S = 0.1
MORNING_NS = 1_781_600_400 * SECOND

_WATCH = """
() => {
  window.seen = {};
  const element = document.querySelector('[data-vote-count]');
  new MutationObserver(() => {
    const total = element.textContent;
    if (!(total in window.seen)) window.seen[total] = performance.timeOrigin + performance.now();
  }).observe(element, {childList: true, characterData: true, subtree: true});
}
"""


def main() -> None:
    """Measure and print."""
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    barometers = [msgspec.structs.replace(one, pause_s=0) for one in site.barometers]
    site = msgspec.structs.replace(site, barometers=barometers)
    with tempfile.TemporaryDirectory(prefix="pre-") as folder, sync_playwright() as playwright:
        store = StoreConfig(kind="embedded", path=Path(folder) / "store.sqlite")
        anchor = Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1)
        house = House(site, Path(folder), store, anchor)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            delays = measure(house, browser.new_page(viewport={"width": 1280, "height": 800}))
        finally:
            browser.close()
            house.end()
    ranked = sorted(delays)
    p99 = ranked[max(0, round(0.99 * len(ranked)) - 1)]
    print(
        f"press to page: n={len(ranked)} of {PRESSES} median={statistics.median(ranked):.0f} ms"
        f" p90={ranked[round(0.9 * len(ranked)) - 1]:.0f} ms p99={p99:.0f} ms max={ranked[-1]:.0f} ms"
    )
    if len(ranked) < PRESSES * 0.9:
        sys.exit("too many presses never showed on their own: the page was too slow to see each")


def measure(house: House, page: Page) -> list[float]:
    """Delays in milliseconds of the presses whose own total the page showed."""
    house.hall()
    house.dashboard()
    node = house.node("barometre")
    panel = next(one for one in house.site.node("barometre").devices if isinstance(one, compiled.VotePanel))
    page.goto(f"{house.url}/barometre")
    total = page.locator("[data-vote-count]")
    total.filter(has_text="0").wait_for(timeout=20_000)
    page.evaluate(_WATCH)
    pressed_ms = {}
    begun = time.monotonic()
    for number in range(1, PRESSES + 1):
        button = panel.buttons[number % len(panel.buttons)]
        pressed_ms[str(number)] = time.time() * 1000
        node.say(f"press {button.pin} 0.05")
        time.sleep(max(0.0, begun + number * EVERY_S - time.monotonic()))
    total.filter(has_text=str(PRESSES)).wait_for(timeout=20_000)
    seen: dict[str, float] = page.evaluate("() => window.seen")
    return [seen[number] - at for number, at in pressed_ms.items() if number in seen]


if __name__ == "__main__":
    main()
