"""The charts that there are: what each shows of a period, as rows by bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from broker.contract import compiled
from dashboard.charts import HOUR_S, Kind, Looked, Number, Rows, minutes, percent, signed_minutes
from hall.store.totals import Use

AIM: Final = 90
"""Percent of the waits that an announced 90th percentile should cover."""


def _waits(here: Looked) -> Rows:
    return {
        row.bucket: (minutes(row.median_s), minutes(row.p90_s), row.called) for row in here.waits if row.drawn
    }


def _within(here: Looked) -> Rows:
    return {
        row.bucket: (percent(row.share_within), percent(row.share_left), row.called, row.left)
        for row in here.waits
        if row.drawn
    }


def _tickets(here: Looked) -> Rows:
    return {row.bucket: (row.drawn, row.served, row.left, row.no_show) for row in here.waits if row.drawn}


def _occupancy(here: Looked) -> Rows:
    return {
        row.bucket: (round(row.mean, 1), row.maximum, row.entered, row.left)
        for row in here.figures.people(here.grain)
        if here.open_s(row.bucket) or row.entered
    }


def _seats(here: Looked) -> Rows:
    """Of the time that the site is open, how much of it seats and rooms are taken."""
    use = here.figures.use(here.grain)
    seats, rooms = (_taken(use, here.places(kind), kind) for kind in ("seat", "room"))
    return {
        bucket: (
            _of_open(seats[bucket], here, bucket, "seat"),
            _of_open(rooms[bucket], here, bucket, "room"),
            seats[bucket][0],
            rooms[bucket][0],
        )
        for bucket in seats
    }


def _taken(use: Sequence[Use], places: set[str], kind: str) -> dict[int, tuple[int, float]]:
    """By bucket: how often taken, and for how many seconds together."""
    found = {row.bucket: (0, 0.0) for row in use}
    for row in use:
        if row.kind == kind and row.subject in places:
            times, taken_s = found[row.bucket]
            found[row.bucket] = times + row.times, taken_s + row.taken_s
    return found


def _of_open(taken: tuple[int, float], here: Looked, bucket: int, kind: str) -> Number:
    whole_s = here.open_s(bucket) * len(here.places(kind))
    return min(100, round(100 * taken[1] / whole_s)) if whole_s else None


def _votes(here: Looked) -> Rows:
    positive = positive_answers(here.site)
    rows: dict[int, tuple[int, int, int]] = {}
    for one in here.figures.votes(here.grain):
        if one.barometer in here.barometers():
            votes, well, too_fast = rows.get(one.bucket, (0, 0, 0))
            good = one.votes if (one.question, one.answer) in positive else 0
            rows[one.bucket] = votes + one.votes, well + good, too_fast + one.too_fast
    return rows


def positive_answers(site: compiled.Site) -> frozenset[tuple[str, str]]:
    """(question, answer) of the answers that speak well of the space."""
    return frozenset(
        (question.id, answer.id)
        for barometer in site.barometers
        for question in barometer.questions
        for answer in question.answers
        if answer.positive
    )


def _promise(here: Looked) -> Rows:
    return {
        row.bucket: (percent(row.coverage), AIM, row.waited, signed_minutes(row.error_s), row.censored)
        for row in here.waits
        if row.promised or row.censored
    }


def _devices(here: Looked) -> Rows:
    """By days: a device's failure lasts, and an hour of it says little."""
    return {
        row.bucket: (
            round(100 * (row.share or 0), 1),
            row.failed_devices,
            round(row.failed_s / HOUR_S, 1),
        )
        for row in here.figures.uptime("day", together=True)
        if row.share is not None
    }


CHARTS: Final = {
    kind.id: kind
    for kind in (
        Kind("waits", "min", (("median", "line"), ("p90", "line-soft"), ("called", "table")), _waits),
        Kind(
            "within",
            "percent",
            (("within", "area"), ("share_left", "line-soft"), ("called", "table"), ("left", "table")),
            _within,
        ),
        Kind(
            "tickets",
            "visits",
            (("drawn", "bars-soft"), ("served", "bars"), ("left", "table"), ("no_show", "table")),
            _tickets,
        ),
        Kind(
            "occupancy",
            "people",
            (("mean", "area"), ("maximum", "line-soft"), ("entered", "table"), ("went", "table")),
            _occupancy,
        ),
        Kind(
            "seats",
            "percent",
            (("seats", "area"), ("rooms", "line-soft"), ("seat_times", "table"), ("room_times", "table")),
            _seats,
        ),
        Kind("votes", "votes", (("votes", "bars-soft"), ("positive", "bars"), ("too_fast", "table")), _votes),
        Kind(
            "promise",
            "percent",
            (
                ("covered", "line"),
                ("aim", "aim"),
                ("waited", "table"),
                ("error", "table"),
                ("censored", "table"),
            ),
            _promise,
        ),
        Kind(
            "devices",
            "percent",
            (("uptime", "line"), ("failed_devices", "table"), ("failed_hours", "table")),
            _devices,
        ),
    )
}
"""Every chart, in the page's order."""
