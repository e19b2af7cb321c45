"""Ours beside its peers, on this machine, now: ``make bench-ingest``.

Options by environment: ``RUNS`` (3), ``EVENTS`` (30,000 one by one), ``BACKLOG`` (200,000 in batches),
``FAULTS=1`` (kills and outages instead), ``ONLY`` (a part of a contestant's name).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.ingest import faults, load, race
from benchmarks.ingest.contestants import find_telegraf
from benchmarks.ingest.faults import Loss
from benchmarks.ingest.race import Result
from benchmarks.ingest.stage import MORNING_NS, ROOT, OpenBroker, Stage, make_shared_credentials, save
from benchmarks.ingest.table import Line, aims, table
from broker.clock import SECOND
from broker.contract.site import load as load_site
from simulation.chaos.links import Links
from simulation.influxd import Influxd, find_influxd

DAY_NS = 24 * 3600 * SECOND

Run = Callable[[Stage, Path, int, int], Result]


class Entry(NamedTuple):
    """A contestant and what it is given."""

    name: str
    run: Run
    batches: bool


ENTRIES = [
    Entry("(a) idle paho subscriber", race.idle_subscriber, batches=False),
    Entry("(b) paho, Point, WriteApi", race.usual, batches=False),
    Entry("(c) Telegraf", race.telegraf, batches=False),
    Entry("ours", race.ours, batches=False),
    Entry("ours, intake alone", race.ours_intake_alone, batches=False),
    Entry("(b) in batches", race.usual, batches=True),
    Entry("(c) in batches", race.telegraf, batches=True),
    Entry("ours in batches", race.ours, batches=True),
    Entry("ours in batches, intake alone", race.ours_intake_alone, batches=True),
]


def main() -> None:
    """What is asked for."""
    if find_telegraf() is None:
        print("no telegraf on PATH: (c) is left out (docs/benchmarks.md says how to get one)")
    if os.environ.get("FAULTS"):
        faulty()
    else:
        races()


def faulty() -> None:
    """Every fault for every contestant."""
    only = os.environ.get("ONLY") or ""
    names = [
        name for name in faults.CONTESTANTS if only in name and (find_telegraf() or "Telegraf" not in name)
    ]
    site = load_site(ROOT / "firmware_configs" / "sites" / "barnum")
    losses: dict[str, list[Loss]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="pre-") as name, Links() as links:
        credentials = make_shared_credentials(site, Path(name) / "credentials")
        for number, (fault, happens) in enumerate(faults.FAULTS.items()):
            for index, contestant in enumerate(names):
                place = Path(name) / f"f{number}-{index}"
                with Influxd(find_influxd(only_what_is_there=False), place / "influxd") as influxd:
                    link = links.to(int(influxd.url.rsplit(":", 1)[1]))
                    broker = OpenBroker(site, place / "broker", credentials)
                    broker.start()
                    store = msgspec.structs.replace(influxd.bucket("bench"), url=f"http://{link.address}")
                    try:
                        stage = Stage(site, place, credentials, broker, store)
                        loss = faults.suffer(stage, contestant, happens, link)
                    finally:
                        broker.stop()
                losses[contestant].append(loss)
                print(
                    f"{fault}: {contestant}: {loss.acknowledged:,} acknowledged, {loss.lost:,} lost",
                    flush=True,
                )
    print(faults.table(losses))
    if any(loss.lost for loss in losses.get(faults.OURS, [])):
        sys.exit("ours lost what it had confirmed")


def races() -> None:
    """Run them all, in turns, and print the table."""
    runs = int(os.environ.get("RUNS") or 3)
    counts = {False: int(os.environ.get("EVENTS") or 30_000), True: int(os.environ.get("BACKLOG") or 200_000)}
    only = os.environ.get("ONLY") or ""
    entries = [entry for entry in ENTRIES if only in entry.name]
    if find_telegraf() is None:
        entries = [entry for entry in entries if entry.run is not race.telegraf]
    site = load_site(ROOT / "firmware_configs" / "sites" / "barnum")
    busy_before = os.getloadavg()
    results: dict[str, list[Result]] = {entry.name: [] for entry in entries}
    with tempfile.TemporaryDirectory(prefix="pre-") as name:
        folder = Path(name)
        credentials = make_shared_credentials(site, folder / "credentials")
        now = load.events(site, counts[False], MORNING_NS - 30 * SECOND, MORNING_NS)
        week = load.events(site, counts[True], MORNING_NS - 7 * DAY_NS, MORNING_NS)
        said = {False: load.one_by_one(now), True: load.in_batches(week)}
        paths = {batches: save(said[batches], folder / f"load-{batches}") for batches in said}
        for number in range(1, runs + 1):
            for index, entry in enumerate(entries):
                place = folder / f"r{number}-{index}"
                # Each run has an InfluxDB of its own: the last one's compactions are not the next one's.
                with Influxd(find_influxd(only_what_is_there=False), place / "influxd") as influxd:
                    broker = OpenBroker(site, place / "broker", credentials)
                    broker.start()
                    try:
                        stage = Stage(site, place, credentials, broker, influxd.bucket("bench"))
                        result = entry.run(
                            stage, paths[entry.batches], counts[entry.batches], len(said[entry.batches])
                        )
                    finally:
                        broker.stop()
                results[entry.name].append(result)
                told = ", ".join(f"{goal} {rate:,.0f}/s" for goal, rate in result.rates.items())
                print(f"run {number}: {entry.name}: {told}", flush=True)
    busy = f"load average {busy_before[0]:.1f} before, {os.getloadavg()[0]:.1f} after"
    print(f"\n{os.cpu_count()} CPUs, {busy}; median of {runs} runs; {counts[False]:,} events one a message,")
    print(f"{counts[True]:,} events of a week in batches as nodes send them; TLS, QoS 1, InfluxDB 2.8\n")
    lines = [Line.median(name, found) for name, found in results.items()]
    print(table(lines))
    print(aims({line.name: line for line in lines}))


if __name__ == "__main__":
    main()
