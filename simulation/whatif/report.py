"""What the runs say: in words first, then as a table, then what the model does not know."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from broker.contract import compiled
from broker.contract.site import Language
from simulation.whatif.experiment import Change, Run, change
from simulation.whatif.figures import Estimate, Figures
from simulation.whatif.words import Words, words

SHOWN_SERVICES: Final = 3
"""Services that the words name; all are in the table."""

Unit = Literal["", "min", "points"]


class Row(NamedTuple):
    """A figure: its key in the words, how it is taken from a day, and the unit of a difference."""

    key: str
    of: Callable[[Figures], float | None]
    unit: Unit = ""
    scale: float = 1.0


ROWS: Final = (
    Row("median", lambda day: day.median_min, "min"),
    Row("p90", lambda day: day.p90_min, "min"),
    Row("within", lambda day: day.within, "points", 100.0),
    Row("left", lambda day: day.left, "points", 100.0),
    Row("mean", lambda day: day.mean_inside),
    Row("peak", lambda day: day.peak_inside),
    Row("beyond", lambda day: day.beyond, "points", 100.0),
    Row("tickets", lambda day: day.tickets),
    Row("turned_away", lambda day: day.turned_away),
)
_SPOKEN: Final = 5
"""The first rows are also said in words."""


class Report:
    """The report on ``site`` as it is and ``other``, as it might be.

    Args:
        site: the description.
        other: the other arrangement.
        done: the runs.
        is_recorded: whether the visitors are those of recorded days.
        language: of the report.
    """

    def __init__(
        self,
        site: compiled.Site,
        other: compiled.Site,
        done: Sequence[Run],
        *,
        is_recorded: bool,
        language: Language,
    ) -> None:
        self._site, self._other, self._done, self._is_recorded = site, other, done, is_recorded
        self._say = words(language)
        self._target = site.rules.target_wait_min

    def text(self, changes: Sequence[compiled.Text]) -> str:
        """The whole of it; ``changes`` are what differs, in words."""
        say, language = self._say, self._say.language
        told = " ; " if language == "fr" else "; "
        lines = [
            say("what_if", changes=told.join(one.in_language(language) for one in changes) or say("nothing")),
            say("same_visitors", played=self._played()),
            "",
            *self._sentences(),
            "",
            *self._table(),
            "",
            say("unknown_to_it"),
            *("- " + limit.replace("\n", "\n  ") for limit in self._limits()),
        ]
        return "\n".join(lines)

    def _played(self) -> str:
        """``30 journées simulées (du … au …)``, ``1 journée enregistrée (le …), rejouée 30 fois``."""
        say, runs = self._say, len(self._done)
        days = sorted({run.day for run in self._done})
        first, last = days[0], days[-1]
        span = say("on", first=first) if len(days) == 1 else say("from_to", first=first, last=last)
        count = len(days) if self._is_recorded else runs
        kind, many = "recorded" if self._is_recorded else "simulated", "one" if count == 1 else "many"
        played = say(f"{kind}_{many}", n=count, first=first, span=span)
        return played + (say(f"replayed_{many}", n=runs) if self._is_recorded and runs > count else "")

    def _limits(self) -> Iterator[str]:
        """What the model does not know. Nobody serves who comes for what the other arrangement lacks."""
        say, language = self._say, self._say.language
        given = {service.id for service in self._other.services}
        missing = [one.name.in_language(language) for one in self._site.services if one.id not in given]
        if missing:
            yield say("not_given", services=", ".join(missing))
        yield say("limit_recorded" if self._is_recorded else "limit_simulated")
        if self._is_recorded and len({run.day for run in self._done}) == 1:
            yield say("limit_one_day")
        for key in ("limit_same_moments", "limit_agents", "limit_interval"):
            yield say(key)

    def _sentences(self) -> Iterator[str]:
        for row in ROWS[:_SPOKEN]:
            found = change(self._done, row.of)
            if found is not None:
                subject = self._say(f"subject_{row.key}", target=self._target)
                yield sentence(self._say, subject, found.difference, row.unit, row.scale)
        sure = [(name, found) for name, found in self._services() if found.difference.is_sure]
        sure.sort(key=lambda one: -abs(one[1].difference.mean))
        for name, found in sure[:SHOWN_SERVICES]:
            yield sentence(self._say, self._say("service_subject", service=name), found.difference, "min")

    def _table(self) -> Iterator[str]:
        say = self._say
        yield _line("", say("now"), say("then"), say("difference"), say("interval"))
        for row in ROWS:
            found = change(self._done, row.of)
            if found is not None:
                yield self._row(say(f"title_{row.key}", target=self._target), found, row.scale)
        for name, found in self._services():
            yield self._row(say("service_title", service=name), found, 1.0)

    def _row(self, title: str, found: Change, scale: float) -> str:
        say, difference = self._say, found.difference
        low, high = say.signed(difference.low * scale), say.signed(difference.high * scale)
        return _line(
            title,
            say.number(found.now * scale),
            say.number(found.then * scale),
            say.signed(difference.mean * scale),
            say("to", low=low, high=high),
        )

    def _services(self) -> Iterator[tuple[str, Change]]:
        for service in self._site.services:
            name = service.id
            found = change(self._done, lambda day, name=name: day.by_service.get(name))  # type: ignore[misc]
            if found is not None:
                yield service.name.in_language(self._say.language), found


def sentence(say: Words, subject: str, difference: Estimate, unit: Unit, scale: float = 1.0) -> str:
    """A change as one says it: ``L'attente médiane baisse de 4 min (entre 2 et 6)``."""
    mean, low, high = (value * scale for value in difference)
    unit_said = say(unit) if unit else ""
    if mean == low == high == 0:
        return say("same", subject=subject)
    if not difference.is_sure:
        between = {"low": say.signed(low), "high": say.signed(high)}
        return say("unsure", subject=subject, mean=say.signed(mean), unit=unit_said, **between)
    near, far = sorted((abs(low), abs(high)))
    return say(
        "rises" if mean > 0 else "falls",
        subject=subject,
        mean=say.number(abs(mean)),
        unit=unit_said,
        near=say.number(near),
        far=say.number(far),
    )


def _line(title: str, *cells: str) -> str:
    return f"{title[:44]:<44}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells, (12, 9, 12, 20), strict=True)
    )


def write_csv(done: Sequence[Run], path: Path) -> None:
    """Every run's figures, one line a run and arrangement. Raises OSError."""
    names = [name for name in Figures._fields if name != "by_service"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["run", "day", "arrangement", *names])
        for run in done:
            for arrangement, figures in (("now", run.now), ("then", run.then)):
                writer.writerow(
                    [run.number, run.day, arrangement, *(getattr(figures, name) for name in names)]
                )
