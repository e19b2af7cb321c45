"""The self-test as a process, while the node's service is stopped.

Its loop is a node's own, with nobody around it: no device but the one being tried, a link that leads
nowhere, and an outbox in memory that nothing is kept of.
"""

from __future__ import annotations

import os
import queue
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from broker.clock import SECOND, Clock, boot_id
from broker.contract import compiled
from broker.contract.topics import Topics
from broker.delivery.outbox import Outbox
from broker.delivery.sender import Sender
from nodes import process
from nodes.errors import StartError
from nodes.hardware.interface import Hardware
from nodes.node import TICK_S, Item, Node
from nodes.selftest import keys, report
from nodes.selftest.runner import Listener, Result, Runner
from nodes.selftest.steps import Step, plan

FAILED_EXIT_CODE = 1
INTERRUPTED_EXIT_CODE = 130
"""As a shell says that Ctrl-C ended a program."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the self-test is told on its command line. See ``preaccueil node test --help``."""

    node: str
    site: Path
    pins: str | None
    limit_s: float
    only: tuple[str, ...]
    out: Path | None
    virtual_socket: Path | None


class Nowhere:
    """A link to no broker. See broker.connection.Link."""

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Drop it."""


class Terminal(Listener):
    """Says each question and each verdict."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def asked(self, number: int, count: int, step: Step) -> None:
        """See Listener."""
        self._say(report.question(number, count, step))

    def ended(self, result: Result) -> None:
        """See Listener."""
        self._say(report.verdict(result))


def run(options: Options, clock: Clock, say: Callable[[str], None]) -> int:
    """Try every device of a node; returns the exit code: 0 only when nothing failed.

    Args:
        options: the command line's.
        clock: machine time, and the date on the sheet.
        say: prints a text.

    Raises:
        StartError: an option or the site's file is wrong.
        HardwareError: this machine has no such pins.
        OSError: the sheet cannot be written; it has been said by then.
    """
    site, record = process.described(options.site, options.node)
    steps = chosen(plan(record, site), options.only)
    pins = process.chosen(options.pins, options.virtual_socket)
    # lgpio writes its .lgd-nfy files into the working directory, which may be read-only.
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    hardware = process.open_hardware(pins, clock)
    inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()
    with bench(record, site, hardware, clock, inbox) as node:
        runner = Runner(node, record, steps, limit_s=options.limit_s, listener=Terminal(say))
        close_socket = process.serve_virtual_socket(options.virtual_socket, hardware, inbox, clock)
        say(report.KEYS)
        try:
            interrupted = not _walk(node, runner)
        finally:
            close_socket()
    when = datetime.fromtimestamp(clock.civil_ns() / SECOND, UTC).astimezone(ZoneInfo(site.timezone))
    sheet = report.sheet(record, runner.results, when=when, pins=pins)
    say("\n" + sheet.removesuffix("\n"))
    if options.out:
        options.out.write_text(sheet, encoding="utf-8")
    if interrupted:
        return INTERRUPTED_EXIT_CODE
    return FAILED_EXIT_CODE if any(result.outcome == "failed" for result in runner.results) else 0


def chosen(steps: list[Step], only: tuple[str, ...]) -> list[Step]:
    """The steps of those devices; of all when none is named. Raises StartError for one that is not there."""
    known = list(dict.fromkeys(step.device for step in steps))
    unknown = [device for device in only if device not in known]
    if unknown:
        raise StartError(f"there is no device {', '.join(unknown)}; the node's are {', '.join(known)}")
    return [step for step in steps if not only or step.device in only]


@contextmanager
def bench(
    record: compiled.Node,
    site: compiled.Site,
    hardware: Hardware,
    clock: Clock,
    inbox: queue.SimpleQueue[Item] | None = None,
) -> Iterator[Node]:
    """A node's loop without its devices, its broker and its disk; the hardware is freed with it."""
    outbox, nowhere = Outbox(":memory:", boot=boot_id()), Nowhere()
    sender = Sender(record.id, outbox, Topics(site.id), nowhere, clock)
    alone = msgspec.structs.replace(record, devices=[])
    node = Node(alone, site, hardware, outbox, sender, nowhere, clock, inbox=inbox)
    try:
        yield node
    finally:
        node.stop()
        outbox.close()


def _walk(node: Node, runner: Runner) -> bool:
    """Work until every step has its verdict; False when Ctrl-C came before."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also where a shell began it with Ctrl-C ignored; and terminated it gives the terminal back.
        signal.signal(number, signal.default_int_handler)
    try:
        with keys.listening(lambda key: node.put(lambda: runner.key(key))):
            node.put(runner.begin)
            while not runner.is_over:
                node.run_once(TICK_S)
    except KeyboardInterrupt:
        runner.interrupt()
        return False
    return True
