"""What a store of measures does, whichever it is: InfluxDB 2.x on a real site, SQLite with none configured.

Every span has both bounds, and they come from the civil clock: a store never asks what time it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol, TypeVar

import msgspec

from hall.measures import Measure
from hall.recent import WaitBand
from hall.rollups.kinds import AnyPoint

Point = TypeVar("Point", bound=Measure)

ANY: Final[Mapping[str, str]] = MappingProxyType({})
"""No condition on tags."""


class StoreError(Exception):
    """Base of what a store raises."""


class StoreUnavailableError(StoreError, ConnectionError):
    """The store cannot be reached now: nothing was decided about the measures, try again later."""


class Refused(NamedTuple):
    """A measure that the store will never take, and its reason."""

    measure: AnyPoint
    reason: str


class Written(NamedTuple):
    """How a write ended: counts of points written and outside retention, and what was refused."""

    points: int
    outside_retention: int
    refused: list[Refused]


class Span(msgspec.Struct, frozen=True):
    """From ``start_ns`` up to, not including, ``end_ns`` (civil)."""

    start_ns: int
    end_ns: int

    @property
    def is_empty(self) -> bool:
        """Whether no nanosecond lies in it: it holds nothing, and asking is no error."""
        return self.end_ns <= self.start_ns


class Every(msgspec.Struct, frozen=True):
    """Buckets of a query: ``minutes`` long, or local days of ``timezone`` when ``minutes`` is 0.

    Buckets in minutes are aligned to the span's start. A day's bucket begins at its midnight, also where
    the span begins within that day. A query answers only buckets that hold something, ordered by start,
    then by service, or question and answer.
    """

    minutes: int
    timezone: str


class WaitRow(msgspec.Struct, frozen=True):
    """Waits that began in the bucket. ``service`` is empty when services are taken together.

    ``count``, ``median_s``, ``p90_s`` (nearest rank) and ``within_target`` are over waits that ended in
    a call; ``left`` counts those who left before, ``no_show`` those called who did not come.
    """

    start_ns: int
    service: str
    count: int
    median_s: float | None
    p90_s: float | None
    within_target: int
    left: int
    no_show: int


class OccupancyRow(msgspec.Struct, frozen=True):
    """People inside: mean over the bucket's points and maximum; entries and exits."""

    start_ns: int
    mean: float
    maximum: int
    entered: int
    left: int


class VoteRow(msgspec.Struct, frozen=True):
    """Votes of one answer; ``too_fast`` are counted apart and not in ``votes``."""

    start_ns: int
    question: str
    answer: str
    votes: int
    too_fast: int


class PaperRow(msgspec.Struct, frozen=True):
    """Boxes ticked for one answer on the paper questionnaires entered in the bucket; no votes."""

    start_ns: int
    question: str
    answer: str
    sheets: int


class TicketRow(msgspec.Struct, frozen=True):
    """Visits by the service and bucket their wait began in, and how they ended so far."""

    start_ns: int
    service: str
    drawn: int
    served: int
    left: int
    no_show: int


class DeviceRow(msgspec.Struct, frozen=True):
    """A device over the span: its last known state, changes, and seconds in state ``failed``.

    The state may be older than the span; ``since_ns`` is when it began as far as the span and the last
    change before it tell. ``changes`` counts changes to another state; ``detail`` is the latest one.
    """

    node: str
    device: str
    state: str
    since_ns: int
    changes: int
    failed_s: float
    detail: str = ""


class PresenceRow(msgspec.Struct, frozen=True):
    """A seat or room over the span: how often it became taken, and for how many seconds.

    A state lasts until the next change or the span's end: ask up to now, not into the future. What was
    last heard of more than three hours before the span is unknown at its start, not taken.
    """

    kind: str
    subject: str
    times: int
    taken_s: float


class SumRow(msgspec.Struct, frozen=True):
    """Fields of one series added up over the span, in the order they were asked for.

    ``tags`` are its texts in the order of the kind's ``TAGS``, then its node.
    """

    tags: tuple[str, ...]
    sums: tuple[float, ...]


class StoredRow(msgspec.Struct, frozen=True):
    """Events of one node that the store answers: the ledger's ``stored``."""

    node: str
    events: int


class EventRow(msgspec.Struct, frozen=True):
    """One event point: what was stored, of whom, with its identity within the node."""

    node: str
    type: str
    at_ns: int
    run: str
    seq: int


class TypeRow(msgspec.Struct, frozen=True):
    """Events of one node and type: what was pressed, drawn, counted, so many times."""

    node: str
    type: str
    events: int


class Store(Protocol):
    """Where measures go and what pages ask. All methods raise StoreUnavailableError."""

    @property
    def name(self) -> str:
        """What people read: ``InfluxDB 2.8.0`` or ``SQLite``; without a version while it cannot be asked."""
        ...

    def write(self, measures: Sequence[AnyPoint]) -> Written:
        """Write, overwriting points of the same series and nanosecond whole; None overwrites a value.

        One bad measure refuses only itself. Refused at both stores: a tag longer than 1,000 characters or
        another text longer than 10,000, numbers that are not finite or fit no 64 bits, a negative duration,
        a time before 1970, and what is not of its annotated type. Any text is taken, empty tags too.
        """
        ...

    def waits(self, span: Span, every: Every, *, target_s: int, by_service: bool) -> list[WaitRow]:
        """Waits by bucket (and service); ``within_target`` counts waits of at most ``target_s``."""
        ...

    def tickets(self, span: Span, every: Every) -> list[TicketRow]:
        """Visits by bucket and service."""
        ...

    def occupancy(self, span: Span, every: Every) -> list[OccupancyRow]:
        """People inside by bucket."""
        ...

    def votes(
        self, span: Span, every: Every, barometer: str, waiting: WaitBand | None = None
    ) -> list[VoteRow]:
        """Votes by bucket, question and answer; with ``waiting`` those cast while the hall's waits were such.

        Votes of a time whose waits are not known are in no band.
        """
        ...

    def paper(self, span: Span, every: Every, barometer: str) -> list[PaperRow]:
        """Answers on paper by bucket, question and answer; withdrawn sheets left out."""
        ...

    def presence(self, span: Span) -> list[PresenceRow]:
        """Use of seats and rooms over the span."""
        ...

    def devices(self, span: Span) -> list[DeviceRow]:
        """Device states over the span."""
        ...

    def stored(self, span: Span) -> list[StoredRow]:
        """Event points by node."""
        ...

    def events(self, span: Span) -> list[EventRow]:
        """Every event point, ordered by node, date and type: for whoever counts one by one."""
        ...

    def points(self, kind: type[Point], span: Span, tags: Mapping[str, str] = ANY) -> list[Point]:
        """The points of one kind as they were written, ordered by date, then tags and node.

        Args:
            kind: a measure or a rollup.
            span: their dates.
            tags: only points with these values; each must be a tag of the kind, or ``node``.
        """
        ...

    def sums(self, kind: type[Measure], span: Span, fields: Sequence[str]) -> list[SumRow]:
        """Number fields of one kind added up by series (all its tags and node), in the order of the tags.

        What sums up months need not carry every day to whoever asks. Raises ValueError for a field that is
        no number, or that may be unknown.
        """
        ...

    def stored_by_type(self, span: Span) -> list[TypeRow]:
        """Event points by node and type, in their order."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
