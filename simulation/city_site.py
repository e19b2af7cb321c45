"""One site of a simulated city: the programs of a real site, and the way to the city."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from broker.clock import Anchor
from broker.contract import compiled
from broker.delivery.journal import Journal
from hall.forward_process import CityLink, ForwardOrder
from hall.forwarder import Forwarder
from hall.store.open import StoreConfig
from simulation.children import Child
from simulation.house import House

CATCH_UP_S: Final = 90.0
"""Machine seconds that what waits for the city may take at the end."""


class RunningSite:
    """A site that runs, its people included.

    Args:
        site: its description, under its name at the city.
        folder: for all that it keeps; emptied.
        anchor: the civil time of all processes.
        servers: the city's MQTT servers.
        credentials: the folder of the site's certificate at the city.
    """

    def __init__(
        self,
        site: compiled.Site,
        folder: Path,
        anchor: Anchor,
        *,
        servers: Sequence[tuple[str, int]],
        credentials: Path,
    ) -> None:
        self.id = site.id
        self._servers, self._credentials = [*servers], credentials
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
        self._house = House(site, folder, store, anchor)
        self.url, self.presses = self._house.url, self._house.presses
        self._hall: Child | None = None
        self._tent: Child | None = None
        self._is_ended = False

    def start(self) -> None:
        """Hall, pages and people. Raises HouseError."""
        options = [f"--city={host}:{port}" for host, port in self._servers]
        self._hall = self._house.hall(options=[*options, f"--city-credentials={self._credentials}"])
        self._house.dashboard()
        self._tent = self._house.tent()

    def first_to_end(self) -> Child | None:
        """A part that ended by itself."""
        parts = (self._hall, self._tent)
        return next((part for part in parts if part is not None and part.ended is not None), None)

    def ask_tent_to_end(self) -> None:
        """Nobody presses any more; what was pressed gets its receipts meanwhile."""
        if self._tent is not None:
            self._tent.process.terminate()

    def end_site(self) -> None:
        """Wait for the people to be gone, and end the site's programs."""
        for part in (self._tent, self._hall):
            if part is not None:
                self._house.stop(part)
        self.end()

    def decided_upto(self) -> int:
        """The last offset of the site's journal that is decided."""
        journal = Journal(self._state / "journal.sqlite")
        try:
            return journal.decided_upto()
        finally:
            journal.close()

    @contextmanager
    def forwarding(self) -> Iterator[None]:
        """Without its hall: what is decided and waits in the journal goes to the city."""
        link = CityLink(servers=self._servers, credentials=self._credentials)
        forwarder = Forwarder(ForwardOrder(site=self.id, state=self._state, link=link))
        forwarder.start()
        try:
            deadline = time.monotonic() + CATCH_UP_S
            while (report := forwarder.report) is None or report.upto != report.decided:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.1)
            yield
        finally:
            forwarder.end()

    def end(self) -> None:
        """End whatever still runs; a second time nothing does."""
        if not self._is_ended:
            self._is_ended = True
            self._house.end()

    @property
    def _state(self) -> Path:
        return self._house.state_of("hall")
