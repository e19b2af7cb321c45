"""From a desk's next button to the changed call screen, with 300 phones on the line.

Node, mosquitto with TLS, hall with a synced journal, dashboard and headless Chromium are processes of
their own; the phones are one more. A press is dated before it is handed to the panel's virtual pin; the
screen and the phones write down, on the same machine's clock, when they show the number.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.ingest.contestants import use_of
from benchmarks.ingest.sending import Nodes
from benchmarks.ingest.stage import MORNING_NS, ROOT, until
from benchmarks.queueing.figures import load_average, told
from broker.clock import Anchor, SystemClock
from broker.contract import compiled, messages
from broker.contract.site import load
from hall.store.open import StoreConfig
from simulation.house import House

EVERY_S = 0.6
KIOSK, DESK = "borne-b", "guichet-info"
SERVICE = "dossier"

_WATCH = """
() => {
  window.seen = {};
  const place = document.querySelector('[data-current]');
  const note = () => {
    const shown = place.querySelector('[data-field=number]');
    if (shown && !(shown.textContent in window.seen)) {
      window.seen[shown.textContent] = performance.timeOrigin + performance.now();
    }
  };
  new MutationObserver(note).observe(place, {childList: true, characterData: true, subtree: true});
}
"""


def token(number: int) -> str:
    """The web token of a phone's ticket."""
    return f"bench-queue-phone-{number:05d}"


def measure(folder: Path, phones: int, presses: int) -> None:
    """Measure and print."""
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    clock = SystemClock(Anchor(MORNING_NS, SystemClock().machine_ns(), 1))
    store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
    house = House(site, folder, store, Anchor(MORNING_NS, clock.machine_ns(), 1))
    before = load_average()
    try:
        hall = house.hall()
        dashboard = house.dashboard()
        alone_mb = use_of(dashboard.process.pid).peak_mb
        nodes = draw_tickets(house, clock, phones)
        until(lambda: _answers(house.phone_port, token(phones - 1)), "the last ticket's phone page", 0.1)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            try:
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(f"{house.url}/appels")
                cpu_s = [-use_of(pid).cpu_s for pid in (hall.process.pid, dashboard.process.pid)]
                pressed, seen, heard = _call(house, page, phones, presses)
                cpu_s[0] += use_of(hall.process.pid).cpu_s
                cpu_s[1] += use_of(dashboard.process.pid).cpu_s
            finally:
                browser.close()
        nodes.close()
        peak_mb = use_of(dashboard.process.pid).peak_mb
    finally:
        house.end()
    on_screen = [seen[number] - at for number, at in pressed.items() if number in seen]
    in_hand = [heard[number] - at for number, at in pressed.items() if number in heard]
    print(told(f"next to call screen, {phones} phones", on_screen, 100))
    print(told("next to the called phone", in_hand, None))
    print(f"  shown {len(on_screen)} and told {len(in_hand)} of {presses}; debounce: 30 ms of each")
    of_hall, of_dashboard = (1000 * used / presses for used in cpu_s)
    print(f"  CPU a call, phones included: hall {of_hall:.0f}, dashboard {of_dashboard:.0f} ms")
    print(f"  dashboard {alone_mb:.0f} MB alone, {peak_mb:.0f} MB with {phones} phones")
    print(f"  {before} before, {load_average()} after")


def draw_tickets(house: House, clock: SystemClock, phones: int) -> Nodes:
    """Everybody draws a ticket, by the kiosk's own outbox."""
    kiosk = house.site.node(KIOSK)
    device = next(one.id for one in kiosk.devices if isinstance(one, compiled.TicketKiosk))
    outboxes = house.folder / "outboxes"
    outboxes.mkdir()
    address = (house.broker.host, house.broker.port)
    nodes = Nodes(house.site, [KIOSK], outboxes, house.folder / "credentials", address, clock)
    nodes.start()
    for number in range(phones):
        drawn = messages.TicketDrawn(
            device=device,
            service=SERVICE,
            number=label(number),
            token=hashlib.sha256(token(number).encode()).hexdigest(),
        )
        nodes.record(KIOSK, drawn)
    return nodes


def label(number: int) -> str:
    """The number on that ticket."""
    return f"B{number + 1:03d}"


def _answers(port: int, of: str) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", f"/t/{of}")
        return link.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        link.close()


def _call(
    house: House, page: Page, phones: int, presses: int
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Press next; when each number was pressed for, seen on the screen, and heard by its phone."""
    panel = next(one for one in house.site.node(DESK).devices if isinstance(one, compiled.DeskPanel))
    heard: dict[str, float] = {}
    following = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.queueing.phones", str(house.phone_port)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        if following.stdin is None or following.stdout is None:
            raise RuntimeError("the phones have no pipes")
        following.stdin.write("\n".join(token(number) for number in range(phones)))
        following.stdin.close()
        if following.stdout.readline() != "ready\n":
            raise RuntimeError("the phones do not come up")
        lines = following.stdout

        def listen() -> None:
            for line in lines:
                told_by = json.loads(line)
                heard.setdefault(label(int(told_by["token"][-5:])), told_by["at_ms"])

        threading.Thread(target=listen, daemon=True).start()
        node = house.node(DESK)
        page.locator("[data-current][data-state=none]").wait_for(timeout=20_000)
        page.evaluate(_WATCH)
        pressed: dict[str, float] = {}
        begun = time.monotonic()
        for number in range(presses):
            pressed[label(number)] = time.time() * 1000
            node.say(f"press {panel.next} 0.05")
            time.sleep(max(0.0, begun + (number + 1) * EVERY_S - time.monotonic()))
        seen: dict[str, float] = page.evaluate("() => window.seen")
        return pressed, seen, heard
    finally:
        following.terminate()
        following.wait()
