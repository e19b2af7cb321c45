"""What a ticket's page shows now: few values, so that phones in the same case share one rendering.

The number is on the frame around it, which never changes: of 300 people in one queue, each sees after a
call what the person before saw, and almost nothing has to be rendered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract.views import QueuedTicket, SpaceView, TicketState

_MINUTE: Final = 60
SHORT_WAIT_MIN: Final = 5
"""As on the ticket: below this a promise only says so."""

MAY_LEAVE: Final[frozenset[TicketState]] = frozenset({"waiting", "late", "parked", "called"})
"""Who still has a place to give back."""

Kind = Literal[TicketState, "ended", "unknown"]

Notice = Literal["", "evacuation", "full"]
"""What is true of the whole space and everybody's business, as on the other screens."""


class Face(NamedTuple):
    """What is shown. Waits in minutes, None without ground for a promise.

    ``ring`` changes with each ring of a call. ``since``: from when on nothing is known, on the site's clocks.
    ``leaving``: the visitor gave the place back and the hall has not answered yet. ``building`` is where the
    visitor waits, on a site with several. ``notice`` comes before all else.
    """

    kind: Kind
    service: str = ""
    desk: str = ""
    ahead: int | None = None
    low: int | None = None
    high: int | None = None
    recalls: int = 0
    ring: int | None = None
    since: str = ""
    leaving: bool = False
    building: str = ""
    notice: Notice = ""

    def under(self, notice: Notice) -> Face:
        """This face with what is true of the space: who is called comes, though it be full."""
        says = notice == "evacuation" or (notice == "full" and self.kind == "waiting")
        return self._replace(notice=notice) if says and self.kind != "ended" else self

    @property
    def may_leave(self) -> bool:
        """Whether the page offers to give the place back."""
        return self.kind in MAY_LEAVE and not self.leaving


ENDED: Final = Face("ended")


def face_of(service: str, ticket: QueuedTicket, *, leaving: bool) -> Face:
    """The face of a ticket whose queue is known."""
    leaving = leaving and ticket.state in MAY_LEAVE
    match ticket.state:
        case "waiting":
            low, high = minutes(ticket.wait_median_s, ticket.wait_p90_s)
            return Face(
                "waiting",
                service,
                ahead=ticket.ahead,
                low=low,
                high=high,
                leaving=leaving,
                building=ticket.building,
            )
        case "called":
            return Face(
                "called",
                service,
                ticket.desk,
                recalls=ticket.recalls,
                ring=ticket.rang_ns,
                leaving=leaving,
                building=ticket.building,
            )
        case _:
            return Face(ticket.state, service, ticket.desk, leaving=leaving, building=ticket.building)


def unknown(since_ns: int | None, zone: ZoneInfo) -> Face:
    """The face while nothing is known: never the last values."""
    since = "" if since_ns is None else f"{datetime.fromtimestamp(since_ns / SECOND, zone):%H:%M}"
    return Face("unknown", since=since)


def notice_of(space: SpaceView) -> Notice:
    """A weather alert, or no room for one more."""
    if space.weather_alerts:
        return "evacuation"
    return "full" if space.crowding == "full" else ""


def minutes(median_s: int | None, p90_s: int | None) -> tuple[int | None, int | None]:
    """A promise in minutes, from the median to the 90th percentile; equal where it is just short."""
    if median_s is None or p90_s is None:
        return None, None
    high = -(-p90_s // _MINUTE)
    if high <= SHORT_WAIT_MIN:
        return SHORT_WAIT_MIN, SHORT_WAIT_MIN
    low = median_s // _MINUTE
    return low, max(high, low + 1)
