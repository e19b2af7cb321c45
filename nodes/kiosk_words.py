"""What a kiosk says, from the site description: ways, hours, other kiosks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final, TypeAlias

from broker.contract import compiled, views
from broker.contract.faults import Fault
from broker.contract.settings import PublicText
from nodes.hours import opening, timetable
from nodes.words import FIRST, PRINTER_LETTERS, say

_NAMES: Final = {"ar": "Arabe · Arabic", "zh": "Chinois · Chinese"}
"""How a language is called in Latin letters, which are all that a LED display draws."""
_TROUBLES: Final = ("no_paper", "cover_open")
"""Faults of a printer that a visitor is told by name."""


Told: TypeAlias = Callable[[str], list[str]]
"""Lines in a language."""


class KioskWords:
    """The words of one kiosk.

    Args:
        site: its site.
        node: the Raspberry Pi it hangs on.
    """

    def __init__(self, site: compiled.Site, node: compiled.Node) -> None:
        self._site = site
        others = [
            site.zone(other.zone)
            for other in site.nodes
            if other.id != node.id
            and any(isinstance(device, compiled.TicketKiosk) for device in other.devices)
        ]
        self._other = next(filter(None, others), None)

    @staticmethod
    def on_led(language: str) -> str:
        """The language in which a LED display says it."""
        return language if language in PRINTER_LETTERS else FIRST

    @staticmethod
    def name(language: str) -> str:
        """What a language is called."""
        return _NAMES.get(language, say(language, "language"))

    def way_to(self, service: compiled.Service, language: str) -> list[str]:
        """Where a service without tickets is given."""
        if service.instead is not None:
            return [service.instead.in_language(language)]
        return [say(language, "no_ticket", **self._zone(service, language))]

    def free_seat(self, service: compiled.Service, language: str) -> list[str]:
        """That a seat is free, and where."""
        return [say(language, "free_seat", **self._zone(service, language))]

    def closed(
        self,
        service: compiled.Service,
        opens: datetime | None,
        today: date | None,
        notice: PublicText | None,
        changed_days: Told,
        language: str,
    ) -> list[str]:
        """That a service is closed, when it opens, why (on an unusual day), and a permanence's hours."""
        told = say(language, "closed") if opens is None else opening(opens, today, language)
        texts = [f"{service.name.in_language(language)} : {told}"]
        if notice is not None:
            texts.append(notice.in_language(language))
        if service.hours:
            texts.append(f"{say(language, 'hours')} : {', '.join(timetable(service.hours, language))}")
            texts += changed_days(language)
        if service.instead is not None:
            texts.append(service.instead.in_language(language))
        return texts

    @staticmethod
    def trouble(fault: Fault | None, language: str) -> views.Frame:
        """Why nothing can be printed, from what is wrong with the printer."""
        return views.Frame(text=say(language, fault if fault in _TROUBLES else "no_printer"))

    def no_paper(self, fault: Fault | None, language: str) -> list[views.Frame]:
        """Why nothing can be printed, and where it can: told before anybody has a number."""
        return [self.trouble(fault, language), self._elsewhere("other_kiosk", "no_ticket_paper", language)]

    def out_of_order(self, language: str) -> list[views.Frame]:
        """That not even a number can be had here, and where it can."""
        broken = views.Frame(text=say(language, "out_of_order"))
        return [broken, self._elsewhere("other_kiosk_for_all", "see_desk", language)]

    def _elsewhere(self, there: str, nowhere: str, language: str) -> views.Frame:
        if self._other is None:
            return views.Frame(text=say(language, nowhere))
        return views.Frame(text=say(language, there, zone=self._other.name.in_language(language)))

    def _zone(self, service: compiled.Service, language: str) -> dict[str, object]:
        zone = self._site.zone(service.zone)
        return {"zone": "" if zone is None else zone.name.in_language(language), "id": service.zone}
