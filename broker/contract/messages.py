"""Every message that is delivered exactly once, and the words around the delivery.

An **event** is in the past tense. A **fact** always counts, however late. A **request** asks the
hall for something and carries a key made at the press; older than the site's limit, repeated or
overtaken, it is journalled and changes nothing.

Times named ``*_ns`` are nanoseconds: ``at_ns`` civil (since the Unix epoch, UTC), ``machine_ns`` and
``sent_ns`` of the sender's boot clock, which never jumps and means nothing on another machine.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec

from broker.contract import words
from broker.contract.settings import AnySetting

Nanoseconds: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Word: TypeAlias = words.Word
Words: TypeAlias = words.Words
Note: TypeAlias = words.Note


class Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What happened. ``device`` is the id of the device within its node."""

    device: Word


# Facts ------------------------------------------------------------------------------------------


class VoteCast(Body, frozen=True, tag="vote.cast"):
    """One press on the barometer; ``answer`` counts from 0. ``too_fast``: in the pause after another."""

    barometer: Word
    question: Word
    answer: Number
    too_fast: bool = False


class TicketDrawn(Body, frozen=True, tag="ticket.drawn"):
    """A place in the queue was taken. This event is the ticket; the number is a label.

    ``reserve`` is set when the number came from the kiosk's own series while it was cut off.
    ``token`` is the SHA-256 of the ticket's web token, in hexadecimal; the token itself is on paper only.
    ``language`` is the one the visitor chose, empty for the site's first. ``exercise``: a virtual visitor
    of a rehearsal, left out of every figure.
    """

    service: Word
    number: Word
    reserve: bool = False
    token: Word = ""
    language: Word = ""
    exercise: bool = False


PrintOutcome = Literal["confirmed", "doubtful", "failed"]


class TicketPrinted(Body, frozen=True, tag="ticket.printed"):
    """How the print of ``ticket`` (an event id) ended.

    It is confirmed only when the printer answered after the cut. ``copy``: the paper says COPIE.
    """

    ticket: Word
    outcome: PrintOutcome
    detail: Words = ""
    copy: bool = False


class SheetPrinted(Body, frozen=True, tag="sheet.printed"):
    """A kiosk printed something that is no ticket: the plan, the paper questionnaire, a list of papers.

    ``service`` is the service whose papers are listed, empty for the others.
    """

    sheet: Literal["plan", "questionnaire", "papers"]
    outcome: PrintOutcome
    service: Word = ""
    detail: Words = ""


class VisitorLeft(Body, frozen=True, tag="visitor.left"):
    """A visitor gave the place in the queue back, on the phone page. ``token`` as in ``ticket.drawn``."""

    token: Word


class DirectionGiven(Body, frozen=True, tag="direction.given"):
    """A kiosk sent a visitor on without a ticket (closed, plain information, free seat, evacuation)."""

    service: Word
    reason: Literal["no_ticket_needed", "closed", "free_seat", "evacuation"]


class PaperAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A box ticked on a paper questionnaire; ``answer`` counts from 0."""

    barometer: Word
    question: Word
    answer: Number


class PaperEntered(Body, frozen=True, kw_only=True, tag="paper.entered"):
    """An agent entered a questionnaire filled in on paper: one answer a question at most.

    ``key`` is random, made when it was entered, and names the sheet. ``by`` is the account that entered it.
    """

    key: Word
    answers: Annotated[list[PaperAnswer], msgspec.Meta(min_length=1, max_length=40)]
    by: Word = ""


class ChangesTold(Body, frozen=True, kw_only=True, tag="changes.told"):
    """What was changed because of what visitors said in a month (2027-06), one change a line, by an account.

    It replaces what was told of that month before; without a line it takes it away.
    """

    month: Annotated[str, msgspec.Meta(pattern=r"\A20\d{2}-(0[1-9]|1[0-2])\Z")]
    changes: Annotated[list[Note], msgspec.Meta(max_length=8)]
    by: Word = ""


class PaperWithdrawn(Body, frozen=True, kw_only=True, tag="paper.withdrawn"):
    """The sheet ``key`` was entered by mistake; ``by`` withdraws it."""

    key: Word
    by: Word = ""


class PassageCounted(Body, frozen=True, tag="passage.counted"):
    """Somebody passed the door."""

    direction: Literal["in", "out"]


class PresenceChanged(Body, frozen=True, tag="presence.changed"):
    """A seat or room (``subject``) became taken or free."""

    subject: Word
    kind: Literal["seat", "room"]
    taken: bool


KmH: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=500)]


class WindMeasured(Body, frozen=True, tag="wind.measured"):
    """The wind of the minute before: ``km_h`` is its highest gust, a mean over 3 s as the WMO has it.

    One a minute, and one more at once when a gust passes a limit of the description: then both are of the
    3 s before.
    """

    km_h: KmH
    mean_km_h: KmH


class DeviceChanged(Body, frozen=True, tag="device.changed"):
    """A device's state changed; ``fault`` is one of ``faults.FAULTS``, ``detail`` the machine's own words."""

    state: Literal["ok", "degraded", "failed"]
    detail: Words = ""
    fault: Word = ""


class NodeStarted(Body, frozen=True, tag="node.started"):
    """A node's process began a run; ``device`` is empty."""

    version: Word
    model: Word
    pins: Word


class TimePassed(Body, frozen=True, tag="time.passed"):
    """The hall's own clock event, each minute and at each deadline it asked for; ``device`` is empty."""


class NodesHeard(Body, frozen=True, tag="nodes.heard"):
    """The hall hears other nodes than before: ``silent`` are those of the site that it does not hear now."""

    silent: list[Word]


class JournalRenewed(Body, frozen=True, tag="journal.renewed"):
    """The journal stands in another's place (a backup, a new disk): nodes send again what they hold."""


class SiteChanged(Body, frozen=True, tag="site.changed"):
    """The hall started with another site description.

    It carries the whole description, so that the journal explains itself.
    """

    site: msgspec.Raw


# Requests ---------------------------------------------------------------------------------------


class Request(Body, frozen=True):
    """Asks the hall for something; ``key`` is random, made at the press, and answers name it."""

    key: Word


class DeskRequest(Request, frozen=True):
    """A request of the agent at ``desk`` about ``call`` (the call's key seen, or empty).

    ``by`` is the account that pressed, as the dashboard knows it; empty from a panel.
    """

    desk: Word
    call: Word = ""
    by: Word = ""


class NextRequested(DeskRequest, frozen=True, kw_only=True, tag="desk.next_requested"):
    """Call the next visitor; ends the running visit first. Opens a closed or paused desk.

    ``ticket`` names whom to call instead of the queue's first: any waiting or parked visit, a late ticket,
    or a no-show who came back. ``service`` restricts the choice to one service of the desk. ``number``
    calls a number that the hall has not heard of (a kiosk is cut off): its event joins this visit later.
    """

    ticket: Word = ""
    service: Word = ""
    number: Word = ""


class RecallRequested(DeskRequest, frozen=True, kw_only=True, tag="desk.recall_requested"):
    """Call the same visitor again."""


class StartRequested(DeskRequest, frozen=True, tag="desk.start_requested"):
    """The called visitor has come: service begins."""


class NoShowRequested(DeskRequest, frozen=True, tag="desk.no_show_requested"):
    """The called visitor did not come."""


class DoneRequested(DeskRequest, frozen=True, kw_only=True, tag="desk.done_requested"):
    """Service ended; no new call. ``outcome`` is one of the site's outcomes (what was done), or empty."""

    outcome: Word = ""


class ParkRequested(DeskRequest, frozen=True, kw_only=True, tag="desk.park_requested"):
    """The visitor steps aside (a form to fill in, a copy to fetch) and keeps the place by arrival.

    Nobody calls a parked visit by accident: it is resumed by ``NextRequested.ticket``.
    """

    note: Note = ""


class TransferRequested(DeskRequest, frozen=True, kw_only=True, tag="desk.transfer_requested"):
    """The visit goes on elsewhere: for ``service``, at ``to_desk`` only where that is set.

    The arrival, and so the place in the queue, is kept; a new wait for the new service begins.
    """

    service: Word
    to_desk: Word = ""
    note: Note = ""


class PauseRequested(DeskRequest, frozen=True, tag="desk.pause_requested"):
    """The desk pauses; a running visit ends first. Asked again while paused, it closes."""


class OpenRequested(DeskRequest, frozen=True, kw_only=True, tag="desk.open_requested"):
    """The desk opens, or ends its pause, and gives ``services`` (empty: those of the site description)."""

    services: list[Word] = []


class CloseRequested(DeskRequest, frozen=True, tag="desk.close_requested"):
    """The desk closes; a running visit ends first."""


class ServicesRequested(DeskRequest, frozen=True, kw_only=True, tag="desk.services_requested"):
    """The desk gives ``services`` from now on, open or not (empty: those of the site description).

    A supervisor moves a desk to where the queue is with this.
    """

    services: list[Word]


class UndoRequested(DeskRequest, frozen=True, kw_only=True, tag="desk.undo_requested"):
    """Take back the request with the key ``undoes``, the latest at this desk, at most 10 s old."""

    undoes: Word


class TicketRequest(DeskRequest, frozen=True, kw_only=True):
    """A request of the agent at ``desk`` about ``ticket``, whoever is called there."""

    ticket: Word


class ReinstateRequested(TicketRequest, frozen=True, kw_only=True, tag="ticket.reinstate_requested"):
    """A no-show, a visitor said to have left, or a late ticket joins the queue at its place by arrival."""


class RemoveRequested(TicketRequest, frozen=True, kw_only=True, tag="ticket.remove_requested"):
    """A waiting, parked or late ticket is closed: the visitor has left."""


class ChangeRequested(TicketRequest, frozen=True, kw_only=True, tag="ticket.change_requested"):
    """Give a waiting visit priority, or only desks without steps; why is never stored. None: unchanged."""

    priority: bool | None = None
    step_free: bool | None = None


class AddRequested(DeskRequest, frozen=True, kw_only=True, tag="ticket.add_requested"):
    """A visit without paper joins the queue of ``service``; the answer tells its number."""

    service: Word
    priority: bool = False
    step_free: bool = False


class HelpRequested(Request, frozen=True, tag="help.requested"):
    """Somebody pressed a help button.

    ``room``: the room an agent is in (a silent button), or the kiosk where a visitor wants a person.
    """

    room: Word


class HelpAcknowledged(Request, frozen=True, tag="help.acknowledged"):
    """Somebody goes to ``room``; ``by`` as in a desk's request."""

    room: Word
    by: Word = ""


class RecountRequested(Request, frozen=True, tag="occupancy.recount_requested"):
    """An agent counted ``people`` inside; ``by`` as in a desk's request."""

    people: Number
    by: Word = ""


Weather: TypeAlias = Literal["wind", "snow"]


class WeatherReported(Request, frozen=True, kw_only=True, tag="weather.reported"):
    """A person measured ``value`` km/h of wind or cm of snow; ``by`` as in a desk's request."""

    kind: Weather
    value: KmH
    by: Word = ""


class WeatherClearRequested(Request, frozen=True, kw_only=True, tag="weather.clear_requested"):
    """A person looked at the tent: that kind of alert is over. ``by`` as in a desk's request."""

    kind: Weather
    by: Word = ""


class SettingRequested(Request, frozen=True, kw_only=True, tag="setting.requested"):
    """A supervisor puts a setting in place; ``by`` as in a desk's request.

    ``seen`` is the key of the latest change about its subject that the supervisor saw, empty for none:
    of two people at the same setting, the second is told.
    """

    setting: AnySetting
    seen: Word = ""
    by: Word = ""


class SettingEndRequested(Request, frozen=True, kw_only=True, tag="setting.end_requested"):
    """A supervisor ends the setting in force about ``subject``; ``seen`` as in ``SettingRequested``."""

    subject: Note
    seen: Word = ""
    by: Word = ""


class SettingUndoRequested(Request, frozen=True, kw_only=True, tag="setting.undo_requested"):
    """A supervisor takes back the change ``undoes``, the latest about its subject."""

    undoes: Word
    by: Word = ""


Fact: TypeAlias = (
    VoteCast
    | TicketDrawn
    | TicketPrinted
    | SheetPrinted
    | VisitorLeft
    | DirectionGiven
    | PaperEntered
    | PaperWithdrawn
    | ChangesTold
    | PassageCounted
    | PresenceChanged
    | WindMeasured
    | DeviceChanged
    | NodeStarted
    | TimePassed
    | NodesHeard
    | JournalRenewed
    | SiteChanged
)
AnyRequest: TypeAlias = (
    NextRequested
    | RecallRequested
    | StartRequested
    | NoShowRequested
    | DoneRequested
    | ParkRequested
    | TransferRequested
    | PauseRequested
    | OpenRequested
    | CloseRequested
    | ServicesRequested
    | UndoRequested
    | ReinstateRequested
    | RemoveRequested
    | ChangeRequested
    | AddRequested
    | HelpRequested
    | HelpAcknowledged
    | RecountRequested
    | WeatherReported
    | WeatherClearRequested
    | SettingRequested
    | SettingEndRequested
    | SettingUndoRequested
)
AnyBody: TypeAlias = Fact | AnyRequest


# Delivery ---------------------------------------------------------------------------------------


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it travels. ``seq`` counts from 1 without holes within a run.

    ``at_ns`` is the civil date, fixed by the sender before it leaves and strictly rising within a
    node. ``undated`` flags a date placed between neighbours, because that boot never had a clock.
    """

    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    at_ns: Nanoseconds
    machine_ns: Nanoseconds
    undated: bool = False
    body: msgspec.Raw


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What a node sends on ``event/<node>``: events of one run, in order.

    ``oldest`` is the lowest seq of this run that the node still holds: what lies below and never
    came is lost. ``boot`` is the kernel's boot id; with ``sent_ns`` it gives each event's age.
    ``receipted`` is how far ``journal`` has receipted this run, as the node remembers it: a journal that
    knows less was put back from a backup.
    """

    run: Word
    boot: Word
    sent_boot: Word
    sent_ns: Nanoseconds
    oldest: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    journal: Word = ""
    receipted: Number = 0
    events: list[Event]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of ``run`` up to ``upto`` is committed in ``journal``."""

    journal: str
    run: Word
    upto: int


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a request, by its key; ``reason`` is a word of the hall (``stale``, ``no_call``…)."""

    key: Word
    accepted: bool
    reason: str = ""
    desk: Word = ""
    number: Word = ""


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Retained on ``status/<node>``; the last will says ``lost``."""

    state: Literal["online", "lost"]
    run: str = ""
    version: str = ""


class RecorderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """On ``status/recorder``: the recorder is there, and what time it is.

    ``civil_ns`` may date events only when the message was not a retained one. ``speed`` is civil
    seconds a machine second: 1 on a real site. ``trouble`` is why no receipts are given now, empty when
    they are.
    """

    state: Literal["online", "lost"]
    journal: str = ""
    civil_ns: int = 0
    speed: int = 1
    trouble: str = ""


class DeviceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one device; ``fault`` is one of ``faults.FAULTS``, ``detail`` the machine's own words.

    ``remark``, one of ``remarks.REMARKS``, is for a minute what a self-test from afar found; else empty.
    """

    id: str
    type: str
    state: Literal["ok", "degraded", "failed"]
    detail: str = ""
    fault: str = ""
    remark: str = ""


class BoardHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The Raspberry Pi under a node; None where this machine cannot tell.

    ``wrong_board``: the card was made for another model, or first started in another Raspberry Pi.
    ``under_voltage`` and ``throttled`` are now, ``…_since_start`` at any time since the board started.
    """

    model: str
    wrong_board: bool
    temperature_c: float | None
    under_voltage: bool | None
    under_voltage_since_start: bool | None
    throttled: bool | None
    disk_free_bytes: int
    disk_bytes: int
    clock_synchronised: bool


class NodeHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Retained on ``health/<node>``, every half minute and at each change.

    ``pending`` counts events without receipt, ``recorded`` every event of this run, ``outbox_bytes``
    the outbox's size and ``outbox_capacity_bytes`` its bound; ``outboxes_set_aside`` counts broken ones
    that are kept beside it. ``uptime_s`` is the process's, ``resident_bytes`` its memory.
    ``recorded_today`` counts the events dated on the local ``day``.
    """

    node: str
    run: str
    at_ns: int
    uptime_s: int
    recorded: int
    pending: int
    outbox_bytes: int
    resident_bytes: int
    pins: str
    devices: list[DeviceHealth]
    outbox_capacity_bytes: int = 0
    outboxes_set_aside: int = 0
    day: Word = ""
    recorded_today: Number = 0
    board: BoardHealth | None = None


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """From the technician's page; ``expires_ns`` is civil. ``paper``: a self-test also prints a ticket."""

    key: str
    action: Literal["identify", "self_test", "restart", "log"]
    expires_ns: int
    paper: bool = False


class LogLine(msgspec.Struct, frozen=True):
    """A line of a program's log, in its own words, ``ago_s`` machine seconds old when it was told."""

    ago_s: float
    level: str
    text: str


class NodeLog(msgspec.Struct, frozen=True, kw_only=True):
    """On ``log/<node>``, in answer to the command of that ``key``: its last lines, oldest first.

    They tell what devices and links did, and nothing of visitors.
    """

    key: str
    lines: list[LogLine]


def event_id(node: str, run: str, seq: int) -> str:
    """An event's identity in one word, as messages and the journal name it."""
    return f"{node}:{run}:{seq}"


T = TypeVar("T")

_BODY: msgspec.json.Decoder[AnyBody] = msgspec.json.Decoder(AnyBody)
_BATCH: msgspec.json.Decoder[Batch] = msgspec.json.Decoder(Batch)


_BEYOND = (UnicodeDecodeError, RecursionError)


def decode(payload: bytes | str | msgspec.Raw, kind: type[T]) -> T:
    """Read whatever somebody else wrote, as that type.

    Raises:
        msgspec.DecodeError: it cannot be read, with what is wrong. Also where it is no UTF-8 or nested too
            deep, for which msgspec raises exceptions of its own that a reader would forget.
    """
    try:
        return msgspec.json.decode(payload, type=kind)
    except _BEYOND as problem:
        raise msgspec.DecodeError(str(problem)) from problem


def decode_body(raw: bytes | msgspec.Raw) -> AnyBody:
    """Read an event's body. Raises msgspec.DecodeError with what was wrong."""
    try:
        return _BODY.decode(raw)
    except _BEYOND as problem:
        raise msgspec.DecodeError(str(problem)) from problem


def decode_batch(payload: bytes) -> Batch:
    """Read a batch. Raises msgspec.DecodeError with what was wrong."""
    try:
        return _BATCH.decode(payload)
    except _BEYOND as problem:
        raise msgspec.DecodeError(str(problem)) from problem


encode = msgspec.json.Encoder().encode
