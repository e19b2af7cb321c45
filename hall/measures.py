"""What the hall measures: typed values, one kind a measurement of the store.

A measure's series and nanosecond come from the event it is about, so that writing it again
overwrites the same point: undo, late events and corrections rewrite the same key with all fields.
``TAGS`` (besides ``node``) can never change once written; everything else is a field.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

import msgspec


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the store: ``node`` and civil ``at_ns`` of the event it is about."""

    NAME: ClassVar[str]
    TAGS: ClassVar[tuple[str, ...]] = ()

    node: str
    at_ns: int


class EventMeasure(Measure, frozen=True, kw_only=True):
    """One point for each journalled event: what the ledger counts."""

    NAME: ClassVar[str] = "event"
    TAGS: ClassVar[tuple[str, ...]] = ("type",)

    type: str
    run: str
    seq: int
    undated: bool


Outcome = Literal["waiting", "called", "served", "unserved", "transferred", "left", "no_show", "undone"]


class WaitMeasure(Measure, frozen=True, kw_only=True):
    """One wait for one service, filed under the event that opened it (ticket drawn, or transferred).

    Durations in seconds, None while unknown: wait (arrival to call), walk (call to start), service
    (start to end), stay (arrival to end); ``promised_*`` what the ticket announced. A wait that ended
    without a call (``left``) has ``wait_s`` set to the time waited: it is censored, and counted as such.
    ``done`` is what the agent said was done, one of the site's outcomes. A wait that a taken-back press had
    opened is ``undone``, and in no figure. ``scored``: the queue alone decided the wait, so that it is held
    against the promise.
    """

    NAME: ClassVar[str] = "wait"
    TAGS: ClassVar[tuple[str, ...]] = ("service",)

    service: str
    visit: str
    outcome: Outcome
    desk: str
    wait_s: float | None
    walk_s: float | None
    service_s: float | None
    stay_s: float | None
    promised_median_s: float | None
    promised_p90_s: float | None
    done: str = ""
    scored: bool = True


class VoteMeasure(Measure, frozen=True, kw_only=True):
    """One press on the barometer.

    ``wait_s`` is the hall's recent wait when it was pressed (``hall.recent``), None while unknown. It is not
    the voter's own: a vote is anonymous, no ticket and nobody's wait can be found from it.
    """

    NAME: ClassVar[str] = "vote"
    TAGS: ClassVar[tuple[str, ...]] = ("barometer", "question", "answer")

    barometer: str
    question: str
    answer: str
    too_fast: bool
    wait_s: float | None = None


class PaperMeasure(Measure, frozen=True, kw_only=True):
    """One box ticked on a paper questionnaire, filed when an agent (``by``) entered it; never a vote.

    ``sheet`` is the same for all boxes of one paper. A withdrawn one is in no figure.
    """

    NAME: ClassVar[str] = "paper"
    TAGS: ClassVar[tuple[str, ...]] = ("barometer", "question", "answer")

    barometer: str
    question: str
    answer: str
    sheet: str
    by: str
    withdrawn: bool


class OccupancyMeasure(Measure, frozen=True, kw_only=True):
    """People inside after a passage or a recount; ``entered`` and ``left`` are 1 or 0 for this event."""

    NAME: ClassVar[str] = "occupancy"

    inside: int
    uncertainty: int
    entered: int
    left: int


class CountCheckMeasure(Measure, frozen=True, kw_only=True):
    """The doors' count met a certainty: a recount, or the empty tent of a day's end (``closing``).

    ``counted``, give or take ``uncertainty``, after so many ``passages``; really there were ``people``.
    """

    NAME: ClassVar[str] = "count_check"
    TAGS: ClassVar[tuple[str, ...]] = ("kind",)

    kind: Literal["recount", "closing"]
    counted: int
    people: int
    uncertainty: int
    passages: int


class PresenceMeasure(Measure, frozen=True, kw_only=True):
    """A seat or room became taken or free."""

    NAME: ClassVar[str] = "presence"
    TAGS: ClassVar[tuple[str, ...]] = ("kind", "subject")

    kind: Literal["seat", "room"]
    subject: str
    taken: bool


class DeviceMeasure(Measure, frozen=True, kw_only=True):
    """A device's state changed."""

    NAME: ClassVar[str] = "device"
    TAGS: ClassVar[tuple[str, ...]] = ("device",)

    device: str
    state: Literal["ok", "degraded", "failed"]
    detail: str


class WindMeasure(Measure, frozen=True, kw_only=True):
    """The wind in km/h: the highest gust since the measure before, and the mean."""

    NAME: ClassVar[str] = "wind"
    TAGS: ClassVar[tuple[str, ...]] = ("device",)

    device: str
    km_h: float
    mean_km_h: float


class UseMeasure(Measure, frozen=True, kw_only=True):
    """How long a seat or room was taken in a half-hour, filed at its beginning.

    ``taken_s`` of ``span_s`` seconds; ``times`` it was left after a minute or longer.
    """

    NAME: ClassVar[str] = "use"
    TAGS: ClassVar[tuple[str, ...]] = ("kind", "subject")

    kind: Literal["seat", "room"]
    subject: str
    taken_s: float
    span_s: float
    times: int


class SilenceMeasure(Measure, frozen=True, kw_only=True):
    """How long the hall did not hear a node (``subject``) in a half-hour, filed at its beginning.

    ``silent_s`` of ``span_s`` seconds, never zero: nothing is said of who was heard.
    """

    NAME: ClassVar[str] = "silence"
    TAGS: ClassVar[tuple[str, ...]] = ("subject",)

    subject: str
    silent_s: float
    span_s: float


class ChangesMeasure(Measure, frozen=True, kw_only=True):
    """What was changed in a ``month`` (2027-06) because of what visitors said, as ``by`` entered it.

    ``text`` has a change a line. A month's newest point is the one that counts.
    """

    NAME: ClassVar[str] = "changes"
    TAGS: ClassVar[tuple[str, ...]] = ("month",)

    month: str
    text: str
    by: str


class FlowMeasure(Measure, frozen=True, kw_only=True):
    """How many visitors took a way in a half-hour, filed at its beginning: ``hall.flows`` says how.

    ``people`` of the way ``none`` may be negative in a half-hour and adds up over a day.
    """

    NAME: ClassVar[str] = "flow"
    TAGS: ClassVar[tuple[str, ...]] = ("way",)

    way: Literal["kiosk", "online", "concierge", "none"]
    people: int
    span_s: float


AnyMeasure: TypeAlias = (
    EventMeasure
    | WaitMeasure
    | VoteMeasure
    | PaperMeasure
    | OccupancyMeasure
    | PresenceMeasure
    | DeviceMeasure
    | WindMeasure
    | UseMeasure
    | CountCheckMeasure
    | SilenceMeasure
    | FlowMeasure
    | ChangesMeasure
)
MEASURES: tuple[type[Measure], ...] = (
    EventMeasure,
    WaitMeasure,
    VoteMeasure,
    PaperMeasure,
    OccupancyMeasure,
    PresenceMeasure,
    DeviceMeasure,
    WindMeasure,
    UseMeasure,
    CountCheckMeasure,
    SilenceMeasure,
    FlowMeasure,
    ChangesMeasure,
)
