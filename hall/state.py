"""What the hall knows: the state that holds the values of ``visit.py``, ``space.py`` and ``polls.py``.

Values are frozen: a decision carries the whole new value, and applying it puts the value in its
place. So the fold computes nothing, and later code cannot come to another state from the same journal.
Only what today needs is kept: history is in the journal and in the store.
"""

from __future__ import annotations

import msgspec

from broker.contract.settings import AnySetting, SettingChange
from hall.polls import Sheet, VoteTally
from hall.promises.memory import Memory
from hall.space import (
    UNCOUNTED,
    Border,
    Crowd,
    Device,
    Forgotten,
    HalfHour,
    Help,
    Occupancy,
    Presence,
    Recount,
    Use,
    Usual,
    WeatherAlert,
    WeatherReading,
    Wind,
)
from hall.value import Value
from hall.visit import CLOSED, CalledWait, Desk, Learned, PublicCall, Undo, Unlearned, Visit


class Day(Value, frozen=True):
    """A local day, midnight to midnight (civil). ``day`` is its ISO date, empty before the first."""

    day: str = ""
    starts_ns: int = 0
    ends_ns: int = 0

    def holds(self, at_ns: int) -> bool:
        """Whether that moment belongs to this day."""
        return self.starts_ns <= at_ns < self.ends_ns


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
