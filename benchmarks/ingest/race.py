"""One contestant's run: from the first publish to the last event readable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.ingest.contestants import Ours, Subscriber, Telegraf, Use, use_of, usual_program
from benchmarks.ingest.load import NODES
from benchmarks.ingest.stage import Publisher, Stage, heard, until
from broker.clock import SECOND
from simulation.house import Launch

ASKING_EVERY_S = 0.05


class Result(NamedTuple):
    """Events a second until each goal, by its name; and what the pipeline used for all of them."""

    rates: dict[str, float]
    cpu_us: float
    peak_mb: float


def readable(stage: Stage) -> Callable[[], int]:
    """What asks InfluxDB how many events of nodes it answers."""
    bucket = stage.bucket()
    names = " OR ".join(f""""node" = '{node}'""" for node in NODES)
    statement = f"""SELECT COUNT("seq") FROM "event" WHERE ({names})"""  # noqa: S608 - our own names
    statement += " AND time >= 0 AND time < 4102444800000000000"

    def ask() -> int:
        (rows,) = bucket.ask([statement])
        return int(rows[0].values[0]) if rows else 0

    return ask


def idle_subscriber(stage: Stage, load: Path, count: int, sent: int) -> Result:
    """(a) A paho subscriber that does nothing."""
    subscriber = Subscriber("idle_subscriber", stage, str(sent))
    publisher = Publisher(stage, load)
    before = use_of(subscriber.pid)
    began_ns = publisher.go()
    done_ns = heard(subscriber.process, "done")
    after = use_of(subscriber.pid)
    publisher.done()
    subscriber.kill()
    return _result({"received": done_ns - began_ns}, count, before, after)


def usual(stage: Stage, load: Path, count: int, _sent: int) -> Result:
    """(b) paho, Point and the batching WriteApi."""
    return _into_influxdb(stage, load, count, usual_program(stage))


def telegraf(stage: Stage, load: Path, count: int, _sent: int) -> Result:
    """(c) Telegraf."""
    return _into_influxdb(stage, load, count, Telegraf(stage))


def _into_influxdb(stage: Stage, load: Path, count: int, program: Subscriber | Telegraf) -> Result:
    publisher = Publisher(stage, load)
    before = use_of(program.pid)
    ask = readable(stage)
    began_ns = publisher.go()
    try:
        done_ns = until(lambda: ask() >= count, "the last event", ASKING_EVERY_S)
        after = use_of(program.pid)
        publisher.done()
    finally:
        program.kill()
    return _result({"readable": done_ns - began_ns}, count, before, after)


def ours(stage: Stage, load: Path, count: int, _sent: int) -> Result:
    """The hall process: synced into the journal, then decided and readable."""
    hall = Ours(stage)
    publisher = Publisher(stage, load)
    before = use_of(hall.pid)
    journalled, ask = hall.journalled(), readable(stage)
    began_ns = publisher.go()
    try:
        in_journal_ns = until(lambda: journalled() >= count, "the last event in the journal")
        done_ns = until(lambda: ask() >= count, "the last event", ASKING_EVERY_S)
        after = use_of(hall.pid)
        publisher.done()
    finally:
        hall.house.end()
    return _result(
        {"journal": in_journal_ns - began_ns, "readable": done_ns - began_ns}, count, before, after
    )


def ours_intake_alone(stage: Stage, load: Path, count: int, _sent: int) -> Result:
    """The hall process that takes, syncs and receipts, and leaves deciding for later."""
    hall = Ours(stage, Launch("benchmarks.ingest.intake_alone"))
    publisher = Publisher(stage, load)
    before = use_of(hall.pid)
    journalled = hall.journalled()
    began_ns = publisher.go()
    try:
        in_journal_ns = until(lambda: journalled() >= count, "the last event in the journal")
        after = use_of(hall.pid)
        publisher.done()
    finally:
        hall.house.end()
    return _result({"journal": in_journal_ns - began_ns}, count, before, after)


def _result(took_ns: dict[str, int], count: int, before: Use, after: Use) -> Result:
    rates = {goal: count * SECOND / spent for goal, spent in took_ns.items()}
    return Result(rates, (after.cpu_s - before.cpu_s) * 1e6 / count, after.peak_mb)
