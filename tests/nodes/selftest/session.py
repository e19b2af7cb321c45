"""A self-test on virtual hardware, a clock that the test moves, and a technician who does what is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from broker.clock import SECOND, ManualClock
from broker.contract import compiled
from nodes.hardware.virtual import VirtualHardware
from nodes.hardware.virtual_printer import Fault
from nodes.node import Node
from nodes.selftest.process import bench
from nodes.selftest.runner import Listener, Result, Runner
from nodes.selftest.steps import Ask, Press, Print, Step, Walk, plan
from tests.nodes.stand import MONDAY_10H, let_pass

PATIENCE_S = 20
LIMIT_S = 30.0


class Heard(Listener):
    def __init__(self) -> None:
        self.asking: list[Step] = []

    def asked(self, number: int, count: int, step: Step) -> None:
        self.asking.append(step)


class Session:
    """A running self-test of some of a node's devices."""

    def __init__(
        self,
        record: compiled.Node,
        steps: list[Step],
        hardware: VirtualHardware,
        clock: ManualClock,
        node: Node,
    ) -> None:
        self.hardware, self.clock, self.node = hardware, clock, node
        self.heard = Heard()
        self.runner = Runner(node, record, steps, limit_s=LIMIT_S, listener=self.heard)
        self.runner.begin()
        self.node.step()

    @property
    def results(self) -> list[Result]:
        return self.runner.results

    @property
    def step(self) -> Step:
        """What is asked now."""
        return self.heard.asking[-1]

    @property
    def last(self) -> Result:
        return self.results[-1]

    # A technician -------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        let_pass(self.node, self.clock, seconds)

    def press(self, pin: int, seconds: float = 0.1) -> None:
        self.hardware.hold(pin)
        self.wait(seconds)
        self.hardware.release(pin)
        self.wait(0.1)

    def walk(self, first: int, second: int) -> None:
        """Through two beams, a tenth of a second from change to change."""
        for change, pin in (
            (self.hardware.hold, first),
            (self.hardware.hold, second),
            (self.hardware.release, first),
            (self.hardware.release, second),
        ):
            change(pin)
            self.wait(0.1)

    def key(self, key: str) -> None:
        self.runner.key(key)
        self.node.step()

    def settle(self, count: int) -> None:
        """Until so many steps have ended: the printer answers on a thread of its own."""
        deadline = time.monotonic() + PATIENCE_S
        while len(self.results) < count:
            assert time.monotonic() < deadline, "the printer never answered"
            self.node.run_once(0.1)

    def do(self) -> None:
        """What is asked now."""
        number = len(self.heard.asking)
        match act := self.step.act:
            case Press():
                self.press(act.pin)
            case Walk(direction="in"):
                self.walk(act.outer, act.inner)
            case Walk():
                self.walk(act.inner, act.outer)
            case Ask():
                self.settle(number)
            case Print():
                self.key("o")
                self.settle(number)
            case _:
                self.key("o")

    def do_all(self) -> None:
        while not self.runner.is_over:
            self.do()


@contextmanager
def session(
    site: compiled.Site, node: str, *devices: str, fast: bool = True, fault: Fault = ""
) -> Iterator[Session]:
    """The self-test of those devices of a node, of all when none is named; its printer has that fault."""
    record = site.node(node)
    clock = ManualClock(MONDAY_10H, 1000 * SECOND)
    hardware = VirtualHardware(clock, fast=fast)
    for device in record.devices:
        if fault and isinstance(device, compiled.TicketPrinter):
            hardware.open_printer(device).close()  # plugs the twin in
            hardware.printer(device.id).fault = fault
    chosen = [step for step in plan(record, site) if not devices or step.device in devices]
    with bench(record, site, hardware, clock) as runtime:
        yield Session(record, chosen, hardware, clock, runtime)
