"""The kiosk: one button for each need, a number at once, then the paper.

People: press for a service; the number shows at once, then the paper; lamps blink while it prints
([more](#the-kiosk)).

Wiring: each button closes its pin to ground (the Pi's own pull-up; GPIO 2 and 3 have 1.8 kΩ on board).
Each lamp from its pin through 330 Ω to ground. Where lamps use GPIO 14 and 15, the serial console has
to be off (``enable_uart=0``). The language button's plate says: "2 s : votre avis".

Cut off: numbers of its own reserve series, no promise.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple, TypeAlias

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import compiled, messages, views
from broker.contract.topics import Topics
from broker.delivery.outbox import OutboxFullError
from nodes import hours, slips
from nodes.composing import Form
from nodes.devices.buzzer import Buzzer
from nodes.devices.led_display import LedDisplay
from nodes.devices.ticket_printer import PrinterUser
from nodes.hardware.interface import Printed, PrinterState
from nodes.kiosk_help import HelpCall
from nodes.kiosk_language import ChosenLanguage
from nodes.kiosk_words import KioskWords
from nodes.lamps import Lamp, Pattern
from nodes.numbers import Numbers
from nodes.printing import Make, Printing
from nodes.sheet import Sheet
from nodes.slot import Changed, Slot
from nodes.ticket import Ticket, announced, layout
from nodes.words import FIRST, languages, say

NUMBER_S = 5.0
KEEP_NUMBER_S = 20.0
"""Without paper the number stays long enough to be learned or photographed, or asked for once more."""
DIRECTION_S = 10.0
"""So long a direction is shown, and the same button prints the plan."""
HELP_S = 10.0
THANKS_S = 1.5
TEST_S = 3.0

_Reason: TypeAlias = Literal["no_ticket_needed", "closed", "free_seat", "evacuation"]
_Sheet: TypeAlias = Literal["plan", "questionnaire", "papers"]
_Told: TypeAlias = Callable[[str], list[str]]
"""What a visitor is told instead of a number, in a language."""


class _Again(NamedTuple):
    """What the same button does once more until ``until_ns``."""

    service: str
    until_ns: int
    do: Callable[[], None]


class TicketKiosk(PrinterUser):
    """Draws tickets.

    A ticket is its ``ticket.drawn`` event, on disk before anything is printed. While one is being
    printed the lamps blink and presses are not taken: an impatient second press is no second place
    in the queue. Nobody knows how a doubtful print ended: the same button then prints a copy.
    """

    def __init__(self, slot: Slot, record: compiled.TicketKiosk) -> None:
        super().__init__(slot)
        self._kiosk = record
        self._words = KioskWords(slot.site, slot.node)
        self._numbers = Numbers(slot, self._kiosk.reserve_from)
        self._printing = Printing(slot, record.printer, self._blink)
        offered = [language.code for language in slot.site.languages if language.code in languages()]
        self._language = ChosenLanguage(slot, [FIRST, *offered], self._turned, self._questionnaire)
        self._lamps: dict[str, Lamp] = {}
        self._again: _Again | None = None

    def start(self) -> None:
        """See Device."""
        kiosk, slot = self._kiosk, self.slot
        lamp = None if kiosk.help_lamp is None else slot.lamp(kiosk.help_lamp, keeps=True)
        self._help = HelpCall(slot, lamp, lambda word: self._show([self._frame(word)], HELP_S))
        topic = Topics(slot.site.id).of("view", "kiosk", slot.node.id)
        self._view = slot.follow(topic, views.KioskView, self._heard)
        for button in kiosk.buttons:
            self._lamps[button.service] = slot.lamp(button.lamp)
            slot.button(button.pin, _on_press(partial(self._pressed, button.service)))
        if kiosk.help is not None:
            slot.button(kiosk.help, _on_press(self._help.press))
        if kiosk.language is not None:
            self._printing.look_for_letters(language.code for language in slot.site.languages)
            slot.button(kiosk.language, self._language.changed)
        if kiosk.plan is not None:
            slot.button(kiosk.plan, _on_press(lambda _at_ns: self._plan(None, None)))
        if kiosk.questionnaire is not None:
            slot.button(kiosk.questionnaire, _on_press(lambda _at_ns: self._questionnaire()))
        service = slot.site.service(kiosk.buttons[0].service)
        self._printing.practise(self._sheet_of(self._ticket("A000", service, None, "")))

    def test(self) -> None:
        """See Device."""
        for lamp in self._lamps.values():
            lamp.hint(Pattern.LIT, TEST_S)

    def answer(self, answer: messages.Answer) -> None:
        """See Device."""
        self._help.answer(answer)

    def printer_is(self, printer: str, state: PrinterState) -> None:
        """See PrinterUser: whoever comes now reads of it before pressing."""
        if printer == self._kiosk.printer:
            notice = self._words.no_paper(state.fault, FIRST) if state.state == "failed" else []
            self.slot.tell(self._kiosk.display, LedDisplay, lambda display: display.notice(notice))

    def _heard(self) -> None:
        """The hall's view is here, or has expired: it may know of numbers that this card has forgotten."""
        for button in self._kiosk.buttons:
            now = self._now(button.service)
            if now is not None and now.reserve_used:
                self._numbers.heard(self.slot.site.service(button.service), now.reserve_used)
        view = self._view.fresh()
        self._help.heard("none" if view is None else view.help)

    def _pressed(self, service_id: str, at_ns: int) -> None:
        if self._printing:
            return
        self._language.keep()
        again, self._again = self._again, None
        if again is not None and again.service == service_id and at_ns <= again.until_ns:
            again.do()
            return
        service = self.slot.site.service(service_id)
        now = self._now(service_id)
        view = self._view.fresh()
        if view is not None and view.evacuation:
            self._send_out(service, at_ns)
            return
        if not service.ticket:
            self._direct(service, "no_ticket_needed", partial(self._words.way_to, service), at_ns)
        elif now is not None and now.state == "closed":
            today, opens = self.slot.today(), None if now.opens_ns is None else self.slot.local(now.opens_ns)
            told = partial(self._words.closed, service, opens, today, now.notice, self._changed_days(service))
            self._direct(service, "closed", told, at_ns)
        elif now is not None and now.free_seats:
            self._direct(service, "free_seat", partial(self._words.free_seat, service), at_ns)
        else:
            self._draw(service, now, at_ns)

    # Without a ticket ---------------------------------------------------------------------------

    def _direct(self, service: compiled.Service, reason: _Reason, told: _Told, at_ns: int) -> None:
        """Say where to go; the same button then prints the plan, or the papers of a closed service."""
        self.slot.record(
            messages.DirectionGiven(device=self.slot.id, service=service.id, reason=reason), at_ns
        )
        self._lamps[service.id].show(Pattern.LIT, THANKS_S)
        if reason == "closed" and service.papers:
            more, do = "press_for_papers", partial(self._papers, service)
        else:
            more, do = "press_for_plan", partial(self._plan, service.zone, told)
        self._offer(service.id, DIRECTION_S, do)
        now = self._now(service.id)
        note = [] if now is None or now.note is None else [now.note.in_language(self._led)]
        texts = [views.Frame(text=text) for text in [*told(self._led), *note]]
        self._show([*texts, self._frame(more)], DIRECTION_S)

    def _send_out(self, service: compiled.Service, at_ns: int) -> None:
        """A weather alert: nobody queues in a tent that has to be left."""
        given = messages.DirectionGiven(device=self.slot.id, service=service.id, reason="evacuation")
        self.slot.record(given, at_ns)
        self._show([self._frame("evacuation")], DIRECTION_S)

    def _plan(self, marked: int | None, told: _Told | None) -> None:
        site, here = self.slot.site, self.slot.node.zone

        def make(form: Form, language: str) -> Sheet:
            return slips.plan_sheet(site, form, language, here, marked, told(language) if told else [])

        self._slip("plan", make)

    def _papers(self, service: compiled.Service) -> None:
        site, changed_days = self.slot.site, self._changed_days(service)

        def make(form: Form, language: str) -> Sheet:
            return slips.papers_sheet(service, site, form, language, changed_days(language))

        self._slip("papers", make, service.id)

    def _changed_days(self, service: compiled.Service) -> _Told:
        """The days on which a permanence's timetable does not hold, as far as the hall has told."""
        now = self._now(service.id)
        days = [] if now is None else now.changed_days
        return lambda language: hours.changed(days, self.slot.local, language)

    def _questionnaire(self) -> None:
        self._slip("questionnaire", partial(slips.questionnaire_sheet, self.slot.site))

    def _slip(self, kind: _Sheet, make: Make, service: str = "") -> None:
        if self._printing:
            return

        def done(printed: Printed) -> None:
            self.slot.record(
                messages.SheetPrinted(
                    device=self.slot.id,
                    sheet=kind,
                    outcome=printed.outcome,
                    service=service,
                    detail=printed.detail,
                ),
                self.slot.now_ns(),
            )
            if printed.outcome == "confirmed":
                told = [self._frame("printed", what=say(self._led, kind).lower())]
            else:
                told = self._words.no_paper(printed.fault, self._led)
            self._show(told, NUMBER_S)

        self._printing.print(make, self._language.now, done)

    # With a ticket ------------------------------------------------------------------------------

    def _draw(self, service: compiled.Service, now: views.KioskService | None, at_ns: int) -> None:
        number = self._numbers.take(service, "" if now is None else now.number)
        token = secrets.token_urlsafe(16) if self.slot.phone_url else ""
        drawn = messages.TicketDrawn(
            device=self.slot.id,
            service=service.id,
            number=number.text,
            reserve=number.reserve,
            token=hashlib.sha256(token.encode()).hexdigest() if token else "",
            language="" if self._language.now == FIRST else self._language.now,
        )
        try:
            event_id = self.slot.record(drawn, at_ns)
        except OutboxFullError:
            self._show(self._words.out_of_order(self._led), KEEP_NUMBER_S)
            raise
        ticket = self._ticket(number.text, service, now, self.slot.phone_url + token if token else "")
        self._show([views.Frame(text=ticket.number)], NUMBER_S)
        self._print(ticket, event_id)

    def _ticket(
        self, number: str, service: compiled.Service, now: views.KioskService | None, url: str
    ) -> Ticket:
        return Ticket(
            number=number,
            service=service,
            drawn=self.slot.local_now(),
            ahead=now.ahead if now is not None else None,
            wait_median_s=now.wait_median_s if now is not None else None,
            wait_p90_s=now.wait_p90_s if now is not None else None,
            url=url,
            language=self._language.now,
            here=self.slot.node.zone,
        )

    def _print(self, ticket: Ticket, event_id: str) -> None:
        ended = partial(self._printed, ticket, event_id)
        self._printing.print(self._sheet_of(ticket), ticket.language, ended)

    def _sheet_of(self, ticket: Ticket) -> Make:
        site = self.slot.site
        return lambda form, language: layout(replace(ticket, language=language), site, form)

    def _printed(self, ticket: Ticket, event_id: str, printed: Printed) -> None:
        self._lamps[ticket.service.id].show(Pattern.LIT, THANKS_S)
        if self._kiosk.buzzer:
            self.slot.tell(self._kiosk.buzzer, Buzzer, lambda buzzer: buzzer.sound(1))
        if printed.outcome == "confirmed":
            promise = announced(ticket.wait_median_s, ticket.wait_p90_s, self._led)
            wait = [self._frame("wait", wait=promise)] if promise else []
            self._show([views.Frame(text=ticket.number, seconds=2.5), *wait], NUMBER_S)
        else:
            self._keep_number(ticket, event_id, printed)
        self.slot.record(
            messages.TicketPrinted(
                device=self.slot.id,
                ticket=event_id,
                outcome=printed.outcome,
                detail=printed.detail,
                copy=ticket.is_copy,
            ),
            self.slot.now_ns(),
        )

    def _keep_number(self, ticket: Ticket, event_id: str, printed: Printed) -> None:
        """There may be no paper: the number stays, a doubtful print can be asked for once more.

        Nobody who has a number is sent to the other kiosk: there it would become a second one.
        """
        if printed.outcome == "doubtful":
            copy = replace(ticket, is_copy=True)
            self._offer(ticket.service.id, KEEP_NUMBER_S, partial(self._print, copy, event_id))
            why = self._frame("press_for_copy")
        else:
            why = self._words.trouble(printed.fault, self._led)
        number = views.Frame(text=ticket.number, seconds=4.0, blink=True)
        self._show([number, self._frame("keep_number"), why], KEEP_NUMBER_S)

    # Small --------------------------------------------------------------------------------------

    @property
    def _led(self) -> str:
        """The language of what the LED display says: it draws Latin letters only."""
        return self._words.on_led(self._language.now)

    def _turned(self) -> None:
        self._show([views.Frame(text=self._words.name(self._language.now))], NUMBER_S)

    def _now(self, service_id: str) -> views.KioskService | None:
        """What the hall says of a service now; None when cut off, or when its day is not today."""
        view, today = self._view.fresh(), self.slot.today()
        if view is None or today is None or view.day != today.isoformat():
            return None
        return next((service for service in view.services if service.service == service_id), None)

    def _offer(self, service: str, seconds: float, do: Callable[[], None]) -> None:
        self._again = _Again(service, self.slot.now_ns() + round(seconds * SECOND), do)

    def _blink(self) -> None:
        """All lamps blink while something is printed."""
        for lamp in self._lamps.values():
            lamp.rest(Pattern.SLOW if self._printing else Pattern.OFF)

    def _frame(self, word: str, **values: object) -> views.Frame:
        return views.Frame(text=say(self._led, word, **values))

    def _show(self, frames: list[views.Frame], seconds: float) -> None:
        self.slot.tell(self._kiosk.display, LedDisplay, lambda display: display.override(frames, seconds))


def _on_press(pressed_at: Callable[[int], None]) -> Changed:
    return lambda pressed, at_ns: pressed_at(at_ns) if pressed else None
