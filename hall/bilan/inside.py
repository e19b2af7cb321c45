"""People inside: by weekday and hour, weighted by time, and how far the counters were off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import mean
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from hall.bilan.days import ObservedDay
from hall.measures import CountCheckMeasure, OccupancyMeasure
from hall.opening import Opening

_HOUR_NS = 3600 * SECOND

STALE_NS: Final = 3600 * SECOND
"""How long a count says how many are inside: a door that is silent for longer may be cut off."""


class HourFigures(NamedTuple):
    """One hour of one weekday, over its days: mean people inside, weighted by time, and the highest count."""

    mean: float
    maximum: int
    days: int


class Checked(NamedTuple):
    """Counts held against certainties: the mean error with its sign and without; None where there was none.

    ``within`` is how many the announced uncertainty covered.
    """

    checks: int
    bias: float | None
    error: float | None
    within: int
    in_passages: float | None


class CounterFigures(NamedTuple):
    """How far the counters were off: recounts by agents, and what was left over in the empty tent at night.

    Counted less real, in people, as the hall noted it (``CountCheckMeasure``); ``in_passages`` is the sum of
    the errors for each passage since the certainty before: ``hall.occupancy`` announces 7 % at worst.
    """

    recounts: Checked
    nights: Checked
    entered: int


def hours_of(days: Iterable[ObservedDay], timezone: str) -> dict[tuple[int, int], HourFigures]:
    """Figures by weekday (0 is Monday) and local hour, for hours in which the site was open and counted."""
    zone = ZoneInfo(timezone)
    means: dict[tuple[int, int], list[float]] = {}
    highest: dict[tuple[int, int], int] = {}
    for day in days:
        for opening in day.openings:
            for hour, (people_ns, known_ns, maximum) in _hours(day.counts, opening, zone).items():
                key = (day.day.weekday(), hour)
                means.setdefault(key, []).append(people_ns / known_ns)
                highest[key] = max(maximum, highest.get(key, 0))
    return {
        key: HourFigures(mean(values), highest[key], len(values)) for key, values in sorted(means.items())
    }


def _hours(
    counts: Sequence[OccupancyMeasure], opening: Opening, zone: ZoneInfo
) -> dict[int, tuple[float, float, int]]:
    """By hour: people times nanoseconds, nanoseconds that are known, highest count.

    Before the day's first count, and an hour after the last one, nobody knows how many were inside.
    """
    found: dict[int, tuple[float, float, int]] = {}
    ends = [count.at_ns for count in counts[1:]] + [opening.closes_ns]
    for count, end_ns in zip(counts, ends, strict=False):
        at_ns, until_ns = (
            max(count.at_ns, opening.opens_ns),
            min(end_ns, opening.closes_ns, count.at_ns + STALE_NS),
        )
        while at_ns < until_ns:
            local = datetime.fromtimestamp(at_ns // SECOND, zone)
            into_hour_ns = (60 * local.minute + local.second) * SECOND + at_ns % SECOND
            piece = min(until_ns, at_ns - into_hour_ns + _HOUR_NS) - at_ns
            hour = local.hour
            people_ns, known_ns, maximum = found.get(hour, (0.0, 0.0, 0))
            found[hour] = (people_ns + count.inside * piece, known_ns + piece, max(maximum, count.inside))
            at_ns += piece
    return found


def counter_figures(days: Iterable[ObservedDay]) -> CounterFigures:
    """The counters against what is certain: an agent's recount, and nobody inside at night.

    A night counts where a passage after closing shows that the doors were still heard, and where none of an
    agent's recounts had emptied the tent before.
    """
    recounts: list[CountCheckMeasure] = []
    nights: list[CountCheckMeasure] = []
    entered = 0
    for day in days:
        entered += sum(count.entered for count in day.counts)
        recounts += [check for check in day.checks if check.kind == "recount"]
        if day.counts and day.openings and day.counts[-1].at_ns >= day.openings[-1].closes_ns:
            nights += [check for check in day.checks if check.kind == "closing" and check.passages]
    return CounterFigures(_checked(recounts), _checked(nights), entered)


def _checked(checks: Sequence[CountCheckMeasure]) -> Checked:
    errors = [check.counted - check.people for check in checks]
    passages = sum(check.passages for check in checks)
    return Checked(
        checks=len(checks),
        bias=mean(errors) if errors else None,
        error=mean(map(abs, errors)) if errors else None,
        within=sum(abs(error) <= check.uncertainty for error, check in zip(errors, checks, strict=True)),
        in_passages=sum(map(abs, errors)) / passages if passages else None,
    )
