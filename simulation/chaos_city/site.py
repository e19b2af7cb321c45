"""One site of the chaos: a journal that a fast writer fills, and the forwarder's process beside it."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from broker.delivery.journal import Journal
from hall.forward_process import CityLink, ForwardOrder
from hall.forwarder import Forwarder
from simulation.chaos_city.journals import Identity, fill, identities

_EVERY_S: Final = 0.1
_MOST: Final = 60
"""Events written at once, at most: some hundreds a second, as no town hall has."""
_NODE: Final = "borne"
_RUN: Final = "run"


class WrittenSite:
    """A site whose events are known: what its nodes hold comes again after a backup was put back.

    Args:
        name: the site's name.
        folder: for its journal.
        link: where the city is.
        chance: how much is written when.
    """

    def __init__(self, name: str, folder: Path, link: CityLink, chance: random.Random) -> None:
        self.name = name
        self._folder, self._chance = folder, chance
        folder.mkdir(parents=True)
        self._order = ForwardOrder(site=name, state=folder, link=link)
        self._lock = threading.Lock()
        self._journal = Journal(folder / "journal.sqlite", durable=False)
        self._forwarder = Forwarder(self._order)
        self._ends = threading.Event()
        self._writer = threading.Thread(target=self._write, name=name, daemon=True)
        self._backup: Path | None = None

    def start(self) -> None:
        """Write and forward."""
        self._forwarder.start()
        self._writer.start()

    def rest(self) -> None:
        """Write nothing more; forwarding goes on."""
        self._ends.set()
        self._writer.join()

    def end(self) -> None:
        """Let go of everything."""
        self.rest()
        self._forwarder.end()
        self._journal.close()

    def kill_forwarder(self) -> None:
        """End its process as a power cut would. The keeper starts another."""
        if (pid := self._forwarder.pid) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def back_up(self) -> None:
        """Copy the journal while it is written."""
        with self._lock:
            backup = self._folder / "backup.sqlite"
            backup.unlink(missing_ok=True)
            copy = sqlite3.connect(backup)
            source = sqlite3.connect(self._folder / "journal.sqlite")
            source.backup(copy)
            copy.close()
            source.close()
            self._backup = backup

    def put_back(self) -> None:
        """Put the last backup back: nodes send what it lacks, and the hall renews its id."""
        if self._backup is None:
            return
        with self._lock:
            self._forwarder.end(1)
            known, upto = self._journal.read_id(), self._journal.next_seq(_NODE, _RUN) or 1
            self._journal.close()
            for name in ("journal.sqlite-wal", "journal.sqlite-shm"):
                (self._folder / name).unlink(missing_ok=True)
            (self._folder / "journal.sqlite").write_bytes(self._backup.read_bytes())
            self._journal = Journal(self._folder / "journal.sqlite", durable=False)
            self._journal.renew_id(known)
            fill(self._journal, upto - (self._journal.next_seq(_NODE, _RUN) or 1), node=_NODE, run=_RUN)
            self._forwarder = Forwarder(self._order)
            self._forwarder.start()

    def count(self) -> int:
        """How many events it has."""
        with self._lock:
            return self._journal.decided_upto()

    def is_at_the_city(self) -> bool:
        """Whether the city has said that it has everything."""
        report = self._forwarder.report
        return report is not None and report.connected and report.upto == self._journal.decided_upto()

    def state(self) -> str:
        """In words, for one that does not come to rest."""
        return f"{self.name}: decided {self._journal.decided_upto()}, forwarder says {self._forwarder.report}"

    def journal_id(self) -> str:
        """The journal's present id."""
        return self._journal.read_id()

    def identities(self) -> list[Identity]:
        """What it has, in order."""
        return identities(self._journal)

    def _write(self) -> None:
        while not self._ends.wait(_EVERY_S):
            with self._lock:
                fill(self._journal, self._chance.randrange(_MOST), node=_NODE, run=_RUN)
