"""Kiosks as a queue sees them: what each offers, where it stands, and one person at a time before it."""

from __future__ import annotations

import simpy

from broker.contract import compiled


class Kiosk:
    """A kiosk of a site; ``building`` is where it stands, on a site with several."""

    def __init__(
        self, node: str, building: str, device: compiled.TicketKiosk, environment: simpy.Environment
    ) -> None:
        self.node, self.building = node, building
        self._services = {button.service for button in device.buttons}
        self.resource = simpy.Resource(environment)

    @property
    def queue(self) -> int:
        """People before it."""
        return len(self.resource.queue) + int(self.resource.count)

    def offers(self, service: str, building: str) -> bool:
        """Whether that service is on it, and it stands in that building."""
        return service in self._services and self.building == building


def kiosks(site: compiled.Site, environment: simpy.Environment) -> list[Kiosk]:
    """The site's kiosks."""
    return [
        Kiosk(node.id, site.building_of(node.zone), device, environment)
        for node in site.nodes
        for device in node.devices
        if isinstance(device, compiled.TicketKiosk)
    ]
