"""What is now the case, as the hall publishes it: retained views, private views and display contents.

Every view carries the journal and offset it was made at, its civil time and how many machine
seconds it is valid. What is older is shown as unknown: never as zero, never as the last value.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from broker.contract.messages import Weather
from broker.contract.settings import AnySetting, PublicText, SettingChange

Level = Literal["calm", "busy", "full", "unknown"]
HelpState = Literal["none", "requested", "acknowledged"]
Crowding = Literal["unknown", "free", "near", "full"]
"""How near the people inside come to the permitted number."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A value inside a view."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What every view carries."""

    journal: str = ""
    offset: int = 0
    at_ns: int = 0
    valid_s: int = 30


class ZoneNow(Part, frozen=True):
    """How full a zone is: people waiting for its services, seats taken of all."""

    zone: int
    level: Level
    waiting: int
    seats_taken: int
    seats: int


class DayFigures(Part, frozen=True):
    """The day so far: visits drawn, served to the end, left, not come, waiting now, being served now."""

    visits: int
    served: int
    left: int
    no_show: int
    waiting: int
    serving: int
    votes: int
    within_target: int
    waits: int


class Span(Part, frozen=True):
    """An opening span, the end not included (civil)."""

    opens_ns: int
    closes_ns: int


class ChangedDay(Part, frozen=True):
    """Other hours than usual on a local ``day`` (ISO), of the site or of one ``service``, and why.

    Without ``spans`` it is closed on that day.
    """

    day: str
    service: str
    spans: list[Span]
    reason: PublicText


class SpaceView(View, frozen=True):
    """``view/space/now``: people inside with their uncertainty (± people), capacity, zones, the day.

    ``inside`` is None until a counter or a recount gave ground. ``opens_ns`` and ``closes_ns``: the
    current or next opening span. ``wait_median_s`` and ``wait_p90_s`` are over all open services.
    ``inside_low``: at least so many. ``quieter_ns``: while it is crowded, when a quieter half-hour
    usually begins, None without ground. ``changed_days``: other hours than usual, today and in the next
    two weeks.
    """

    day: str
    open: bool
    opens_ns: int | None
    closes_ns: int | None
    inside: int | None
    uncertainty: int
    capacity: int
    recounted_ns: int | None
    passages_in: int
    passages_out: int
    wait_median_s: int | None
    wait_p90_s: int | None
    figures: DayFigures
    zones: list[ZoneNow]
    inside_low: int = 0
    crowding: Crowding = "unknown"
    quieter_ns: int | None = None
    weather: WeatherNow | None = None
    weather_alerts: list[WeatherAlertNow] = []
    changed_days: list[ChangedDay] = []


class WeatherAlertNow(Part, frozen=True):
    """Leave the tent: wind (``value`` in km/h) or snow (cm) above its limit, until a person clears it."""

    kind: Weather
    value: float
    since_ns: int


class WeatherNow(Part, frozen=True):
    """The weather as it is known: the strongest last gust (km/h), None while no anemometer is heard.

    ``wind_silent``: there is an anemometer, and nothing is known of its wind. ``snow_cm`` is what a person
    measured last, at ``snow_ns``.
    """

    wind_km_h: float | None
    wind_silent: bool
    snow_cm: float | None
    snow_ns: int | None


ServiceState = Literal["open", "no_desk", "closed"]


class ServiceView(View, frozen=True):
    """``view/service/<service>``: the queue now. Waits in seconds, None where a promise has no ground.

    ``notice``: why its hours are others today; ``note``: what supervisors say beside it.
    """

    service: str
    state: ServiceState
    opens_ns: int | None
    waiting: int
    open_desks: int
    wait_median_s: int | None
    wait_p90_s: int | None
    level: Level
    served_today: int
    notice: PublicText | None = None
    note: PublicText | None = None


DeskState = Literal["closed", "free", "called", "serving", "paused"]


class DeskView(View, frozen=True):
    """``view/desk/<desk>``: its state since when; the number only where it is not discreet.

    ``call`` is the key of the running call, which a request about it names; empty without one.
    """

    desk: str
    call: str
    state: DeskState
    since_ns: int
    number: str | None


class Call(Part, frozen=True):
    """One public call; ``key`` changes with a recall, so that screens sound once each."""

    key: str
    number: str
    desk: str
    at_ns: int
    recalls: int


class CallsView(View, frozen=True):
    """``view/calls/latest``: the last four calls, the newest first."""

    calls: list[Call]


class AnswerShare(Part, frozen=True):
    """Votes of one answer; share and Wilson interval (0 to 1) are None under the minimum of votes."""

    answer: str
    votes: int
    share: float | None
    low: float | None
    high: float | None


class HourShare(Part, frozen=True):
    """Of one local hour's votes, the share that speaks well of the space; as ``AnswerShare``."""

    hour: int
    votes: int
    share: float | None
    low: float | None
    high: float | None


class WaitShare(Part, frozen=True):
    """The same of votes cast while the hall's recent waits were from ``from_s`` up to ``to_s`` seconds.

    Recent waits are the median of those that a call ended in the half-hour before the vote. They are the
    hall's, not the voter's: votes belong to no ticket. ``to_s`` is None for the longest.
    """

    from_s: int
    to_s: int | None
    votes: int
    share: float | None
    low: float | None
    high: float | None


class BarometerView(View, frozen=True):
    """``view/barometer/<barometer>``: today's question and its votes; ``visits`` is the denominator.

    ``hours`` and ``waits`` are empty where the question has no good or bad answers. ``paper`` counts the
    questionnaires on paper that were entered today; their answers are in no share.
    """

    barometer: str
    question: str
    answers: list[AnswerShare]
    votes: int
    too_fast: int
    visits: int
    last_vote_ns: int | None
    hours: list[HourShare] = []
    waits: list[WaitShare] = []
    paper: int = 0


class RoomView(View, frozen=True):
    """``view/room/<room>``: taken, free, or None for unknown, since when."""

    room: str
    taken: bool | None
    since_ns: int | None


class SeatNow(Part, frozen=True):
    """One seat: taken, free, or None for unknown."""

    seat: str
    taken: bool | None


class SeatsView(View, frozen=True):
    """``view/seats/<zone>``."""

    zone: int
    seats: list[SeatNow]


class KioskService(Part, frozen=True):
    """What a kiosk needs to know of one service to answer a press at once.

    ``number`` is the next number leased to this kiosk alone; ``reserve_used`` how many of its own series
    the hall has seen today for the service's letter. Waits in seconds. ``free_seats``: seats known to be
    free where the service is given without a ticket, None where that is not so. ``notice`` and ``note`` as
    in ``ServiceView``. ``changed_days``: where it has hours of its own, those that are others than its
    timetable's, today and in the next two weeks.
    """

    service: str
    state: ServiceState
    opens_ns: int | None
    number: str
    ahead: int
    wait_median_s: int | None
    wait_p90_s: int | None
    reserve_used: int = 0
    free_seats: int | None = None
    notice: PublicText | None = None
    note: PublicText | None = None
    changed_days: list[ChangedDay] = []


class KioskView(View, frozen=True):
    """``view/kiosk/<node>``: the numbers leased to that kiosk for ``day``, and the promises.

    ``help`` is how far the kiosk's call for a person has come. ``evacuation``: a weather alert lasts.
    """

    node: str
    day: str
    services: list[KioskService]
    help: HelpState = "none"
    evacuation: bool = False


class LedgerView(View, frozen=True):
    """``view/ledger/<node>``: today's events recorded, received (journalled) and stored, and what went wrong.

    ``recorded`` is the node's own word, up to half a minute old, None before its first. ``stored`` is None
    while the store cannot be asked.
    """

    node: str
    recorded: int | None
    received: int
    stored: int | None
    missing: int
    duplicates: int
    quarantined: int
    alarms: int


TicketState = Literal["waiting", "late", "parked", "called", "serving", "no_show", "left"]


class WaitingTicket(Part, frozen=True):
    """A ticket as an agent's console lists it.

    ``desk``: reserved for it, or parked or called there; ``note``: what a colleague wrote.
    """

    ticket: str
    number: str
    service: str
    arrived_ns: int
    late: bool
    state: TicketState = "waiting"
    desk: str = ""
    note: str = ""
    priority: bool = False
    step_free: bool = False
    exercise: bool = False


class Undoable(Part, frozen=True):
    """The desk's latest request while it can be taken back: its key, its type, and until when (civil)."""

    key: str
    type: str
    until_ns: int


class ConsoleView(View, frozen=True):
    """``private/desk/<desk>``: what the agent at that desk needs.

    ``services`` are those given here now, ``by`` is the account that last pressed here, until it closes.
    ``waiting`` lists whom this desk may call, the next one first;
    ``aside`` who is parked, late, missing or said to have left, and can be called or reinstated by hand.
    """

    desk: str
    state: DeskState
    since_ns: int
    call: str
    ticket: str
    number: str
    service: str
    arrived_ns: int | None
    discreet: bool
    recalls: int
    no_show_allowed_ns: int | None
    waiting: list[WaitingTicket]
    services: list[str] = []
    aside: list[WaitingTicket] = []
    note: str = ""
    step_free: bool = False
    recall_allowed_ns: int | None = None
    undo: Undoable | None = None
    by: str = ""


class DeskLoad(Part, frozen=True):
    """A desk as the supervisor sees it; ``served`` today, ``by`` the account that last pressed there."""

    desk: str
    state: DeskState
    since_ns: int
    services: list[str]
    number: str
    service: str
    served: int
    by: str = ""


class QueueLoad(Part, frozen=True):
    """A service's queue: how many wait, since when the first of them, and who serves it now."""

    service: str
    waiting: int
    longest_ns: int | None
    wait_median_s: int | None
    wait_p90_s: int | None
    open_desks: int


class HalfHourNow(Part, frozen=True):
    """A half-hour of today that is over: which way visitors took, and how much was used.

    ``entered`` is None without a door counter. ``seats_taken`` and ``rooms_taken`` are shares of the time
    (0 to 1), None where no sensor spoke. ``people`` inside on average, None while nothing counted.
    """

    from_ns: int
    to_ns: int
    entered: int | None
    kiosk: int
    online: int
    concierge: int
    people: float | None
    seats_taken: float | None
    rooms_taken: float | None


class SupervisionView(View, frozen=True):
    """``private/supervision/now``: who serves what, where people wait, and today's half-hours so far."""

    desks: list[DeskLoad]
    queues: list[QueueLoad]
    half_hours: list[HalfHourNow] = []


class QueuedTicket(Part, frozen=True):
    """A ticket as its own phone page shows it.

    ``token`` is the SHA-256 of its web token. ``ahead``: people called before it as things stand; waits
    in seconds from now on, None where a promise has no ground. ``rang_ns`` changes with each ring.
    ``building`` is where the visitor waits, on a site with several.
    """

    token: str
    number: str
    state: TicketState
    arrived_ns: int
    language: str = ""
    ahead: int | None = None
    wait_median_s: int | None = None
    wait_p90_s: int | None = None
    desk: str = ""
    rang_ns: int | None = None
    recalls: int = 0
    building: str = ""


class QueueView(View, frozen=True):
    """``private/queue/<service>``: the day's tickets that have a phone page and are not yet done.

    ``complete``: whether all of them are told. A message has a bound, and those here now come first.
    """

    service: str
    tickets: list[QueuedTicket]
    complete: bool = True


class Alert(Part, frozen=True):
    """Something an agent should act on. Pages say it in words, with what to do, by its kind and values.

    ``subject`` is a room, kiosk, ticket, device or node; ``number``, ``service`` and ``people`` belong to
    it; ``detail`` is a device's own words, ``fault`` one of ``faults.FAULTS``. ``acknowledged``: somebody
    goes there, ``by`` that account.
    """

    id: str
    kind: Literal[
        "help",
        "help_escalated",
        "visitor_help",
        "visitor_help_escalated",
        "room_after_closing",
        "capacity",
        "capacity_near",
        "count_at_closing",
        "wind_unknown",
        "late_ticket",
        "printer",
        "identity",
    ]
    since_ns: int
    subject: str
    detail: str
    fault: str = ""
    acknowledged: bool = False
    by: str = ""
    number: str = ""
    service: str = ""
    people: int | None = None


class AlertsView(View, frozen=True):
    """``private/alerts/now``."""

    alerts: list[Alert]


class SettingNow(Part, frozen=True):
    """What is in force about a subject."""

    subject: str
    setting: AnySetting


class RecountNow(Part, frozen=True):
    """Somebody counted ``people`` inside today, ``by`` that account; ``before``: what counters had said."""

    at_ns: int
    people: int
    before: int | None
    by: str


class SettingsView(View, frozen=True):
    """``private/settings/now``: what supervisors have set, and the latest changes, the newest first.

    ``today`` is the local day (ISO). The key of a subject's newest change is what a request about it says to
    have seen. ``recounts`` are today's latest, the newest first.
    """

    today: str
    settings: list[SettingNow]
    changes: list[SettingChange]
    recounts: list[RecountNow] = []


class Quarantined(Part, frozen=True):
    """One event the recorder or hall could not take, with the reason."""

    offset: int
    node: str
    at_ns: int
    reason: str


class QuarantineView(View, frozen=True):
    """``private/quarantine/latest``: how many in all and the newest twenty."""

    total: int
    latest: list[Quarantined]


class CityView(View, frozen=True):
    """``private/city/now``, at a site that a city sees: how far its journal is there.

    ``upto`` of ``decided`` events are in the city's journal, None while the city has not said. ``refused`` is
    the city's reason to take nothing, ``fault`` its name (``faults.FAULTS``); ``trouble`` is what keeps the
    site from sending; both are empty when all is well.
    """

    connected: bool
    upto: int | None
    decided: int
    refused: str = ""
    fault: str = ""
    trouble: str = ""


class Frame(Part, frozen=True):
    """One thing a LED display shows for ``seconds`` (machine time): scrolls when it does not fit."""

    text: str
    seconds: float = 4.0
    blink: bool = False


class DisplayView(View, frozen=True):
    """``display/<display>``: frames shown in turn, then bars (0 to 1) as columns.

    A ``chime`` key not seen before sounds the node's buzzer once, if it has one.
    """

    display: str
    frames: list[Frame]
    bars: list[float] = []
    chime: str = ""


class RoomLightView(View, frozen=True):
    """What a room's light and help lamp show, ``display/room-<room>``."""

    room: str
    taken: bool | None
    help: HelpState


AnyView: TypeAlias = (
    SpaceView
    | ServiceView
    | DeskView
    | CallsView
    | BarometerView
    | RoomView
    | SeatsView
    | KioskView
    | LedgerView
    | ConsoleView
    | SupervisionView
    | SettingsView
    | QueueView
    | AlertsView
    | QuarantineView
    | DisplayView
    | RoomLightView
)

PUBLIC: dict[str, type[View]] = {
    "space": SpaceView,
    "service": ServiceView,
    "desk": DeskView,
    "calls": CallsView,
    "barometer": BarometerView,
    "room": RoomView,
    "seats": SeatsView,
    "kiosk": KioskView,
    "ledger": LedgerView,
}
PRIVATE: dict[str, type[View]] = {
    "desk": ConsoleView,
    "supervision": SupervisionView,
    "settings": SettingsView,
    "queue": QueueView,
    "alerts": AlertsView,
    "quarantine": QuarantineView,
    "city": CityView,
}
