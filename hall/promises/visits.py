"""Visits of the past, read from a CSV file for the judge."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

NEEDED: Final = ("service", "day", "arrival_s", "start_s", "end_s")
MAY_BE_BLANK: Final = ("start_s", "end_s", "queue_at_arrival", "desks_at_arrival")
SHOWN_ERRORS: Final = 20
LATEST_S: Final = 48 * 3600
"""Seconds after midnight beyond which a time is a mistake (a date in seconds, for example)."""


class PastVisit(NamedTuple):
    """One visit: dates as ISO days, times in seconds after midnight.

    ``start_s`` is the call: None for who left before; ``end_s`` the end of the service, or the leaving.
    ``queue`` and ``desks`` are what was known at the arrival, None where nobody noted it.
    """

    service: str
    day: str
    arrival_s: float
    start_s: float | None
    end_s: float | None
    queue: float | None
    desks: float | None

    @property
    def wait_s(self) -> float | None:
        """Arrival to call; None for who left."""
        return None if self.start_s is None else self.start_s - self.arrival_s


class BadVisitsError(ValueError):
    """A file of visits that cannot be read; its text names each line and what is wrong there."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        more = len(problems) - SHOWN_ERRORS
        shown = [*problems[:SHOWN_ERRORS], *([f"… and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(f"{path}: {problem}" for problem in shown))


def read(path: Path) -> list[PastVisit]:
    """The visits of a CSV file (``.gz`` too), in order of day and arrival.

    Raises:
        BadVisitsError: the file cannot be opened, has no such columns, or lines that cannot be; all at once.
    """
    try:
        found, problems = _parse(path)
    except (OSError, EOFError) as error:
        raise BadVisitsError(path, [f"cannot be read: {error}"]) from error
    except UnicodeDecodeError as error:
        raise BadVisitsError(path, ["is not UTF-8 text; export it as CSV in UTF-8"]) from error
    except csv.Error as error:
        raise BadVisitsError(path, [f"is no CSV file: {error}"]) from error
    if not found and not problems:
        problems = ["has no visits: a line of column names, then one line a visit"]
    if problems:
        raise BadVisitsError(path, problems)
    return sorted(found, key=lambda visit: (visit.day, visit.arrival_s))


def _parse(path: Path) -> tuple[list[PastVisit], list[str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
        lines = csv.DictReader(text)
        columns = lines.fieldnames or []
        missing = [column for column in NEEDED if column not in columns]
        if missing:
            there = ", ".join(columns) or "none"
            return [], [f"line 1: no column {', '.join(missing)}; it has: {there}"]
        found: list[PastVisit] = []
        problems: list[str] = []
        for line in lines:
            row = _Row(line)
            visit = row.visit()
            wrong = [f"line {lines.line_num}: {problem}" for problem in row.problems]
            problems += wrong
            if not wrong:
                found.append(visit)
        return found, problems


class _Row:
    """A line while it is read: it gathers all that is wrong with it."""

    def __init__(self, line: dict[str, str | None]) -> None:
        self._line = line
        self.problems: list[str] = []

    def visit(self) -> PastVisit:
        """The visit; to be used only when there are no ``problems``."""
        visit = PastVisit(
            service=self._text("service"),
            day=self._day(),
            arrival_s=self._number("arrival_s") or 0.0,
            start_s=self._number("start_s"),
            end_s=self._number("end_s"),
            queue=self._number("queue_at_arrival"),
            desks=self._number("desks_at_arrival"),
        )
        if not self.problems:
            self.problems += _impossible(visit)
        return visit

    def _text(self, column: str) -> str:
        text = (self._line.get(column) or "").strip()
        if not text:
            self.problems.append(f"{column} is blank")
        return text

    def _day(self) -> str:
        text = self._text("day")
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            if text:
                self.problems.append(f"day is {text!r}, not a date like 2026-01-31")
            return ""

    def _number(self, column: str) -> float | None:
        text = (self._line.get(column) or "").strip()
        if not text:
            if column not in MAY_BE_BLANK:
                self.problems.append(f"{column} is blank")
            return None
        try:
            number = float(text)
        except ValueError:
            self.problems.append(f"{column} is {text!r}, not a number")
            return None
        if not 0 <= number <= LATEST_S:
            self.problems.append(f"{column} is {text}: it must be from 0 to {LATEST_S}")
        return number


def _impossible(visit: PastVisit) -> Iterator[str]:
    if visit.start_s is not None and visit.start_s < visit.arrival_s:
        yield f"start_s {visit.start_s:g} is before arrival_s {visit.arrival_s:g}"
    began_s = visit.arrival_s if visit.start_s is None else visit.start_s
    if visit.end_s is not None and visit.end_s < began_s:
        yield f"end_s {visit.end_s:g} is before {began_s:g}, where it began"
