"""What the hall knows: one value per thing of the tent, and the state that holds them.

Values are frozen: a decision carries the whole new value, and applying it puts the value in its
place. So the fold computes nothing, and later code cannot come to another state from the same journal.
Only what today needs is kept: history is in the journal and in the store.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from broker.clock import SECOND
from broker.contract.messages import PrintOutcome, Weather
from broker.contract.settings import AnySetting, SettingChange
from broker.contract.views import Crowding, DeskState
from hall.promises.memory import Estimate, Memory, Seen

VisitState: TypeAlias = Literal[
    "waiting", "parked", "called", "serving", "served", "unserved", "left", "no_show", "undone"
]


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value inside the state; unknown fields are ignored, so that older code reads newer journals."""


class Visit(Value, frozen=True):
    """A ticket's whole life. ``ticket`` is the id of the event that drew it, ``arrived_ns`` its date.

    ``late``: it reached the hall too late to be called by itself. ``conflict``: its number was given
    twice today. ``expected_s`` is the raw forecast at arrival, ``median_s`` and ``p90_s`` the promise
    made from it, ``estimate`` how it was made, until the wait ends. ``first_called_ns`` ends the wait;
    ``called_ns`` is the running call, ``rang_ns`` the last time it was shown. ``ended_ns`` stays None when
    nobody saw the end.

    ``waits_from_ns`` is when the running wait began where that is not the arrival (a transfer);
    ``filed_node`` and ``filed_ns`` name the event under which that wait is stored where it is not the
    ticket's own. ``served_before_s`` was spent at desks before the visit was parked. ``only_desk``
    reserves it for one desk. ``outcome`` is what was done, one of the site's. ``exercise``: a virtual
    visitor's, in no figure. ``unheard``: called by its number before the ticket reached the hall, so that
    nobody knows the arrival yet. ``discreet``: it was for a discreet service before. Why a visit has
    ``priority`` is not kept.
    """

    ticket: str
    node: str
    arrived_ns: int
    number: str
    service: str
    state: VisitState = "waiting"
    late: bool = False
    conflict: bool = False
    reserve: bool = False
    token: str = ""
    printed: PrintOutcome | None = None
    expected_s: float | None = None
    median_s: float | None = None
    p90_s: float | None = None
    estimate: Estimate | None = None
    desk: str = ""
    call: str = ""
    first_called_ns: int | None = None
    called_ns: int | None = None
    rang_ns: int | None = None
    recalls: int = 0
    started_ns: int | None = None
    ended_ns: int | None = None
    language: str = ""
    exercise: bool = False
    priority: bool = False
    step_free: bool = False
    only_desk: str = ""
    note: str = ""
    outcome: str = ""
    waits_from_ns: int | None = None
    filed_node: str = ""
    filed_ns: int | None = None
    served_before_s: float = 0.0
    unheard: bool = False
    discreet: bool = False

    @property
    def wait_s(self) -> float | None:
        """Arrival (or transfer) to first call; of a visitor who left, the time waited (censored)."""
        if self.unheard and self.waits_from_ns is None:
            return None
        began_ns = self.arrived_ns if self.waits_from_ns is None else self.waits_from_ns
        if self.first_called_ns is not None:
            return _seconds(began_ns, self.first_called_ns)
        return _seconds(began_ns, self.ended_ns) if self.state == "left" else None

    @property
    def walk_s(self) -> float | None:
        """Call to start; unknown when nobody pressed start."""
        return _seconds(self.called_ns, self.started_ns)

    @property
    def service_s(self) -> float | None:
        """Start to end, and what was served before a parking; from the call where no start was pressed."""
        if self.state not in ("served", "unserved"):
            return None
        last = _seconds(self.called_ns if self.started_ns is None else self.started_ns, self.ended_ns)
        return None if last is None else self.served_before_s + last

    @property
    def stay_s(self) -> float | None:
        """Arrival to end."""
        return _seconds(self.arrived_ns, self.ended_ns)


def _seconds(start_ns: int | None, end_ns: int | None) -> float | None:
    """A duration, never negative: two nodes' clocks may differ by a little."""
    if start_ns is None or end_ns is None:
        return None
    return max(0, end_ns - start_ns) / SECOND


class Desk(Value, frozen=True):
    """A desk now: the visit called or served there, and the one sent ahead to it (inside the building).

    ``services`` are those it gives where they are not the description's. ``served`` counts today's visits,
    ``by`` is the account that last pressed there.
    """

    state: DeskState = "closed"
    since_ns: int = 0
    ticket: str = ""
    call: str = ""
    ahead: str = ""
    services: list[str] = []
    served: int = 0
    by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it takes visitors: waits are shared between these desks."""
        return self.state in ("free", "called", "serving")


class Learned(Value, frozen=True):
    """The learned mean service time of one service, in seconds, from ``observed`` services."""

    mean_s: float
    observed: int


class PublicCall(Value, frozen=True):
    """A call that screens may show."""

    call: str
    ticket: str
    number: str
    desk: str
    rang_ns: int
    recalls: int


class Undo(Value, frozen=True):
    """How a desk's latest request is taken back, while what it did is still the latest.

    ``before`` and ``after`` are the visits it touched (one it opened has no before), ``desk`` the desk before
    it and ``desk_after`` after. ``tally`` is by how much it moved the day's counts, ``drawn`` and ``served``
    those by service; ``learned`` is the mean service times before it and ``taught`` after, ``ratios`` the
    ratio it added, each by service; ``calls`` the public calls it changed, as they were.
    """

    key: str
    type: str
    at_ns: int
    desk: Desk
    desk_after: Desk
    before: list[Visit] = []
    after: list[Visit] = []
    tally: dict[str, int] = {}
    drawn: dict[str, int] = {}
    served: dict[str, int] = {}
    learned: dict[str, Learned | None] = {}
    taught: dict[str, Learned] = {}
    ratios: dict[str, float] = {}
    calls: list[PublicCall] = []


class Unlearned(Value, frozen=True):
    """A first call that teaches about its queues, by service, once it can no longer be taken back."""

    ticket: str
    at_ns: int
    seen: dict[str, Seen]


class Occupancy(Value, frozen=True):
    """People inside on one day.

    ``inside`` is None until a counter or a recount gave ground; ``entered`` and ``left`` count the
    day's passages, ``entered_since`` and ``left_since`` those since the last certainty.
    ``impossible`` counts exits seen when nobody was inside: proof that entries were missed.
    """

    inside: int | None = None
    entered: int = 0
    left: int = 0
    entered_since: int = 0
    left_since: int = 0
    recounted_ns: int | None = None
    impossible: int = 0


class Recount(Value, frozen=True):
    """Somebody counted ``people`` inside; ``before`` is what the counters had said, None for nothing."""

    at_ns: int
    people: int
    before: int | None = None
    by: str = ""


class Crowd(Value, frozen=True):
    """How near the permitted number the people inside are, since when."""

    level: Crowding = "unknown"
    since_ns: int = 0


class Border(Value, frozen=True):
    """The counts at the border of two half-hours: people inside; the day's passages and tickets so far."""

    at_ns: int
    inside: int | None
    entered: int
    left: int
    drawn: dict[str, int] = {}


class Ways(Value, frozen=True):
    """Which way visitors took, in counts (``hall.flows`` says how each is made)."""

    kiosk: int = 0
    online: int = 0
    concierge: int = 0


class Use(Value, frozen=True):
    """How long a seat or room was taken, in seconds, and how often somebody left it after a while."""

    taken_s: float = 0.0
    times: int = 0


class HalfHour(Value, frozen=True):
    """What went on in a half-hour of today (longer where the hall slept); ``people`` inside on average.

    ``counted``: a door counter has counted today. ``seats`` and ``rooms`` are those heard of, by id.
    ``silent_s`` says for how many seconds a node was not heard, of those that were not.
    """

    from_ns: int
    to_ns: int
    people: float | None
    entered: int
    left: int
    counted: bool = False
    ways: Ways = Ways()
    seats: dict[str, Use] = {}
    rooms: dict[str, Use] = {}
    silent_s: dict[str, float] = {}


class Usual(Value, frozen=True):
    """What is usual for a half-hour: the mean of people inside, from so many past ``days``."""

    people: float
    days: int


class Presence(Value, frozen=True):
    """A seat or room: taken or free since."""

    taken: bool
    since_ns: int


class Help(Value, frozen=True):
    """A silent call for help from a room."""

    room: str
    state: Literal["requested", "acknowledged"]
    since_ns: int
    escalated: bool = False
    by: str = ""


class Forgotten(Value, frozen=True):
    """A room taken since ``taken_ns`` though all is closed, told since ``since_ns``.

    ``gone_ns`` is when somebody said to go there, ``by`` that account.
    """

    room: str
    taken_ns: int
    since_ns: int
    gone_ns: int | None = None
    by: str = ""


class Wind(Value, frozen=True):
    """The wind at an anemometer: its last gust and mean, in km/h."""

    km_h: float
    mean_km_h: float
    since_ns: int


class WeatherReading(Value, frozen=True):
    """What a person measured: wind in km/h or snow in cm, when, by which account."""

    kind: Weather
    value: float
    at_ns: int
    by: str = ""


class WeatherAlert(Value, frozen=True):
    """Wind or snow above its limit since; ``value`` is the highest told (km/h, cm).

    ``source`` is the anemometer, ``by`` the account that told it first.
    """

    kind: Weather
    value: float
    since_ns: int
    source: str = ""
    by: str = ""


class Device(Value, frozen=True):
    """A device's last word on itself."""

    state: Literal["ok", "degraded", "failed"]
    since_ns: int
    detail: str = ""
    fault: str = ""


class Day(Value, frozen=True):
    """A local day, midnight to midnight (civil). ``day`` is its ISO date, empty before the first."""

    day: str = ""
    starts_ns: int = 0
    ends_ns: int = 0

    def holds(self, at_ns: int) -> bool:
        """Whether that moment belongs to this day."""
        return self.starts_ns <= at_ns < self.ends_ns


class CalledWait(Value, frozen=True):
    """A wait of so many seconds that a call ended at ``at_ns``: what votes at that time are seen beside."""

    ticket: str
    at_ns: int
    wait_s: float


class Tick(Value, frozen=True):
    """A box ticked on paper; ``answer`` is the answer's id."""

    barometer: str
    question: str
    answer: str


class Sheet(Value, frozen=True):
    """A questionnaire filled in on paper and entered by an agent: ``by`` is the account, ``key`` its name."""

    key: str
    node: str
    at_ns: int
    by: str
    ticks: list[Tick]
    withdrawn: bool = False


class VoteTally(msgspec.Struct, kw_only=True):
    """Today's votes for one question on one barometer, by answer id.

    ``hours`` and ``bands`` are the same counts for each local hour and each band of the hall's waits.
    """

    counts: dict[str, int] = {}
    hours: dict[int, dict[str, int]] = {}
    bands: dict[int, dict[str, int]] = {}
    too_fast: int = 0
    last_ns: int | None = None


class Tally(msgspec.Struct, kw_only=True):
    """The day in counts. ``promises`` were scored, ``beyond_p90`` of them exceeded their 90th percentile."""

    drawn: int = 0
    served: int = 0
    left: int = 0
    no_show: int = 0
    waits: int = 0
    within_target: int = 0
    promises: int = 0
    beyond_p90: int = 0
    votes: int = 0
    drawn_by_service: dict[str, int] = {}
    served_by_service: dict[str, int] = {}
    unserved: int = 0


class State(msgspec.Struct, kw_only=True):
    """Everything the hall knows. Only ``Hall.apply`` changes it.

    ``visits`` holds who waits, is called or served, and today's no-shows, who can be reinstated.
    ``numbers`` says how often each number was given today, ``counters`` how far each letter has
    counted, ``leases`` each kiosk's next number by service, ``reserves`` the highest count of each
    kiosk's own series by letter. ``errors`` are past ratios of real wait
    to forecast. ``queues`` are what the estimator remembers of each service, ``unlearned`` what it has yet to
    learn. ``unheard`` are visits called by a number that the hall had not heard of, by that number;
    ``undos`` how each desk's latest request is taken back. ``keys`` are the requests answered lately.
    ``called_waits`` are today's waits that a call ended, ``sheets`` the paper entered today, by key.
    ``border`` is where the running half-hour began, ``uses`` are the holds that ended in it; ``half_hours``
    are today's that are over, ``usual`` what is usual for each, by weekday and the clock at its beginning.
    ``silent`` are the nodes that are not heard, since when; ``silences`` those that ended in it, in seconds.
    ``weather_alerts`` last until a person clears them (``weather_cleared``: when), by kind.
    ``recounts`` are today's latest, the newest last. ``settings`` are those in force, by subject;
    ``setting_changes`` the latest changes, the newest last.
    ``occupancies`` is by day, because a door cut off for days tells its passages later.
    """

    offset: int = -1
    site: str = ""
    day: Day = Day()
    tally: Tally = msgspec.field(default_factory=Tally)
    visits: dict[str, Visit] = {}
    numbers: dict[str, int] = {}
    counters: dict[str, int] = {}
    leases: dict[str, dict[str, str]] = {}
    reserves: dict[str, dict[str, int]] = {}
    desks: dict[str, Desk] = {}
    calls: list[PublicCall] = []
    learned: dict[str, Learned] = {}
    errors: dict[str, list[float]] = {}
    queues: dict[str, Memory] = {}
    unlearned: list[Unlearned] = []
    occupancies: dict[str, Occupancy] = {}
    seats: dict[str, Presence] = {}
    rooms: dict[str, Presence] = {}
    helps: dict[str, Help] = {}
    forgotten: dict[str, Forgotten] = {}
    votes: dict[str, VoteTally] = {}
    devices: dict[str, Device] = {}
    wind: dict[str, Wind] = {}
    keys: dict[str, int] = {}
    unheard: dict[str, Visit] = {}
    undos: dict[str, Undo] = {}
    called_waits: list[CalledWait] = []
    sheets: dict[str, Sheet] = {}
    crowd: Crowd = Crowd()
    border: Border | None = None
    half_hours: list[HalfHour] = []
    uses: dict[str, Use] = {}
    usual: dict[str, dict[str, Usual]] = {}
    silent: dict[str, int] = {}
    silences: dict[str, float] = {}
    weather_alerts: dict[str, WeatherAlert] = {}
    weather_told: dict[str, WeatherReading] = {}
    weather_cleared: dict[str, int] = {}
    recounts: list[Recount] = []
    settings: dict[str, AnySetting] = {}
    setting_changes: list[SettingChange] = []

    def desk(self, desk: str) -> Desk:
        """A desk now; one never heard of is closed."""
        return self.desks.get(desk, CLOSED)

    def waiting(self) -> list[Visit]:
        """Who can be called, in order of arrival at the hall; late tickets are for the agents to admit."""
        return [visit for visit in self.visits.values() if visit.state == "waiting" and not visit.late]

    @property
    def occupancy(self) -> Occupancy:
        """People inside today."""
        return self.occupancies.get(self.day.day, UNCOUNTED)


CLOSED = Desk()
UNCOUNTED = Occupancy()
UNUSED = Use()
