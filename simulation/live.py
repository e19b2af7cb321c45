"""The live tent: every node of the site in this process, on virtual pins, each with its own TLS connection.

Started by the site runner with a JSON order; reports once a second on standard output.
"""

from __future__ import annotations

import logging
import queue
import random
import signal
import statistics
import sys
import threading
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import msgspec
import simpy.rt

from broker.clock import SECOND, Clock, SystemClock, boot_id
from broker.connection import Connected, Connection, Disconnected, Happening, Identity, Will
from broker.contract import compiled, messages, views
from broker.contract.messages import NodeHealth
from broker.contract.topics import Topics
from broker.delivery.outbox import Outbox
from broker.delivery.sender import Sender
from broker.first_use import know_types
from broker.logs import Recent
from nodes.node import RESTART_EXIT_CODE, TICK_S, Item, Node, Stop, subscriptions, will_of
from simulation.console import ConsolePages
from simulation.crowd import Count
from simulation.days import SimulatedSite
from simulation.ledger import PressLog
from simulation.reports import TentReport, tell
from simulation.tent import Process
from simulation.virtual_tent import StillHardware, VirtualTent

REPORT_EVERY_S = 1.0
DRAIN_S = 10.0
"""Machine seconds that the outboxes get at the end to be receipted."""
SETTLE_S = 2.5
"""Machine seconds after the last press: lamps answer, printers finish."""


class LiveOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the runner wants. ``page`` is the dashboard's address: agents read their consoles there."""

    site: str
    broker: str
    credentials: str
    outboxes: str
    presses: str
    page: str
    seed: int | None = None


class RunningNode(NamedTuple):
    """One virtual Raspberry Pi: its own outbox, thread, connection and certificate."""

    node: Node
    outbox: Outbox
    connection: Connection
    thread: threading.Thread


class Progress(NamedTuple):
    """All nodes together: how many are connected, what they recorded, what has no receipt yet."""

    online: int
    recorded: int
    pending: int


class LiveTent:
    """All nodes of a site, running.

    Args:
        site: the compiled description.
        order: where things are.
        tent: where their hardware is wired.
        clock: the site's time.
    """

    def __init__(self, site: compiled.Site, order: LiveOrder, tent: VirtualTent, clock: Clock) -> None:
        self._site, self._order, self._clock = site, order, clock
        self._online: dict[str, bool] = {}
        self._health: dict[str, NodeHealth] = {}
        Path(order.outboxes).mkdir(parents=True, exist_ok=True)
        self._nodes = [self._start(node, tent) for node in site.nodes]

    def progress(self) -> Progress:
        """How the nodes said that they are doing; asks them again, each on its own thread."""
        for running in self._nodes:
            running.node.put(partial(self._note, running.node))
        said = self._health.values()
        return Progress(
            online=sum(self._online.values()),
            recorded=sum(one.recorded for one in said),
            pending=sum(one.pending for one in said),
        )

    def drain(self, patience_s: float) -> None:
        """Wait until every event has its receipt, at most so many seconds."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self._health.clear()
            self.progress()
            time.sleep(0.2)
            if len(self._health) == len(self._nodes) and self.progress().pending == 0:
                return

    def stop(self) -> None:
        """Stop all nodes and let go of their outboxes."""
        for running in self._nodes:
            running.node.put(Stop())
        for running in self._nodes:
            running.thread.join(timeout=5)
            running.connection.stop()
            running.outbox.close()

    def _note(self, node: Node) -> None:
        self._health[node.node.id] = node.health()

    def _start(self, node: compiled.Node, tent: VirtualTent) -> RunningNode:
        topics, order, clock = Topics(self._site.id), self._order, self._clock
        host, _, port = order.broker.rpartition(":")
        inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()

        def heard(happening: Happening) -> None:
            match happening:
                case Connected():
                    self._online[node.id] = True
                case Disconnected():
                    self._online[node.id] = False
                case _:
                    pass
            inbox.put(happening)

        connection = Connection(
            Identity.in_folder(Path(order.credentials), node.id),
            host,
            int(port),
            subscriptions(self._site, node),
            heard,
            will=Will(*will_of(topics, node.id)),
        )
        outbox = Outbox(Path(order.outboxes) / f"{node.id}.sqlite", boot=boot_id())
        sender = Sender(node.id, outbox, topics, connection, clock)
        hardware = StillHardware(clock)
        recent = Recent(f"{node.id}:", f"{node.id}/")
        logging.getLogger().addHandler(recent)
        tent.wire(node, hardware)
        runtime = Node(
            node,
            self._site,
            hardware,
            outbox,
            sender,
            connection,
            clock,
            version=version("preaccueil"),
            inbox=inbox,
            recent=recent,
        )
        runtime.start()
        connection.start()
        thread = threading.Thread(target=_live, args=(runtime,), name=node.id, daemon=True)
        thread.start()
        return RunningNode(runtime, outbox, connection, thread)


def _live(node: Node) -> None:
    """Until a Stop. Told to restart, its devices begin again: here no systemd would start it anew."""
    while node.exit_code in (None, RESTART_EXIT_CODE):
        if node.exit_code == RESTART_EXIT_CODE:
            node.exit_code = None
            for slot in node.slots.values():
                slot.stop()
                slot.start()
        node.run_once(TICK_S)
    node.stop()


def run(order: LiveOrder) -> None:
    """Play until SIGTERM: then nobody presses any more, and what was pressed gets its receipts."""
    know_types(messages, views)
    clock = SystemClock.from_environment()
    site = compiled.read(Path(order.site))
    log = PressLog(Path(order.presses))
    consoles = ConsolePages(order.page, [desk.id for desk in site.desks])
    tent = VirtualTent(site, clock, log, on_act=lambda _node: None, console=consoles)
    nodes = LiveTent(site, order, tent, clock)
    environment = simpy.rt.RealtimeEnvironment(
        initial_time=clock.civil_ns() / SECOND, factor=1 / clock.speed, strict=False
    )
    people = SimulatedSite(environment, tent, site, random.Random(order.seed), clock.speed)
    environment.process(people.every_day())

    def report() -> Process[None]:
        while True:
            tell(_report(clock, people.crowd.count, nodes.progress(), len(site.nodes)))
            yield environment.timeout(REPORT_EVERY_S * clock.speed)

    environment.process(report())
    try:
        environment.run()
    except _AskedToEndError:
        time.sleep(SETTLE_S)
        nodes.drain(DRAIN_S)
    finally:
        tell(_report(clock, people.crowd.count, nodes.progress(), len(site.nodes)))
        consoles.close()
        nodes.stop()
        log.close()


class _AskedToEndError(Exception):
    """SIGTERM or SIGINT, raised where SimPy waits."""


def _ask_to_end(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _AskedToEndError


def _report(clock: Clock, count: Count, progress: Progress, nodes: int) -> TentReport:
    return TentReport(
        civil_ns=clock.civil_ns(),
        groups=count.groups,
        inside=count.inside,
        tickets=count.tickets,
        served=count.served,
        walked_away=count.walked_away,
        votes=count.votes,
        median_wait_s=statistics.median(count.waits_s) if count.waits_s else None,
        nodes=nodes,
        nodes_online=progress.online,
        recorded=progress.recorded,
        pending=progress.pending,
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, _ask_to_end)
    run(msgspec.json.decode(sys.argv[1], type=LiveOrder))
