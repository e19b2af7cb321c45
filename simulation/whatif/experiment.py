"""Many runs, each twice: the same guests in the site as it is and in the site as it might be."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from simulation.habits import Habits
from simulation.whatif import people
from simulation.whatif.arm import Arm, Span
from simulation.whatif.day import play
from simulation.whatif.figures import Estimate, Figures, estimate, figures
from simulation.whatif.people import Guest

Guests: TypeAlias = Callable[[int, date], Sequence[Guest]]
"""Who comes in the run of that number, on that day."""


class OpenInOneError(ValueError):
    """A day on which only one arrangement is open: nobody knows who would come."""

    def __init__(self, day: date) -> None:
        super().__init__(
            f"{day} : ouvert dans un seul des deux cas, et personne ne sait qui viendrait ; autre --date "
            f"/ open in only one of the two, and nobody knows who would come: another --date"
        )


class Run(NamedTuple):
    """One run: the same day and guests, as it is and as it might be."""

    number: int
    day: date
    now: Figures
    then: Figures


def simulated(now: Arm, then: Arm, seed: int, habits: Habits | None = None) -> Guests:
    """Made-up guests, over the hours of both arrangements: the same seed gives the same."""

    def of(run: int, day: date) -> Sequence[Guest]:
        chance = random.Random(f"{seed} {run}")
        openings = _joined([*now.openings(day), *then.openings(day)])
        return people.draw(now.site, openings, chance, habits or Habits())

    return of


def _joined(spans: list[Span]) -> list[Span]:
    """Spans that touch or overlap become one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.from_s <= found[-1].to_s:
            found[-1] = Span(found[-1].from_s, max(found[-1].to_s, span.to_s))
        else:
            found.append(span)
    return found


def runs(now: Arm, then: Arm, days: Sequence[date], guests: Guests, count: int) -> Iterator[Run]:
    """Play them, day after day of ``days`` and from the beginning again.

    Raises:
        OpenInOneError: before the first run, where a day is open in one of the two only.
    """
    for day in days:
        if bool(now.openings(day)) != bool(then.openings(day)):
            raise OpenInOneError(day)
    target_min = now.site.rules.target_wait_min
    for number in range(count):
        day = days[number % len(days)]
        coming = guests(number, day)
        both = (figures(play(arm, day, coming), arm.site, target_min) for arm in (now, then))
        yield Run(number, day, *both)


class Change(NamedTuple):
    """One figure, as it is, as it might be, and the difference with its interval."""

    now: float
    then: float
    difference: Estimate


def change(done: Sequence[Run], of: Callable[[Figures], float | None]) -> Change | None:
    """How one figure changes, over the runs in which both have it; None where none has."""
    pairs = [(of(run.now), of(run.then)) for run in done]
    known = [(now, then) for now, then in pairs if now is not None and then is not None]
    if not known:
        return None
    return Change(
        now=sum(now for now, _ in known) / len(known),
        then=sum(then for _, then in known) / len(known),
        difference=estimate([then - now for now, then in known]),
    )
