"""The site description as the hall asks it: by id, by service, by kiosk; derived once, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from broker.contract.compiled import (
    Anemometer,
    Answer,
    DeskPanel,
    Question,
    Service,
    Site,
    TicketKiosk,
)
from broker.contract.settings import OpeningChange
from broker.contract.topics import DASHBOARD
from hall.errors import UnknownSubjectError
from hall.opening import Calendar
from hall.visit import Visit


class Layout:
    """One site, indexed.

    Args:
        site: its description.
        changes: the exceptions of single days that are in force.
    """

    def __init__(self, site: Site, changes: Iterable[OpeningChange] = ()) -> None:
        self.site = site
        self.rules = site.rules
        self.calendar = Calendar(site, changes)
        self.services = {service.id: service for service in site.services}
        self.desks = {desk.id: desk for desk in site.desks}
        self.rooms = {room.id: room for room in site.rooms}
        self.seats = {seat.id: seat for seat in site.seats}
        self.barometers = {barometer.id: barometer for barometer in site.barometers}
        self.outcomes = {outcome.id: outcome for outcome in site.outcomes}
        self.helped_kiosks = {
            node.id
            for node in site.nodes
            for device in node.devices
            if isinstance(device, TicketKiosk) and device.help is not None
        }
        self.kiosks = {
            node.id: [button.service for button in device.buttons if button.service in self.services]
            for node in site.nodes
            for device in node.devices
            if isinstance(device, TicketKiosk)
        }
        self.anemometers = [
            f"{node.id}/{device.id}"
            for node in site.nodes
            for device in node.devices
            if isinstance(device, Anemometer)
        ]
        self.reserves = {
            node.id: device.reserve_from
            for node in site.nodes
            for device in node.devices
            if isinstance(device, TicketKiosk)
        }
        self.panels = {
            (node.id, device.desk)
            for node in site.nodes
            for device in node.devices
            if isinstance(device, DeskPanel)
        }
        self._buildings = {node.id: site.building_of(node.zone) for node in site.nodes}
        self._walks_s = {
            (desk.id, building): place.walk_s
            for desk in site.desks
            for building in {"", *self._buildings.values()}
            if (place := site.place_of(desk, building)) is not None
        }
        self.waiting_zones = {
            node.zone
            for node in site.nodes
            for display in site.displays
            if display.shows == "calls" and display.node == node.id
        }

    def may_act(self, node: str, desk: str) -> bool:
        """Whether requests of ``node`` about ``desk`` are taken: its own panel's, and every console's."""
        return node == DASHBOARD or (node, desk) in self.panels

    def has_help(self, place: str) -> bool:
        """Whether help can be asked for there: in a room, or at a kiosk with a button for it."""
        return place in self.rooms or place in self.helped_kiosks

    def draws_tickets(self, kiosk: str) -> list[Service]:
        """The services for which that kiosk needs numbers."""
        services = [self.services[service] for service in self.kiosks.get(kiosk, [])]
        return [service for service in services if service.ticket]

    def is_discreet(self, service: str) -> bool:
        """Whether calls for that service stay off public screens; a service unknown by now stays off too."""
        known = self.services.get(service)
        return known is None or known.discreet

    def keeps_quiet(self, visit: Visit) -> bool:
        """Whether a visit's number and calls stay off public screens: once discreet, always discreet."""
        return visit.discreet or self.is_discreet(visit.service)

    def building(self, node: str) -> str:
        """The building a node stands in; empty on a site of one place, and for a node outside of any."""
        return self._buildings.get(node, "")

    def walk_s(self, desk: str, building: str = "") -> int:
        """The walk to that desk from where people wait in that building, in seconds: 0 beside them."""
        return self._walks_s.get((desk, building), 0)

    def is_walked_to(self, desk: str) -> bool:
        """Whether some visitors walk to that desk: it is inside, or there are several buildings."""
        return any(known == desk for known, _ in self._walks_s)

    def visitors_walk_s(self, desk: str, visit: Visit) -> int:
        """The walk of a visitor to that desk, in seconds: who drew a ticket in a building waits there."""
        return self.walk_s(desk, self.building(visit.node))

    def answer(self, barometer: str, question: str, answer: int, where: str) -> tuple[Question, Answer]:
        """The question and the answer counted from 0 that ``where`` names. Raises UnknownSubjectError."""
        known = self.barometers.get(barometer)
        if known is None:
            raise UnknownSubjectError("barometer", barometer, where)
        asked = next((one for one in known.questions if one.id == question), None)
        if asked is None:
            raise UnknownSubjectError("question", question, where)
        if not 0 <= answer < len(asked.answers):
            raise UnknownSubjectError("answer", str(answer), where)
        return asked, asked.answers[answer]


def fingerprint(site: Site) -> str:
    """A short name for exactly this description, the same on every machine.

    Read back once before it is hashed: a number written as 5 and read as 5.0 is no other site.
    """
    as_read = msgspec.json.decode(msgspec.json.encode(site), type=Site)
    return hashlib.sha256(msgspec.json.encode(as_read)).hexdigest()[:16]
