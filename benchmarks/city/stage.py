"""A city of some sites for one measurement: backlogs ready, all connected, then decided at one stroke."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from broker.connection import Identity
from broker.contract import city
from broker.contract.city import Headers
from broker.delivery.journal import Decided, Journal
from city.engine.connection import connect
from city.engine.credentials import make_credentials
from city.engine.run import Engine
from hall.forward_process import CityLink, ForwardOrder
from hall.forwarder import Forwarder
from simulation.chaos_city.journals import DECISION, row
from simulation.children import Children

RECORDERS = ("recorder-1", "recorder-2")
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE_S = 300.0


class Part(NamedTuple):
    """What a kind of process cost: CPU microseconds an event, and the sum of their peak memory."""

    cpu_us: float
    peak_mb: float


class Result(NamedTuple):
    """From the stroke to the last batch in the city's journal; forwarders, engine and recorders."""

    events: int
    seconds: float
    parts: tuple[Part, Part, Part]


class CityStage:
    """One city.

    Args:
        program: the nats-server.
        folder: for everything.
        sites: how many.
        events: of each site's backlog.
        sync: how often a server syncs to disk.
    """

    def __init__(self, program: Path, folder: Path, sites: int, events: int, sync: str) -> None:
        self._folder, self._events = folder, events
        self._names = [f"mairie-{number:02}" for number in range(1, sites + 1)]
        self._credentials = folder / "credentials"
        make_credentials(self._names, self._credentials)
        self._engine = Engine(program, folder, self._credentials, self._names, sync=sync)

    def measure(self) -> Result:
        """Set up, let go, measure, and end everything."""
        with ExitStack() as stack:
            stack.callback(self._engine.stop)
            self._engine.start()
            children = Children(self._folder / "logs")
            stack.callback(children.end_all)
            recorders = [self._recorder(children, name) for name in RECORDERS]
            journals = {name: self._journal(name) for name in self._names}
            forwarders = [self._forwarder(name) for name in self._names]
            for forwarder in forwarders:
                stack.callback(forwarder.end)
                forwarder.start()
            _until(lambda: all((one.report is not None and one.report.upto == 0) for one in forwarders))
            groups = [
                [one.pid for one in forwarders if one.pid],
                [pid for pid in self._engine.pids if pid],
                recorders,
            ]
            before = [_cpu_s(pids) for pids in groups]
            seconds = asyncio.run(self._race(journals))
            used = [_cpu_s(pids) - begun for pids, begun in zip(groups, before, strict=True)]
            events = self._events * len(self._names)
            forward, engine, record = (
                Part(1e6 * cpu_s / events, _peak_mb(pids)) for cpu_s, pids in zip(used, groups, strict=True)
            )
            return Result(events, seconds, (forward, engine, record))

    async def _race(self, journals: dict[str, Journal]) -> float:
        """Decide everything at one stroke, and follow the city's journal until it has all of it."""
        client = await connect(
            Identity.in_folder(self._credentials, city.FEED), self._engine.urls, "benchmark"
        )
        reader = await client.jetstream().pull_subscribe(
            f"{city.JOURNAL_SUBJECT}.*",
            stream=city.STREAM,
            config=ConsumerConfig(
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.NONE,
                headers_only=True,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        begun = time.monotonic()
        for journal in journals.values():
            journal.decide([], upto=self._events)
            journal.close()
        upto = dict.fromkeys(self._names, 0)
        while min(upto.values()) < self._events:
            for message in await reader.fetch(500, timeout=_PATIENCE_S):
                site = message.subject.removeprefix(f"{city.JOURNAL_SUBJECT}.")
                upto[site] = int((message.headers or {})[Headers.UPTO])
        seconds = time.monotonic() - begun
        await client.close()
        return seconds

    def _journal(self, name: str) -> Journal:
        """A backlog that is journalled, with its decisions, and not yet said to be decided."""
        (self._folder / name).mkdir()
        journal = Journal(self._folder / name / "journal.sqlite", durable=False)
        with journal.transaction():
            journal.append_all([row("borne", "run", seq) for seq in range(1, self._events + 1)])
            journal.decide([Decided(cause, DECISION) for cause in range(1, self._events + 1)], upto=0)
        return journal

    def _forwarder(self, name: str) -> Forwarder:
        servers = [(self._engine.host, port) for port in self._engine.mqtt_ports]
        link = CityLink(servers=servers, credentials=self._credentials)
        return Forwarder(ForwardOrder(site=name, state=self._folder / name, link=link))

    def _recorder(self, children: Children, name: str) -> int:
        for site in self._names:
            (self._folder / "sites" / site).mkdir(parents=True, exist_ok=True)
        child = children.python(
            name,
            "preaccueil",
            "city",
            "recorder",
            f"--name={name}",
            f"--sites={self._folder / 'sites'}",
            f"--credentials={self._credentials}",
            *(f"--engine={url.removeprefix('tls://')}" for url in self._engine.urls),
            env={},
        )
        return child.process.pid


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the city does not come up")
        time.sleep(0.05)


def _cpu_s(pids: Iterable[int]) -> float:
    return sum(map(_cpu_of, pids))


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak_mb(pids: Sequence[int]) -> float:
    return sum(
        int(line.split()[1]) / 1024
        for pid in pids
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmHWM")
    )
