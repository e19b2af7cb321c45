"""How long the report of four months takes: `preaccueil bilan` as it is called, on both stores.

One week of the tent is simulated by the code of a real site, told seventeen times, a week later each.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import compiled
from broker.contract.site import load
from hall.measures import AnyMeasure
from hall.opening import Calendar
from hall.store.open import StoreConfig, open_store, write_config
from simulation import history
from simulation.influxd import Influxd, InfluxdError, find_influxd
from simulation.kept_days import KeptDays

SITE = Path("firmware_configs/sites/barnum")
FIRST = date(2027, 6, 7)
WEEKS = 17
WEEK_NS = 7 * 24 * 3600 * SECOND


def main() -> None:
    """Print one line a store."""
    with tempfile.TemporaryDirectory(prefix="bilan-") as name:
        folder = Path(name)
        site = load(SITE)
        compiled.write(site, folder / "site.json")
        week = list(_week(site, folder))
        print(f"{len(week)} points a week, {WEEKS} weeks", flush=True)
        _measure("SQLite", StoreConfig(kind="embedded", path=folder / "measures.sqlite"), week, folder)
        try:
            program = find_influxd(only_what_is_there=True)
        except InfluxdError as problem:
            print(f"InfluxDB: {problem}")
            return
        with Influxd(program, folder / "influxd") as running:
            _measure("InfluxDB", running.bucket("bilan", retention_s=0), week, folder)


def _week(site: compiled.Site, folder: Path) -> Iterator[AnyMeasure]:
    calendar, kept = Calendar(site), KeptDays(folder / "kept", site)
    days = [day for day in (FIRST + timedelta(days=ahead) for ahead in range(7)) if calendar.openings(day)]
    (folder / "journal").mkdir()
    for day in history.make(site, days, kept, folder / "journal"):
        print(f"  {day}", flush=True)
        yield from kept.measures(day)


def _measure(name: str, config: StoreConfig, week: list[AnyMeasure], folder: Path) -> None:
    with closing(open_store(config)) as store:
        for later in range(WEEKS):
            store.write([replace(measure, at_ns=measure.at_ns + later * WEEK_NS) for measure in week])
    write_config(config, folder / "store.json")
    last = FIRST + timedelta(weeks=WEEKS, days=-1)
    began = time.monotonic()
    subprocess.run(
        [
            *(sys.executable, "-m", "preaccueil", "bilan"),
            *("--site", folder / "site.json", "--store-config", folder / "store.json"),
            *("--from", str(FIRST), "--to", str(last), "--out", folder / "bilan.pdf"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    size = (folder / "bilan.pdf").stat().st_size
    print(f"{name}: {time.monotonic() - began:.1f} s, {size // 1000} kB", flush=True)


if __name__ == "__main__":
    main()
