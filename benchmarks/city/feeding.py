"""From the city's journal to each site's copy and store, with no engine: what an event costs the feed.

``python -m benchmarks.city.feeding``; by environment ``SITES`` (5) and ``EVENTS`` (of each, 20,000). CPU time
of this process and bytes on its disk: both hold on a busy machine, too.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from broker.clock import SystemClock
from broker.contract import city
from broker.contract.site import load
from city.description import CitySiteDescription
from city.feed import CityFeed
from hall.decisions import VoteCounted
from hall.store.open import StoreConfig
from simulation.chaos_city.journals import row

SITE = Path("firmware_configs/sites/barnum")


def main() -> None:
    """One line: events, CPU an event for copy and store, and bytes of each."""
    sites, events = (
        int(os.environ.get(name, default)) for name, default in (("SITES", "5"), ("EVENTS", "20000"))
    )
    described = load(SITE)
    with tempfile.TemporaryDirectory(prefix="bench-feed-") as place:
        folder = Path(place)
        names = [f"mairie-{number:02}" for number in range(1, sites + 1)]
        feed = CityFeed(
            [
                CitySiteDescription(
                    msgspec.structs.replace(described, id=name),
                    StoreConfig(kind="embedded", path=folder / f"{name}.sqlite"),
                )
                for name in names
            ],
            folder / "feed",
            SystemClock(),
        )
        feed.begins_at("bench")
        packed = [(name, payload) for name in names for payload in batches(name, events)]
        total, copied = sites * events, time.process_time()
        for sequence, (name, payload) in enumerate(packed, 1):
            feed.take(city.journal_subject(name), sequence, payload)
        fed = time.process_time()
        while not feed.is_fed():
            feed.feed()
        done = time.process_time()
        feed.close()
        copies = sum(path.stat().st_size for path in folder.glob("feed/*/journal.sqlite"))
        stores = sum(path.stat().st_size for path in folder.glob("*.sqlite"))
        wire = sum(len(payload) for _, payload in packed)
        print(
            f"{total:,} events of {sites} sites: copied {1e6 * (fed - copied) / total:.0f} µs of CPU each,"
            f" stored {1e6 * (done - fed) / total:.0f} µs; packed batch {wire / total:.0f}"
            f" bytes an event, copy {copies / total:.0f}, embedded store {stores / total:.0f}"
        )


def batches(site: str, events: int) -> Iterator[bytes]:
    """A site's journal as its forwarder packs it."""
    entries = [vote(number) for number in range(1, events + 1)]
    for first in range(0, events, city.BATCH_EVENTS):
        yield city.encode_batch(
            city.CityBatch(
                site=site,
                journal="bench",
                sender="sender",
                number=first + 1,
                first=first + 1,
                previous=entries[first - 1].digest() if first else "",
                upto_site=events,
                sent_ns=0,
                entries=entries[first : first + city.BATCH_EVENTS],
            )
        )


def vote(number: int) -> city.CityEntry:
    """A vote and what was decided of it: what most events of a busy hour are like."""
    event = row("barometre", "run", number)
    decided = VoteCounted(
        barometer="barometre-19",
        question="a-l-aise",
        answer="plutot",
        too_fast=False,
        at_ns=event.at_ns,
        today=True,
        hour=10,
        wait_s=300.0,
        band=0,
    )
    return city.CityEntry(
        *event[:7], msgspec.Raw(event.body), None, [msgspec.Raw(msgspec.json.encode(decided))]
    )


if __name__ == "__main__":
    main()
