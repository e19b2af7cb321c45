"""``preaccueil chaos``: the site under load, faults from a plan, and what of it all is stored in the end."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console

from broker.clock import SECOND, Anchor, SystemClock
from broker.contract import compiled
from broker.contract.site import load
from hall.store.interface import EventRow, Span, StoreUnavailableError
from hall.store.open import open_store
from simulation.chaos import keeping, log, plan, verdict
from simulation.chaos.driver import Driver
from simulation.chaos.parts import Process
from simulation.chaos.plan import HALL, KILLS, Fault, Plan
from simulation.chaos.processes import NodePart
from simulation.chaos.scene import ChaosError, Scene, StoreChoice, Told
from simulation.dates import begin_ns, live_day
from simulation.ledger import Verdict

SETTLE_S = 120.0
"""Seconds that everything gets in the end to be delivered and written."""
ANSWER_S = 30.0
"""Seconds that the store gets to answer."""
DAYS_NS = 2 * 24 * 3600 * SECOND
"""Around the run: no clock of a plan is further beside the truth."""


class Options(NamedTuple):
    """What was asked for. ``plan`` replays a kept plan; ``mechanism`` is what is broken on purpose."""

    site: Path
    kept: Path
    kills: int
    seed: int
    store: StoreChoice
    mechanism: str | None
    plan: Path | None


def run(options: Options, console: Console) -> int:
    """Run it all; 0 only when everything confirmed is stored and everything stored was pressed, each once.

    Raises:
        ChaosError: it cannot begin.
        SiteError: the site description is wrong.
    """
    site = load(options.site)
    # Short, since a Unix socket's path is; and nothing of it is left in the tree after a good run.
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    try:
        with ExitStack() as stack:
            chaos = Chaos(options, site, folder, console, stack)
            chaos.play()
            outcome = chaos.judge()
        console.print(str(outcome), soft_wrap=True, highlight=False)
        return 0 if outcome.holds else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Outcome(NamedTuple):
    """The closing line."""

    verdict: Verdict
    kills: int
    seed: int
    is_sound: bool
    """Whether all came to rest, and no part ended by itself."""

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        return self.verdict.holds and self.is_sound

    def __str__(self) -> str:
        return f"{self.verdict} kills={self.kills} seed={self.seed}"


class Chaos:
    """One run.

    Args:
        options: what was asked for.
        site: the compiled description.
        folder: for everything.
        console: where progress goes.
        stack: what has to end.
    """

    def __init__(
        self, options: Options, site: compiled.Site, folder: Path, console: Console, stack: ExitStack
    ) -> None:
        self._options, self._site, self._folder = options, site, folder
        self._console, self._stack = console, stack
        self._lock = threading.Lock()
        self._kills: Counter[str] = Counter()
        self._notes: list[str] = []
        self._begin_s = 0.0
        self._outcome: Outcome | None = None
        self._log = log.Log(folder / "presses.jsonl")
        stack.callback(self._log.close)
        self._anchor = Anchor(
            begin_ns(site, live_day(site, datetime.now(ZoneInfo(site.timezone)).date())),
            SystemClock().machine_ns(),
            speed=1,
        )
        self._scene = Scene(site, folder, stack)
        try:
            self._scene.mount_disk()
        except OSError as problem:
            self._say(f"no full disk in this run: {problem} (root may mount one)")
        stack.callback(self._keep)
        self._plan = self._choose_plan()
        plan.write(self._plan, folder / "plan.json")
        self._parts = self._scene.set_up(
            self._plan,
            options.store,
            options.mechanism,
            self._anchor,
            self._log,
            Told(self._tell, self._note),
        )

    def play(self) -> None:
        """Faults and load, and then rest. Raises ChaosError."""
        plan_, parts = self._plan, self._parts
        processes = [part for part in parts if isinstance(part, Process) and part.pid is None]
        for process in processes:
            process.come_up()
        drivers = self._drivers()
        self._begin_s = time.monotonic()
        self._say(f"{plan_.kills} kills, {len(plan_.faults)} faults; seed {plan_.seed}")
        for driver in drivers:
            driver.start()
        for part in parts:
            part.begin(self._begin_s)
        for part in parts:
            part.wait()
        for driver in drivers:
            driver.end()
        self._say("everything is up again, nobody presses any more")
        self._settle()

    def judge(self) -> Outcome:
        """Compare what people saw with what the store answers. Raises ChaosError."""
        stored = self._stored()
        for part in self._parts:
            part.end()
        journal = self._folder / f"state-{HALL}" / "journal.sqlite"
        entries = log.read(self._folder / "presses.jsonl")
        for node, count in keeping.alarms(journal).items():
            self._note(f"{node}: {count} alarms of a cloned card, and there is none")
        # Stored is what both hold: a journal put back has to be filled up again, whatever the store kept.
        held = keeping.identities(journal)
        in_both = [row for row in stored if (row.node, row.run, row.seq) in held]
        judgement = verdict.judge(entries, in_both, keeping.drawn_tickets(journal))
        for reason in [*self._notes, *judgement.reasons]:
            self._console.print(f"  ! {reason}", soft_wrap=True, highlight=False, markup=False)
        self._outcome = Outcome(judgement.verdict, self._kills.total(), self._plan.seed, not self._notes)
        return self._outcome

    def _choose_plan(self) -> Plan:
        if self._options.plan is not None:
            try:
                return plan.read(self._options.plan)
            except (OSError, msgspec.MsgspecError) as problem:
                raise ChaosError(f"{self._options.plan} is no plan: {problem}") from problem
        return plan.draw(
            self._options.seed,
            self._options.kills,
            [node.id for node in self._scene.nodes],
            kiosks=self._scene.kiosks(),
            influxd=self._options.store == "influxdb",
            disk=self._scene.disk is not None,
            buildings=[*self._scene.buildings()],
        )

    def _drivers(self) -> list[Driver]:
        nodes = {part.name: part for part in self._parts if isinstance(part, NodePart)}
        return [
            Driver(
                self._site,
                node,
                lambda part=nodes[node.id]: part.alive,  # type: ignore[misc]  # a default's type is not inferred
                self._log,
                random.Random(f"{self._plan.seed} {node.id}"),
            )
            for node in self._scene.nodes
        ]

    # The end ------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Wait until every outbox is delivered and the store has everything."""
        deadline = time.monotonic() + SETTLE_S
        hall = self._folder / f"state-{HALL}"
        nodes = [part for part in self._parts if isinstance(part, NodePart)]
        waiting: dict[str, int] = {}
        fed = False
        while time.monotonic() < deadline:
            time.sleep(0.5)
            waiting = {
                part.name: count
                for part in nodes
                if (count := keeping.undelivered(part.outbox, hall / "journal.sqlite"))
            }
            fed = not waiting and keeping.fed_upto_the_end(hall)
            if fed:
                return
        for name, count in waiting.items():
            self._note(f"{name} still holds {count} events that are not delivered after {SETTLE_S:.0f} s")
        if not waiting and not fed:
            self._note(f"the store has not everything after {SETTLE_S:.0f} s")

    def _stored(self) -> list[EventRow]:
        store = open_store(self._scene.config)
        span = Span(self._anchor.civil_ns - DAYS_NS, self._anchor.civil_ns + DAYS_NS)
        deadline = time.monotonic() + ANSWER_S
        try:
            while True:
                try:
                    return store.events(span)
                except StoreUnavailableError as problem:
                    if time.monotonic() > deadline:
                        raise ChaosError(f"the store does not answer: {problem}") from problem
                    time.sleep(1)
        finally:
            store.close()

    def _keep(self) -> None:
        """Keep everything that may tell why a run failed, once all have ended and before the disk goes."""
        if self._outcome is not None and self._outcome.holds:
            return
        kept = self._options.kept
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self._folder, kept, ignore=shutil.ignore_patterns("*.sock", "credentials"))
        self._console.print(f"{kept}: plan.json, presses.jsonl, logs/, state-*/", highlight=False)

    # Telling ------------------------------------------------------------------------------------

    def _tell(self, fault: Fault, said: str) -> None:
        with self._lock:
            self._kills[fault.kind] += fault.kind in KILLS
            kills = self._kills.total()
        words = f"{fault.kind:<12} {fault.part}" + (f" ({said})" if said else "")
        self._say(
            f"{words:<48} {fault.seconds:4.1f} s · kills {kills}/{self._plan.kills}"
            f" · pressed {self._log.presses} confirmed {self._log.confirmed}"
        )

    def _note(self, what: str) -> None:
        with self._lock:
            self._notes.append(f"{self._elapsed_s():.1f} s: {what}")
        self._say(f"! {what}")

    def _say(self, text: str) -> None:
        line = f"{self._elapsed_s():6.1f} s  {text}"
        self._console.print(line, soft_wrap=True, highlight=False, markup=False)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._begin_s if self._begin_s else 0.0
