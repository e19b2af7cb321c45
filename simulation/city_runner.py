"""``preaccueil city run``: a city on this machine: several whole sites, and where they are seen together.

Each site has its own broker, hall, journal, store and pages, with people in its virtual tent, and knows of
the city only its address. The city is three servers of the engine, two recorders, a feed and its page.
"""

from __future__ import annotations

import http.client
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console

from broker.clock import ANCHOR_VARIABLE, SECOND, Anchor, SystemClock
from broker.contract import compiled
from broker.contract.site import load
from city.description import CitySiteDescription, read
from city.engine.credentials import make_credentials
from city.engine.run import Engine, EngineError, find_server
from city.ledger import CityLedger, ledger_of
from city.seen import SiteSeen, read_seen
from hall.store.interface import Span
from hall.store.open import StoreConfig, open_store, write_config
from simulation import ledger
from simulation.children import Child, Children
from simulation.city_site import RunningSite
from simulation.dates import begin_ns, live_day
from simulation.house import HouseError
from simulation.influxd import Influxd, InfluxdError, find_influxd
from simulation.site_runner import LOOPBACK, RunError, StoreChoice, alone, ending, ensure_free

RECORDERS: Final = 2
PATIENCE_S: Final = 90.0
"""Machine seconds that the city gets at the end to have and store everything."""
SAY_S: Final = 15.0
"""Machine seconds between two words about how it goes."""


class Options(NamedTuple):
    """What was asked for. ``descriptions`` are given to the sites in turn. ``seconds`` None: until Ctrl-C."""

    descriptions: tuple[Path, ...]
    sites: int
    state: Path
    speed: int
    store: StoreChoice
    port: int
    seconds: float | None


def run(options: Options, console: Console) -> int:
    """Run until the time is over or somebody ends it; returns the exit code.

    0 only when every site's ledger is the city's, and everything confirmed at a pin is in the city's store.

    Raises:
        RunError: it cannot begin, or a part of it ended by itself.
        SiteError: a site description is wrong.
    """
    with ExitStack() as stack:
        stack.enter_context(alone(options.state))
        ensure_free(options.port, "city")
        ends = stack.enter_context(ending())
        try:
            return CityRun(options, console, stack, ends).play()
        except (EngineError, HouseError, InfluxdError) as problem:
            raise RunError(str(problem)) from problem


class CityRun:
    """One run: everything is started in ``play`` and ended by the stack.

    Args:
        options: what was asked for.
        console: where it is told how it goes.
        stack: what has to end.
        ends: set when somebody wants the end.
    """

    def __init__(self, options: Options, console: Console, stack: ExitStack, ends: threading.Event) -> None:
        self._options, self._console, self._stack, self._ends = options, console, stack, ends
        self._folder = options.state / "city"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._sites = self._folder / "sites"
        self._credentials = self._folder / "credentials"
        self._compiled = [*_named(options)]
        self._children = Children(self._folder / "logs")
        stack.callback(self._children.end_all)
        first = self._compiled[0]
        day = live_day(first, datetime.now(ZoneInfo(first.timezone)).date())
        self._anchor = Anchor(begin_ns(first, day), SystemClock().machine_ns(), options.speed)

    def play(self) -> int:
        """The whole run; returns the exit code. Raises RunError."""
        engine = self._start_engine()
        self._describe()
        feed = self._start_city(engine)
        self._console.print(
            f"[bold]http://localhost:{self._options.port}[/]  ·  la ville / the city,"
            f" {len(self._compiled)} mairies / town halls",
            soft_wrap=True,
        )
        sites = self._start_sites(engine)
        begun = said = time.monotonic()
        seconds = self._options.seconds
        while not self._ends.wait(0.5) and (seconds is None or time.monotonic() - begun < seconds):
            self._look_after(sites)
            if time.monotonic() - said >= SAY_S:
                said = time.monotonic()
                self._say()
        return self._finish(engine, sites, feed)

    # Starting -----------------------------------------------------------------------------------

    def _start_engine(self) -> Engine:
        names = [site.id for site in self._compiled]
        make_credentials(names, self._credentials)
        program = find_server(only_what_is_there=False)
        engine = Engine(program, self._folder / "engine", self._credentials, names)
        self._stack.callback(engine.stop)
        engine.start()
        for pid in engine.pids:
            if pid:
                self._children.watch_over(pid)
        return engine

    def _describe(self) -> None:
        """The city's folder of sites: a bucket, or a file, for each."""
        influxd = self._influxd()
        for site in self._compiled:
            folder = self._sites / site.id
            folder.mkdir(parents=True)
            compiled.write(site, folder / "site.json")
            own = StoreConfig(kind="embedded", path=self._folder / "stores" / f"{site.id}.sqlite")
            write_config(influxd.bucket(site.id) if influxd else own, folder / "store.json")
        (self._folder / "stores").mkdir()

    def _influxd(self) -> Influxd | None:
        choice = self._options.store
        if choice == "embedded":
            return None
        try:
            program = find_influxd(only_what_is_there=choice == "auto")
        except InfluxdError:
            if choice == "auto":
                return None
            raise
        influxd = Influxd(program, self._folder / "influxd")
        self._stack.callback(influxd.stop)
        self._children.watch_over(influxd.pid)
        return influxd

    def _start_city(self, engine: Engine) -> Child:
        servers = [f"--engine={url.removeprefix('tls://')}" for url in engine.urls]
        common = [f"--credentials={self._credentials}", f"--sites={self._sites}"]
        for number in range(1, RECORDERS + 1):
            name = f"recorder-{number}"
            self._start(name, "recorder", *servers, *common, f"--name={name}")
        feed = self._start("feed", "feed", *servers, *common, f"--state={self._folder / 'feed'}")
        self._start(
            "page",
            "dashboard",
            f"--sites={self._sites}",
            f"--feed={self._folder / 'feed'}",
            f"--state={self._folder / 'page'}",
            f"--port={self._options.port}",
            "--demonstration",
        )
        self._until(self._page_answers, 60, "la page de la ville / the city's page")
        return feed

    def _start(self, name: str, command: str, *arguments: str) -> Child:
        environment = {ANCHOR_VARIABLE: str(self._anchor)}
        return self._children.python(name, "preaccueil", "city", command, *arguments, env=environment)

    def _start_sites(self, engine: Engine) -> list[RunningSite]:
        """One after the other: many programs that start at once only keep each other waiting."""
        sites = list[RunningSite]()
        for site in self._compiled:
            if self._ends.is_set():
                break
            running = RunningSite(
                site,
                self._options.state / site.id,
                self._anchor,
                servers=[(engine.host, port) for port in engine.mqtt_ports],
                credentials=self._credentials,
            )
            self._stack.callback(running.end)
            running.start()
            sites.append(running)
            self._console.print(f"{site.id} : {running.url}  ·  {site.name.fr}", soft_wrap=True)
        return sites

    # Looking after ------------------------------------------------------------------------------

    def _look_after(self, sites: list[RunningSite]) -> None:
        """Raises RunError when a part ended by itself."""
        ended = self._children.first_to_end()
        for site in sites:
            ended = ended or site.first_to_end()
        if ended is not None:
            raise RunError(f"{ended.name} s'est arrêté / ended (code {ended.ended}): voir / see {ended.log}")

    def _say(self) -> None:
        seen = read_seen(self._folder / "feed").sites.values()
        heard = sum(site.heard_ns is not None for site in seen)
        told = sum(site.upto_site for site in seen)
        upto, fed = sum(site.upto for site in seen), sum(site.fed for site in seen)
        self._console.print(
            f"{heard} mairies entendues / heard · {told} décidés / decided · {upto} copiés / copied"
            f" · {fed} conservés / stored",
            soft_wrap=True,
        )

    def _page_answers(self) -> bool:
        link = http.client.HTTPConnection(LOOPBACK, self._options.port, timeout=2)
        try:
            link.request("GET", "/sante")
            return link.getresponse().status > 0
        except OSError:
            return False
        finally:
            link.close()

    def _until(self, is_so: Callable[[], bool], patience_s: float, what: str) -> None:
        deadline = time.monotonic() + patience_s
        while not is_so():
            self._look_after([])
            if time.monotonic() > deadline:
                raise RunError(f"{what} ne vient pas / does not come: voir / see {self._folder / 'logs'}")
            time.sleep(0.1)

    # Ending -------------------------------------------------------------------------------------

    def _finish(self, engine: Engine, sites: list[RunningSite], feed: Child) -> int:
        """End in the order in which events flow: people, halls, what still waits for the city, the feed."""
        del engine
        for site in sites:
            site.ask_tent_to_end()
        for site in sites:
            site.end_site()
        with ExitStack() as forwarders:
            for site in sites:
                forwarders.enter_context(site.forwarding())
            self._until(
                lambda: all(self._has(site) for site in sites), PATIENCE_S, "tout à la ville / all of it"
            )
        self._children.end(feed)
        described = {one.id: one for one in read(self._sites)}
        played = [described[site.id] for site in sites]
        now_ns = SystemClock(self._anchor).civil_ns()
        found = ledger_of(played, self._folder / "feed", now_ns)
        verdicts = [self._judge(site, described[site.id], now_ns) for site in sites]
        self._stack.close()
        return self._tell(found, verdicts)

    def _has(self, site: RunningSite) -> bool:
        """Whether the city has, has stored and has been told the count of all that the site decided."""
        seen = read_seen(self._folder / "feed").sites.get(site.id, SiteSeen())
        decided = site.decided_upto()
        return seen.upto == seen.fed == seen.tallies_upto == decided and seen.copied is not None

    def _judge(self, site: RunningSite, described: CitySiteDescription, now_ns: int) -> ledger.Verdict:
        """What was pressed and confirmed at the site's pins, against the city's store."""
        store = open_store(described.store)
        try:
            stored = store.events(Span(self._anchor.civil_ns, now_ns + 3600 * SECOND))
        finally:
            store.close()
        return ledger.judge(ledger.read(site.presses), stored, self._anchor.speed)

    def _tell(self, found: CityLedger, verdicts: list[ledger.Verdict]) -> int:
        for line, verdict in zip(found.sites, verdicts, strict=True):
            self._console.print(f"{line}\n    {verdict}", soft_wrap=True, highlight=False)
        self._console.print(str(found), soft_wrap=True, highlight=False)
        return 0 if found.holds and all(verdict.holds for verdict in verdicts) else 1


def _named(options: Options) -> Iterator[compiled.Site]:
    """The sites, each under a name of its own."""
    described = [load(folder) for folder in options.descriptions]
    for number in range(options.sites):
        site = described[number % len(described)]
        name = f"mairie-{number + 1:02}"
        said = compiled.Text(fr=f"Mairie {number + 1:02}", en=f"Town hall {number + 1:02}")
        yield msgspec.structs.replace(site, id=name, name=said)
