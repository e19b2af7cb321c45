"""The real hall on simulated time: events go in as the recorder would bring them, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from broker.clock import SECOND
from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD, HALL
from hall import priority
from hall.decisions import Decision, RequestAnswered
from hall.hall import Hall
from hall.layout import Layout
from hall.recorded import Recorded
from hall.state import State
from hall.visit import Desk, Visit

MINUTE_S = 60.0


class Reception:
    """A day of the hall.

    Args:
        site: the description that rules.
        midnight_ns: when the day begins, in civil nanoseconds.
        now: the seconds after midnight.
        decided: called with what follows from each event.
    """

    def __init__(
        self,
        site: compiled.Site,
        midnight_ns: int,
        now: Callable[[], float],
        decided: Callable[[Iterable[Decision]], None],
    ) -> None:
        self._hall, self._layout = Hall(site), Layout(site)
        self._midnight_ns, self._now, self._decided = midnight_ns, now, decided
        self._count = 0

    @property
    def layout(self) -> Layout:
        """The description, as the hall asks it."""
        return self._layout

    @property
    def state(self) -> State:
        """What the hall knows."""
        return self._hall.state

    def desk(self, desk: str) -> Desk:
        """A desk now."""
        return self._hall.state.desk(desk)

    def visit(self, ticket: str) -> Visit | None:
        """A visit that the hall still follows."""
        return self._hall.state.visits.get(ticket)

    def first_for(self, desk: str) -> Visit | None:
        """Whom that desk would call now."""
        return priority.first_for(self._hall.state, self._layout, desk, self._now_ns())

    def draw(self, kiosk: str, service: str, token: str) -> str:
        """Draw a ticket; its id."""
        number = self._hall.state.leases.get(kiosk, {}).get(service, "")
        body = messages.TicketDrawn(device="kiosk", service=service, number=number, token=token)
        return self._send(kiosk, body)

    def leave(self, token: str) -> None:
        """A visitor gives the place back."""
        self._send(DASHBOARD, messages.VisitorLeft(device="phone", token=token))

    def press(self, request: type[messages.DeskRequest], desk: str) -> bool:
        """An agent's press about whoever is called there; whether the hall took it."""
        key, call = f"k{self._count}", self.desk(desk).call
        taken: list[bool] = []
        body = request(device="console", key=key, desk=desk, call=call)
        self._send(DASHBOARD, body, taken)  # type: ignore[arg-type]  # each request is one of AnyBody
        return taken == [True]

    def tick(self) -> None:
        """Let time reach the hall."""
        self._send(HALL, messages.TimePassed(device=""))

    def next_tick_s(self) -> float:
        """When time should reach the hall next: the next minute, or what the hall has asked for."""
        now_s = self._now()
        minute_s = (now_s // MINUTE_S + 1) * MINUTE_S
        deadline_ns = self._hall.next_deadline_ns()
        if deadline_ns is None:
            return minute_s
        deadline_s = (deadline_ns - self._midnight_ns) / SECOND + 1e-6
        return min(minute_s, deadline_s) if deadline_s > now_s else minute_s

    def _now_ns(self) -> int:
        return self._midnight_ns + round(self._now() * SECOND)

    def _send(self, node: str, body: messages.AnyBody, taken: list[bool] | None = None) -> str:
        self._count += 1
        now_ns = self._now_ns()
        event = Recorded(
            offset=self._count,
            node=node,
            run="whatif",
            seq=self._count,
            at_ns=now_ns,
            recorded_ns=now_ns,
            age_ms=0,
            undated=False,
            body=body,
        )
        made = self._hall.decide(event)
        for decision in made:
            self._hall.apply(event.offset, decision)
            if taken is not None and isinstance(decision, RequestAnswered):
                taken.append(decision.accepted)
        self._decided(made)
        return event.id
