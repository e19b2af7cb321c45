"""A Wednesday small enough to count by hand, and the three days before it without data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from hall.bilan.days import Period
from hall.measures import (
    AnyMeasure,
    CountCheckMeasure,
    DeviceMeasure,
    EventMeasure,
    FlowMeasure,
    OccupancyMeasure,
    PaperMeasure,
    PresenceMeasure,
    SilenceMeasure,
    UseMeasure,
    VoteMeasure,
    WaitMeasure,
)

PERIOD = Period(date(2027, 6, 13), date(2027, 6, 16))
"""A Sunday, closed; Monday and Tuesday, open and silent; Wednesday 16 June, open from 8:30 to 17:00."""


def at(hours: str) -> int:
    local = datetime.fromisoformat(f"2027-06-16 {hours}").replace(tzinfo=ZoneInfo("Europe/Paris"))
    return int(local.timestamp()) * SECOND


AFTER = at("23:00")


def waited(
    hours: str, service: str, minutes: float | None, outcome: Any, promised: tuple[float, float] | None
) -> WaitMeasure:
    median, p90 = promised or (None, None)
    return WaitMeasure(
        node="kiosk-a",
        at_ns=at(hours),
        service=service,
        visit=f"kiosk-a/{hours}",
        outcome=outcome,
        desk={"info": "one", "family": "one", "civil": "inside"}[service],
        wait_s=None if minutes is None else 60.0 * minutes,
        walk_s=30.0,
        service_s=240.0,
        stay_s=None,
        promised_median_s=None if median is None else 60.0 * median,
        promised_p90_s=None if p90 is None else 60.0 * p90,
    )


WAITS = [
    waited("10:00", "info", 5, "served", (6, 10)),
    waited("10:10", "info", 10, "served", (5, 8)),  # beyond what was announced
    waited("10:20", "info", 20, "served", (20, 30)),  # exactly the target
    waited("10:30", "info", 30, "unserved", (25, 31)),
    waited("11:00", "family", 15, "left", (12, 20)),  # left early: says nothing of the promise
    waited("11:05", "family", 40, "left", (12, 25)),  # left after it: beyond
    waited("11:10", "family", 12, "no_show", None),
    waited("11:15", "civil", 1, "served", (2, 5)),  # called at once: not scored
    waited("12:00", "civil", None, "waiting", (4, 10)),
    waited("12:05", "civil", 3, "undone", (4, 10)),
]


def counted(hours: str, inside: int, entered: int, left: int, uncertainty: int = 1) -> OccupancyMeasure:
    return OccupancyMeasure(
        node="door", at_ns=at(hours), inside=inside, uncertainty=uncertainty, entered=entered, left=left
    )


COUNTS = [
    counted("09:00", 1, 1, 0),
    counted("09:30", 2, 1, 0),
    counted("10:00", 1, 0, 1),
    counted("10:30", 3, 0, 0, uncertainty=0),  # an agent's recount
    counted("12:00", 2, 0, 1),
    counted("17:30", 1, 0, 1),  # one too many in the empty tent
]


def checked(
    at_ns: int, kind: Any, counted: int, people: int, uncertainty: int, passages: int
) -> CountCheckMeasure:
    return CountCheckMeasure(
        node="hall",
        at_ns=at_ns,
        kind=kind,
        counted=counted,
        people=people,
        uncertainty=uncertainty,
        passages=passages,
    )


NIGHT = at("23:59") + 61 * SECOND
CHECKS = [
    checked(at("00:00"), "closing", 9, 0, 1, 40),  # the night before, of no day of this period
    checked(at("10:30"), "recount", 1, 3, 1, 3),
    checked(NIGHT, "closing", 1, 0, 1, 2),
    checked(NIGHT + 24 * 3600 * SECOND, "closing", 5, 0, 1, 8),  # the night after the next day
]


def voted(hours: str, answer: str, wait_min: float | None = None, *, too_fast: bool = False) -> VoteMeasure:
    return VoteMeasure(
        node="barometer",
        at_ns=at(hours),
        barometer="mood",
        question="mood",
        answer=answer,
        too_fast=too_fast,
        wait_s=None if wait_min is None else 60.0 * wait_min,
    )


VOTES = [
    voted("10:00", "yes", 5),
    voted("10:01", "yes", 5, too_fast=True),
    voted("11:00", "yes", 9.9),
    voted("12:00", "yes", 10),
    voted("13:00", "so-so", 20),
    voted("14:00", "no"),
]


def ticked(hours: str, answer: str, *, withdrawn: bool = False) -> PaperMeasure:
    return PaperMeasure(
        node="dashboard",
        at_ns=at(hours),
        barometer="mood",
        question="mood",
        answer=answer,
        sheet=hours,
        by="anne",
        withdrawn=withdrawn,
    )


PAPER = [
    *(ticked(f"15:0{minute}", "no") for minute in range(3)),
    ticked("15:03", "yes"),
    ticked("15:04", "yes", withdrawn=True),
]


def flowed(hours: str, way: Any, people: int) -> FlowMeasure:
    return FlowMeasure(node="hall", at_ns=at(hours), way=way, people=people, span_s=1800)


FLOWS = [
    flowed("10:00", "kiosk", 6),
    flowed("10:00", "online", 1),
    flowed("10:00", "concierge", 1),
    flowed("10:00", "none", -2),  # who entered before ten took a ticket after it
    flowed("10:30", "kiosk", 2),
    flowed("10:30", "none", 12),
]


def used(hours: str, kind: Any, subject: str, minutes: float, times: int = 0) -> UseMeasure:
    return UseMeasure(
        node="hall",
        at_ns=at(hours),
        kind=kind,
        subject=subject,
        taken_s=60.0 * minutes,
        span_s=1800,
        times=times,
    )


USES = [
    used("10:00", "seat", "seat-1", 30),
    used("10:00", "seat", "seat-2", 0),
    used("10:30", "seat", "seat-1", 15, times=1),
    used("10:30", "seat", "seat-2", 0),
    used("14:00", "room", "salon", 30),
    used("17:30", "room", "salon", 30),  # closed by then
]


def taken(hours: str, kind: Any, subject: str, *, is_taken: bool) -> PresenceMeasure:
    return PresenceMeasure(node="counter", at_ns=at(hours), kind=kind, subject=subject, taken=is_taken)


PRESENCE = [
    taken("09:00", "seat", "seat-2", is_taken=False),
    taken("10:00", "seat", "seat-1", is_taken=True),
    taken("11:00", "seat", "seat-1", is_taken=False),
    taken("14:00", "room", "salon", is_taken=True),
    taken("18:00", "room", "salon", is_taken=False),  # an hour of it after closing
]


def happened(kind: str, times: int, node: str) -> list[EventMeasure]:
    return [
        EventMeasure(node=node, at_ns=at("10:00") + n, type=kind, run="a1", seq=n, undated=False)
        for n in range(times)
    ]


EVENTS = [
    *happened("ticket.drawn", 9, "kiosk-a"),
    *happened("direction.given", 2, "kiosk-a"),
    *happened("node.started", 1, "kiosk-a"),
    *happened("time.passed", 510, "hall"),
]


def broken(hours: str, state: Any) -> DeviceMeasure:
    return DeviceMeasure(node="kiosk-a", at_ns=at(hours), device="kiosk", state=state, detail="")


def silent(hours: str, node: str, minutes: float) -> SilenceMeasure:
    return SilenceMeasure(node="hall", at_ns=at(hours), subject=node, silent_s=60.0 * minutes, span_s=1800)


SILENCES = [
    silent("10:00", "panel-one", 30),
    silent("10:30", "panel-one", 21),  # 51 minutes of 510
    silent("18:00", "kiosk-b", 30),  # closed by then
]

# 51 minutes of 510.
DEVICES = [broken("09:00", "ok"), broken("15:00", "failed"), broken("15:51", "ok")]

DAY: list[AnyMeasure] = [
    *WAITS,
    *COUNTS,
    *CHECKS,
    *VOTES,
    *PAPER,
    *FLOWS,
    *USES,
    *PRESENCE,
    *EVENTS,
    *DEVICES,
    *SILENCES,
]
