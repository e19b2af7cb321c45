"""``make pictures``: every page at three widths, as ``docs/pages.md`` shows them.

The pages are served over the made-up afternoon that their tests look at, so two runs differ in what changed.
``python -m tools.pictures FOLDER [NAME...]``: only the pages so named.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from broker.contract import compiled
from broker.contract.site import load
from broker.contract.views import DeskLoad, HalfHourNow, QueueLoad, SupervisionView
from dashboard.accounts import Accounts
from tests.conftest import BARNUM
from tests.dashboard.afternoon import MINUTE, NOW_NS, moment
from tests.dashboard.conftest import Served
from tests.dashboard.test_settings_in_chromium import example as settings

PAGES: Final = {
    "espace": "/",
    "mural": "/?mur=1",
    "appels": "/appels",
    "barometre": "/barometre",
    "barometre-resultats": "/barometre/barometre-19/resultats",
    "guichets": "/guichets",
    "guichet": "/guichet/numerique",
    "questionnaires": "/questionnaires",
    "pilotage": "/pilotage",
    "reglages": "/reglages",
    "bilan": "/pilotage/bilan",
    "historique": "/historique?etendue=semaine",
    "donnees": "/donnees",
    "technique": "/technique",
    "acces": "/pilotage/acces",
    "connexion": "/connexion",
}
SIZES: Final = {360: 780, 1280: 800, 1920: 1080}
TALLEST_PX: Final = 2600
"""What is longer than that on a telephone is cut off: its head tells how it looks."""
MOST_BYTES: Final = 200_000
SIGNED_OUT: Final = ("appels", "barometre", "connexion")
TECHNICIANS: Final = ("technique",)
WAITING: Final = {"information": 2, "dossier": 1, "en-ligne": 3, "conciergerie": 6, "etat-civil": 2}


def main(folder: Path, names: list[str]) -> None:
    """Make the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, sync_playwright() as playwright:
        served = Served(load(BARNUM), Accounts(Path(state), demonstration=True))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            for name in names or PAGES:
                for width in SIZES:
                    served.afternoon.all_views()  # a view is valid for half a minute
                    served.afternoon.publish("private/supervision/now", supervision(served.afternoon.site))
                    served.afternoon.publish("private/settings/now", settings())
                    _take(browser, served.url, name, width, folder / f"{name}-{width}.webp")
        finally:
            browser.close()
            served.stop()


def supervision(site: compiled.Site) -> SupervisionView:
    """The afternoon as the supervisor sees it."""
    desks = [
        DeskLoad(
            desk=desk.id,
            state="serving" if place % 2 else "free",
            since_ns=NOW_NS - (3 + place) * MINUTE,
            services=list(desk.services),
            number="",
            service="",
            served=12 + 5 * place % 7,
        )
        for place, desk in enumerate(site.desks)
    ]
    queues = [
        QueueLoad(
            service=service,
            waiting=waiting,
            longest_ns=NOW_NS - (4 + 4 * waiting) * MINUTE,
            wait_median_s=waiting * 300,
            wait_p90_s=waiting * 420,
            open_desks=1,
        )
        for service, waiting in WAITING.items()
    ]
    return SupervisionView(
        at_ns=NOW_NS,
        desks=desks,
        queues=queues,
        half_hours=[_half_hour(n) for n in range(14)],
    )


def _half_hour(number: int) -> HalfHourNow:
    begins_ns = moment(8, 30) + number * 30 * MINUTE
    return HalfHourNow(
        from_ns=begins_ns,
        to_ns=begins_ns + 30 * MINUTE,
        entered=18 + 7 * number % 11,
        kiosk=8 + 3 * number % 5,
        online=2 + number % 3,
        concierge=1 + number % 2,
        people=30.0 + number,
        seats_taken=0.4 + number % 4 / 10,
        rooms_taken=0.5,
    )


def _take(browser: Browser, url: str, name: str, width: int, file: Path) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]}, locale="fr-FR", reduced_motion="reduce"
    )
    if name not in SIGNED_OUT:
        account = "demo-technician" if name in TECHNICIANS else "demo-supervisor"
        context.request.post(f"{url}/connexion/demonstration", form={"account": account})
    page = context.new_page()
    page.goto(url + PAGES[name], wait_until="load")
    page.evaluate("document.fonts.ready")
    if page.locator("#first-word").count():
        expect(page.locator("body")).to_have_attribute("data-link", "live", timeout=30_000)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    context.close()
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST_PX)))
    picture.save(file, quality=62, method=6)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file} has {file.stat().st_size} bytes, more than {MOST_BYTES}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
