"""The dashboard over a made-up afternoon: what a test wants changed, it publishes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import make_server

from broker.clock import Anchor, ManualClock, SystemClock
from broker.contract import compiled, messages
from broker.delivery.outbox import Outbox
from dashboard import Requests, create_app
from dashboard.accounts import Accounts
from dashboard.speech import Speech
from tests.dashboard.afternoon import NOW_NS, Afternoon
from tests.dashboard.fake_store import FakeStore


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW_NS, 1_000_000_000_000)


@pytest.fixture
def afternoon(barnum: compiled.Site, clock: ManualClock) -> Afternoon:
    return Afternoon(barnum, clock)


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    outbox = Outbox(":memory:", boot="boot")
    yield outbox
    outbox.close()


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(now_ns=NOW_NS)


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "state", demonstration=True)


QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""What a test can wait for; how strong hashes really are is a test of its own."""


@pytest.fixture
def app(
    afternoon: Afternoon, clock: ManualClock, outbox: Outbox, store: FakeStore, accounts: Accounts
) -> Flask:
    requests = Requests(outbox, clock)
    app = create_app(afternoon.site, afternoon.live, store, clock, requests=requests, accounts=accounts)
    app.config["TESTING"] = True
    return app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Somebody who did not sign in."""
    return app.test_client()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A supervisor, who may do what an agent may, too."""
    client = app.test_client()
    client.post("/connexion/demonstration", data={"account": "demo-supervisor"})
    return client


class Kept:
    """What a browser's presses recorded; an outbox is not for several threads, and these pages have some."""

    def __init__(self) -> None:
        self.bodies: list[messages.AnyBody] = []

    def record(self, body: messages.AnyBody, _machine_ns: int) -> int:
        self.bodies.append(body)
        return len(self.bodies)


class Served:
    """The pages on a real port, with the recorder's word as long as the test wants it."""

    def __init__(self, site: compiled.Site, accounts: Accounts) -> None:
        machine_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        self.clock = SystemClock(Anchor(NOW_NS, machine_ns, 1))
        self.afternoon = Afternoon(site, self.clock)
        self.kept = Kept()
        self.requests = Requests(self.kept, self.clock)
        app = create_app(
            site,
            self.afternoon.live,
            FakeStore(now_ns=NOW_NS),
            self.clock,
            requests=self.requests,
            speech=Speech.of_this_machine(),
            accounts=accounts,
        )
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.recorder_lives = True
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever),
            threading.Thread(target=self._speak),
        ]
        self.afternoon.connect()
        self.afternoon.recorder_speaks()
        self.afternoon.all_views()
        for thread in self._threads:
            thread.start()

    def _speak(self) -> None:
        while not self._ended.wait(1.0):
            if self.recorder_lives:
                self.afternoon.recorder_speaks()

    def stop(self) -> None:
        self._ended.set()
        self.afternoon.live.close()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()


@pytest.fixture
def served(barnum: compiled.Site, accounts: Accounts) -> Iterator[Served]:
    served = Served(barnum, accounts)
    yield served
    served.stop()


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens pages, signed in (``account``: as whom); an error in a page's console fails the test."""
    errors: list[str] = []
    contexts = []

    def opened(
        path: str,
        *,
        width: int = 1280,
        height: int = 800,
        account: str = "demo-supervisor",
        expected: str = "no error",
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR")
        contexts.append(context)
        if account:
            context.request.post(f"{served.url}/connexion/demonstration", form={"account": account})
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))

        def note(message: ConsoleMessage) -> None:
            if message.type == "error" and expected not in message.text:
                errors.append(message.text)

        page.on("console", note)
        page.goto(served.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
