"""The site description as the hall asks it: by id, by service, by kiosk; derived once, never changed."""

from __future__ import annotations

import hashlib

import msgspec

from broker.contract.compiled import Anemometer, DeskPanel, Service, Site, TicketKiosk
from broker.contract.topics import DASHBOARD
from hall.opening import Calendar
from hall.state import Visit


class Layout:
    """One site, indexed."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.rules = site.rules
        self.calendar = Calendar(site)
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

    def walk_s(self, desk: str) -> int:
        """The walk from the waiting area to that desk, in seconds: 0 inside the tent."""
        known = self.desks.get(desk)
        return known.place.walk_s if known is not None and known.place is not None else 0


def fingerprint(site: Site) -> str:
    """A short name for exactly this description, the same on every machine.

    Read back once before it is hashed: a number written as 5 and read as 5.0 is no other site.
    """
    as_read = msgspec.json.decode(msgspec.json.encode(site), type=Site)
    return hashlib.sha256(msgspec.json.encode(as_read)).hexdigest()[:16]
