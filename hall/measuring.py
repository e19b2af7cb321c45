"""From one event and the decisions it caused to measures: so the store can be filled from the journal alone.

Series and nanosecond come from the event that a measure is about. A visit is one point, filed under
the event that drew its ticket, and every change writes all its fields again.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from broker.clock import SECOND
from broker.delivery.journal import Row
from hall import flows, waiting
from hall.decisions import (
    VISIT_DECISIONS,
    ChangesNoted,
    Decision,
    DeviceNoted,
    HalfHourEnded,
    OccupancyCounted,
    OccupancyRecounted,
    OccupancyResolved,
    PresenceNoted,
    RequestUndone,
    SheetEntered,
    SheetWithdrawn,
    TicketTransferred,
    VoteCounted,
    WindNoted,
)
from hall.measures import (
    AnyMeasure,
    ChangesMeasure,
    CountCheckMeasure,
    DeviceMeasure,
    EventMeasure,
    FlowMeasure,
    OccupancyMeasure,
    Outcome,
    PaperMeasure,
    PresenceMeasure,
    SilenceMeasure,
    UseMeasure,
    VoteMeasure,
    WaitMeasure,
    WindMeasure,
)
from hall.polls import Sheet
from hall.space import HalfHour
from hall.visit import Visit, VisitState

OUTCOMES: dict[VisitState, Outcome] = {
    "waiting": "waiting",
    "parked": "called",
    "called": "called",
    "serving": "called",
    "served": "served",
    "unserved": "unserved",
    "undone": "undone",
    "left": "left",
    "no_show": "no_show",
}


class _Typed(msgspec.Struct):
    """All that an event's own point needs of its body: the word by which its type travels."""

    type: str


_TYPED = msgspec.json.Decoder(_Typed)


def event_point(row: Row) -> EventMeasure:
    """The event's own point, which the ledger counts, in quarantine too.

    Raises:
        msgspec.MsgspecError: its body is unreadable, and it is not in quarantine.
    """
    return EventMeasure(
        node=row.node,
        at_ns=row.at_ns,
        type=_TYPED.decode(row.body).type if row.quarantined is None else "quarantined",
        run=row.run,
        seq=row.seq,
        undated=row.undated,
    )


def measures(  # noqa: C901, PLR0912 - one case a decision
    event: EventMeasure, decisions: Sequence[Decision]
) -> list[AnyMeasure]:
    """The event's own point and the points of what it changed."""
    found: list[AnyMeasure] = [event]
    visits: dict[str, Visit] = {}
    for decision in decisions:
        match decision:
            case VoteCounted():
                found.append(
                    VoteMeasure(
                        node=event.node,
                        at_ns=event.at_ns,
                        barometer=decision.barometer,
                        question=decision.question,
                        answer=decision.answer,
                        too_fast=decision.too_fast,
                        wait_s=decision.wait_s,
                    )
                )
            case SheetEntered(sheet=sheet) | SheetWithdrawn(sheet=sheet):
                found += _ticks(sheet)
            case ChangesNoted(month=month, changes=lines, by=by):
                text = "\n".join(lines)
                found.append(
                    ChangesMeasure(node=event.node, at_ns=event.at_ns, month=month, text=text, by=by)
                )
            case OccupancyCounted() | OccupancyRecounted() | OccupancyResolved():
                found += _occupancy(event, decision)
            case PresenceNoted():
                found.append(
                    PresenceMeasure(
                        node=event.node,
                        at_ns=event.at_ns,
                        kind=decision.kind,
                        subject=decision.subject,
                        taken=decision.taken,
                    )
                )
            case DeviceNoted(now=now):
                found.append(
                    DeviceMeasure(
                        node=event.node,
                        at_ns=event.at_ns,
                        device=decision.device,
                        state=now.state,
                        detail=now.detail,
                    )
                )
            case WindNoted(now=wind):
                found.append(
                    WindMeasure(
                        node=event.node,
                        at_ns=event.at_ns,
                        device=decision.device,
                        km_h=wind.km_h,
                        mean_km_h=wind.mean_km_h,
                    )
                )
            case HalfHourEnded(half_hour=half_hour):
                found += _uses(event.node, half_hour)
                found += _flows(event.node, half_hour)
                found += _silences(event.node, half_hour)
            case RequestUndone():
                visits |= {visit.ticket: visit for visit in decision.visits}
                found += map(_wait, _unfiled(decision))
            case _ if isinstance(decision, VISIT_DECISIONS):
                visits[decision.visit.ticket] = decision.visit
                if isinstance(decision, TicketTransferred) and not decision.visit.exercise:
                    found.append(replace(_wait(decision.before), outcome="transferred"))
            case _:
                pass
    return [*found, *(_wait(visit) for visit in visits.values() if not visit.exercise)]


def _occupancy(
    event: EventMeasure, decision: OccupancyCounted | OccupancyRecounted | OccupancyResolved
) -> list[AnyMeasure]:
    """The count after an event, and how wrong the doors were where a certainty met it."""
    match decision:
        case OccupancyCounted(now=now) if now.inside is not None:
            count = (now.inside, decision.uncertainty, decision.entered, decision.left)
            return [_count(event, *count)]
        case OccupancyRecounted(now=now) if now.inside is not None:
            checks = [] if decision.before is None else [_check(event, decision, decision.before, now.inside)]
            return [_count(event, now.inside, 0, 0, 0), *checks]
        case OccupancyResolved():
            return [_check(event, decision, decision.residual, 0)]
        case _:
            return []


def _count(event: EventMeasure, inside: int, uncertainty: int, entered: int, left: int) -> OccupancyMeasure:
    return OccupancyMeasure(
        node=event.node, at_ns=event.at_ns, inside=inside, uncertainty=uncertainty, entered=entered, left=left
    )


def _check(
    event: EventMeasure, decision: OccupancyRecounted | OccupancyResolved, counted: int, people: int
) -> CountCheckMeasure:
    return CountCheckMeasure(
        node=event.node,
        at_ns=event.at_ns,
        kind="closing" if isinstance(decision, OccupancyResolved) else "recount",
        counted=counted,
        people=people,
        uncertainty=decision.uncertainty,
        passages=decision.passages,
    )


def _uses(node: str, half_hour: HalfHour) -> list[AnyMeasure]:
    """The use of every seat and room heard of, filed at the half-hour's beginning."""
    span_s = (half_hour.to_ns - half_hour.from_ns) / SECOND
    known = [("seat", one, use) for one, use in half_hour.seats.items()]
    known += [("room", one, use) for one, use in half_hour.rooms.items()]
    return [
        UseMeasure(
            node=node,
            at_ns=half_hour.from_ns,
            kind=kind,  # type: ignore[arg-type]  # one of the two above
            subject=subject,
            taken_s=use.taken_s,
            span_s=span_s,
            times=use.times,
        )
        for kind, subject, use in known
    ]


def _silences(node: str, half_hour: HalfHour) -> list[AnyMeasure]:
    """The nodes that were not heard, filed at the half-hour's beginning."""
    span_s = (half_hour.to_ns - half_hour.from_ns) / SECOND
    return [
        SilenceMeasure(node=node, at_ns=half_hour.from_ns, subject=subject, silent_s=seconds, span_s=span_s)
        for subject, seconds in half_hour.silent_s.items()
    ]


def _flows(node: str, half_hour: HalfHour) -> list[AnyMeasure]:
    """Which way visitors took; who took none only where a door counts."""
    ways = half_hour.ways
    people = {"kiosk": ways.kiosk, "online": ways.online, "concierge": ways.concierge}
    if half_hour.counted:
        people["none"] = flows.none(half_hour.entered, ways)
    span_s = (half_hour.to_ns - half_hour.from_ns) / SECOND
    return [
        FlowMeasure(node=node, at_ns=half_hour.from_ns, way=way, people=count, span_s=span_s)  # type: ignore[arg-type]  # one of the four above
        for way, count in people.items()
    ]


def _unfiled(decision: RequestUndone) -> list[Visit]:
    """Waits that the request had opened: a point cannot be taken back, so it says that it was."""
    before = {_filed(visit) for visit in decision.visits}
    return [
        replace(visit, state="undone")
        for visit in decision.undo.after
        if _filed(visit) not in before and not visit.exercise
    ]


def _ticks(sheet: Sheet) -> list[PaperMeasure]:
    """A sheet's boxes, filed under the event that entered it, also when another withdraws it."""
    return [
        PaperMeasure(
            node=sheet.node,
            at_ns=sheet.at_ns,
            barometer=tick.barometer,
            question=tick.question,
            answer=tick.answer,
            sheet=sheet.key,
            by=sheet.by,
            withdrawn=sheet.withdrawn,
        )
        for tick in sheet.ticks
    ]


def _filed(visit: Visit) -> tuple[str, int]:
    """The event under which the visit's running wait is filed."""
    return visit.filed_node or visit.node, visit.arrived_ns if visit.filed_ns is None else visit.filed_ns


def _wait(visit: Visit) -> WaitMeasure:
    node, at_ns = _filed(visit)
    return WaitMeasure(
        node=node,
        at_ns=at_ns,
        service=visit.service,
        visit=visit.ticket,
        outcome=OUTCOMES[visit.state],
        desk=visit.desk,
        wait_s=visit.wait_s,
        walk_s=visit.walk_s,
        service_s=visit.service_s,
        stay_s=visit.stay_s,
        promised_median_s=visit.median_s,
        promised_p90_s=visit.p90_s,
        done=visit.outcome,
        scored=not waiting.is_preferred(visit),
    )
