"""A tent whose events a test makes by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract import compiled, messages
from broker.contract.topics import DASHBOARD, HALL
from broker.delivery.journal import Row
from hall.decisions import Decision, RequestAnswered
from hall.hall import Hall
from hall.measures import AnyMeasure
from hall.measuring import event_point, measures
from hall.recorded import Recorded

PARIS = ZoneInfo("Europe/Paris")
MINUTE = 60 * SECOND
Kind = TypeVar("Kind")


def moment(text: str) -> int:
    """A Paris wall-clock time as civil nanoseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp()) * SECOND


class Tent:
    """A hall and its journal. Every event comes through ``send``, as the server would take it."""

    def __init__(self, site: compiled.Site, now: str = "2016-06-08T10:00") -> None:
        self.site = site
        self.hall = Hall(site)
        self.now_ns = moment(now)
        self.journal: list[tuple[Recorded, list[Decision]]] = []
        self._seqs: dict[str, int] = {}
        self._keys = 0

    def wait(self, seconds: float) -> None:
        self.now_ns += round(seconds * SECOND)

    def event(
        self, node: str, body: messages.AnyBody, *, at_ns: int | None = None, age_ms: int | None = 0
    ) -> Recorded:
        self._seqs[node] = self._seqs.get(node, 0) + 1
        return Recorded(
            offset=len(self.journal),
            node=node,
            run="run",
            seq=self._seqs[node],
            at_ns=self.now_ns if at_ns is None else at_ns,
            recorded_ns=self.now_ns,
            age_ms=age_ms,
            undated=False,
            body=body,
        )

    def send(
        self, node: str, body: messages.AnyBody, *, at_ns: int | None = None, age_ms: int | None = 0
    ) -> list[Decision]:
        event = self.event(node, body, at_ns=at_ns, age_ms=age_ms)
        decisions = self.hall.decide(event)
        for decision in decisions:
            self.hall.apply(event.offset, decision)
        self.journal.append((event, decisions))
        return decisions

    def measures(self) -> list[AnyMeasure]:
        """What the last event and its decisions give the store."""
        event, decisions = self.journal[-1]
        row = Row(
            event.node,
            event.run,
            event.seq,
            event.at_ns,
            event.recorded_ns,
            event.age_ms,
            event.undated,
            messages.encode(event.body),
            None,
        )
        return measures(event_point(row), decisions)

    def tick(self) -> list[Decision]:
        return self.send(HALL, messages.TimePassed(device=""))

    def draw(
        self,
        service: str,
        kiosk: str = "kiosk-a",
        *,
        number: str | None = None,
        at_ns: int | None = None,
    ) -> str:
        """Draw a ticket with the number leased to the kiosk; its id."""
        if number is None:
            number = self.hall.state.leases[kiosk][service]
        body = messages.TicketDrawn(device="kiosk", service=service, number=number)
        self.send(kiosk, body, at_ns=at_ns)
        return self.journal[-1][0].id

    def key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"

    def ask(
        self, request: type[messages.DeskRequest], desk: str, *, node: str = DASHBOARD, **fields: Any
    ) -> RequestAnswered:
        """A press at a desk about the call that runs there; the answer to it."""
        fields = {"key": self.key(), "call": self.hall.state.desk(desk).call, **fields}
        age_ms = fields.pop("age_ms", 0)
        body: Any = request(device="panel", desk=desk, **fields)
        return only(RequestAnswered, self.send(node, body, age_ms=age_ms))

    def next(self, desk: str, **fields: Any) -> RequestAnswered:
        return self.ask(messages.NextRequested, desk, **fields)

    def views(self) -> dict[tuple[str, ...], Any]:
        return dict(self.hall.views(self.now_ns))


def every(kind: type[Kind], decisions: list[Decision]) -> list[Kind]:
    return [decision for decision in decisions if isinstance(decision, kind)]


def only(kind: type[Kind], decisions: list[Decision]) -> Kind:
    """The one decision of that kind."""
    (found,) = every(kind, decisions)
    return found
