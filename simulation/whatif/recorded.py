"""Days that were recorded, played again: arrivals, walks and service times as they were, and who sat where.

From the hall's journal all of it is known; from a CSV of visits (``preaccueil promise evaluate``) the desks
are those of the description. What nobody recorded is drawn: how long those who were served would have waited
at most, and how long the service would have taken for those who left.
"""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from broker.clock import SECOND
from broker.contract import compiled
from broker.delivery.journal import Journal
from hall.decisions import DeskChanged, decode_decision
from hall.measures import WaitMeasure
from hall.measuring import event_point, measures
from hall.opening import Calendar
from hall.promises import visits
from simulation.habits import Habits
from simulation.whatif.arm import Span
from simulation.whatif.people import Guest, with_chance

_BATCH: Final = 2_000
_TRIES: Final = 100
_OPEN: Final = ("free", "called", "serving")


class NoVisitsError(ValueError):
    """A record from which no day can be played; its text says why."""


class Past(NamedTuple):
    """One wait that was recorded, seconds after midnight; ``wait_s`` until the call or the leaving.

    ``walk_s`` and ``service_s`` are None where they were not seen; ``missed_s`` is how long a desk waited for
    somebody who did not come.
    """

    service: str
    arrived_s: float
    wait_s: float
    walk_s: float | None
    service_s: float | None
    outcome: str
    missed_s: float | None = None


class Record(NamedTuple):
    """Days of waits; who sat at which desk when, by day, where that was recorded."""

    days: Mapping[date, Sequence[Past]]
    staff: Mapping[date, Mapping[str, tuple[Span, ...]]]


def from_csv(path: Path, site: compiled.Site) -> Record:
    """Read a CSV of visits. Raises visits.BadVisitsError, or NoVisitsError for a service of no site here."""
    days: dict[date, list[Past]] = defaultdict(list)
    for visit in visits.read(path):
        has_left = visit.start_s is None
        over_s = visit.end_s if has_left else visit.start_s
        if over_s is None:
            continue  # left, and nobody knows when: no wait to play
        service_s = None if has_left or visit.end_s is None else visit.end_s - over_s
        days[date.fromisoformat(visit.day)].append(
            Past(
                visit.service,
                visit.arrival_s,
                over_s - visit.arrival_s,
                None if service_s is None else 0.0,
                service_s,
                "left" if has_left else "served",
            )
        )
    return _checked(Record(days, {}), site, path)


def from_journal(path: Path, site: compiled.Site) -> Record:
    """Read the hall's journal, or a backup of it. Raises NoVisitsError, and OSError where it is not there."""
    if not path.is_file():
        raise FileNotFoundError(path)
    calendar = Calendar(site)
    try:
        waits, desks = _read(path)
    except sqlite3.DatabaseError as problem:
        raise NoVisitsError(
            f"{path} : pas un journal de la salle / no journal of a hall: {problem}"
        ) from problem
    days: dict[date, list[Past]] = defaultdict(list)
    for wait in waits.values():
        day = calendar.day(wait.at_ns)
        if wait.wait_s is not None and wait.outcome not in ("undone", "waiting"):
            arrived_s = (wait.at_ns - day.starts_ns) / SECOND
            days[date.fromisoformat(day.day)].append(_past(wait, arrived_s, wait.wait_s))
    return _checked(Record(days, _staff(desks, calendar, site)), site, path)


def _read(path: Path) -> tuple[dict[tuple[str, int], WaitMeasure], list[tuple[int, DeskChanged]]]:
    """The waits of a journal, each as it was last told, and every change of a desk with its date."""
    waits: dict[tuple[str, int], WaitMeasure] = {}
    desks: list[tuple[int, DeskChanged]] = []
    journal = Journal(path, durable=False)
    offset = 0
    while entries := journal.events_after(offset, most=_BATCH):
        decisions = journal.decisions_between(offset, entries[-1].offset)
        for entry in entries:
            made = [decode_decision(body) for body in decisions.get(entry.offset, ())]
            desks += [(entry.row.at_ns, one) for one in made if isinstance(one, DeskChanged)]
            for point in measures(event_point(entry.row), made):
                if isinstance(point, WaitMeasure):
                    waits[point.node, point.at_ns] = point
        offset = entries[-1].offset
    journal.close()
    return waits, desks


def _past(wait: WaitMeasure, arrived_s: float, wait_s: float) -> Past:
    """A wait of the journal. Where no start was pressed, the service was counted from the call."""
    walk_s = 0.0 if wait.walk_s is None and wait.service_s is not None else wait.walk_s
    is_missed = wait.outcome == "no_show" and wait.stay_s is not None
    missed_s = (wait.stay_s or 0.0) - wait_s if is_missed else None
    return Past(wait.service, arrived_s, wait_s, walk_s, wait.service_s, wait.outcome, missed_s)


def _staff(
    changes: Iterable[tuple[int, DeskChanged]], calendar: Calendar, site: compiled.Site
) -> dict[date, dict[str, tuple[Span, ...]]]:
    """From when to when each desk took visitors; a desk of which nothing is told was closed."""
    all_closed: dict[str, tuple[Span, ...]] = {desk.id: () for desk in site.desks}
    opened: dict[tuple[date, str], float] = {}
    spans: dict[date, dict[str, tuple[Span, ...]]] = defaultdict(lambda: dict(all_closed))
    for at_ns, change in changes:
        day = calendar.day(at_ns)
        key, at_s = (date.fromisoformat(day.day), change.desk), (at_ns - day.starts_ns) / SECOND
        if change.now.state in _OPEN:
            opened.setdefault(key, at_s)
        elif key in opened:
            of_day = spans[key[0]]
            of_day[change.desk] = (*of_day.get(change.desk, ()), Span(opened.pop(key), at_s))
    for (day_, desk), from_s in opened.items():  # never closed: somebody forgot
        spans[day_][desk] = (*spans[day_].get(desk, ()), Span(from_s, 24 * 3600.0))
    return spans


def _checked(record: Record, site: compiled.Site, path: Path) -> Record:
    known = {service.id for service in site.services}
    unknown = sorted({past.service for waits in record.days.values() for past in waits} - known)
    if unknown:
        raise NoVisitsError(
            f"{path} : services inconnus du site / services that the site has not: {', '.join(unknown)} ; "
            f"permis / allowed: {', '.join(sorted(known))}"
        )
    if not record.days:
        raise NoVisitsError(f"{path} : aucune visite terminée / no visit that has ended")
    return record


class Recorded:
    """The guests of recorded days: see ``experiment.Guests``.

    Args:
        record: the days.
        site: as it was when they were recorded.
        seed: what was not recorded is drawn with it, anew in each run.
        habits: how people behave, as far as nobody saw it.
    """

    def __init__(self, record: Record, site: compiled.Site, seed: int, habits: Habits | None = None) -> None:
        self._record, self._site, self._seed = record, site, seed
        self._habits = habits or Habits()
        self._seen_s: dict[str, list[float]] = defaultdict(list)
        for waits in record.days.values():
            for past in waits:
                if past.service_s is not None:
                    self._seen_s[past.service].append(past.service_s)

    @property
    def staff(self) -> Mapping[date, Mapping[str, tuple[Span, ...]]]:
        """Who sat where, on the days on which that was recorded."""
        return self._record.staff

    def __call__(self, run: int, day: date) -> list[Guest]:
        """Who came that day."""
        chance = random.Random(f"{self._seed} {run}")
        return sorted(
            (self._guest(past, chance) for past in self._record.days[day]), key=lambda guest: guest.arrives_s
        )

    def _guest(self, past: Past, chance: random.Random) -> Guest:
        guest = with_chance(
            Guest(
                arrives_s=past.arrived_s,
                service=past.service,
                service_s=self._service_s(past, chance),
                walk_s=past.walk_s,
                wanders_off=past.outcome == "no_show",
                missed_s=past.missed_s,
                leaves_s=past.wait_s if past.outcome == "left" else None,
            ),
            chance,
            self._habits,
        )
        return msgspec.structs.replace(
            guest,
            reads_s=0.0,
            helps_themselves=False,
            beyond_s=float("inf"),
            patience_s=self._patience_s(past.wait_s, chance),
        )

    def _service_s(self, past: Past, chance: random.Random) -> float:
        if past.service_s is not None:
            return past.service_s
        seen = self._seen_s.get(past.service)
        if seen:
            return chance.choice(seen)
        return self._habits.service_s(self._site.service(past.service), chance)

    def _patience_s(self, wait_s: float, chance: random.Random) -> float:
        """Longer than they have shown to have."""
        drawn = (self._habits.patience_s(chance) for _ in range(_TRIES))
        return next((one for one in drawn if one > wait_s), wait_s + 60.0)
