"""What every room's tests share: the barnum as it is described, compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from broker.certificates import make_credentials
from broker.contract import compiled
from broker.contract.site import load
from broker.mosquitto.run import Mosquitto

ROOT = Path(__file__).parent.parent
# Machines are shared: how long one example takes says nothing, and every test has a time limit anyway.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")
BARNUM = ROOT / "firmware_configs" / "sites" / "barnum"


@pytest.fixture(scope="session")
def barnum() -> compiled.Site:
    """The compiled site of the sheet's experiment."""
    return load(BARNUM)


@pytest.fixture(scope="session")
def credentials(barnum: compiled.Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for everyone at the barnum."""
    folder = tmp_path_factory.mktemp("credentials")
    make_credentials(barnum, folder)
    return folder


@pytest.fixture
def mosquitto(barnum: compiled.Site, credentials: Path, tmp_path: Path) -> Iterator[Mosquitto]:
    """A real mosquitto with the barnum's access rights, on a free port."""
    broker = Mosquitto(barnum, tmp_path / "broker", credentials)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def docs() -> dict[str, str]:
    """The documents for developers and technicians, by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()
