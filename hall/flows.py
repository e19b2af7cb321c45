"""Which way visitors take, from counts alone: nobody is followed.

How each count of a half-hour is made, and what it misses:

* **kiosk**: tickets drawn for a service outside the concierge's zone, given by an agent's console too;
* **concierge**: tickets for a service given in a zone with confidential rooms;
* **online**: seats of the online counter left after ``SAT_S`` or longer. Shorter is a bag put down;
* **none**: entries at the doors less these three. A visitor who does two things (a ticket, then a seat) is
  taken off twice, one who brings a companion leaves one over, and who acts in the half-hour after entering
  makes one half-hour too high and the next too low: it may be negative, and adds up over a day. Unknown
  without a door counter.

Late tickets and passages count in the half-hour in which the hall hears of them; the day's sums stay right.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from broker.clock import SECOND
from hall.layout import Layout
from hall.space import UNUSED, Border, Presence, Use, Ways
from hall.state import State

SAT_S: Final = 60
"""Seconds on a seat from which somebody has used it."""


def ways(state: State, layout: Layout, begin: Border, end: Border) -> Ways:
    """The counts between two borders, the present one being the later."""
    concierge = kiosk = 0
    confidential = {room.zone for room in layout.site.rooms}
    for service in layout.site.services:
        tickets = end.drawn.get(service.id, 0) - begin.drawn.get(service.id, 0)
        if service.zone in confidential:
            concierge += tickets
        else:
            kiosk += tickets
    online = sum(state.uses.get(seat, UNUSED).times for seat in online_seats(layout))
    return Ways(kiosk=kiosk, online=online, concierge=concierge)


def online_seats(layout: Layout) -> set[str]:
    """The seats that are taken without a ticket."""
    zones = {service.zone for service in layout.site.services if service.seats_without_ticket}
    return {seat.id for seat in layout.site.seats if seat.zone in zones}


def none(entered: int, taken: Ways) -> int:
    """Who entered and took none of the ways; see above for why it may be negative in a half-hour."""
    return entered - taken.kiosk - taken.online - taken.concierge


# Seats and rooms ----------------------------------------------------------------------------------


def hold(state: State, known: Presence, at_ns: int) -> tuple[float, float]:
    """Seconds for which a seat or room was taken until now: in all, and in the running half-hour."""
    begun_ns = known.since_ns if state.border is None else max(known.since_ns, state.border.at_ns)
    return (at_ns - known.since_ns) / SECOND, max(0, at_ns - begun_ns) / SECOND


def note_hold(state: State, subject: str, held_s: float, used_s: float) -> None:
    """Add a hold to the running half-hour; one told anew while it lasts has no length yet."""
    known = state.uses.get(subject, UNUSED)
    state.uses[subject] = Use(taken_s=known.taken_s + used_s, times=known.times + (held_s >= SAT_S))


def used(state: State, known: dict[str, Presence], begin: Border, end: Border) -> dict[str, Use]:
    """How long each was taken between two borders, those still taken included; of the known ones only."""
    found = {}
    for subject, presence in known.items():
        use = state.uses.get(subject, UNUSED)
        if presence.taken:
            running = max(0, end.at_ns - max(presence.since_ns, begin.at_ns)) / SECOND
            use = replace(use, taken_s=use.taken_s + running)
        # What was told of the minutes after the border has been counted before it: never more than all of it.
        whole_s = (end.at_ns - begin.at_ns) / SECOND
        found[subject] = replace(use, taken_s=min(use.taken_s, whole_s))
    return found
