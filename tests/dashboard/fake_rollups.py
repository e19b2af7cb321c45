"""Plausible rollups from a formula: what a store answers of the past where a test asks it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract.topics import HALL
from hall.measures import CountCheckMeasure, FlowMeasure, Measure
from hall.rollups.histogram import Histogram
from hall.rollups.kinds import (
    DeviceDay,
    OccupancyHalfHour,
    PresenceRollup,
    VoteRollup,
    WaitRollup,
)
from hall.store.interface import Span

PARIS = ZoneInfo("Europe/Paris")
SERVICES = ("information", "dossier", "en-ligne", "multiservices", "conciergerie", "etat-civil", "familles")
ANSWERS = ("tout-a-fait", "plutot", "pas-vraiment", "pas-du-tout")
SEATS = ("place-1", "place-2", "place-3", "place-4")
DEVICES = (("borne-a", "imprimante"), ("guichet-info", "pupitre"))


def rollups(kind: type[Measure], span: Span, tags: Mapping[str, str], until_ns: int | None) -> list[Any]:
    """Weekdays from half past eight to seven, as far as they have passed."""
    found = []
    for start_ns in _starts(kind, span):
        if until_ns is None or start_ns < until_ns:
            found += [
                one
                for one in _of(kind, start_ns)
                if all(getattr(one, name) == value for name, value in tags.items())
            ]
    return found


def _starts(kind: type[Measure], span: Span) -> Iterator[int]:
    day = datetime.fromtimestamp(span.start_ns // SECOND, PARIS).replace(hour=0, minute=0, second=0)
    while (midnight_ns := round(day.timestamp()) * SECOND) < span.end_ns:
        if day.weekday() < 5:
            steps = (
                [0]
                if kind.NAME.endswith("_day")
                else [hour * 3600 + 1800 * half for hour in range(9, 18) for half in _halves(kind)]
            )
            yield from (midnight_ns + step * SECOND for step in steps)
        day += timedelta(days=1)


def _halves(kind: type[Measure]) -> tuple[int, ...]:
    return (0, 1) if kind is OccupancyHalfHour else (0,)


def wave(start_ns: int, low: float, high: float) -> float:
    turn = math.sin(start_ns / SECOND / 3600 * 1.3) * 0.6 + math.sin(start_ns / SECOND / 7000) * 0.4
    return low + (high - low) * (turn + 1) / 2


def _of(kind: type[Measure], at_ns: int) -> list[Any]:
    key = {"at_ns": at_ns, "node": HALL}
    if issubclass(kind, WaitRollup):
        parts = [_waits(at_ns + place * 9000 * SECOND, kind) for place in range(len(SERVICES))]
        whole = [wait for part in parts for wait in part]
        return [
            kind(**key, service=service, **_wait_values(waits))
            for service, waits in (("", whole), *zip(SERVICES, parts, strict=True))
        ]
    if issubclass(kind, VoteRollup):
        scale = 8 if kind.NAME.endswith("_day") else 1
        return [
            kind(
                **key,
                barometer="barometre-19",
                question="a-l-aise",
                answer=answer,
                votes=round(scale * wave(at_ns, 2, 12) / (place + 1)),
                too_fast=place,
            )
            for place, answer in enumerate(ANSWERS)
        ]
    if issubclass(kind, PresenceRollup):
        scale = 8 if kind.NAME.endswith("_day") else 1
        return [
            kind(**key, kind="seat", subject=seat, times=3 * scale, taken_s=scale * wave(at_ns, 500, 3000))
            for seat in SEATS
        ]
    if kind is OccupancyHalfHour:
        mean = wave(at_ns, 12, 52)
        people = round(mean)
        return [
            OccupancyHalfHour(
                **key,
                mean=mean,
                maximum=round(mean * 1.3),
                uncertainty=3,
                entered=people,
                left=people - 2,
                known_s=1800.0,
            )
        ]
    if kind is FlowMeasure:
        return [
            FlowMeasure(**key, way=way, people=people, span_s=1800.0)
            for way, people in (("kiosk", 9), ("online", 2), ("concierge", 1), ("none", 7))
        ]
    if kind is CountCheckMeasure:
        return [CountCheckMeasure(**key, kind="recount", counted=31, people=29, uncertainty=3, passages=40)]
    if kind is DeviceDay:
        return [
            DeviceDay(
                at_ns=at_ns,
                node=node,
                device=device,
                state="ok",
                changes=place,
                failed_s=place * wave(at_ns, 0, 5000),
                known_s=86_400.0,
            )
            for place, (node, device) in enumerate(((HALL, ""), *DEVICES))
        ]
    return []


def _waits(at_ns: int, kind: type[Measure]) -> list[float]:
    mean = wave(at_ns, 180, 1200)
    count = 24 if kind.NAME.endswith("_day") else 4
    return sorted(mean * (0.3 + 1.5 * place / count) for place in range(count))


def _wait_values(waits: list[float]) -> dict[str, Any]:
    count = len(waits)
    waits = sorted(waits)
    return {
        "drawn": count + count // 6,
        "served": count - count // 20,
        "left": count // 8,
        "no_show": count // 20,
        "called": count,
        "median_s": waits[count // 2],
        "p90_s": waits[round(0.9 * count) - 1],
        "waits": Histogram.of(waits).text,
        "promised": count,
        "waited": count,
        "covered": round(0.9 * count),
        "error_s": 30.0 * count,
        "pinball50_s": 70.0 * count,
        "pinball90_s": 40.0 * count,
        "censored": count // 8,
        "censored_beyond": count // 20,
    }
