"""What was used: zones, seats, rooms, and the ways that visitors took, without following anyone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from broker.contract.compiled import Site, Zone
from hall.bilan.days import ObservedDay
from hall.bilan.waits import CALLED


class PlaceFigures(NamedTuple):
    """A seat or room while the site was open: how often it was taken, and for which share of the time."""

    kind: str
    subject: str
    times: int
    share: float | None


class ZoneFigures(NamedTuple):
    """A zone: visits called at its desks, shares of time of its seats and rooms, votes at its barometers.

    None where the zone has no desk, seat, room or barometer: that is not measured, not zero.
    """

    zone: Zone
    visits: int | None
    seats: float | None
    seat_times: int | None
    rooms: float | None
    room_times: int | None
    votes: int | None


class PathFigures(NamedTuple):
    """How visitors went: counts over the days with data.

    ``kiosk`` tickets drawn at a kiosk; ``agent`` tickets that an agent added; ``directed`` sent on by a kiosk
    without a ticket; ``seats`` times a seat of the digital counter was taken; ``rooms`` times a room was;
    ``inside`` visits called at desks inside the building. ``entered`` is what the doors counted.
    """

    entered: int
    kiosk: int
    agent: int
    directed: int
    seats: int
    rooms: int
    inside: int


def place_figures(days: Iterable[ObservedDay]) -> list[PlaceFigures]:
    """Every seat and room that was heard of, on the days with data."""
    times: dict[tuple[str, str], int] = {}
    taken_s: dict[tuple[str, str], float] = {}
    open_s = 0.0
    for day in days:
        if not day.has_data:
            continue
        open_s += day.open_s
        for row in day.presence:
            key = (row.kind, row.subject)
            times[key] = times.get(key, 0) + row.times
            taken_s[key] = taken_s.get(key, 0.0) + row.taken_s
    return [
        PlaceFigures(*key, times[key], taken_s[key] / open_s if open_s else None) for key in sorted(times)
    ]


def zone_figures(site: Site, days: list[ObservedDay], places: list[PlaceFigures]) -> list[ZoneFigures]:
    """Every zone of the description, in its order."""
    desks = {desk.id: desk.zone for desk in site.desks}
    visits = _visits(days)
    found = []
    for zone in site.zones:
        of_zone = [desk for desk, its in desks.items() if its == zone.id]
        here = {("seat", seat.id) for seat in site.seats if seat.zone == zone.id}
        here |= {("room", room.id) for room in site.rooms if room.zone == zone.id}
        of_here = [place for place in places if (place.kind, place.subject) in here]
        seats = [place for place in of_here if place.kind == "seat"]
        rooms = [place for place in of_here if place.kind == "room"]
        barometers = {barometer.id for barometer in site.barometers if barometer.zone == zone.id}
        votes = sum(
            not vote.too_fast for day in days for each in barometers for vote in day.votes.get(each, ())
        )
        found.append(
            ZoneFigures(
                zone=zone,
                visits=sum(visits.get(desk, 0) for desk in of_zone) if of_zone else None,
                seats=_mean(seats),
                seat_times=sum(seat.times for seat in seats) if seats else None,
                rooms=_mean(rooms),
                room_times=sum(room.times for room in rooms) if rooms else None,
                votes=votes if barometers else None,
            )
        )
    return found


def path_figures(site: Site, days: list[ObservedDay], places: list[PlaceFigures]) -> PathFigures:
    """The ways taken, over all days."""
    types: dict[str, int] = {}
    for day in days:
        for row in day.events:
            types[row.type] = types.get(row.type, 0) + row.events
    visits = _visits(days)
    return PathFigures(
        entered=sum(count.entered for day in days for count in day.counts),
        kiosk=types.get("ticket.drawn", 0),
        agent=types.get("ticket.add_requested", 0),
        directed=types.get("direction.given", 0),
        seats=sum(place.times for place in places if place.kind == "seat"),
        rooms=sum(place.times for place in places if place.kind == "room"),
        inside=sum(visits.get(desk.id, 0) for desk in site.desks if desk.place is not None),
    )


def _visits(days: Iterable[ObservedDay]) -> dict[str, int]:
    """Called visits by desk."""
    found: dict[str, int] = {}
    for day in days:
        for wait in day.waits:
            if wait.outcome in CALLED:
                found[wait.desk] = found.get(wait.desk, 0) + 1
    return found


def _mean(places: list[PlaceFigures]) -> float | None:
    shares = [place.share for place in places if place.share is not None]
    return sum(shares) / len(shares) if shares else None
