"""What the hall decided, in the past tense: the journal keeps each with the event that caused it.

A decision carries the whole value it puts in place (see ``hall.state``), so that applying it decides
nothing, and the store can be filled again from the journal alone. Fields may be added with
a default; none may change its meaning: journals outlive the code.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from broker.contract.messages import PrintOutcome
from broker.contract.settings import SettingChange
from hall.polls import Sheet
from hall.space import (
    Border,
    Crowd,
    Device,
    Forgotten,
    HalfHour,
    Help,
    Occupancy,
    Recount,
    Usual,
    WeatherAlert,
    WeatherReading,
    Wind,
)
from hall.state import Day, Tally
from hall.visit import Desk, Learned, PublicCall, Undo, Unlearned, Visit, VisitState

Reason: TypeAlias = Literal[
    "",
    "already_acknowledged",
    "already_raised",
    "already_started",
    "changed_meanwhile",
    "closed",
    "closed_day",
    "contradictory",
    "empty_queue",
    "impossible",
    "no_call",
    "no_help",
    "no_step_free_desk",
    "not_allowed",
    "not_here",
    "not_waiting",
    "no_alert",
    "nothing_to_undo",
    "overtaken",
    "past",
    "recall_limit",
    "recalls_left",
    "repeated",
    "stale",
    "too_far",
    "too_late",
    "too_many",
    "too_soon",
    "unchanged",
    "unknown_barometer",
    "unknown_change",
    "unknown_desk",
    "unknown_outcome",
    "unknown_question",
    "unknown_room",
    "unknown_service",
    "unknown_ticket",
]
"""Why a request was refused, or what is to be known about one that was accepted."""


class Decided(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """What every decision is."""


# Days and sites ---------------------------------------------------------------------------------


class DayStarted(Decided, frozen=True, tag="day.started"):
    """A new local day: numbers and tallies begin again; nothing is erased from journal or store."""

    day: Day


class DayEnded(Decided, frozen=True, tag="day.ended"):
    """A local day is over. ``snapshot`` is the state at its end: what came before is never folded again."""

    day: Day
    tally: Tally
    snapshot: msgspec.Raw


class SiteApplied(Decided, frozen=True, tag="site.applied"):
    """Another site description rules from here on. ``fingerprint`` names it shortly."""

    site: msgspec.Raw
    fingerprint: str


# Tickets and visits -----------------------------------------------------------------------------


class NumberLeased(Decided, frozen=True, tag="number.leased"):
    """``kiosk`` alone may give ``number`` next for ``service``; ``letter`` has then counted to ``count``."""

    kiosk: str
    service: str
    number: str
    letter: str
    count: int


class TicketAdmitted(Decided, frozen=True, tag="ticket.admitted"):
    """A drawn ticket is in the queue (or, late, on the agents' list)."""

    visit: Visit


class TicketMissed(Decided, frozen=True, tag="ticket.missed"):
    """A ticket reached the hall after its day had ended: it counts for that day, nobody can be called."""

    visit: Visit


class PrintNoted(Decided, frozen=True, tag="print.noted"):
    """How the print of ``ticket`` ended."""

    ticket: str
    outcome: PrintOutcome


class PromiseMade(Decided, frozen=True, tag="promise.made"):
    """The wait announced to a visit (its median and 90th percentile); withheld promises make no decision."""

    visit: Visit


class PromiseScored(Decided, frozen=True, tag="promise.scored"):
    """A promise met the real wait: ``ratio`` is real to forecast; the service keeps its last ``kept``."""

    service: str
    ratio: float
    kept: int
    beyond_p90: bool


class WaitEnded(Decided, frozen=True, tag="wait.ended"):
    """A call ended a wait: what it teaches, if nobody takes it back."""

    wait: Unlearned


class WaitsLearned(Decided, frozen=True, tag="waits.learned"):
    """These tickets' calls can no longer be taken back: the estimator has learned from them."""

    tickets: list[str]


class TicketCalled(Decided, frozen=True, tag="ticket.called"):
    """A desk asks for a visitor. ``first``: this call ends the wait. ``public``: screens may show it.

    ``wait_s`` is the wait that it ends, where it is known and in the figures.
    """

    visit: Visit
    first: bool
    within_target: bool
    public: bool
    wait_s: float | None = None


class TicketRecalled(Decided, frozen=True, tag="ticket.recalled"):
    """The same call again."""

    visit: Visit
    public: bool


class TicketReleased(Decided, frozen=True, tag="ticket.released"):
    """A visitor sent ahead to a desk that paused is back in the queue, with the first arrival."""

    visit: Visit


class TicketReturned(Decided, frozen=True, tag="ticket.returned"):
    """A visit is back in the queue with its first arrival; ``was`` is what it had been."""

    visit: Visit
    was: VisitState


class TicketRemoved(Decided, frozen=True, tag="ticket.removed"):
    """A visitor has left before being served; the visit stays at hand, it may have been a mistake."""

    visit: Visit


class TicketParked(Decided, frozen=True, tag="ticket.parked"):
    """A visitor steps aside from the desk; nobody calls a parked visit by accident."""

    visit: Visit


class TicketTransferred(Decided, frozen=True, tag="ticket.transferred"):
    """A visit goes on elsewhere with its first arrival; ``before`` is the wait that ended."""

    visit: Visit
    before: Visit


class TicketChanged(Decided, frozen=True, tag="ticket.changed"):
    """A visit was given priority or a desk without steps, or lost it."""

    visit: Visit


class TicketJoined(Decided, frozen=True, tag="ticket.joined"):
    """The ticket of a number that was called before the hall had heard of it has come: one visit.

    ``first``: only now is it known how long its visitor had waited.
    """

    visit: Visit
    first: bool = False
    within_target: bool = False


class NumberTaken(Decided, frozen=True, tag="number.taken"):
    """The hall gave ``number`` itself, to a visit without paper; its letter has then counted to ``count``."""

    number: str
    letter: str
    count: int


class UndoKept(Decided, frozen=True, tag="undo.kept"):
    """How the desk's latest request can be taken back."""

    desk: str
    undo: Undo


class RequestUndone(Decided, frozen=True, tag="request.undone"):
    """A request was taken back: the desk and the ``visits`` as they were; ``undo`` is what was kept for it.

    ``opened`` are the visits that it had opened, and that are no more; ``learned`` and ``calls`` are the mean
    service times and the public calls without it.
    """

    desk: str
    undo: Undo
    visits: list[Visit]
    opened: list[Visit] = []
    learned: dict[str, Learned | None] = {}
    calls: list[PublicCall] = []


class TicketReinstated(Decided, frozen=True, tag="ticket.reinstated"):
    """A no-show has come after all and keeps the first arrival."""

    visit: Visit


class ServiceStarted(Decided, frozen=True, tag="service.started"):
    """The called visitor has come."""

    visit: Visit


class VisitClosed(Decided, frozen=True, tag="visit.closed"):
    """A visit ended: served, left, or no-show, as its state says."""

    visit: Visit


class ServiceTimeLearned(Decided, frozen=True, tag="service_time.learned"):
    """A service took ``seconds``; the learned mean of ``observed`` services is now ``mean_s``."""

    service: str
    seconds: float
    mean_s: float
    observed: int


class DeskChanged(Decided, frozen=True, tag="desk.changed"):
    """A desk's new state, whole."""

    desk: str
    now: Desk


# The space --------------------------------------------------------------------------------------


class OccupancyCounted(Decided, frozen=True, tag="occupancy.counted"):
    """Somebody passed a door on ``day``; the count of that day is now this, give or take ``uncertainty``."""

    day: str
    now: Occupancy
    uncertainty: int
    entered: int
    left: int


class OccupancyRecounted(Decided, frozen=True, tag="occupancy.recounted"):
    """An agent counted; ``before`` is what the counters had said, ± ``uncertainty`` (None: nothing).

    ``by`` is the account, ``passages`` how many had been counted since the last certainty.
    """

    day: str
    now: Occupancy
    before: int | None
    uncertainty: int = 0
    passages: int = 0
    by: str = ""


class RecountNoted(Decided, frozen=True, tag="recount.noted"):
    """Who counted how many, as supervisors read it."""

    recount: Recount


class OccupancyResolved(Decided, frozen=True, tag="occupancy.resolved"):
    """The day is over and the tent empty: ``residual`` people were counted in but not out (or missed)."""

    day: str
    residual: int
    uncertainty: int
    passages: int = 0


class CrowdingChanged(Decided, frozen=True, tag="crowding.changed"):
    """The people inside came near the permitted number, reached it, or left it again.

    ``people`` is the likely count then, None where only tickets and seats told.
    """

    now: Crowd
    people: int | None


class HalfHourBegun(Decided, frozen=True, tag="half_hour.begun"):
    """A half-hour began on the site's wall clock, with these counts at its border."""

    border: Border


class HalfHourEnded(Decided, frozen=True, tag="half_hour.ended"):
    """What went on in a half-hour; ``usual`` is what is usual for it from now on, None: nothing learned."""

    half_hour: HalfHour
    weekday: str
    slot: str
    usual: Usual | None = None


class ChangesNoted(Decided, frozen=True, tag="changes.noted"):
    """What was changed in a month (2027-06) because of what visitors said; ``by`` entered it."""

    month: str
    changes: list[str]
    by: str


class NodesNoted(Decided, frozen=True, tag="nodes.noted"):
    """Which nodes are silent now, and since when (civil).

    ``ended_s``: who is heard again, and for how many seconds of the running half-hour they were not.
    """

    silent: dict[str, int]
    ended_s: dict[str, float]


class PresenceNoted(Decided, frozen=True, tag="presence.noted"):
    """A seat or room became taken or free. ``current`` is false for news overtaken by newer news.

    Where it was taken before: ``used_s`` is how much of that lies in the running half-hour; where it became
    free, ``held_s`` is how long it had been taken (seconds).
    """

    kind: Literal["seat", "room"]
    subject: str
    taken: bool
    since_ns: int
    current: bool
    held_s: float | None = None
    used_s: float = 0.0


class VoteCounted(Decided, frozen=True, tag="vote.counted"):
    """A vote; ``answer`` is the answer's id. ``today`` is false for votes that tell of an earlier day.

    ``hour`` is the local hour, ``wait_s`` the hall's recent wait at that time and ``band`` the band it falls
    into (``barometer.bands``); None while unknown.
    """

    barometer: str
    question: str
    answer: str
    too_fast: bool
    at_ns: int
    today: bool
    hour: int | None = None
    wait_s: float | None = None
    band: int | None = None


class SheetEntered(Decided, frozen=True, tag="sheet.entered"):
    """A questionnaire on paper was entered; ``today`` as for a vote."""

    sheet: Sheet
    today: bool


class SheetWithdrawn(Decided, frozen=True, tag="sheet.withdrawn"):
    """It was entered by mistake: ``by`` withdrew it, the sheet says so."""

    sheet: Sheet
    by: str


class HelpRaised(Decided, frozen=True, tag="help.raised"):
    """An agent in a room asked for help."""

    help: Help


class HelpEscalated(Decided, frozen=True, tag="help.escalated"):
    """Nobody acknowledged in time."""

    help: Help


class HelpAcknowledged(Decided, frozen=True, tag="help.acknowledged"):
    """Somebody goes there."""

    help: Help


class HelpCleared(Decided, frozen=True, tag="help.cleared"):
    """It is over: the room was left, or the help acknowledged once more, or the day ended."""

    room: str


class RoomForgotten(Decided, frozen=True, tag="room.forgotten"):
    """A room is taken though all is closed, or somebody goes there now."""

    room: Forgotten


class DeviceNoted(Decided, frozen=True, tag="device.noted"):
    """A device's last word on itself."""

    node: str
    device: str
    now: Device


class WindNoted(Decided, frozen=True, tag="wind.noted"):
    """What an anemometer measured."""

    node: str
    device: str
    now: Wind


class WeatherNoted(Decided, frozen=True, tag="weather.noted"):
    """What a person measured."""

    reading: WeatherReading


class WeatherAlertRaised(Decided, frozen=True, tag="weather.alert_raised"):
    """Wind or snow is above its limit, or higher than before."""

    alert: WeatherAlert


class WeatherAlertCleared(Decided, frozen=True, tag="weather.alert_cleared"):
    """A person says that it is over: when, and under which account."""

    alert: WeatherAlert
    at_ns: int
    by: str


class NodeNoted(Decided, frozen=True, tag="node.noted"):
    """A node began a run: what its devices said before is void, they speak again."""

    node: str
    version: str


class SettingChanged(Decided, frozen=True, tag="setting.changed"):
    """A supervisor put a setting in place, ended it, or took such a change back."""

    change: SettingChange


# Answers ----------------------------------------------------------------------------------------


class RequestAnswered(Decided, frozen=True, tag="request.answered"):
    """The outcome of one request of ``node``; each request has exactly one. No discreet ``number`` is told.

    ``reason`` is one of ``Reason``; it stays a plain string here so that old journals always decode.
    """

    node: str
    key: str
    accepted: bool
    at_ns: int
    reason: str = ""
    desk: str = ""
    number: str = ""


Decision: TypeAlias = (
    DayStarted
    | DayEnded
    | SiteApplied
    | NumberLeased
    | TicketAdmitted
    | TicketMissed
    | PrintNoted
    | PromiseMade
    | PromiseScored
    | WaitEnded
    | WaitsLearned
    | TicketCalled
    | TicketRecalled
    | TicketReleased
    | TicketReinstated
    | TicketReturned
    | TicketRemoved
    | TicketParked
    | TicketTransferred
    | TicketChanged
    | TicketJoined
    | NumberTaken
    | UndoKept
    | RequestUndone
    | ServiceStarted
    | VisitClosed
    | ServiceTimeLearned
    | DeskChanged
    | OccupancyCounted
    | OccupancyRecounted
    | RecountNoted
    | OccupancyResolved
    | CrowdingChanged
    | HalfHourBegun
    | HalfHourEnded
    | NodesNoted
    | ChangesNoted
    | PresenceNoted
    | VoteCounted
    | SheetEntered
    | SheetWithdrawn
    | HelpRaised
    | HelpEscalated
    | HelpAcknowledged
    | HelpCleared
    | RoomForgotten
    | DeviceNoted
    | WindNoted
    | WeatherNoted
    | WeatherAlertRaised
    | WeatherAlertCleared
    | NodeNoted
    | SettingChanged
    | RequestAnswered
)

VISIT_DECISIONS = (
    TicketAdmitted,
    TicketMissed,
    PromiseMade,
    TicketCalled,
    TicketRecalled,
    TicketReleased,
    TicketReinstated,
    TicketReturned,
    TicketRemoved,
    TicketParked,
    TicketTransferred,
    TicketChanged,
    TicketJoined,
    ServiceStarted,
    VisitClosed,
)
"""Decisions that carry a whole visit."""

_DECISION: msgspec.json.Decoder[Decision] = msgspec.json.Decoder(Decision)


def decode_decision(raw: bytes | msgspec.Raw) -> Decision:
    """Read a decision from the journal; fields it does not know are ignored. Raises msgspec.DecodeError."""
    return _DECISION.decode(raw)
