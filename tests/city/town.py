"""A city on loopback: recorders as processes, sites as journals with their forwarders' processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from broker.connection import Identity
from broker.contract import city
from broker.delivery.journal import Journal
from city.engine.connection import connect
from city.engine.reading import apart, read_journal
from city.engine.run import Engine
from city.stream import CityStream
from hall.forward_process import CityLink, ForwardOrder
from hall.forwarder import Forwarder

PATIENCE_S = 90
"""Others share the machine."""


def until(condition, what, patience_s=PATIENCE_S):
    """Wait for a condition; returns the seconds it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + patience_s, what
        time.sleep(0.05)
    return time.monotonic() - begun


class TestSite:
    """A site's journal, filled by the test, and the process that forwards it."""

    __test__ = False

    def __init__(self, name: str, folder: Path, engine: Engine, credentials: Path) -> None:
        self.name, self.folder = name, folder
        folder.mkdir(exist_ok=True)
        self.journal = Journal(folder / "journal.sqlite", durable=False)
        servers = [(engine.host, port) for port in engine.mqtt_ports]
        link = CityLink(servers=servers, credentials=credentials)
        self.forwarder = Forwarder(ForwardOrder(site=name, state=folder, link=link))

    def start(self) -> None:
        self.forwarder.start()

    def is_at_the_city(self) -> bool:
        report = self.forwarder.report
        return report is not None and report.upto == self.journal.decided_upto()

    def end(self) -> None:
        if self.forwarder.is_alive():
            self.forwarder.end()
        self.journal.close()


class Town:
    """Recorders over an engine.

    Args:
        engine: it runs.
        credentials: of everybody.
        folder: for the sites' list and journals.
        sites: their names.
    """

    def __init__(self, engine: Engine, credentials: Path, folder: Path, sites) -> None:
        self.engine, self._credentials, self._folder = engine, credentials, folder
        self._recorders: dict[str, subprocess.Popen] = {}
        self._sites: list[TestSite] = []
        for site in sites:
            (folder / "sites" / site).mkdir(parents=True)

    def recorder(self, name: str) -> subprocess.Popen:
        """Start a recorder's process."""
        command = [sys.executable, "-m", "preaccueil", "city", "recorder", f"--name={name}"]
        command += [f"--sites={self._folder / 'sites'}", f"--credentials={self._credentials}"]
        command += [f"--engine={url.removeprefix('tls://')}" for url in self.engine.urls]
        log = (self._folder / f"{name}.log").open("ab")
        with log:
            self._recorders[name] = subprocess.Popen(command, stderr=log, stdout=log)
        return self._recorders[name]

    def site(self, name: str, *, folder: str | None = None) -> TestSite:
        """A site with an empty journal; its forwarder is not started."""
        site = TestSite(name, self._folder / (folder or name), self.engine, self._credentials)
        self._sites.append(site)
        return site

    def log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text(encoding="utf-8")

    def kill(self, name: str) -> None:
        """End a recorder as a power cut would."""
        process = self._recorders.pop(name)
        process.kill()
        process.wait()

    def writes(self, name: str, site: str) -> bool:
        """Whether a recorder has taken a site over."""
        return f"{site} is written here" in self.log(name)

    def stored(self):
        """Every batch of the city's journal, oldest first; asked again while a server is coming back."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return apart(read_journal(self._identity(city.FEED), self.engine.urls))
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise

    def identities(self, site: str, journal: str | None = None) -> list[tuple[str, str, int]]:
        """Which events of a site are in the city's journal, each as often as it is there."""
        return [
            (entry.node, entry.run, entry.seq)
            for stored in self.stored()
            if stored.site == site and journal in (None, stored.batch.journal)
            for entry in stored.batch.entries
        ]

    def word(self, site: str) -> city.CitySite | None:
        """What the city keeps of a site beside its events."""
        return apart(self._word(site))

    async def _word(self, site):
        client = await connect(self._identity(city.FEED), self.engine.urls, "test")
        try:
            return await CityStream(client).site(site)
        finally:
            await client.close()

    def end(self) -> None:
        for site in self._sites:
            site.end()
        for process in self._recorders.values():
            process.send_signal(signal.SIGTERM)
        for process in self._recorders.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _identity(self, name):
        return Identity.in_folder(self._credentials, name)
