"""The kiosk: one button for each need, a number at once, then the paper.

Wiring: each button closes its pin to ground (the Pi's own pull-up; GPIO 2 and 3 have 1.8 kΩ on board).
Each lamp from its pin through 330 Ω to ground. Where lamps use GPIO 14 and 15, the serial console has
to be off (``enable_uart=0``).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal, TypeAlias

from broker.contract import compiled, messages, views
from broker.contract.topics import Topics
from nodes.devices.buzzer import Buzzer
from nodes.devices.led_display import LedDisplay
from nodes.devices.ticket_printer import TicketPrinter
from nodes.hardware.interface import Printed
from nodes.lamps import Lamp, Pattern
from nodes.numbers import Numbers
from nodes.slot import Changed, Device, Slot
from nodes.ticket import Ticket, announced, layout
from nodes.timers import Timer

NUMBER_S = 5.0
KEEP_NUMBER_S = 20.0
"""Without paper the number stays long enough to be learned or photographed."""
LONGEST_PRINT_S = 25.0
"""Beyond every patience of the printer's driver."""
DIRECTION_S = 8.0
THANKS_S = 1.5
TEST_S = 3.0

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_Reason: TypeAlias = Literal["no_ticket_needed", "closed"]


class TicketKiosk(Device):
    """Draws tickets.

    A ticket is its ``ticket.drawn`` event, on disk before anything is printed. While one is being
    printed the lamps blink and presses are not taken: an impatient second press is no second place
    in the queue.
    """

    def __init__(self, slot: Slot, record: compiled.TicketKiosk) -> None:
        super().__init__(slot)
        self._kiosk = record
        self._numbers = Numbers(slot, self._kiosk.reserve_from)
        self._lamps: dict[str, Lamp] = {}
        self._printing: Timer | None = None

    def start(self) -> None:
        """See Device."""
        topic = Topics(self.slot.site.id).of("view", "kiosk", self.slot.node.id)
        self._view = self.slot.follow(topic, views.KioskView, self._heard)
        for button in self._kiosk.buttons:
            self._lamps[button.service] = self.slot.lamp(button.lamp)
            self.slot.input(button.pin, self._on_button(button.service))

    def _heard(self) -> None:
        """The hall's view is here: it may know of numbers that this card has forgotten."""
        for button in self._kiosk.buttons:
            now = self._now(button.service)
            if now is not None and now.reserve_used:
                self._numbers.heard(self.slot.site.service(button.service), now.reserve_used)

    def test(self) -> None:
        """See Device."""
        for lamp in self._lamps.values():
            lamp.show(Pattern.LIT, TEST_S)

    def _on_button(self, service_id: str) -> Changed:
        return lambda pressed, at_ns: self._pressed(service_id, at_ns) if pressed else None

    def _pressed(self, service_id: str, at_ns: int) -> None:
        if self._printing:
            return
        service = self.slot.site.service(service_id)
        now = self._now(service_id)
        if not service.ticket:
            self._direct(service, "no_ticket_needed", self._way_to(service), at_ns)
        elif now is not None and now.state == "closed":
            self._direct(service, "closed", self._opening(service, now), at_ns)
        else:
            self._draw(service, now, at_ns)

    # Without a ticket ---------------------------------------------------------------------------

    def _direct(self, service: compiled.Service, reason: _Reason, text: str, at_ns: int) -> None:
        self.slot.record(
            messages.DirectionGiven(device=self.slot.id, service=service.id, reason=reason), at_ns
        )
        self._lamps[service.id].show(Pattern.LIT, THANKS_S)
        self._show([views.Frame(text=text)], DIRECTION_S)

    def _way_to(self, service: compiled.Service) -> str:
        if service.instead is not None:
            return service.instead.fr
        zone = next((zone for zone in self.slot.site.zones if zone.id == service.zone), None)
        where = f"zone {service.zone}" if zone is None else f"{zone.name.fr} (zone {zone.id})"
        return f"Sans ticket : {where}"

    def _opening(self, service: compiled.Service, now: views.KioskService) -> str:
        text = f"{service.name.fr} : fermé"
        if now.opens_ns is not None:
            opens = self.slot.local(now.opens_ns)
            day = "" if opens.date() == self.slot.today() else f" {_DAYS[opens.weekday()]}"
            text += f", ouvre{day} à {opens.hour} h {opens.minute:02}"
        if service.instead is not None:
            text += f". {service.instead.fr}"
        return text

    # With a ticket ------------------------------------------------------------------------------

    def _draw(self, service: compiled.Service, now: views.KioskService | None, at_ns: int) -> None:
        leased = now.number if now is not None else ""
        number = self._numbers.take(service, leased)
        token = secrets.token_urlsafe(16) if self.slot.phone_url else ""
        drawn = messages.TicketDrawn(
            device=self.slot.id,
            service=service.id,
            number=number.text,
            reserve=number.reserve,
            token=hashlib.sha256(token.encode()).hexdigest() if token else "",
        )
        event_id = self.slot.record(drawn, at_ns)
        ticket = Ticket(
            number=number.text,
            service=service,
            drawn=self.slot.local_now(),
            ahead=now.ahead if now is not None else None,
            wait_median_s=now.wait_median_s if now is not None else None,
            wait_p90_s=now.wait_p90_s if now is not None else None,
            url=self.slot.phone_url + token if token else "",
        )
        self._show([views.Frame(text=ticket.number)], NUMBER_S)
        for lamp in self._lamps.values():
            lamp.rest(Pattern.SLOW)
        self._print(ticket, event_id)

    def _print(self, ticket: Ticket, event_id: str) -> None:
        # A printer whose device fails in the middle never answers: the kiosk must not wait for ever.
        given_up = Printed("doubtful", "no word from the printer")
        job = self.slot.after(LONGEST_PRINT_S, lambda: self._printed(ticket, event_id, given_up))
        self._printing = job

        def ended(printed: Printed) -> None:
            if self._printing is job:
                self.slot.run(lambda: self._printed(ticket, event_id, printed))

        def hand_over(printer: TicketPrinter) -> None:
            printer.print(layout(ticket, self.slot.site, printer.width_mm), ended)

        if not self.slot.tell(self._kiosk.printer, TicketPrinter, hand_over):
            self._printed(ticket, event_id, Printed("failed", "the printer's device has failed"))

    def _printed(self, ticket: Ticket, event_id: str, printed: Printed) -> None:
        if self._printing:
            self._printing.cancel()
            self._printing = None
        for lamp in self._lamps.values():
            lamp.rest(Pattern.OFF)
        self._lamps[ticket.service.id].show(Pattern.LIT, THANKS_S)
        if self._kiosk.buzzer:
            self.slot.tell(self._kiosk.buzzer, Buzzer, lambda buzzer: buzzer.sound(1))
        promise = announced(ticket.wait_median_s, ticket.wait_p90_s)
        if printed.outcome == "confirmed":
            wait = [views.Frame(text=f"Attente {promise}")] if promise else []
            self._show([views.Frame(text=ticket.number, seconds=2.5), *wait], NUMBER_S)
        else:
            keep = views.Frame(text="Retenez votre numéro · Remember your number")
            self._show([views.Frame(text=ticket.number, seconds=4.0, blink=True), keep], KEEP_NUMBER_S)
        self.slot.record(
            messages.TicketPrinted(
                device=self.slot.id, ticket=event_id, outcome=printed.outcome, detail=printed.detail
            ),
            self.slot.now_ns(),
        )

    # Small --------------------------------------------------------------------------------------

    def _now(self, service_id: str) -> views.KioskService | None:
        """What the hall says of a service now; None when cut off, or when its day is not today."""
        view, today = self._view.fresh(), self.slot.today()
        if view is None or today is None or view.day != today.isoformat():
            return None
        return next((service for service in view.services if service.service == service_id), None)

    def _show(self, frames: list[views.Frame], seconds: float) -> None:
        self.slot.tell(self._kiosk.display, LedDisplay, lambda display: display.override(frames, seconds))
