"""A small site as it really runs: mosquitto, hall, dashboard and nodes as processes, Chromium on the page."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from broker.clock import ANCHOR_VARIABLE, SECOND, Anchor, SystemClock
from broker.contract import compiled
from broker.mosquitto.run import free_port

PATIENCE_S = 30
MORNING_NS = 1_781_600_400 * SECOND
"""A Tuesday in June, 11:00 in Paris: whenever the tests run, the tent is open."""


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = PATIENCE_S) -> None:
    """Until the condition holds; fails saying what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {timeout_s} s in vain for {what}")
        time.sleep(0.02)


class VirtualNode:
    """A node process whose pins a test drives through its virtual socket."""

    def __init__(self, process: subprocess.Popen, path: Path) -> None:
        self.process = process
        self._path = path

    def say(self, line: str) -> str:
        """Send one line to the virtual hardware; its answer."""
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(self._path))
            link.sendall(line.encode() + b"\n")
            return link.makefile().readline().strip()

    def is_ready(self) -> bool:
        return self._path.exists()


class House:
    """Everything of one site, started piece by piece."""

    def __init__(self, site: compiled.Site, mosquitto, credentials: Path, folder: Path) -> None:
        self.site, self.mosquitto, self._folder = site, mosquitto, folder
        self._processes: list[subprocess.Popen] = []
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._anchor = str(Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
        compiled.write(site, folder / "site.json")
        store = {"kind": "embedded", "path": str(folder / "store.sqlite")}
        (folder / "store.json").write_text(json.dumps(store), encoding="utf-8")
        self._common = [
            f"--site={folder / 'site.json'}",
            f"--broker={mosquitto.host}:{mosquitto.port}",
            f"--credentials={credentials}",
        ]

    def start(self, name: str, *arguments: str) -> subprocess.Popen:
        """Start ``preaccueil NAME`` with the site's common options and a state folder of its own."""
        state = self._folder / f"state-{arguments[0] if name == 'node' else name}"
        log = (self._folder / f"{state.name}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "preaccueil", name, *arguments, *self._common, f"--state={state}"],
            stdout=log,
            stderr=log,
            env=os.environ | {ANCHOR_VARIABLE: self._anchor},
        )
        log.close()
        self._processes.append(process)
        return process

    def hall(self) -> subprocess.Popen:
        return self.start("hall", f"--store-config={self._folder / 'store.json'}")

    def dashboard(self) -> subprocess.Popen:
        process = self.start(
            "dashboard", f"--store-config={self._folder / 'store.json'}", f"--port={self.port}"
        )
        wait_until(lambda: self._answers(process), "the dashboard to answer")
        return process

    def node(self, name: str) -> VirtualNode:
        path = self._folder / f"{name}.sock"
        path.unlink(missing_ok=True)
        node = VirtualNode(self.start("node", name, "--pins=mock", f"--virtual-socket={path}"), path)
        wait_until(node.is_ready, f"node {name} to start")
        return node

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(timeout=15)

    def logs(self) -> str:
        """What every process said, for a failing test."""
        return "\n".join(f"--- {path.name}\n{path.read_text()}" for path in self._folder.glob("*.log"))

    def _answers(self, process: subprocess.Popen) -> bool:
        if process.poll() is not None:
            pytest.fail(f"the dashboard ended: {self.logs()}")
        try:
            with urllib.request.urlopen(f"{self.url}/sante", timeout=2) as answer:  # noqa: S310 - our own
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


@pytest.fixture
def wait_for():
    """Waits for a condition, and fails saying what it was."""
    return wait_until


@pytest.fixture
def house(barnum, mosquitto, credentials, tmp_path) -> Iterator[House]:
    house = House(barnum, mosquitto, credentials, tmp_path)
    yield house
    house.stop()
    sys.stdout.write(house.logs())  # pytest shows it with a failing test


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


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
