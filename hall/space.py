"""What the hall keeps of the space itself: people, half-hours, seats, rooms, help, weather, devices."""

from __future__ import annotations

from typing import Literal

from broker.contract.messages import Weather
from broker.contract.views import Crowding
from hall.value import Value


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


UNCOUNTED = Occupancy()

UNUSED = Use()
