"""``preaccueil run``: a whole site on this machine, with people in a virtual tent.

mosquitto with TLS and access rights, influxd or the embedded store, hall and dashboard are the programs
of a real site, each in its own process; one more process holds all nodes on virtual pins. Nothing
listens beyond this machine. The live day begins anew with every run; the history is kept between runs.
"""

from __future__ import annotations

import fcntl
import http
import http.client
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console

from broker.certificates import make_credentials
from broker.clock import ANCHOR_VARIABLE, SECOND, Anchor, SystemClock
from broker.contract import compiled
from broker.contract.site import load
from broker.delivery.journal import Journal
from broker.mosquitto.run import BrokerStartError, Mosquitto, free_port
from hall.ledger import day_total, days
from hall.store.interface import Span, Store, StoreError
from hall.store.open import StoreConfig, open_store, read_config, write_config
from simulation import ledger
from simulation.board import Board, Part, Shown
from simulation.children import Child, Children
from simulation.dates import begin_ns, live_day, past_days
from simulation.history import HistoryOrder
from simulation.influxd import Influxd, InfluxdError, find_influxd
from simulation.live import LiveOrder
from simulation.reports import hear

LOOPBACK = "127.0.0.1"
"""By number: a minimal system may not know the name localhost."""

PAGE_PATIENCE_S = 60.0
FEED_PATIENCE_S = 20.0
"""Seconds that the hall gets at the end to write down what it has decided."""

StoreChoice = Literal["auto", "influxdb", "embedded"]


class RunError(Exception):
    """Why a run cannot begin or go on, in one clear line for whoever typed the command."""


class Options(NamedTuple):
    """What was asked for. ``seconds`` None: until Ctrl-C. ``history_weeks`` 0: no history."""

    site: Path
    state: Path
    speed: int
    history_weeks: int
    store: StoreChoice
    port: int
    seconds: float | None


def run(options: Options, console: Console) -> int:
    """Run until the time is over or somebody ends it; returns the exit code.

    0 only when everything confirmed is stored and everything stored was pressed, each once.

    Raises:
        RunError: it cannot begin, or a part of it ended by itself.
        SiteError: the site description is wrong.
    """
    site = load(options.site)
    with ExitStack() as stack:
        stack.enter_context(alone(options.state))
        ensure_free(options.port)
        ends = stack.enter_context(ending())
        return SiteRun(options, site, console, stack, ends).play()


class SiteRun:
    """One run: everything is started in ``play`` and ended by the stack.

    Args:
        options: what was asked for.
        site: the loaded description.
        console: where the board goes.
        stack: what has to end.
        ends: set when somebody wants the end.
    """

    def __init__(
        self,
        options: Options,
        site: compiled.Site,
        console: Console,
        stack: ExitStack,
        ends: threading.Event,
    ) -> None:
        self._options, self._console = options, console
        # The tickets' QR codes open on this machine.
        self._phone_port = free_port()
        self._described = site
        self._site = msgspec.structs.replace(site, phone_url=f"http://{LOOPBACK}:{self._phone_port}/t/")
        self._stack, self._ends = stack, ends
        self._folder = options.state / "live"
        self._shown = Shown(site.timezone)
        self._history: Child | None = None
        self._broker = ""
        self._url = f"http://localhost:{options.port}"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._children = Children(self._folder / "logs")
        stack.callback(self._children.end_all)
        self._day = live_day(site, datetime.now(ZoneInfo(site.timezone)).date())

    def play(self) -> int:
        """The whole run; returns the exit code. Raises RunError."""
        board = self._stack.enter_context(Board(self._console, self._shown))
        self._start_broker()
        config = self._start_store()
        write_config(config, self._folder / "store.json")
        anchor = Anchor(begin_ns(self._site, self._day), SystemClock().machine_ns(), self._options.speed)
        environment = {ANCHOR_VARIABLE: str(anchor)}
        hall = self._start_server("hall", "salle / hall", environment)
        self._start_server(
            "dashboard",
            "pages",
            environment,
            *("--host", LOOPBACK, "--port", str(self._options.port), "--demonstration"),
            *("--phone", f"{LOOPBACK}:{self._phone_port}"),
        )
        self._until(self._page_is_served, PAGE_PATIENCE_S, "la page / the page", board)
        if not self._ends.is_set():
            self._shown.parts["pages"].state = "servies / served"
            board.say(f"[bold]{self._url}[/]  ·  {self._site.name.fr}  ·  {_store_words(config)}")
        tent = self._start_tent(environment)
        self._start_history()
        served_s = time.monotonic()
        while not self._ends.wait(0.5):
            self._look_after(board)
            seconds = self._options.seconds
            if seconds is not None and time.monotonic() - served_s >= seconds:
                break
        return self._finish(tent, hall, anchor)

    def _finish(self, tent: Child, hall: Child, anchor: Anchor) -> int:
        """End in the order in which events flow, so that what was confirmed has every chance to be stored."""
        for part in self._shown.parts.values():
            part.state = "s'arrête / stopping"
        self._children.end(tent, FEED_PATIENCE_S)
        self._children.end(hall, FEED_PATIENCE_S)
        until_ns = SystemClock(anchor).civil_ns() + 3600 * SECOND
        store = open_store(read_config(self._folder / "store.json"))
        try:
            stored = store.events(Span(anchor.civil_ns, until_ns))
            self._say_days(store, SystemClock(anchor).civil_ns())
        except StoreError as problem:
            raise RunError(f"la base ne répond pas / the store does not answer: {problem}") from problem
        finally:
            store.close()
        verdict = ledger.judge(ledger.read(self._folder / "presses.jsonl"), stored, anchor.speed)
        self._stack.close()
        self._console.print(str(verdict), soft_wrap=True, highlight=False)
        return 0 if verdict.holds else 1

    def _say_days(self, store: Store, now_ns: int) -> None:
        """Each lived day as the technician's page says it."""
        journal = Journal(self._folder / "hall" / "journal.sqlite")
        for day in days(journal, ZoneInfo(self._site.timezone), now_ns):
            self._console.print(str(day_total(journal, store, day)), soft_wrap=True, highlight=False)
        journal.close()

    # Starting -----------------------------------------------------------------------------------

    def _start_broker(self) -> None:
        credentials = self._folder / "credentials"
        compiled.write(self._site, self._folder / "site.json")
        make_credentials(self._site, credentials)
        broker = Mosquitto(self._site, self._folder / "mosquitto", credentials)
        try:
            broker.start()
        except BrokerStartError as problem:
            raise RunError(str(problem)) from problem
        self._stack.callback(broker.stop)
        if broker.pid:
            self._children.watch_over(broker.pid)
        self._broker = f"{LOOPBACK}:{broker.port}"
        self._shown.parts["broker"] = Part("mosquitto", f"{self._broker} (TLS)", "en marche / running")

    def _start_store(self) -> StoreConfig:
        part = Part("base / store", "")
        self._shown.parts["store"] = part
        program = self._influxd()
        if program is None:
            path = self._folder / "store.sqlite"
            part.address, part.state = str(path), "SQLite intégré / embedded"
            return StoreConfig(kind="embedded", path=path.absolute())
        try:
            influxd = Influxd(program, self._folder / "influxd")
        except InfluxdError as problem:
            raise RunError(str(problem)) from problem
        self._stack.callback(influxd.stop)
        self._children.watch_over(influxd.pid)
        config = influxd.bucket(self._site.id)
        part.address, part.state = influxd.url, "InfluxDB, en marche / running"
        return config

    def _influxd(self) -> Path | None:
        """The influxd to start; None when the embedded store is to be used."""
        if self._options.store == "embedded":
            return None
        try:
            return find_influxd(only_what_is_there=self._options.store == "auto")
        except InfluxdError as problem:
            if self._options.store == "auto":
                return None
            raise RunError(str(problem)) from problem

    def _start_server(self, command: str, name: str, environment: dict[str, str], *more: str) -> Child:
        self._shown.parts[name] = Part(name, self._url if command == "dashboard" else f"→ {self._broker}")
        return self._children.python(
            command,
            "preaccueil",
            command,
            *("--site", str(self._folder / "site.json")),
            *("--broker", self._broker),
            *("--credentials", str(self._folder / "credentials")),
            *("--state", str(self._folder / command)),
            *("--store-config", str(self._folder / "store.json")),
            *more,
            env=environment,
        )

    def _start_tent(self, environment: dict[str, str]) -> Child:
        order = LiveOrder(
            site=str(self._folder / "site.json"),
            broker=self._broker,
            credentials=str(self._folder / "credentials"),
            outboxes=str(self._folder / "outboxes"),
            presses=str(self._folder / "presses.jsonl"),
            page=f"http://{LOOPBACK}:{self._options.port}",
        )
        self._shown.parts["hall"] = self._shown.parts.pop("salle / hall")
        self._shown.parts["hall"].state = "en marche / running"
        self._shown.parts["tent"] = Part("tente / tent", f"{len(self._site.nodes)} Raspberry Pi virtuels")
        return self._start_reporting("tent", "simulation.live", order, environment)

    def _start_history(self) -> None:
        if not self._options.history_weeks:
            return
        kept = self._options.state / "history"
        kept.mkdir(exist_ok=True)
        # As described: with this run's own phone address, no day of an earlier run would be the same site's.
        described = self._folder / "site-of-history.json"
        compiled.write(self._described, described)
        order = HistoryOrder(
            site=str(described),
            store_config=str(self._folder / "store.json"),
            kept=str(kept),
            days=past_days(self._site, self._day, self._options.history_weeks),
        )
        self._history = self._start_reporting("history", "simulation.history", order, {})

    def _start_reporting(
        self, name: str, module: str, order: msgspec.Struct, environment: dict[str, str]
    ) -> Child:
        child = self._children.python(
            name, module, msgspec.json.encode(order).decode(), env=environment, reports=True
        )

        def listen() -> None:
            for line in child.lines():
                self._shown.hear(hear(line))

        threading.Thread(target=listen, name=f"{name} reports", daemon=True).start()
        return child

    # Looking after -----------------------------------------------------------------------------

    def _look_after(self, board: Board) -> None:
        """Draw, and see that everything still runs. Raises RunError when a part ended by itself."""
        history = self._history
        if history is not None and history.ended is not None:
            self._history = None
            self._children.end(history)
            if history.ended:
                self._shown.history_note = f"historique interrompu / history broken off: {history.log}"
        ended = self._children.first_to_end()
        if ended is not None:
            raise RunError(f"{ended.name} s'est arrêté / ended (code {ended.ended}): voir / see {ended.log}")
        tent = self._shown.tent
        if tent is not None:
            self._shown.parts["tent"].state = f"{tent.nodes_online}/{tent.nodes} en ligne / online"
        board.refresh()

    def _until(self, is_so: Callable[[], bool], patience_s: float, what: str, board: Board) -> None:
        """Wait until it is so, or somebody wants the end. Raises RunError when it takes too long."""
        deadline = time.monotonic() + patience_s
        while not is_so():
            self._look_after(board)
            if self._ends.wait(0.1):
                return
            if time.monotonic() > deadline:
                raise RunError(f"{what} ne vient pas / does not come: voir / see {self._folder / 'logs'}")

    def _page_is_served(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self._options.port, timeout=2)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


def _store_words(config: StoreConfig) -> str:
    """Which store it is, for people."""
    return "InfluxDB" if config.kind == "influxdb" else "SQLite (base intégrée / embedded store)"


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Hold the state folder. Raises RunError when another run does."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(
                f"une simulation tourne déjà dans / a run is already using {state}: Ctrl-C là-bas / there"
            ) from None
        yield


def ensure_free(port: int, command: str = "run") -> None:
    """Raises RunError when the page's port cannot be had; ``command`` is what was made."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as problem:
        raise RunError(
            f"le port {port} n'est pas libre / is taken ({problem.strerror}): make {command} PORT={port + 1}"
        ) from problem


@contextmanager
def ending() -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM or a closed terminal set."""
    ends = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: ends.set()) for number in numbers}
    try:
        yield ends
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
