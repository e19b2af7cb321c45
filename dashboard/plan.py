"""The plan of the tent, derived from the site description: what stands in which zone."""

from __future__ import annotations

from typing import Final, NamedTuple

from broker.contract import compiled

MARGIN: Final = 24
"""Centimetres of ground shown around the tent."""


class PlanZone(NamedTuple):
    """A zone with what stands in it; ``id`` is the number people read on the signs.

    ``measured`` is false where nothing counts anybody (a café corner): such a zone has no level at all,
    which is not the same as an unknown one.
    """

    id: int
    name: compiled.Text
    shape: compiled.Shape
    desks: list[compiled.Desk]
    rooms: list[compiled.Room]
    seats: list[compiled.Seat]
    waiting_area: bool
    measured: bool
    barometers: list[compiled.Barometer]


class Plan(NamedTuple):
    """The tent from above; lengths in centimetres."""

    view_box: str
    tent: compiled.Shape
    entrance: compiled.Shape
    zones: list[PlanZone]


def plan_of(site: compiled.Site) -> Plan:
    """The plan of a site, its zones in the order of their numbers."""
    tent = site.tent
    width, height = tent.width + 2 * MARGIN, tent.height + 2 * MARGIN
    waiting = {
        node.zone
        for display in site.displays
        for node in site.nodes
        if display.shows == "calls" and display.node == node.id
    }
    served = {service.zone for service in site.services if service.ticket}
    zones = [
        PlanZone(
            zone.id,
            zone.name,
            zone.shape,
            [desk for desk in site.desks if desk.zone == zone.id],
            [room for room in site.rooms if room.zone == zone.id],
            [seat for seat in site.seats if seat.zone == zone.id],
            zone.id in waiting,
            zone.id in waiting | served | {seat.zone for seat in site.seats},
            [barometer for barometer in site.barometers if barometer.zone == zone.id],
        )
        for zone in sorted(site.zones, key=lambda zone: zone.id)
    ]
    return Plan(f"{tent.x - MARGIN} {tent.y - MARGIN} {width} {height}", tent, site.entrance, zones)
