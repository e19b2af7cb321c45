"""What agents see on their consoles, and nobody else: discreet calls, late tickets, alerts."""

from __future__ import annotations

from broker.contract.views import Alert, AlertsView, ConsoleView, View, WaitingTicket
from hall import desks, occupancy, priority
from hall.layout import Layout
from hall.state import State, Visit

LISTED = 30
"""How many waiting tickets a console lists."""


def views(state: State, layout: Layout, now_ns: int) -> dict[tuple[str, ...], View]:
    """Every private view, by topic."""
    queue = [
        *priority.in_order(state.waiting(), layout, now_ns),
        *(visit for visit in state.visits.values() if visit.state == "waiting" and visit.late),
    ]
    found: dict[tuple[str, ...], View] = {
        ("private", "desk", desk): _console(state, layout, desk, queue) for desk in layout.desks
    }
    found["private", "alerts", "now"] = AlertsView(alerts=alerts(state, layout))
    return found


def _console(state: State, layout: Layout, desk: str, queue: list[Visit]) -> ConsoleView:
    now = state.desk(desk)
    visit = state.visits.get(now.ticket)
    services = layout.desks[desk].services
    return ConsoleView(
        desk=desk,
        state=now.state,
        since_ns=now.since_ns,
        call=now.call,
        ticket="" if visit is None else visit.ticket,
        number="" if visit is None else visit.number,
        service="" if visit is None else visit.service,
        arrived_ns=None if visit is None else visit.arrived_ns,
        discreet=visit is not None and layout.is_discreet(visit.service),
        recalls=0 if visit is None else visit.recalls,
        no_show_allowed_ns=None if visit is None else desks.no_show_allowed_ns(layout, visit),
        waiting=[
            WaitingTicket(
                ticket=waiting.ticket,
                number=waiting.number,
                service=waiting.service,
                arrived_ns=waiting.arrived_ns,
                late=waiting.late,
            )
            for waiting in queue
            if waiting.service in services
        ][:LISTED],
    )


def alerts(state: State, layout: Layout) -> list[Alert]:
    """What somebody should act on now, the most urgent first; ids stay the same while the trouble lasts."""
    return [*_helps(state, layout), *_capacity(state, layout), *_printers(state), *_late(state, layout)]


def _helps(state: State, layout: Layout) -> list[Alert]:
    found = []
    for known in sorted(state.helps.values(), key=lambda known: (not known.escalated, known.since_ns)):
        room = layout.rooms.get(known.room)
        name = known.room if room is None else room.name.fr
        if known.state == "acknowledged":
            detail = f"{name} : un collègue y va."
        elif known.escalated:
            detail = f"{name} : toujours sans réponse. Allez-y maintenant."
        else:
            detail = f"{name} : un agent demande de l'aide. Allez-y et acquittez l'appel."
        found.append(
            Alert(
                id=f"help-{known.room}",
                kind="help_escalated" if known.escalated else "help",
                since_ns=known.since_ns,
                subject=known.room,
                detail=detail,
            )
        )
    return found


def _capacity(state: State, layout: Layout) -> list[Alert]:
    count = state.occupancy
    if count.inside is None or count.full_since_ns is None:
        return []
    return [
        Alert(
            id="capacity",
            kind="capacity",
            since_ns=count.full_since_ns,
            subject=layout.site.id,
            detail=(
                f"{count.inside} personnes comptées (± {occupancy.uncertainty(count)}) pour "
                f"{layout.site.capacity} permises. Arrêtez les entrées, puis recomptez."
            ),
        )
    ]


def _printers(state: State) -> list[Alert]:
    return [
        Alert(
            id=f"printer-{key.replace('/', '-')}",
            kind="printer",
            since_ns=device.since_ns,
            subject=key,
            detail=f"Imprimante de {key.split('/')[0]} en panne : {device.detail or 'cause inconnue'}.",
        )
        for key, device in state.devices.items()
        if device.state == "failed" and "printer" in key.split("/")[1]
    ]


def _late(state: State, layout: Layout) -> list[Alert]:
    found = []
    for visit in state.visits.values():
        if visit.state == "waiting" and visit.late:
            service = layout.services.get(visit.service)
            name = visit.service if service is None else service.name.fr
            found.append(
                Alert(
                    id=f"late-{visit.ticket}",
                    kind="late_ticket",
                    since_ns=visit.arrived_ns,
                    subject=visit.ticket,
                    detail=f"{visit.number} ({name}) est connu en retard : appelez-le si la personne est là.",
                )
            )
    return found[:LISTED]
