"""A node as an appliance: from its start to ready, what it uses at rest, and a press under a fifth of a core.

``make bench-node``. The kiosk has everything: buttons, lamps, printer, display and buzzer; it is the real
process on virtual pins, with a real hall behind a real mosquitto. The quota is the kernel's own (cgroup, as
root): a rough stand-in for a Raspberry Pi Zero 2 W, whose cores are slower and which has four of them.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.backlog import MORNING_NS, verdict  # noqa: E402 - a script, the root is put on the path first
from benchmarks.ingest.contestants import use_of  # noqa: E402 - the same
from benchmarks.memory import resident_mb  # noqa: E402 - the same
from benchmarks.press_to_lamp import median_and_p99, synced_ms  # noqa: E402 - the same
from broker.clock import Anchor, SystemClock  # noqa: E402 - the same
from broker.contract import compiled  # noqa: E402 - the same
from broker.contract.site import load  # noqa: E402 - the same
from hall.store.open import StoreConfig  # noqa: E402 - the same
from nodes.slot import PRESS_SETTLE_S  # noqa: E402 - the same
from simulation.house import House, Launch, VirtualNode  # noqa: E402 - the same

KIOSK, PANEL = "borne-a", "barometre"
STARTS, PRESSES = 5, 100
SETTLED_S, IDLE_S = 15.0, 30.0
EVERY_S = 0.42
"""Four lamps, each lit for 1.5 s: a lamp is dark again before its button's turn."""
READY_MS, IDLE_PERCENT, RESIDENT_MB, EVENT_MS, QUOTA_MS = 1500, 0.5, 45, 2, 30
QUOTA_US, PERIOD_US = 2_000, 10_000
"""A short period, so that every press is slowed down, and none passes in one go before the next period."""
CPU_GROUPS = Path("/sys/fs/cgroup/cpu")


def main() -> None:
    """Measure and print."""
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="pre-") as name:
        folder = Path(name)
        store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
        house = House(site, folder, store, Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
        try:
            house.hall()
            starts(house, folder)
            at_rest(house)
            presses(house)
        finally:
            house.end()
    print(f"  load average {busy:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} CPUs")


def starts(house: House, folder: Path) -> None:
    """From the start of the process until it tells systemd that it is ready."""
    took_ms = []
    for number in range(STARTS):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            address = folder / f"notify-{number}"
            systemd.bind(str(address))
            begun = time.perf_counter()
            node = house.node(KIOSK, Launch(environment={"NOTIFY_SOCKET": str(address)}))
            while systemd.recv(100) != b"READY=1":
                pass
            # The house waited for its pins as well, which come a moment later: counted too.
            took_ms.append((time.perf_counter() - begun) * 1000)
            house.kill(node.child)
    took_ms.sort()
    median = took_ms[len(took_ms) // 2]
    print(f"start to ready: median {median:.0f} ms (n={STARTS}), {verdict(median, READY_MS, 'ms')}")


def at_rest(house: House) -> None:
    """Memory and CPU of a kiosk that has printed once and settled."""
    kiosk = house.node(KIOSK)
    pid = kiosk.child.process.pid
    kiosk.say("press 2 0.1")
    time.sleep(SETTLED_S)
    before_s = use_of(pid).cpu_s
    time.sleep(IDLE_S)
    percent = 100 * (use_of(pid).cpu_s - before_s) / IDLE_S
    resident = resident_mb(pid)
    print(f"at rest: {resident:.0f} MB resident, {verdict(resident, RESIDENT_MB, 'MB')};", end=" ")
    print(f"{percent:.2f} % of a core over {IDLE_S:.0f} s, {verdict(percent, IDLE_PERCENT, '%')}")
    house.kill(kiosk.child)


def presses(house: House) -> None:
    """From the accepted edge to the lit lamp, the vote being on disk between: freely, and under the quota."""
    node = house.node(PANEL)
    time.sleep(SETTLED_S)
    took, alone = pressed_ms(house, node)
    print(told("press to event and lamp", took, EVENT_MS))
    median, p99 = median_and_p99(alone)
    print(f"  the disk alone, 4 kB synced before each press: median {median:.1f} ms, P99 {p99:.1f} ms")
    try:
        with quota(node.child.process.pid):
            limited, _ = pressed_ms(house, node)
    except OSError as problem:
        print(f"press under a quota: not measured, {problem} (root may set one)")
    else:
        print(told(f"the same with {100 * QUOTA_US // PERIOD_US} % of a core", limited, QUOTA_MS))


def pressed_ms(house: House, node: VirtualNode) -> tuple[list[float], list[float]]:
    """Milliseconds from each press's accepted edge to its lamp, ranked; the virtual socket's way included.

    And what the disk took for a sync of its own before each: the lamp waits for one.
    """
    panel = next(one for one in house.site.node(PANEL).devices if isinstance(one, compiled.VotePanel))
    found, alone = [], []
    probe = os.open(house.state_of(PANEL) / "probe", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in range(PRESSES):
        button = panel.buttons[number % len(panel.buttons)]
        alone.append(synced_ms(probe))
        begun = time.perf_counter()
        if node.say(f"touch {button.pin} {button.lamp} 5") != "lit":
            raise SystemExit(f"press {number} was not answered by its lamp")
        found.append((time.perf_counter() - begun - PRESS_SETTLE_S) * 1000)
        time.sleep(max(0.0, EVERY_S - (time.perf_counter() - begun)))
    os.close(probe)
    return sorted(found), sorted(alone)


def told(what: str, ranked: list[float], wanted_ms: float) -> str:
    """One line."""
    median, p99 = median_and_p99(ranked)
    return (
        f"{what}: n={len(ranked)}, median {median:.1f} ms, P99 {p99:.1f} ms, {verdict(p99, wanted_ms, 'ms')}"
    )


@contextmanager
def quota(pid: int) -> Iterator[None]:
    """Hold a process, threads included, to a share of one core. Raises OSError where that may not be."""
    group = CPU_GROUPS / f"preaccueil-{pid}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US), encoding="ascii")
        (group / "cpu.cfs_quota_us").write_text(str(QUOTA_US), encoding="ascii")
        (group / "cgroup.procs").write_text(str(pid), encoding="ascii")
        yield
    finally:
        with contextlib.suppress(OSError):
            (CPU_GROUPS / "cgroup.procs").write_text(str(pid), encoding="ascii")
        group.rmdir()


if __name__ == "__main__":
    main()
