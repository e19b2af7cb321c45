"""What agents see on their consoles, and nobody else: discreet calls, notes, late tickets, alerts, loads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal

from broker.contract.views import (
    Alert,
    AlertsView,
    ConsoleView,
    DeskLoad,
    QueueLoad,
    SupervisionView,
    TicketState,
    Undoable,
    View,
    WaitingTicket,
)
from hall import calls, half_hours, phones, priority, serving, settings, undo, warnings
from hall.layout import Layout
from hall.public import Outlook
from hall.space import Help
from hall.state import State
from hall.visit import Visit

LISTED = 30
"""How many waiting tickets a console lists."""

ASIDE: Final = ("parked", "late", "no_show", "left")
"""Visits that only an agent brings back, those who are here first."""


def views(state: State, layout: Layout, now: Outlook, now_ns: int) -> dict[tuple[str, ...], View]:
    """Every private view, by topic."""
    queue = priority.in_order(state.waiting(), layout, now_ns)
    aside = sorted(
        (visit for visit in state.visits.values() if ticket_state(visit) in ASIDE),
        key=lambda visit: (ASIDE.index(ticket_state(visit)), -(visit.ended_ns or 0)),
    )
    found: dict[tuple[str, ...], View] = {
        ("private", "desk", desk): _console(state, layout, desk, queue, aside, now_ns)
        for desk in layout.desks
    }
    found["private", "alerts", "now"] = AlertsView(alerts=alerts(state, layout, now_ns))
    found["private", "supervision", "now"] = _supervision(state, layout, now, queue)
    found["private", "settings", "now"] = settings.view(state)
    for service, tickets in phones.tickets(state, layout, now, queue).items():
        found["private", "queue", service] = tickets
    return found


def ticket_state(visit: Visit) -> TicketState:
    """A visit's state as agents and phones are told it; one that is over is not told at all."""
    if visit.state == "waiting" and visit.late:
        return "late"
    return visit.state  # type: ignore[return-value]  # what is kept in the state is one of these


def _console(
    state: State, layout: Layout, desk: str, queue: list[Visit], aside: list[Visit], now_ns: int
) -> ConsoleView:
    now = state.desk(desk)
    visit = state.visits.get(now.ticket)
    services = serving.services_of(state, layout, desk)
    kept = state.undos.get(desk)
    if kept is not None and (now_ns > undo.until_ns(layout, kept) or undo.is_overtaken(state, desk, kept)):
        kept = None
    return ConsoleView(
        desk=desk,
        state=now.state,
        since_ns=now.since_ns,
        call=now.call,
        ticket="" if visit is None else visit.ticket,
        number="" if visit is None else visit.number,
        service="" if visit is None else visit.service,
        arrived_ns=None if visit is None else visit.arrived_ns,
        discreet=visit is not None and layout.keeps_quiet(visit),
        recalls=0 if visit is None else visit.recalls,
        no_show_allowed_ns=None if visit is None else calls.no_show_allowed_ns(layout, visit),
        recall_allowed_ns=None if visit is None else calls.recall_allowed_ns(layout, visit),
        note="" if visit is None else visit.note,
        step_free=visit is not None and visit.step_free,
        services=list(services),
        waiting=[_ticket(one) for one in islice(_callable(state, layout, desk, queue), LISTED)],
        aside=[
            _ticket(one)
            for one in islice((one for one in aside if serving.may_choose(state, layout, desk, one)), LISTED)
        ],
        by=now.by,
        undo=None
        if kept is None
        else Undoable(key=kept.key, type=kept.type, until_ns=undo.until_ns(layout, kept)),
    )


def _callable(state: State, layout: Layout, desk: str, queue: list[Visit]) -> Iterator[Visit]:
    """Whom the desk may call, the next one first; asked once for all visits that are alike.

    Who was sent ahead to it comes before all others: the next press receives this visitor.
    """
    sent = state.visits.get(state.desk(desk).ahead)
    if sent is not None:
        yield sent
    known: dict[tuple[str, bool, str], bool] = {}
    for visit in queue:
        alike = (visit.service, visit.step_free, visit.only_desk)
        if alike not in known:
            known[alike] = serving.may_call(state, layout, desk, visit)
        if known[alike]:
            yield visit


def _ticket(visit: Visit) -> WaitingTicket:
    return WaitingTicket(
        ticket=visit.ticket,
        number=visit.number,
        service=visit.service,
        arrived_ns=visit.arrived_ns,
        late=visit.late,
        state=ticket_state(visit),
        desk=visit.desk or visit.only_desk,
        note=visit.note,
        priority=visit.priority,
        step_free=visit.step_free,
        exercise=visit.exercise,
    )


def _supervision(state: State, layout: Layout, now: Outlook, queue: list[Visit]) -> SupervisionView:
    desks = []
    for desk in layout.desks:
        at = state.desk(desk)
        visit = state.visits.get(at.ticket)
        desks.append(
            DeskLoad(
                desk=desk,
                state=at.state,
                since_ns=at.since_ns,
                services=list(serving.services_of(state, layout, desk)),
                number="" if visit is None else visit.number,
                service="" if visit is None else visit.service,
                served=at.served,
                by=at.by,
            )
        )
    first: dict[str, int] = {}
    for visit in queue:
        first[visit.service] = min(visit.arrived_ns, first.get(visit.service, visit.arrived_ns))
    queues = [
        QueueLoad(
            service=known.service.id,
            waiting=known.waiting,
            longest_ns=first.get(known.service.id),
            wait_median_s=known.median_s,
            wait_p90_s=known.p90_s,
            open_desks=known.open_desks,
        )
        for known in now.services.values()
        if known.service.ticket
    ]
    return SupervisionView(
        desks=desks, queues=queues, half_hours=[half_hours.view(one) for one in state.half_hours]
    )


def alerts(state: State, layout: Layout, now_ns: int) -> list[Alert]:
    """What somebody should act on now, the most urgent first; ids stay the same while the trouble lasts."""
    return [
        *_helps(state, layout),
        *warnings.of_the_space(state, layout, now_ns),
        *_printers(state),
        *_late(state),
    ]


def _helps(state: State, layout: Layout) -> list[Alert]:
    return [
        Alert(
            id=f"help-{known.room}",
            kind=_kind(layout, known),
            since_ns=known.since_ns,
            subject=known.room,
            detail="",
            acknowledged=known.state == "acknowledged",
            by=known.by,
        )
        for known in sorted(state.helps.values(), key=lambda known: (not known.escalated, known.since_ns))
    ]


def _kind(
    layout: Layout, known: Help
) -> Literal["help", "help_escalated", "visitor_help", "visitor_help_escalated"]:
    if known.room in layout.rooms:
        return "help_escalated" if known.escalated else "help"
    return "visitor_help_escalated" if known.escalated else "visitor_help"


def _printers(state: State) -> list[Alert]:
    return [
        Alert(
            id=f"printer-{key.replace('/', '-')}",
            kind="printer",
            since_ns=device.since_ns,
            subject=key,
            detail=device.detail,
            fault=device.fault,
        )
        for key, device in state.devices.items()
        if device.state == "failed" and "printer" in key.split("/")[1]
    ]


def _late(state: State) -> list[Alert]:
    late = [visit for visit in state.visits.values() if ticket_state(visit) == "late"]
    return [
        Alert(
            id=f"late-{visit.ticket}",
            kind="late_ticket",
            since_ns=visit.arrived_ns,
            subject=visit.ticket,
            detail="",
            number=visit.number,
            service=visit.service,
        )
        for visit in late[:LISTED]
    ]
