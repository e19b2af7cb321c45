"""A whole city killed and cut under load, and what of it all is in the city's journal in the end."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console

from broker.connection import Identity
from broker.contract import city
from city.engine.credentials import make_credentials
from city.engine.reading import apart, read_journal
from city.engine.run import Engine, find_server
from hall.forward_process import CityLink
from simulation.chaos.links import Link, Links
from simulation.chaos_city import plan
from simulation.chaos_city.plan import Fault
from simulation.chaos_city.site import WrittenSite
from simulation.chaos_city.verdict import SiteVerdict, judge
from simulation.children import Child, Children

SERVERS: Final = 3
RECORDERS: Final = ("recorder-1", "recorder-2", "recorder-3")
SETTLE_S: Final = 180.0
"""Seconds that everything gets in the end to arrive."""
LATER_S: Final = 0.5
"""Seconds until a fault is tried again whose part is still down."""


class Options(NamedTuple):
    """What was asked for; ``mechanism`` is what is broken on purpose."""

    kills: int
    seed: int
    sites: int
    kept: Path
    mechanism: str | None


def run(options: Options, console: Console) -> int:
    """Run it all; 0 only when every site's ledger equals the city's. Raises EngineError."""
    program = find_server(only_what_is_there=False)
    folder = Path(tempfile.mkdtemp(prefix="chaos-city-"))
    try:
        with ExitStack() as stack:
            chaos = CityChaos(options, program, folder, console, stack)
            chaos.play()
            holds = chaos.judge()
        if not holds:
            shutil.rmtree(options.kept, ignore_errors=True)
            shutil.copytree(folder, options.kept, ignore=shutil.ignore_patterns("credentials"))
            console.print(f"{options.kept}: logs/, engine-*/, mairie-*/", highlight=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if holds else 1


class CityChaos:
    """One run.

    Args:
        options: what was asked for.
        program: the nats-server.
        folder: for everything.
        console: where progress goes.
        stack: what has to end.
    """

    def __init__(
        self, options: Options, program: Path, folder: Path, console: Console, stack: ExitStack
    ) -> None:
        self._options, self._folder, self._console = options, folder, console
        self._names = [f"mairie-{number:02}" for number in range(1, options.sites + 1)]
        self._credentials = folder / "credentials"
        make_credentials(self._names, self._credentials)
        for name in self._names:
            (folder / "sites" / name).mkdir(parents=True)
        self._children = Children(folder / "logs")
        stack.callback(self._children.end_all)
        self._engine = Engine(program, folder, self._credentials, self._names)
        stack.callback(self._engine.stop)
        links = stack.enter_context(Links())
        self._links: dict[str, list[Link]] = {}
        self._sites: dict[str, WrittenSite] = {}
        for name in self._names:
            own = [links.to(port) for port in self._engine.mqtt_ports]
            self._links[name] = own
            servers = [("localhost", link.port) for link in own]
            link = CityLink(servers=servers, credentials=self._credentials)
            chance = random.Random(f"{options.seed} {name}")
            self._sites[name] = WrittenSite(name, folder / name, link, chance)
            stack.callback(self._sites[name].end)
        self._recorders: dict[str, Child] = {}
        self._down: set[str] = set()
        self._kills = 0
        self._begin_s = 0.0

    def play(self) -> None:
        """Load and faults, and then rest."""
        self._engine.start()
        for pid in self._engine.pids:
            self._children.watch_over(pid or 0)
        for name in RECORDERS:
            self._start_recorder(name)
        for site in self._sites.values():
            site.start()
        faults = plan.draw(self._options.seed, self._options.kills, SERVERS, RECORDERS, self._names)
        self._begin_s = time.monotonic()
        self._say(f"{self._options.kills} kills, {len(faults)} faults, {len(self._names)} sites")
        self._play(faults)
        for site in self._sites.values():
            site.rest()
        self._say("everything is up again, nothing more is written")
        self._settle()

    def judge(self) -> bool:
        """Compare the sites' journals with the city's; whether all of them are equal."""
        identity = Identity.in_folder(self._credentials, city.FEED)
        stored = apart(read_journal(identity, self._engine.urls))
        verdicts = [
            judge(name, site.journal_id(), site.identities(), stored) for name, site in self._sites.items()
        ]
        for verdict in verdicts:
            for reason in verdict.reasons[:10]:
                self._print(f"  ! {reason}")
            self._print(f"  {verdict}")
        holds = all(verdict.holds for verdict in verdicts)
        self._print(_closing(verdicts, self._kills, self._options.seed))
        return holds

    # Faults -------------------------------------------------------------------------------------

    def _play(self, faults: list[Fault]) -> None:
        """Each fault at its time, and its end after its seconds."""
        order = count()
        waiting: list[tuple[float, int, Callable[[], None] | Fault]] = []
        for fault in faults:
            heappush(waiting, (fault.at_s, next(order), fault))
        while waiting:
            at_s, _, what = heappop(waiting)
            time.sleep(max(0.0, self._begin_s + at_s - time.monotonic()))
            if not isinstance(what, Fault):
                what()
            elif what.part in self._down:
                heappush(waiting, (self._elapsed_s() + LATER_S, next(order), what))
            else:
                self._tell(what)
                heal = self._begin(what)
                self._down.add(what.part)
                heappush(waiting, (self._elapsed_s() + what.seconds, next(order), self._over(what, heal)))

    def _over(self, fault: Fault, heal: Callable[[], None]) -> Callable[[], None]:
        def over() -> None:
            heal()
            self._down.discard(fault.part)

        return over

    def _begin(self, fault: Fault) -> Callable[[], None]:
        """Do it; returns what ends it."""
        kind, _, name = fault.part.partition("/")
        match f"{kind}/":
            case plan.SERVER:
                return self._server(fault, int(name))
            case plan.RECORDER:
                return self._recorder(fault, name)
            case plan.LINK:
                return self._link(fault, name)
            case plan.SITE:
                self._sites[name].back_up()
                return self._sites[name].put_back
            case _:
                self._sites[name].kill_forwarder()
                self._kills += 1
                return _nothing

    def _server(self, fault: Fault, number: int) -> Callable[[], None]:
        pid = self._engine.pids[number]
        if fault.kind == "freeze":
            return _freeze(pid)
        self._engine.kill(number)
        self._children.watch_no_longer(pid or 0)
        self._kills += 1

        def start() -> None:
            self._engine.start_one(number, wait=False)
            self._children.watch_over(self._engine.pids[number] or 0)

        return start

    def _recorder(self, fault: Fault, name: str) -> Callable[[], None]:
        child = self._recorders[name]
        if fault.kind == "freeze":
            return _freeze(child.process.pid)
        self._children.kill(child)
        self._kills += 1
        return lambda: self._start_recorder(name)

    def _link(self, fault: Fault, name: str) -> Callable[[], None]:
        for link in self._links[name]:
            if fault.kind == "cut":
                link.cut()
            else:
                link.hold()

        def heal() -> None:
            for link in self._links[name]:
                link.heal()

        return heal

    def _start_recorder(self, name: str) -> None:
        module = ["preaccueil"]
        if self._options.mechanism is not None:
            module = ["simulation.chaos_city.saboteur", self._options.mechanism]
        self._recorders[name] = self._children.python(
            name,
            *module,
            "city",
            "recorder",
            f"--name={name}",
            f"--sites={self._folder / 'sites'}",
            f"--credentials={self._credentials}",
            *(f"--engine={url.removeprefix('tls://')}" for url in self._engine.urls),
            env={},
        )

    # The end ------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Wait until the city has said to every site that it has everything."""
        deadline = time.monotonic() + SETTLE_S
        while time.monotonic() < deadline:
            if all(site.is_at_the_city() for site in self._sites.values()):
                self._say("the city has said that it has everything")
                return
            time.sleep(0.2)
        for site in self._sites.values():
            self._say(f"! after {SETTLE_S:.0f} s: {site.state()}")

    def _tell(self, fault: Fault) -> None:
        events = sum(site.count() for site in self._sites.values())
        words = f"{fault.kind:<9}{fault.part:<24}{fault.seconds:4.1f} s"
        self._say(f"{words} · kills {self._kills} · events {events}")

    def _say(self, text: str) -> None:
        self._print(f"{self._elapsed_s():6.1f} s  {text}")

    def _print(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, highlight=False, markup=False)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._begin_s if self._begin_s else 0.0


def _closing(verdicts: list[SiteVerdict], kills: int, seed: int) -> str:
    recorded = sum(one.recorded for one in verdicts)
    stored = sum(one.stored for one in verdicts)
    lost, doubled = sum(one.lost for one in verdicts), sum(one.doubled for one in verdicts)
    strange = sum(one.strange for one in verdicts)
    return (
        f"recorded={recorded} city={stored} lost={lost} doubled={doubled} strange={strange}"
        f" sites={len(verdicts)} kills={kills} seed={seed}"
    )


def _freeze(pid: int | None) -> Callable[[], None]:
    """Stop a process, and let it go on if it is still there."""
    if pid is None:
        return _nothing
    os.kill(pid, signal.SIGSTOP)

    def go_on() -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    return go_on


def _nothing() -> None:
    """A part that comes up by itself."""
