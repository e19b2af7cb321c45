"""A ticket's whole life and the desks it meets: what the hall keeps of visits, calls and presses."""

from __future__ import annotations

from typing import Literal, TypeAlias

from broker.clock import SECOND
from broker.contract.messages import PrintOutcome
from broker.contract.views import DeskState
from hall.promises.memory import Estimate, Seen
from hall.value import Value

VisitState: TypeAlias = Literal[
    "waiting", "parked", "called", "serving", "served", "unserved", "left", "no_show", "undone"
]


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


class CalledWait(Value, frozen=True):
    """A wait of so many seconds that a call ended at ``at_ns``: what votes at that time are seen beside."""

    ticket: str
    at_ns: int
    wait_s: float


CLOSED = Desk()
