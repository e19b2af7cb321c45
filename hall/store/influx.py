"""The store of a real site: InfluxDB 2.x.

Written synchronously as ready line protocol: influxdb-client's batching writer gives up after five
tries and drops, and the journal's cursor already knows what is to be written again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

from hall.measures import Measure
from hall.recent import WaitBand
from hall.rollups.kinds import AnyPoint
from hall.store.buckets import Run, runs
from hall.store.influxql import Bucket, Row
from hall.store.interface import (
    ANY,
    DeviceRow,
    EventRow,
    Every,
    OccupancyRow,
    PaperRow,
    Point,
    PresenceRow,
    Refused,
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
from hall.store.isolate import RefusedBatchError, send_isolating
from hall.store.lines import UNKNOWN, line_of, tag_text
from hall.store.shape import SHAPES, UnfitError
from hall.store.states import (
    PRESENCE_LOOK_BACK_NS,
    DeviceChange,
    PresenceChange,
    device_rows,
    presence_rows,
)

BATCH = 5_000
"""Lines in a request: 264,000 lines a second on two cores; larger ones gain nothing."""

_OUTSIDE_RETENTION = re.compile(r"dropped (\d+) points? outside retention policy")

_SERVED = """("outcome" = 'served' OR "outcome" = 'transferred')"""
_CALLED = f""""wait_s" >= 0 AND (
    {_SERVED} OR "outcome" = 'called' OR "outcome" = 'unserved' OR "outcome" = 'no_show')"""
"""Waits that ended in a call; one not known is stored below zero (``lines.UNKNOWN``)."""


class _Part(NamedTuple):
    """A part of a question: what is selected of the points that a condition lets through."""

    selected: str
    condition: str = ""


_Key: TypeAlias = tuple[Any, ...]
"""A bucket's start, then tags in the order they were asked for."""


class InfluxStore:
    """Measures in one bucket of InfluxDB 2.x. Safe to use from several threads.

    Args:
        bucket: where they are.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._version = ""

    @property
    def name(self) -> str:
        """See Store."""
        if not self._version:
            try:
                self._version = self._bucket.version()
            except StoreUnavailableError:
                return "InfluxDB"
        return f"InfluxDB {self._version}"

    def write(self, measures: Sequence[AnyPoint]) -> Written:
        """See Store. InfluxDB drops points older than the bucket's retention; they are counted."""
        refused, fit, lines = list[Refused](), list[AnyPoint](), list[str]()
        for measure in measures:
            try:
                lines.append(line_of(measure))
            except UnfitError as reason:
                refused.append(Refused(measure, str(reason)))
            else:
                fit.append(measure)
        outside = 0
        for start in range(0, len(lines), BATCH):
            sent = send_isolating(lines[start : start + BATCH], self._send)
            outside += sent.answered
            refused += [Refused(fit[start + culprit.place], culprit.reason) for culprit in sent.culprits]
        return Written(len(measures) - len(refused) - outside, outside, refused)

    def _send(self, lines: Sequence[str]) -> int:
        """Write lines; how many of them were outside retention."""
        try:
            self._bucket.write(lines)
        except RefusedBatchError as refusal:
            dropped = _OUTSIDE_RETENTION.search(str(refusal))
            if dropped is None:
                raise
            return int(dropped[1])
        return 0

    def waits(self, span: Span, every: Every, *, target_s: int, by_service: bool) -> list[WaitRow]:
        """See Store."""
        called, within, left, no_show = self._by_bucket(
            "wait",
            span,
            every,
            ("service",) if by_service else (),
            [
                _Part('COUNT("wait_s"), MEDIAN("wait_s"), PERCENTILE("wait_s", 90)', _CALLED),
                _Part('COUNT("wait_s")', f'{_CALLED} AND "wait_s" <= $target'),
                _Part('COUNT("outcome")', "\"outcome\" = 'left'"),
                _Part('COUNT("outcome")', "\"outcome\" = 'no_show'"),
            ],
            target=target_s,
        )
        rows = []
        for key in sorted({*called, *left, *no_show}):
            count, *quantiles = called.get(key, (0, None, None))
            median, p90 = (None if value is None else float(value) for value in quantiles)
            start_ns, service = key if by_service else (*key, "")
            rows.append(
                WaitRow(
                    start_ns,
                    service,
                    count,
                    median,
                    p90,
                    _count(within, key),
                    _count(left, key),
                    _count(no_show, key),
                )
            )
        return rows

    def tickets(self, span: Span, every: Every) -> list[TicketRow]:
        """See Store."""
        outcomes = (
            "\"outcome\" <> 'undone'",
            _SERVED,
            "\"outcome\" = 'left'",
            "\"outcome\" = 'no_show'",
        )
        parts = [_Part('COUNT("outcome")', outcome) for outcome in outcomes]
        drawn, served, left, no_show = self._by_bucket("wait", span, every, ("service",), parts)
        return [
            TicketRow(start, service, found[0], _count(served, key), _count(left, key), _count(no_show, key))
            for key, found in sorted(drawn.items())
            for start, service in [key]
        ]

    def occupancy(self, span: Span, every: Every) -> list[OccupancyRow]:
        """See Store."""
        selected = 'MEAN("inside"), MAX("inside"), SUM("entered"), SUM("left")'
        (found,) = self._by_bucket("occupancy", span, every, (), [_Part(selected)])
        return [
            OccupancyRow(start_ns, float(mean), maximum, entered, left)
            for (start_ns,), (mean, maximum, entered, left) in sorted(found.items())
        ]

    def votes(
        self, span: Span, every: Every, barometer: str, waiting: WaitBand | None = None
    ) -> list[VoteRow]:
        """See Store."""
        asked = f'"barometer" = $barometer{_while_waiting(waiting)}'
        parts = [
            _Part('COUNT("too_fast")', f'{asked} AND "too_fast" = {too_fast}')
            for too_fast in ("false", "true")
        ]
        votes, too_fast = self._by_bucket(
            "vote", span, every, ("question", "answer"), parts, barometer=tag_text(barometer)
        )
        return [
            VoteRow(start_ns, question, answer, _count(votes, key), _count(too_fast, key))
            for key in sorted({*votes, *too_fast})
            for start_ns, question, answer in [key]
        ]

    def paper(self, span: Span, every: Every, barometer: str) -> list[PaperRow]:
        """See Store."""
        kept = _Part('COUNT("withdrawn")', '"barometer" = $barometer AND "withdrawn" = false')
        tags = ("question", "answer")
        (found,) = self._by_bucket("paper", span, every, tags, [kept], barometer=tag_text(barometer))
        return [
            PaperRow(start_ns, question, answer, count)
            for (start_ns, question, answer), (count,) in sorted(found.items())
        ]

    def presence(self, span: Span) -> list[PresenceRow]:
        """See Store."""
        if span.is_empty:
            return []
        since_ns = span.start_ns - PRESENCE_LOOK_BACK_NS
        tags = ("kind", "subject", "node")
        (rows,) = self._bucket.ask([_select('"taken"', "presence", _between(since_ns, span.end_ns), tags)])
        return presence_rows(
            span,
            (PresenceChange(row.tags["kind"], row.tags["subject"], row.at_ns, row.values[0]) for row in rows),
        )

    def devices(self, span: Span) -> list[DeviceRow]:
        """See Store."""
        if span.is_empty:
            return []
        tags, within = ("node", "device"), _between(span.start_ns, span.end_ns)
        last, changes = self._bucket.ask(
            [
                _select('LAST("state"), "detail"', "device", _between(0, span.start_ns), tags),
                _select('"state", "detail"', "device", within, tags),
            ]
        )
        return device_rows(
            span,
            (
                DeviceChange(row.tags["node"], row.tags["device"], row.at_ns, *row.values)
                for row in [*last, *changes]
            ),
        )

    def stored(self, span: Span) -> list[StoredRow]:
        """See Store."""
        rows = self._within(span, 'COUNT("seq")', "event", ("node",))
        return sorted((StoredRow(row.tags["node"], row.values[0]) for row in rows), key=lambda row: row.node)

    def events(self, span: Span) -> list[EventRow]:
        """See Store."""
        rows = self._within(span, '"run", "seq"', "event", ("node", "type"))
        events = (EventRow(row.tags["node"], row.tags["type"], row.at_ns, *row.values) for row in rows)
        return sorted(events, key=lambda row: (row.node, row.at_ns, row.type))

    def stored_by_type(self, span: Span) -> list[TypeRow]:
        """See Store."""
        rows = self._within(span, 'COUNT("seq")', "event", ("node", "type"))
        counts = (TypeRow(row.tags["node"], row.tags["type"], row.values[0]) for row in rows)
        return sorted(counts, key=lambda row: (row.node, row.type))

    def _within(self, span: Span, selected: str, measurement: str, tags: tuple[str, ...]) -> list[Row]:
        """Points of the span, by tags."""
        if span.is_empty:
            return []
        within = _between(span.start_ns, span.end_ns)
        (rows,) = self._bucket.ask([_select(selected, measurement, within, tags)])
        return rows

    def points(self, kind: type[Point], span: Span, tags: Mapping[str, str] = ANY) -> list[Point]:
        """See Store."""
        if span.is_empty:
            return []
        shape = SHAPES[kind]
        selected = ", ".join(f'"{column.name}"' for column in shape.fields)
        condition = _between(span.start_ns, span.end_ns) + "".join(f' AND "{tag}" = ${tag}' for tag in tags)
        (rows,) = self._bucket.ask(
            [_select(selected, shape.name, condition, shape.tags)],
            **{name: tag_text(text) for name, text in tags.items()},
        )
        keyed = sorted((row.at_ns, [row.tags[tag] for tag in shape.tags], row.values) for row in rows)
        return [kind(**shape.values([*texts, at_ns, *values])) for at_ns, texts, values in keyed]

    def sums(self, kind: type[Measure], span: Span, fields: Sequence[str]) -> list[SumRow]:
        """See Store."""
        shape = SHAPES[kind]
        selected = ", ".join(f'sum("{field}")' for field in shape.summed(fields))
        if span.is_empty:
            return []
        (rows,) = self._bucket.ask(
            [_select(selected, shape.name, _between(span.start_ns, span.end_ns), shape.tags)]
        )
        found = [
            SumRow(tuple(row.tags[tag] for tag in shape.tags), tuple(value or 0 for value in row.values))
            for row in rows
        ]
        return sorted(found, key=attrgetter("tags"))

    def close(self) -> None:
        """See Store."""
        self._bucket.close()

    def _by_bucket(
        self,
        measurement: str,
        span: Span,
        every: Every,
        tags: tuple[str, ...],
        parts: Sequence[_Part],
        **parameters: str | int,
    ) -> list[dict[_Key, list[Any]]]:
        """For each part, what it selects by bucket and tags; buckets that hold nothing are left out."""
        found: list[dict[_Key, list[Any]]] = [{} for _ in parts]
        cut = runs(span, every)
        answers = self._bucket.ask(
            [_statement(measurement, run, tags, part) for run in cut for part in parts], **parameters
        )
        for index, rows in enumerate(answers):
            for row in rows:
                found[index % len(parts)][row.at_ns, *(row.tags[tag] for tag in tags)] = row.values
        return found


def _statement(measurement: str, run: Run, tags: tuple[str, ...], part: _Part) -> str:
    condition = _between(run.start_ns, run.end_ns) + (part.condition and f" AND {part.condition}")
    return _select(part.selected, measurement, condition, tags, run)


def _between(start_ns: int, end_ns: int) -> str:
    """Both bounds, always: InfluxQL's open end is the machine's own now, not the civil clock's."""
    return f"time >= {start_ns} AND time < {end_ns}"


def _select(
    selected: str, measurement: str, condition: str, tags: tuple[str, ...], run: Run | None = None
) -> str:
    groups = [f'"{tag}"' for tag in tags]
    ending = ""
    if run:
        groups.append(f"time({run.width_ns}ns, {run.first_ns % run.width_ns}ns)")
        ending = " fill(none)"
    grouping = f" GROUP BY {', '.join(groups)}{ending}" if groups else ""
    return f'SELECT {selected} FROM "{measurement}" WHERE {condition}{grouping}'  # noqa: S608 - values are parameters


def _while_waiting(band: WaitBand | None) -> str:
    """A condition on the hall's recent waits; one not known is stored below zero (``lines.UNKNOWN``)."""
    if band is None:
        return ""
    upper = "" if band.to_s is None else f' AND "wait_s" < {band.to_s}'
    return f' AND "wait_s" >= {band.from_s}{upper}'


def _count(found: dict[_Key, list[Any]], key: _Key) -> int:
    count: int = found[key][0] if key in found else 0
    return count


def _known(seconds: float) -> float | None:
    """A duration as it was measured: one not known is stored as ``lines.UNKNOWN``."""
    return None if seconds == UNKNOWN else float(seconds)
