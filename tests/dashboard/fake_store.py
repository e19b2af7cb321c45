"""A store that answers four plausible weeks from a formula, or nothing when it is away."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from hall.measures import AnyMeasure
from hall.recent import WaitBand
from hall.store.interface import (
    ANY,
    DeviceRow,
    Every,
    OccupancyRow,
    PaperRow,
    PresenceRow,
    Span,
    StoredRow,
    StoreUnavailableError,
    SumRow,
    TicketRow,
    TypeRow,
    VoteRow,
    WaitRow,
    Written,
)
from tests.dashboard.fake_rollups import ANSWERS, SERVICES, rollups


class FakeStore:
    name = "essai"

    def __init__(self, *, away: bool = False, now_ns: int | None = None, empty: bool = False) -> None:
        self.away, self.now_ns, self.empty = away, now_ns, empty
        self.asked: list[tuple[Span, Every]] = []
        self.spans: list[Span] = []

    def _buckets(self, span: Span, every: Every) -> list[int]:
        if self.away:
            raise StoreUnavailableError("the store is away")
        if self.empty:
            return []
        self.asked.append((span, every))
        zone = ZoneInfo(every.timezone)
        step = (every.minutes or 24 * 60) * 60 * SECOND
        starts = range(span.start_ns, span.end_ns, step)
        if len(starts) <= 1:
            return list(starts)
        kept = []
        for start in starts:
            local = datetime.fromtimestamp(start / SECOND, zone)
            open_now = every.minutes == 0 or 8.5 <= local.hour + local.minute / 60 < 19
            if local.weekday() < 5 and open_now and (self.now_ns is None or start < self.now_ns):
                kept.append(start)
        return kept

    @staticmethod
    def _wave(start_ns: int, low: float, high: float) -> float:
        turn = math.sin(start_ns / SECOND / 3600 * 1.3) * 0.6 + math.sin(start_ns / SECOND / 7000) * 0.4
        return low + (high - low) * (turn + 1) / 2

    def write(self, measures: Sequence[AnyMeasure]) -> Written:
        return Written(len(measures), 0, [])

    def waits(self, span: Span, every: Every, *, target_s: int, by_service: bool) -> list[WaitRow]:
        rows = []
        for start in self._buckets(span, every):
            for place, name in enumerate(SERVICES if by_service else ("",)):
                median = self._wave(start + place * 9000 * SECOND, 180, 1200)
                count = round(self._wave(start, 8, 40))
                rows.append(
                    WaitRow(
                        start, name, count, median, median * 1.9, round(count * 0.8), count // 12, count // 20
                    )
                )
        return rows

    def tickets(self, span: Span, every: Every) -> list[TicketRow]:
        rows = []
        for start in self._buckets(span, every):
            for place, name in enumerate(SERVICES):
                drawn = round(self._wave(start + place * 5000 * SECOND, 2, 9) * (1 if every.minutes else 6))
                rows.append(TicketRow(start, name, drawn, max(0, drawn - 1), drawn // 9, drawn // 15))
        return rows

    def occupancy(self, span: Span, every: Every) -> list[OccupancyRow]:
        return [
            OccupancyRow(
                start, mean := self._wave(start, 12, 52), round(mean * 1.3), round(mean), round(mean) - 2
            )
            for start in self._buckets(span, every)
        ]

    def votes(
        self, span: Span, every: Every, barometer: str, waiting: WaitBand | None = None
    ) -> list[VoteRow]:
        parts = 3 if waiting else 1
        return [
            VoteRow(start, "a-l-aise", answer, round(self._wave(start, 2, 12) / (place + 1)) // parts, place)
            for start in self._buckets(span, every)
            for place, answer in enumerate(ANSWERS)
        ]

    def paper(self, span: Span, every: Every, barometer: str) -> list[PaperRow]:
        return [
            PaperRow(start, "a-l-aise", answer, 4 - place)
            for start in self._buckets(span, every)
            for place, answer in enumerate(ANSWERS)
        ]

    def presence(self, span: Span) -> list[PresenceRow]:
        return []

    def devices(self, span: Span) -> list[DeviceRow]:
        return []

    def points(self, kind: type[Any], span: Span, tags: Mapping[str, str] = ANY) -> list[Any]:
        if self.away:
            raise StoreUnavailableError("the store is away")
        self.spans.append(span)
        return [] if self.empty else rollups(kind, span, tags, self.now_ns)

    def sums(self, kind: type[Any], span: Span, fields: Sequence[str]) -> list[SumRow]:
        found: dict[tuple[str, ...], list[float]] = {}
        for point in self.points(kind, span):
            tags = tuple(getattr(point, tag) for tag in (*kind.TAGS, "node"))
            sums = found.setdefault(tags, [0.0] * len(fields))
            for place, field in enumerate(fields):
                sums[place] += getattr(point, field)
        return [SumRow(tags, tuple(sums)) for tags, sums in sorted(found.items())]

    def stored(self, span: Span) -> list[StoredRow]:
        return []

    def stored_by_type(self, span: Span) -> list[TypeRow]:
        return []

    def close(self) -> None:
        pass
