"""A hall that starts again on the journal of a season: from the last day's end, to the state before.

The season is made by the pipeline itself: 85 open days of tickets, calls, passages and votes.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from broker.clock import SECOND, ManualClock
from broker.contract import compiled, messages
from broker.contract.site import load
from broker.delivery.intake import Arrived
from broker.delivery.journal import Journal
from hall.pipeline import Pipeline

ROOT = Path(__file__).parent.parent
DAYS = 85
TICKETS_A_DAY = 300
FIRST_MORNING_NS = 1_780_297_200 * SECOND  # Monday 1 June 2026, 9:00 in Paris
RUNS = 5


def main() -> None:
    """Make a season, restart on it, print."""
    site = load(ROOT / "firmware_configs" / "sites" / "barnum")
    with tempfile.TemporaryDirectory(prefix="pre-") as folder:
        path = Path(folder) / "journal.sqlite"
        clock = ManualClock(civil_ns=FIRST_MORNING_NS)
        begun = time.perf_counter()
        journal = Journal(path, durable=False)
        before = live_a_season(site, journal, clock)
        events = journal.last_offset()
        journal.close()
        made_s = time.perf_counter() - begun
        seconds = []
        for _ in range(RUNS):
            begun = time.perf_counter()
            journal = Journal(path)
            restarted = Pipeline(site, journal, clock)
            seconds.append(time.perf_counter() - begun)
            same = msgspec.json.decode(restarted.hall.snapshot()) == msgspec.json.decode(before)
            journal.close()
        print(
            f"restart on {events} events of {DAYS} days: median={statistics.median(seconds) * 1000:.0f} ms"
            f" max={max(seconds) * 1000:.0f} ms (n={RUNS}), the same state: {'yes' if same else 'NO'};"
            f" the season was made at {events / made_s:.0f} events/s"
        )


def live_a_season(site: compiled.Site, journal: Journal, clock: ManualClock) -> bytes:
    """Let every day happen; returns the state at the end, in the middle of the last day."""
    pipeline = Pipeline(site, journal, clock)
    pipeline.start()
    seqs: dict[str, int] = {}
    for day in range(DAYS):
        clock.now_civil_ns = FIRST_MORNING_NS + day * 24 * 3600 * SECOND
        pipeline.tick()
        for node, body in a_day(day):
            clock.advance(12)
            seqs[node] = seqs.get(node, 0) + 1
            pipeline.take([Arrived(node, batch(seqs[node], body, clock))])
            pipeline.decide()
            pipeline.tick()
    return pipeline.hall.snapshot()


def a_day(day: int) -> Iterator[tuple[str, messages.Body]]:
    """What happens on one day: a visitor comes, draws, is called and served, votes and goes."""
    for number in range(1, TICKETS_A_DAY + 1):
        yield "entree", messages.PassageCounted(device="porte", direction="in")
        yield (
            "borne-a",
            messages.TicketDrawn(device="boutons", service="information", number=f"A{number:03}"),
        )
        key = f"{day}-{number}"
        yield "guichet-info", messages.NextRequested(device="pupitre", desk="info", key=key)
        vote = messages.VoteCast(
            device="boutons", barometer="barometre-19", question="trouve", answer=number % 4
        )
        yield "barometre", vote
        yield "entree", messages.PassageCounted(device="porte", direction="out")


def batch(seq: int, body: messages.Body, clock: ManualClock) -> bytes:
    """A message with one event."""
    event = messages.Event(
        seq=seq,
        at_ns=clock.civil_ns(),
        machine_ns=clock.machine_ns(),
        body=msgspec.Raw(messages.encode(body)),
    )
    whole = messages.Batch(
        run="season", boot="b", sent_boot="b", sent_ns=clock.machine_ns(), oldest=1, events=[event]
    )
    return messages.encode(whole)


if __name__ == "__main__":
    main()
