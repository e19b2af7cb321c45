"""``make bench-history``: the parts of the history page over four months, asked over HTTP, on both stores.

Requests go through the whole application in one process, as a page sends them, one after the other. It fails
where a part's P95 is above the aim. ``TIMES`` is how often each is asked.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient

from benchmarks.history import months
from broker.clock import ManualClock, local_day
from broker.contract import compiled
from broker.contract.site import load
from broker.contract.topics import Topics
from dashboard import create_app
from dashboard.history import midnight_ns
from dashboard.live import Live
from dashboard.screens.history import PARTS
from hall.rollups import rolling
from hall.store.interface import Store
from hall.store.open import StoreConfig, open_store
from simulation.influxd import Influxd, InfluxdError, find_influxd

AIM_MS: Final = 150.0
TIMES: Final = int(os.environ.get("TIMES", "20"))
_SITE = Path(__file__).parents[2] / "firmware_configs" / "sites" / "barnum"


class Timed(NamedTuple):
    """A part's answers in milliseconds; ``cpu`` is one's CPU time here, ``store_cpu`` that of influxd."""

    part: str
    whole: list[float]
    cpu: float
    store_cpu: float
    zone: list[float]
    beside: list[float]


def fill(store: Store, site: compiled.Site) -> None:
    """Write the months and sum their days up, as a feed does; says how fast."""
    zone, points, written_s, rolls = ZoneInfo(site.timezone), 0, 0.0, list[float]()
    rollups = 0
    for day in months.days():
        measures = months.measures_of(day, site)
        begun = time.perf_counter()
        store.write(measures)
        written_s += time.perf_counter() - begun
        points += len(measures)
    for day in months.days():
        begun = time.perf_counter()
        plan = rolling.plan(store, local_day(midnight_ns(day, zone), zone), 2**62)
        store.write(plan.rollups)
        rolls.append(time.perf_counter() - begun)
        rollups += len(plan.rollups)
    print(
        f"\n{store.name}: {points:,} points, {points / written_s:,.0f} a second; {rollups:,} rollups,"
        f" a day summed up in {statistics.median(rolls) * 1000:.0f} ms (longest {max(rolls) * 1000:.0f})"
    )


def ask(client: FlaskClient, part: str, query: str) -> list[float]:
    """How long each of the answers took."""
    found = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        answer = client.get(f"/historique/{part}?{query}")
        found.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:  # noqa: PLR2004 - HTTP
            sys.exit(f"{part}: {answer.status}")
    return found


def cpu_ms(pid: int | None) -> float:
    """CPU time that a process has had; of this one where None."""
    if pid is None:
        return time.process_time() * 1000
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def measure(store: Store, site: compiled.Site, store_pid: int | None) -> list[Timed]:
    """Every part, for the whole site, for a zone, and beside four other months."""
    last = max(months.days())
    clock = ManualClock(midnight_ns(last, ZoneInfo(site.timezone)) + 20 * 3600 * 10**9)
    client = create_app(site, Live(Topics(site.id), clock), store, clock).test_client()
    query = f"du={months.FIRST}&au={last}"
    timed = []
    for part in PARTS:
        before, store_before = cpu_ms(None), cpu_ms(store_pid) if store_pid else 0.0
        whole = ask(client, part, query)
        cpu = (cpu_ms(None) - before) / TIMES
        store_cpu = (cpu_ms(store_pid) - store_before) / TIMES if store_pid else 0.0
        zone = ask(client, part, f"{query}&pour=zone:{site.services[0].zone}")
        timed.append(
            Timed(part, whole, cpu, store_cpu, zone, ask(client, part, f"{query}&avec={months.FIRST}"))
        )
    return timed


def p95(values: list[float]) -> float:
    """The nearest rank."""
    return sorted(values)[-(-95 * len(values) // 100) - 1]


def show(timed: list[Timed]) -> bool:
    """Print the table; whether every part is within the aim."""
    names = ("site: median", "P95", "CPU", "influxd", "zone: median", "P95", "compared: P95")
    print(f"{'part':<12}" + "".join(f"{name:>{max(7, len(name) + 1)}}" for name in names))
    for one in timed:
        print(
            f"{one.part:<12}{statistics.median(one.whole):>13.0f}{p95(one.whole):>7.0f}{one.cpu:>7.0f}{one.store_cpu:>8.0f}"
            f"{statistics.median(one.zone):>13.0f}{p95(one.zone):>7.0f}{p95(one.beside):>14.0f}"
        )
    worst = max(p95(values) for one in timed for values in (one.whole, one.zone))
    print(f"worst P95 {worst:.0f} ms, aim {AIM_MS:.0f} ms: {'met' if worst <= AIM_MS else 'missed'}")
    return worst <= AIM_MS


def main() -> None:
    """Both stores; ends with 1 where the aim is missed on either."""
    site, met = load(_SITE), True
    load_before = os.getloadavg()[0]
    print(
        f"{months.DAYS} days, {months.DAYS * months.TICKETS:,} tickets,"
        f" {months.DAYS * months.VOTES:,} votes; each part {TIMES} times; milliseconds"
    )
    with tempfile.TemporaryDirectory() as folder:
        embedded = open_store(StoreConfig(kind="embedded", path=Path(folder) / "store.sqlite"))
        fill(embedded, site)
        met &= show(measure(embedded, site, None))
        embedded.close()
        try:
            program = find_influxd(only_what_is_there=True)
        except InfluxdError as reason:
            print(f"\nInfluxDB: not measured: {reason}")
        else:
            with Influxd(program, Path(folder) / "influxd") as influxd:
                influx = open_store(influxd.bucket("benchmark"))
                fill(influx, site)
                met &= show(measure(influx, site, influxd.pid))
                influx.close()
    print(f"\nload average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
