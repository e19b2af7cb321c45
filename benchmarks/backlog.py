"""Forty nodes come back after a week cut off and deliver all at once: how long, and in how much memory.

Real outboxes and senders, a real mosquitto, the real hall process with its synced journal and an
InfluxDB where there is one. ``EVENTS`` is a node's week (7,000: a thousand a day).
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.ingest.contestants import children_of, use_of  # noqa: E402 - run as a script, the root is put on the path first
from benchmarks.ingest.sending import Nodes  # noqa: E402
from benchmarks.ingest.stage import MORNING_NS, until  # noqa: E402
from broker.clock import SECOND, Anchor, SystemClock, boot_id  # noqa: E402
from broker.contract import compiled, messages  # noqa: E402
from broker.contract.site import load  # noqa: E402
from broker.delivery.outbox import Outbox  # noqa: E402
from hall.store.open import StoreConfig  # noqa: E402
from simulation.house import House  # noqa: E402
from simulation.influxd import Influxd, InfluxdError, find_influxd  # noqa: E402

KINDS = ("barometre", "entree", "comptoir", "borne-a")
NODES = 40
WEEK_NS = 7 * 24 * 3600 * SECOND
WANTED_S, WANTED_MB = 120, 200


def main() -> None:
    """Measure and print."""
    events = int(os.environ.get("EVENTS") or 7_000)
    site = wide_site(load(ROOT / "firmware_configs" / "sites" / "barnum"))
    names = [node.id for node in site.nodes if node.id.rsplit("-", 1)[-1].isdecimal()]
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="pre-") as name:
        folder = Path(name)
        outboxes = folder / "outboxes"
        outboxes.mkdir()
        for node in names:
            fill(outboxes / f"{node}.sqlite", site.node(node), site, events)
        try:
            influxd = Influxd(find_influxd(only_what_is_there=True), folder / "influxd")
        except InfluxdError as reason:
            print(f"with the embedded store: {reason}")
            influxd, store = None, StoreConfig(kind="embedded", path=folder / "store.sqlite")
        else:
            store = influxd.bucket("backlog")
        try:
            clock = SystemClock(Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
            measure(
                House(site, folder, store, Anchor(MORNING_NS, clock.machine_ns(), 1)),
                names,
                outboxes,
                clock,
                events,
            )
        finally:
            if influxd is not None:
                influxd.stop()
    print(f"  load average {busy:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} CPUs")


def measure(house: House, names: list[str], outboxes: Path, clock: SystemClock, events: int) -> None:
    """Let them all come back, and print."""
    try:
        hall = house.hall()
        address = (house.broker.host, house.broker.port)
        nodes = Nodes(house.site, names, outboxes, house.folder / "credentials", address, clock)
        total = len(names) * events
        cursor = house.state_of("hall") / "store-cursor.sqlite"
        begun = time.monotonic()
        nodes.start()
        until(lambda: nodes.pending == 0, "the last receipt")
        receipted_s = time.monotonic() - begun
        until(lambda: fed_upto(cursor) >= total, "the last point", 0.1)
        stored_s = time.monotonic() - begun
        use = use_of(hall.process.pid)
        (feed,) = children_of(hall.process.pid)
        feed_mb = use_of(feed).peak_mb
        nodes.close()
    finally:
        house.end()
    print(
        f"{len(names)} nodes with {events:,} events each, at once: all receipted after {receipted_s:.0f} s"
        f" ({total / receipted_s:,.0f}/s), decided and stored after {stored_s:.0f} s"
        f" ({total / stored_s:,.0f}/s), {verdict(stored_s, WANTED_S, 's')};"
        f" recorder and hall at most {use.peak_mb - feed_mb:.0f} MB, the feed {feed_mb:.0f} MB,"
        f" {verdict(use.peak_mb, WANTED_MB, 'MB')}; both {1e6 * use.cpu_s / total:.0f} µs of CPU an event"
    )


def verdict(measured: float, wanted: float, unit: str) -> str:
    """Whether it is as wanted, plainly."""
    if measured <= wanted:
        return f"wanted {wanted} {unit}: met"
    return f"wanted {wanted} {unit}: missed by {100 * (measured / wanted - 1):.0f} %"


def wide_site(site: compiled.Site) -> compiled.Site:
    """The tent with ten of each busy node more."""
    copies = [
        msgspec.structs.replace(
            site.node(KINDS[number % len(KINDS)]), id=f"{KINDS[number % len(KINDS)]}-{number}"
        )
        for number in range(NODES)
    ]
    return msgspec.structs.replace(site, nodes=[*site.nodes, *copies])


def fill(path: Path, node: compiled.Node, site: compiled.Site, events: int) -> None:
    """An outbox as a week without the broker leaves it: written at once here, one sync for all."""
    clock_ns = SystemClock().machine_ns()
    Outbox(path, boot=boot_id()).close()
    step_ns = WEEK_NS // events
    rows = (
        (
            1,
            seq,
            max(1, clock_ns - (events - seq) * 1000),
            MORNING_NS - WEEK_NS + seq * step_ns,
            body_of(node, site, seq),
        )
        for seq in range(1, events + 1)
    )
    database = sqlite3.connect(path)
    with database:
        database.executemany(
            "INSERT INTO events (position, seq, machine_ns, at_ns, body) VALUES (?, ?, ?, ?, ?)", rows
        )
    database.close()


def body_of(node: compiled.Node, site: compiled.Site, seq: int) -> bytes:
    """What such a node says."""
    device = node.devices[seq % len(node.devices) if isinstance(node.devices[-1], compiled.Presence) else 0]
    match device:
        case compiled.VotePanel():
            question = site.barometer(device.barometer).questions[seq % 4]
            body: messages.Body = messages.VoteCast(
                device=device.id, barometer=device.barometer, question=question.id, answer=seq % 4
            )
        case compiled.DoorCounter():
            body = messages.PassageCounted(device=device.id, direction="in" if seq % 2 else "out")
        case compiled.Presence():
            body = messages.PresenceChanged(
                device=device.id, subject=device.subject, kind=device.kind, taken=bool(seq // 6 % 2)
            )
        case _:
            body = messages.TicketDrawn(
                device=device.id, service="information", number=f"A{seq % 1000:03d}", token=f"{seq:064x}"
            )
    return messages.encode(body)


def fed_upto(cursor: Path) -> int:
    """How far the store's cursor has come; 0 before it is there."""
    if not cursor.exists():
        return 0
    database = sqlite3.connect(f"file:{cursor}?mode=ro", uri=True)
    try:
        return int(database.execute("SELECT coalesce(max(offset), 0) FROM cursors").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        database.close()


if __name__ == "__main__":
    main()
