"""Which way visitors took, and how much of its seats and rooms each hour used: from counts alone.

Both come in half-hours (``hall.flows``). One may hold fewer entries than tickets; a day's sum is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from broker.clock import SECOND
from broker.contract.compiled import Site, Zone
from hall.bilan.days import ObservedDay


class WayFigures(NamedTuple):
    """People by the way they took, over the ``days`` on which the doors counted: else ``none`` is not known.

    ``none`` took no ticket and no seat of the online counter: they looked, had a coffee, or came along.
    """

    kiosk: int
    online: int
    concierge: int
    none: int
    days: int

    @property
    def people(self) -> int:
        """All of them; who did two things counts twice and is missing from ``none``."""
        return self.kiosk + self.online + self.concierge + self.none


class HourlyUse(NamedTuple):
    """Seats, or rooms, of one zone: by local hour the share of the time open for which one was taken."""

    zone: Zone
    kind: str
    places: int
    hours: dict[int, float]


def way_figures(days: Iterable[ObservedDay]) -> WayFigures:
    """The ways, over the days on which who took none is known."""
    people = Counter[str]()
    counted = 0
    for day in days:
        if any(flow.way == "none" for flow in day.flows):
            counted += 1
            for flow in day.flows:
                people[flow.way] += flow.people
    return WayFigures(people["kiosk"], people["online"], people["concierge"], people["none"], counted)


def hourly_use(site: Site, days: Iterable[ObservedDay]) -> list[HourlyUse]:
    """Every zone with seats or rooms that were heard of, in the description's order; seats first."""
    zones = {("seat", seat.id): seat.zone for seat in site.seats}
    zones |= {("room", room.id): room.zone for room in site.rooms}
    local = ZoneInfo(site.timezone)
    taken_s: dict[tuple[int, str], Counter[int]] = {}
    open_s: dict[tuple[int, str], Counter[int]] = {}
    for day in days:
        for use in day.uses:
            zone = zones.get((use.kind, use.subject))
            if zone is None or not any(opening.holds(use.at_ns) for opening in day.openings):
                continue
            hour, key = datetime.fromtimestamp(use.at_ns // SECOND, local).hour, (zone, use.kind)
            # Seconds, so that a counter holds whole numbers.
            taken_s.setdefault(key, Counter())[hour] += round(use.taken_s)
            open_s.setdefault(key, Counter())[hour] += round(use.span_s)
    return [
        HourlyUse(
            zone,
            kind,
            sum(of == (zone.id) and known == kind for (known, _), of in zones.items()),
            {
                hour: taken_s[zone.id, kind][hour] / whole_s
                for hour, whole_s in sorted(open_s[zone.id, kind].items())
            },
        )
        for zone in site.zones
        for kind in ("seat", "room")
        if (zone.id, kind) in open_s
    ]
