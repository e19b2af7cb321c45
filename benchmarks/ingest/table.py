"""The table, and how each aim was met: plainly, also where it was missed."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from benchmarks.ingest.race import Result


class Line(NamedTuple):
    """A contestant's medians."""

    name: str
    rates: dict[str, float]
    cpu_us: float
    peak_mb: float

    @classmethod
    def median(cls, name: str, results: Sequence[Result]) -> Line:
        """Of all its runs."""
        rates = {goal: statistics.median(one.rates[goal] for one in results) for goal in results[0].rates}
        return cls(
            name,
            rates,
            statistics.median(one.cpu_us for one in results),
            statistics.median(one.peak_mb for one in results),
        )


class Aim(NamedTuple):
    """What was measured, what was wanted, and of what."""

    what: str
    measured: float
    wanted: float

    def __str__(self) -> str:
        share = self.measured / self.wanted
        verdict = "met" if share >= 1 else f"missed by {100 * (1 - share):.0f} %"
        return f"{self.what}: {self.measured:,.0f}/s, wanted {self.wanted:,.0f}/s: {verdict}"


def table(lines: Iterable[Line]) -> str:
    """One row a contestant."""
    columns = "".join(f"{goal:>10}" for goal in GOALS)
    head = f"{'events per second':<32}{columns}{'CPU µs/ev':>11}{'peak MB':>9}"
    rows = [head, "-" * len(head)]
    for name, rates, cpu_us, peak_mb in lines:
        cells = [f"{rates[goal]:>10,.0f}" if goal in rates else f"{'':>10}" for goal in GOALS]
        rows.append(f"{name:<32}{''.join(cells)}{cpu_us:>11.1f}{peak_mb:>9.0f}")
    return "\n".join(rows) + "\n"


GOALS = ("received", "journal", "readable")


def aims(lines: Mapping[str, Line]) -> str:
    """The aims whose contestants ran."""
    told: list[str] = []

    def rate(name: str, goal: str) -> float | None:
        return lines[name].rates[goal] if name in lines else None

    idle, usual = rate("(a) idle paho subscriber", "received"), rate("(b) paho, Point, WriteApi", "readable")
    alone, single = rate("ours, intake alone", "journal"), rate("ours", "readable")
    if single and usual:
        told.append(str(Aim(f"one event a message ({single / usual:.2f} × (b))", single, 1.2 * usual)))
    if alone and idle:
        told.append(str(Aim(f"intake into the journal alone ({alone / idle:.2f} × (a))", alone, 0.8 * idle)))
    if backlog := rate("ours in batches, intake alone", "journal"):
        told.append(str(Aim("a backlog into the journal", backlog, 100_000)))
    if backlog := rate("ours in batches", "readable"):
        told.append(str(Aim("a backlog decided and readable", backlog, 30_000)))
        for name, how in (("(c) Telegraf", "one event a message"), ("(c) in batches", "the same batches")):
            if telegraf := rate(name, "readable"):
                told.append(str(Aim(f"a backlog above Telegraf fed {how}", backlog, telegraf)))
    return "\n".join(told)
