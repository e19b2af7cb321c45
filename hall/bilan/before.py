"""What was counted by hand in the old halls: read from CSV, every error at once, and compared.

One line for each person who waited. Columns, in any order: ``date`` (2027-05-12 or 12/05/2027), ``lieu``
(the hall), ``service`` (an id of the site, or free), ``arrivee``, ``appel`` (09:42), ``parti`` (when who was
not called went away). Exactly one of ``appel`` and ``parti`` is filled. Separated by ; or , in UTF-8.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Final, NamedTuple

from hall.bilan.waits import WaitFigures, grouped, wait_figures
from hall.measures import WaitMeasure

COLUMNS: Final = ("date", "lieu", "service", "arrivee", "appel", "parti")
NEEDED: Final = ("date", "arrivee", "appel", "parti")
TOLD_AT_ONCE: Final = 20
FEW_DAYS: Final = 5
"""Under so many days on either side no interval is given: a mean of few days says little of the next."""

RESAMPLES: Final = 1_000
SEED: Final = 19


class BadBeforeError(ValueError):
    """The file cannot be used; the text has one line for each error, French first."""


class Comparison(NamedTuple):
    """Before and now, each over its own days; differences are now less before, with 95 % intervals.

    The interval draws whole days again (Davison and Hinkley (1997), 3.8), since waits of one day go together;
    it is None where either side has under ``FEW_DAYS`` days.
    """

    before: WaitFigures
    before_days: int
    now: WaitFigures
    now_days: int
    places: list[str]
    within: tuple[float, float] | None
    left: tuple[float, float] | None
    median: tuple[float, float] | None


def read(path: Path) -> list[WaitMeasure]:
    """The waits of a file; ``node`` is the hall where it was counted. Raises BadBeforeError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadBeforeError(
            f"{path} : pas en UTF-8 (octet {problem.start}) ; enregistrez-le en « CSV UTF-8 »"
            " / not UTF-8; save it as “CSV UTF-8”"
        ) from problem
    except OSError as problem:
        raise BadBeforeError(f"{path} : {problem.strerror} / cannot be read") from problem
    lines = text.splitlines()
    separator = ";" if lines and ";" in lines[0] else ","
    rows = csv.DictReader(lines, delimiter=separator, restval="")
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    problems = list(_missing(names))
    waits: list[WaitMeasure] = []
    if not problems:
        rows.fieldnames = names
        for row in rows:
            line = rows.line_num
            if None in row:
                problems.append(f"ligne {line} : plus de {len(names)} colonnes / too many columns")
            elif any(value.strip() for value in row.values()):
                try:
                    waits.append(_wait({name: value.strip() for name, value in row.items()}, len(waits)))
                except _BadCellError as problem:
                    problems.append(f"ligne {line}, colonne {problem.column} : {problem}")
        if not waits and not problems:
            problems.append("aucune ligne sous l'en-tête / no line below the header")
    if problems:
        more = len(problems) - TOLD_AT_ONCE
        told = [f"{path} : {problem}" for problem in problems[:TOLD_AT_ONCE]]
        raise BadBeforeError("\n".join(told + ([f"… et {more} de plus / more"] if more > 0 else [])))
    return waits


class _BadCellError(ValueError):
    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column = column


def _missing(names: Sequence[str]) -> Iterator[str]:
    for name in NEEDED:
        if name not in names:
            yield f"ligne 1 : il manque la colonne {name} / column missing ({', '.join(COLUMNS)})"
    for name in names:
        if name not in COLUMNS:
            yield f"ligne 1, colonne {name} : colonne inconnue / unknown column ({', '.join(COLUMNS)})"
        elif names.count(name) > 1:
            yield f"ligne 1, colonne {name} : deux fois / twice"


def _wait(row: Mapping[str, str], number: int) -> WaitMeasure:
    day = _date(row["date"])
    arrived = _minutes(row, "arrivee")
    if bool(row["appel"]) == bool(row["parti"]):
        raise _BadCellError(
            "appel", "remplir « appel » ou « parti », l'un des deux / fill in either appel or parti"
        )
    ended_by = "appel" if row["appel"] else "parti"
    ended = _minutes(row, ended_by)
    if ended < arrived:
        raise _BadCellError(
            ended_by, f"{row[ended_by]} est avant l'arrivée {row['arrivee']} / before the arrival"
        )
    return WaitMeasure(
        # A day as a number: before and now are compared by whole days, no moment is needed.
        at_ns=day.toordinal() * 100_000 + number,
        node=row.get("lieu", ""),
        service=row.get("service", ""),
        visit="",
        desk="",
        outcome="served" if ended_by == "appel" else "left",
        wait_s=60.0 * (ended - arrived),
        walk_s=None,
        service_s=None,
        stay_s=None,
        promised_median_s=None,
        promised_p90_s=None,
    )


def _date(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    raise _BadCellError("date", f"« {text} » n'est pas une date (2027-05-12) / no date")


def _minutes(row: Mapping[str, str], column: str) -> int:
    text = row[column]
    try:
        found = time.fromisoformat(text.zfill(5) if text.count(":") == 1 else "")
    except ValueError:
        raise _BadCellError(column, f"« {text} » n'est pas une heure (09:42) / no time of day") from None
    return found.hour * 60 + found.minute


def compared(
    before: Sequence[WaitMeasure], now_by_day: Sequence[Sequence[WaitMeasure]], target_s: float
) -> Comparison:
    """What was counted by hand against the period, day by day."""
    before_by_day = list(grouped(before, lambda wait: wait.at_ns // 100_000).values())
    now_days = [list(waits) for waits in now_by_day if waits]
    intervals = _intervals(before_by_day, now_days, target_s)
    return Comparison(
        before=wait_figures(before, target_s),
        before_days=len(before_by_day),
        now=wait_figures((wait for day in now_days for wait in day), target_s),
        now_days=len(now_days),
        places=sorted({wait.node for wait in before if wait.node}),
        within=intervals[0],
        left=intervals[1],
        median=intervals[2],
    )


def _intervals(
    before: list[list[WaitMeasure]], now: list[list[WaitMeasure]], target_s: float
) -> list[tuple[float, float] | None]:
    if min(len(before), len(now)) < FEW_DAYS:
        return [None, None, None]
    chance = random.Random(SEED)  # noqa: S311 - the same draws each time
    sides = [[_Sums.of(day, target_s) for day in side] for side in (before, now)]
    differences: list[list[float]] = [[], [], []]
    for _ in range(RESAMPLES):
        old, new = (_Sums.total(chance.choices(side, k=len(side))) for side in sides)
        for place, (less, more) in enumerate(zip(old, new, strict=True)):
            if less is not None and more is not None:
                differences[place].append(more - less)
    return [_middle(values) for values in differences]


class _Sums(NamedTuple):
    """A day's counts, and its waits by minute, so that days can be drawn again at little cost."""

    within: int
    left: int
    ended: int
    minutes: dict[int, int]

    @staticmethod
    def of(day: Sequence[WaitMeasure], target_s: float) -> _Sums:
        figures = wait_figures(day, target_s)
        minutes: dict[int, int] = {}
        for wait in day:
            if wait.wait_s is not None and wait.outcome != "left":
                minute = round(wait.wait_s / 60)
                minutes[minute] = minutes.get(minute, 0) + 1
        return _Sums(figures.within, figures.left, figures.ended, minutes)

    @staticmethod
    def total(days: Iterable[_Sums]) -> tuple[float | None, float | None, float | None]:
        """Share within the target, share that left, median in seconds."""
        within = left = ended = 0
        minutes: dict[int, int] = {}
        for day in days:
            within, left, ended = within + day.within, left + day.left, ended + day.ended
            for minute, count in day.minutes.items():
                minutes[minute] = minutes.get(minute, 0) + count
        if not ended:
            return None, None, None
        half, so_far, median = sum(minutes.values()) / 2, 0, None
        for minute in sorted(minutes):
            so_far += minutes[minute]
            if so_far >= half:
                median = 60.0 * minute
                break
        return within / ended, left / ended, median


def _middle(values: list[float]) -> tuple[float, float] | None:
    values.sort()
    return (values[int(0.025 * len(values))], values[int(0.975 * len(values))]) if values else None
