"""Which desk gives which services now: the description's, until an agent or a supervisor chose others."""

from __future__ import annotations

from hall.layout import Layout
from hall.state import State
from hall.visit import Visit


def services_of(state: State, layout: Layout, desk: str) -> list[str]:
    """The services a desk gives now, open or not; none for a desk that the site does not have."""
    known = layout.desks.get(desk)
    if known is None:
        return []
    chosen = [service for service in state.desk(desk).services if service in layout.services]
    return chosen or known.services


def open_desks(state: State, layout: Layout) -> dict[str, set[str]]:
    """The desks that take visitors now, by service."""
    found: dict[str, set[str]] = {}
    for desk in layout.desks:
        if state.desk(desk).is_open:
            for service in services_of(state, layout, desk):
                found.setdefault(service, set()).add(desk)
    return found


def may_call(state: State, layout: Layout, desk: str, visit: Visit) -> bool:
    """Whether that desk may call that visit by the queue's order.

    A visit reserved for a desk waits for it while it is not closed, whatever it gives; one that needs a desk
    without steps is for such desks only.
    """
    known = layout.desks.get(desk)
    if known is None or (visit.step_free and not known.step_free):
        return False
    if visit.only_desk in layout.desks and state.desk(visit.only_desk).state != "closed":
        return visit.only_desk == desk
    return visit.service in services_of(state, layout, desk)


def may_choose(state: State, layout: Layout, desk: str, visit: Visit) -> bool:
    """Whether that desk may call that visit by hand: also where it was parked, or did not come."""
    return visit.desk == desk or may_call(state, layout, desk, visit)


def has_step_free_desk(state: State, layout: Layout, service: str) -> bool:
    """Whether a desk that can be reached without a step gives that service, open or not."""
    return any(
        desk.step_free and service in services_of(state, layout, desk.id) for desk in layout.desks.values()
    )
