"""From an event recorded at a node to every live page, while fifty a second come in.

Node's outbox, mosquitto with TLS, hall with a synced journal and dashboard are the real ones; the pages are
one more process, on the same cores. A change that a later one overtook counts as seen with the later one.
"""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.ingest.contestants import use_of
from benchmarks.ingest.sending import Nodes
from benchmarks.ingest.stage import MORNING_NS, PATIENCE_S, ROOT, heard, until
from benchmarks.queueing.figures import load_average, met, told
from broker.clock import Anchor, SystemClock
from broker.contract import compiled, messages
from broker.contract.site import load
from hall.store.open import StoreConfig
from simulation.house import House

RATE = 50
WANTED_MS = {100: 100.0, 1000: 250.0}
WANTED_MB = 200.0
DOOR = "entree"


class Crowd:
    """The pages of a ``crowd`` process, all of which have their first views."""

    def __init__(self, port: int, clients: int, stalled: int, out: Path) -> None:
        self._out = out
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.live.crowd", *map(str, (port, clients, stalled, out))],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        heard(self._process, "ready")

    def end(self, passages: int) -> list[list[tuple[float, int]]]:
        """Let them go once all know of so many passages; what each heard."""
        self._process.communicate(f"{passages}\n", timeout=PATIENCE_S)
        return msgspec.msgpack.decode(self._out.read_bytes(), type=list[list[tuple[float, int]]])


class Reached(NamedTuple):
    """What one crowd was told."""

    delays_ms: list[float]
    messages: int


def measure(folder: Path, clients: list[int], seconds: int) -> None:
    """Measure and print, each number of clients on the same running site."""
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    clock = SystemClock(Anchor(MORNING_NS, SystemClock().machine_ns(), 1))
    store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
    house = House(site, folder, store, Anchor(MORNING_NS, clock.machine_ns(), 1))
    outboxes = folder / "outboxes"
    outboxes.mkdir()
    try:
        house.hall()
        dashboard = house.dashboard()
        pid = dashboard.process.pid
        print(f"  dashboard alone: {use_of(pid).peak_mb:.0f} MB")
        door = site.node(DOOR)
        nodes = Nodes(site, [DOOR], outboxes, folder / "credentials", _address(house), clock)
        nodes.start()
        counted = 0
        for number in clients:
            for stalled in (0, 1):
                before = load_average()
                crowd = Crowd(house.port, number, stalled, folder / "heard")
                used_s = -use_of(pid).cpu_s
                times = _walk_through(door, nodes, seconds, counted)
                until(lambda: nodes.pending == 0, "the last receipt")
                counted += len(times)
                told_to = crowd.end(counted)
                used_s += use_of(pid).cpu_s
                reached = _delays(told_to, times)
                with_stalled = " beside one that takes nothing" if stalled else ""
                wanted = next((ms for most, ms in WANTED_MS.items() if number <= most), None)
                print(told(f"{number} pages{with_stalled}", reached.delays_ms, wanted))
                peak_mb = use_of(pid).peak_mb
                each_us = 1e6 * used_s / reached.messages
                print(
                    f"  {reached.messages / seconds / number:.0f} messages a second and page,"
                    f" {each_us:.0f} µs each;"
                    f" dashboard {100 * used_s / seconds:.0f} % of a core\n"
                    f"  peak {peak_mb:.0f} MB, wanted {WANTED_MB:.0f}: {met(peak_mb, WANTED_MB)}\n"
                    f"  {before} before, {load_average()} after",
                    flush=True,
                )
        nodes.close()
    finally:
        house.end()


def _address(house: House) -> tuple[str, int]:
    return (house.broker.host, house.broker.port)


def _walk_through(door: compiled.Node, nodes: Nodes, seconds: int, counted: int) -> dict[int, float]:
    """People pass in and out; when each passage was recorded, by how many there were with it."""
    counters = (compiled.DoorCounter, compiled.TofCounter)
    device = next(one.id for one in door.devices if isinstance(one, counters))
    begun = time.monotonic()
    times: dict[int, float] = {}
    for number in range(seconds * RATE):
        time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
        times[counted + number + 1] = time.monotonic()
        nodes.record(door.id, messages.PassageCounted(device=device, direction="out" if number % 2 else "in"))
    return times


def _delays(pages: list[list[tuple[float, int]]], times: dict[int, float]) -> Reached:
    """Of each change and page, milliseconds until the page was told it or a later one."""
    delays, messages_told = [], 0
    for page in pages:
        first = min(times) - 1
        for (_, before), (at, now) in pairwise([(0.0, first), *page]):
            new = [times[change] for change in range(before + 1, now + 1) if change in times]
            delays += [1000 * (at - recorded) for recorded in new]
            messages_told += bool(new)
    missing = len(pages) * len(times) - len(delays)
    if missing:
        raise RuntimeError(f"{missing} changes did not reach a page")
    return Reached(delays, messages_told)
