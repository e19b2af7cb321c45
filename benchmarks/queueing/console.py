"""From a key on the agent's console to the hall's answer shown on it: the number of the called visitor.

The key is dated where the page hears it and the number where the page shows it, both by the page's clock.
The press travels by HTTP to the dashboard, over its synced outbox and mosquitto to the hall, and back.
"""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.ingest.stage import MORNING_NS, ROOT
from benchmarks.queueing.figures import load_average, told
from benchmarks.queueing.screen import draw_tickets
from broker.clock import Anchor, SystemClock
from broker.contract.site import load
from hall.store.open import StoreConfig
from simulation.house import House

EVERY_S = 0.6
DESK = "info"
ANSWER_MS = 200

_WATCH = """
() => {
  window.delays = [];
  let pressed = null;
  document.addEventListener("keydown", () => { pressed = performance.now(); }, true);
  const number = document.querySelector("[data-field=number]");
  new MutationObserver(() => {
    if (pressed !== null) window.delays.push(performance.now() - pressed);
    pressed = null;
  }).observe(number, {childList: true, characterData: true, subtree: true});
}
"""


def measure(folder: Path, presses: int) -> None:
    """Measure and print."""
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    clock = SystemClock(Anchor(MORNING_NS, SystemClock().machine_ns(), 1))
    store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
    house = House(site, folder, store, Anchor(MORNING_NS, clock.machine_ns(), 1))
    before = load_average()
    try:
        house.hall()
        house.dashboard()
        nodes = draw_tickets(house, clock, presses + 2)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.request.post(f"{house.url}/connexion/demonstration", form={"account": "demo-agent"})
            page.goto(f"{house.url}/guichet/{DESK}")
            page.locator("[data-action=open]:visible").first.click()
            button = page.locator("[data-action=next]:visible").first
            button.wait_for(timeout=20_000)
            keys = [_key(page, action) for action in ("start", "next")]
            page.wait_for_function("() => document.querySelectorAll('[data-list] li, ol li').length > 0")
            page.evaluate(_WATCH)
            page.keyboard.press(keys[1])
            for _ in range(presses):
                for key in keys:  # the visitor has come; and now the next one
                    time.sleep(EVERY_S)
                    page.keyboard.press(key)
            time.sleep(EVERY_S)
            delays: list[float] = page.evaluate("() => window.delays")
            browser.close()
        nodes.close()
    finally:
        house.end()
    print(told("key to the hall's answer on the console", delays, ANSWER_MS))
    print(f"  answered {len(delays)} of {presses + 1}; {before} before, {load_average()} after")


def _key(page: Page, action: str) -> str:
    return page.locator(f"[data-action={action}]").first.get_attribute("aria-keyshortcuts") or ""
