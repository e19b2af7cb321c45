"""What a kiosk's display says, from the site description: ways, hours, other kiosks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from broker.contract import compiled, views
from nodes.words import FIRST, PRINTER_LETTERS, say

_DAYS: Final = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_NAMES: Final = {"ar": "Arabe · Arabic", "zh": "Chinois · Chinese"}
"""How a language is called in Latin letters, which are all that a LED display draws."""


class KioskWords:
    """The words of one kiosk.

    Args:
        site: its site.
        node: the Raspberry Pi it hangs on.
    """

    def __init__(self, site: compiled.Site, node: compiled.Node) -> None:
        self._site = site
        others = [
            other
            for other in site.nodes
            if other.id != node.id
            and any(isinstance(device, compiled.TicketKiosk) for device in other.devices)
        ]
        zones = {zone.id: zone for zone in site.zones}
        self._other = next((zones[other.zone] for other in others if other.zone in zones), None)

    @staticmethod
    def on_led(language: str) -> str:
        """The language in which a LED display says it."""
        return language if language in PRINTER_LETTERS else FIRST

    @staticmethod
    def of(language: str, word: str, **values: object) -> str:
        """A word of the catalogue."""
        return say(language, word, **values)

    def name(self, language: str) -> str:
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
        self, service: compiled.Service, opens: datetime | None, today: date | None, language: str
    ) -> list[str]:
        """That a service is closed, when it opens, and a permanence's timetable."""
        name = service.name.in_language(language)
        if opens is None:
            texts = [f"{name} : {say(language, 'closed')}"]
        else:
            day = "" if opens.date() == today else f" {_DAYS[language][opens.weekday()]}"
            told = say(language, "closed_opens", day=day, hour=opens.hour, minute=f"{opens.minute:02}")
            texts = [f"{name} : {told}"]
        if service.hours:
            spans = [
                f"{self._day(span, language)} {_clock(span.opens)}-{_clock(span.closes)}"
                for span in service.hours
            ]
            texts.append(f"{say(language, 'hours')} : {', '.join(spans)}")
        if service.instead is not None:
            texts.append(service.instead.in_language(language))
        return texts

    def no_paper(self, language: str) -> list[views.Frame]:
        """Where the other kiosk is, when this one cannot print; nothing where there is none."""
        if self._other is None:
            return []
        zone = self._other.name.in_language(language)
        return [views.Frame(text=say(language, "other_kiosk", zone=zone))]

    def _zone(self, service: compiled.Service, language: str) -> dict[str, object]:
        zone = next((zone for zone in self._site.zones if zone.id == service.zone), None)
        return {"zone": "" if zone is None else zone.name.in_language(language), "id": service.zone}

    @staticmethod
    def _day(span: compiled.Hours, language: str) -> str:
        return _DAYS[language][compiled.WEEKDAYS.index(span.weekday)]


def _clock(minutes: int) -> str:
    """``14h``, ``8h30``."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest:02}" if rest else f"{hours}h"
