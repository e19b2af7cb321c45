"""A small site as it really runs: mosquitto, hall, dashboard and nodes as processes, Chromium on the page."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from broker.clock import SECOND, Anchor, SystemClock
from hall.store.open import StoreConfig
from simulation.house import House

MORNING_NS = 1_781_600_400 * SECOND
"""A Tuesday in June, 11:00 in Paris: whenever the tests run, the tent is open."""


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = 30) -> None:
    """Until the condition holds; fails saying what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {timeout_s} s in vain for {what}")
        time.sleep(0.02)


def open_console(page: Page, house: House, desk: str) -> None:
    """Go to a desk's console as a newcomer does: one press signs in where all is a demonstration."""
    page.goto(f"{house.url}/guichet/{desk}")
    page.locator("button[value=demo-agent]").click()
    page.wait_for_url(f"**/guichet/{desk}")


@pytest.fixture
def wait_for():
    """Waits for a condition, and fails saying what it was."""
    return wait_until


@pytest.fixture
def house(barnum, mosquitto, credentials, tmp_path) -> Iterator[House]:
    """The barnum's programs, each started by the test that needs it."""
    anchor = Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1)
    store = StoreConfig(kind="embedded", path=tmp_path / "store.sqlite")
    house = House(barnum, tmp_path, store, anchor, credentials=credentials, broker=mosquitto)
    yield house
    house.end()
    sys.stdout.write(house.logs())  # pytest shows it with a failing test


@pytest.fixture
def page(browser):
    """A page in French on an office screen; any error in its console fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert errors == []
