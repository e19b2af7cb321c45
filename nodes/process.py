"""One node as a process: its hardware, its outbox, its connection, and the loop that joins them."""

from __future__ import annotations

import logging
import os
import queue
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec

from broker.clock import SECOND, Clock, boot_id
from broker.connection import Connection, Identity, Will
from broker.contract import compiled
from broker.contract.topics import Topics
from broker.delivery.outbox import Outbox, OutboxCorruptError
from broker.delivery.sender import Sender
from broker.logs import Recent
from broker.notify import notify, watchdog_ns
from nodes import memory
from nodes.board import Board
from nodes.errors import StartError
from nodes.hardware.interface import Hardware, PinsName
from nodes.hardware.pins import choose
from nodes.node import Item, Node, Stop, subscriptions, will_of
from nodes.runtime import Edge

log = logging.getLogger(__name__)

NAME_S = 4.0
"""How long a display shows its node's name at the start."""
SETTLED_S = 5
"""Everything is imported and connected by then."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a node's process is told on its command line. See ``preaccueil node --help``."""

    node: str
    site: Path
    host: str
    port: int
    credentials: Path
    state: Path
    pins: str | None
    phone_url: str
    virtual_socket: Path | None


def run(options: Options, clock: Clock, version: str) -> int:
    """Run until SIGTERM, SIGINT or a restart command; returns the exit code.

    Raises:
        StartError: an option or the site's file is wrong.
        HardwareError: this machine has no such pins.
        ConnectionRefusedForGoodError: the certificate cannot be used.
    """
    memory.keep_small()
    site, record = described(options.site, options.node)
    pins = chosen(options.pins, options.virtual_socket)
    options.state.mkdir(parents=True, exist_ok=True)
    # lgpio writes its .lgd-nfy files into the working directory, which may be read-only.
    os.environ.setdefault("LG_WD", str(options.state))
    hardware = open_hardware(pins, clock)
    recent = Recent()
    logging.getLogger().addHandler(recent)
    log.info("%s: pins through %s", record.id, pins)

    topics = Topics(site.id)
    inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()
    connection = Connection(
        Identity.in_folder(options.credentials, record.id),
        options.host,
        options.port,
        subscriptions(site, record),
        inbox.put,
        will=Will(*will_of(topics, record.id)),
    )
    outbox = Outbox(options.state / "outbox.sqlite", boot=boot_id())
    sender = Sender(record.id, outbox, topics, connection, clock)
    node = Node(
        record,
        site,
        hardware,
        outbox,
        sender,
        connection,
        clock,
        version=version,
        phone_url=options.phone_url,
        inbox=inbox,
        board=_board(record, options.state, outbox),
        recent=recent,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # A SimpleQueue may be put into from a signal handler, whatever was interrupted.
        signal.signal(number, lambda _number, _frame: inbox.put(Stop()))
    node.start()
    node.introduce(NAME_S)
    # By then the first look at the printer has imported its library.
    node.at(clock.machine_ns() + SETTLED_S * SECOND, memory.give_back)
    connection.start()
    _keep_watchdog_fed(node, clock)
    notify("READY=1")
    close_socket = serve_virtual_socket(options.virtual_socket, hardware, inbox, clock)
    try:
        return node.run()
    except OutboxCorruptError as problem:
        log.critical("%s: %s: set aside, and started again with a new one", record.id, problem)
        return 1
    finally:
        notify("STOPPING=1")
        close_socket()
        connection.stop()
        outbox.close()


def _board(record: compiled.Node, state: Path, outbox: Outbox) -> Board:
    board = Board(record.model, state, outbox.recall, outbox.remember)
    if board.is_wrong:
        log.error(
            "%s: this card was made for a %s or first started in another one, and stands in a %s: "
            "put it back where it belongs",
            record.id,
            record.model,
            board.model,
        )
    return board


def _keep_watchdog_fed(node: Node, clock: Clock) -> None:
    """Feed systemd's watchdog from the node's own loop: one that hangs is started again."""
    every_ns = watchdog_ns()
    if every_ns is None:
        return

    def feed() -> None:
        notify("WATCHDOG=1")
        node.at(clock.machine_ns() + every_ns, feed)

    feed()


def described(path: Path, node: str) -> tuple[compiled.Site, compiled.Node]:
    """A compiled site and its node of that name. Raises StartError where there is none."""
    try:
        site = compiled.read(path)
    except (OSError, msgspec.MsgspecError) as problem:
        raise StartError(
            f"{path} cannot be read as a compiled site ({problem}): make it with preaccueil compile"
        ) from problem
    try:
        return site, site.node(node)
    except KeyError:
        names = ", ".join(each.id for each in site.nodes)
        raise StartError(f"site {site.id} has no node {node!r}; its nodes are {names}") from None


def chosen(option: str | None, virtual_socket: Path | None) -> PinsName:
    """The pin factory to use. Raises StartError for an unknown one, or a virtual socket on real pins."""
    pins = choose(option)
    if virtual_socket and pins != "mock":
        raise StartError(f"--virtual-socket drives virtual pins: it needs --pins mock, not {pins}")
    return pins


def open_hardware(pins: PinsName, clock: Clock) -> Hardware:
    """The hardware behind a pin factory. Raises HardwareError when this machine has none."""
    if pins == "mock":
        from nodes.hardware.virtual import VirtualHardware  # noqa: PLC0415 - not on a real Pi

        return VirtualHardware(clock)
    from nodes.hardware.real import RealHardware  # noqa: PLC0415 - only on a real Pi

    return RealHardware(pins, clock)


def serve_virtual_socket(
    path: Path | None, hardware: Hardware, inbox: queue.SimpleQueue[Item], clock: Clock
) -> Callable[[], None]:
    """Serve the virtual socket if one is asked for; returns what closes it."""
    if path is None:
        return lambda: None
    from nodes.hardware.virtual import VirtualHardware  # noqa: PLC0415 - not on a real Pi
    from nodes.hardware.virtual_socket import VirtualSocket  # noqa: PLC0415 - only for tests

    def when_handled(done: Callable[[], None]) -> None:
        # As an edge: every timer due by now runs first, so that a debounced press has been handled.
        inbox.put(Edge(clock.machine_ns(), done))

    if not isinstance(hardware, VirtualHardware):
        raise StartError("--virtual-socket drives virtual pins: it needs --pins mock")
    return VirtualSocket(path, hardware, when_handled).close
