"""A confidential room that is still taken after closing: somebody looks whether a person was left there.

It is told ``GRACE_S`` after everything has closed, once for each time it was taken, until a sensor says that
it is free, or the day ends. Somebody who goes there says so, as for a call for help.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from hall import settings
from hall.decisions import Decision, RoomForgotten
from hall.layout import Layout
from hall.recorded import Recorded
from hall.requests import answer
from hall.space import Forgotten
from hall.state import State

GRACE_S: Final = 600
"""A talk may end a little after the doors have closed."""


def noticed(state: State, layout: Layout, event: Recorded) -> list[Decision]:
    """At a minute's event: the rooms that are taken though all has been closed for a while."""
    if not has_been_closed(state, layout, event.at_ns):
        return []
    return [
        RoomForgotten(room=Forgotten(room=room, taken_ns=presence.since_ns, since_ns=event.at_ns))
        for room, presence in state.rooms.items()
        if room in layout.rooms and presence.taken and not _is_known(state, room, presence.since_ns)
    ]


def goes(state: State, event: Recorded, body: messages.HelpAcknowledged) -> list[Decision] | None:
    """Somebody goes to a forgotten room; None where it is none, or somebody goes already."""
    known = state.forgotten.get(body.room)
    if known is None or known.gone_ns is not None:
        return None
    gone = replace(known, by=body.by, gone_ns=event.at_ns)
    return [RoomForgotten(room=gone), answer(event, body, accepted=True)]


def has_been_closed(state: State, layout: Layout, at_ns: int) -> bool:
    """Whether neither the site nor a permanence of it was open in the last ``GRACE_S``.

    A day that somebody closes while people are inside is closed from then on, not from its morning.
    """
    changed_ns = settings.hours_changed_ns(state, layout.calendar.local(at_ns).date())
    if changed_ns is not None and at_ns - changed_ns < GRACE_S * SECOND:
        return False
    services = [None, *layout.site.services]
    for moment in (at_ns, at_ns - GRACE_S * SECOND):
        openings = (layout.calendar.opening(moment, service) for service in services)
        if any(opening is not None and opening.holds(moment) for opening in openings):
            return False
    return True


def _is_known(state: State, room: str, taken_ns: int) -> bool:
    known = state.forgotten.get(room)
    return known is not None and known.taken_ns == taken_ns


def apply_forgotten(state: State, decision: RoomForgotten) -> None:
    """The room as it is known now."""
    state.forgotten[decision.room.room] = decision.room
