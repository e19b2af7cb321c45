"""The kiosk: one button for each need, a number at once, then the paper.

Wiring: each button closes its pin to ground (the Pi's own pull-up; GPIO 2 and 3 have 1.8 kΩ on board).
Each lamp from its pin through 330 Ω to ground. Where lamps use GPIO 14 and 15, the serial console has
to be off (``enable_uart=0``).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from broker.clock import SECOND
from broker.contract import compiled, messages, views
from broker.contract.topics import Topics
from nodes import ticket as sheets
from nodes.devices.buzzer import Buzzer
from nodes.devices.led_display import LedDisplay
from nodes.hardware.interface import Printed
from nodes.kiosk_words import KioskWords
from nodes.lamps import Lamp, Pattern
from nodes.numbers import Numbers
from nodes.printing import Make, Printing
from nodes.requests import Requests, new_key
from nodes.sheet import Sheet
from nodes.slot import Changed, Device, Slot
from nodes.ticket import Ticket, announced, layout
from nodes.timers import Timer
from nodes.words import FIRST

NUMBER_S = 5.0
KEEP_NUMBER_S = 20.0
"""Without paper the number stays long enough to be learned or photographed, or asked for once more."""
DIRECTION_S = 10.0
"""So long a direction is shown, and the same button prints the plan."""
LANGUAGE_S = 60.0
"""After so long without a press the next visitor finds the first language again."""
HOLD_S = 2.0
"""The language button held so long prints the questionnaire."""
HELP_S = 10.0
THANKS_S = 1.5
TEST_S = 3.0

_Reason: TypeAlias = Literal["no_ticket_needed", "closed", "free_seat"]
_Sheet: TypeAlias = Literal["plan", "questionnaire", "papers"]


class _Again(NamedTuple):
    """What the same button does once more until ``until_ns``."""

    service: str
    until_ns: int
    do: Callable[[], None]


class TicketKiosk(Device):
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
        self._requests = Requests(slot, self._help_unheard)
        self._lamps: dict[str, Lamp] = {}
        self._help_lamp: Lamp | None = None
        self._help_shown: views.HelpState = "none"
        self._again: _Again | None = None
        self._languages = [FIRST, *(language.code for language in slot.site.languages)]
        self._language = FIRST
        self._language_ends: Timer | None = None
        self._holding: Timer | None = None

    def start(self) -> None:
        """See Device."""
        topic = Topics(self.slot.site.id).of("view", "kiosk", self.slot.node.id)
        self._view = self.slot.follow(topic, views.KioskView, self._heard)
        for button in self._kiosk.buttons:
            self._lamps[button.service] = self.slot.lamp(button.lamp)
            self.slot.input(button.pin, self._on_press(partial(self._pressed, button.service)))
        if self._kiosk.help_lamp is not None:
            self._help_lamp = self.slot.lamp(self._kiosk.help_lamp)
        if self._kiosk.help is not None:
            self.slot.input(self._kiosk.help, self._on_press(self._ask_for_help))
        if self._kiosk.language is not None:
            self.slot.input(self._kiosk.language, self._on_language)
        if self._kiosk.plan is not None:
            self.slot.input(self._kiosk.plan, self._on_press(lambda _at_ns: self._print_plan(None)))
        if self._kiosk.questionnaire is not None:
            self.slot.input(self._kiosk.questionnaire, self._on_press(lambda _at_ns: self._questionnaire()))

    def test(self) -> None:
        """See Device."""
        for lamp in self._lamps.values():
            lamp.show(Pattern.LIT, TEST_S)

    def answer(self, answer: messages.Answer) -> None:
        """See Device."""
        if self._requests.answered(answer):
            self._show_help("requested" if answer.accepted else "none")

    def _on_press(self, pressed_at: Callable[[int], None]) -> Changed:
        return lambda pressed, at_ns: pressed_at(at_ns) if pressed else None

    def _heard(self) -> None:
        """The hall's view is here, or has expired: it may know of numbers that this card has forgotten."""
        for button in self._kiosk.buttons:
            now = self._now(button.service)
            if now is not None and now.reserve_used:
                self._numbers.heard(self.slot.site.service(button.service), now.reserve_used)
        view = self._view.fresh()
        self._show_help("none" if view is None else view.help)

    def _pressed(self, service_id: str, at_ns: int) -> None:
        if self._printing:
            return
        again, self._again = self._again, None
        if again is not None and again.service == service_id and at_ns <= again.until_ns:
            again.do()
            return
        self._keep_language()
        service = self.slot.site.service(service_id)
        now = self._now(service_id)
        if not service.ticket:
            self._direct(service, "no_ticket_needed", self._words.way_to(service, self._led), at_ns)
        elif now is not None and now.state == "closed":
            today, opens = self.slot.today(), None if now.opens_ns is None else self.slot.local(now.opens_ns)
            self._direct(service, "closed", self._words.closed(service, opens, today, self._led), at_ns)
        elif now is not None and now.free_seats:
            self._direct(service, "free_seat", self._words.free_seat(service, self._led), at_ns)
        else:
            self._draw(service, now, at_ns)

    # Without a ticket ---------------------------------------------------------------------------

    def _direct(self, service: compiled.Service, reason: _Reason, texts: list[str], at_ns: int) -> None:
        """Say where to go; the same button then prints the plan, or the papers of a closed service."""
        self.slot.record(
            messages.DirectionGiven(device=self.slot.id, service=service.id, reason=reason), at_ns
        )
        self._lamps[service.id].show(Pattern.LIT, THANKS_S)
        papers = reason == "closed" and bool(service.papers)
        do = partial(self._print_papers, service) if papers else partial(self._print_plan, service.zone)
        self._offer(service.id, DIRECTION_S, do)
        more = self._words.of(self._led, "press_for_plan")
        self._show([views.Frame(text=text) for text in ([*texts] if papers else [*texts, more])], DIRECTION_S)

    def _print_plan(self, marked: int | None) -> None:
        site, here = self.slot.site, self.slot.node.zone
        self._print_sheet(
            "plan", lambda form, language: sheets.plan_sheet(site, form, language, here, marked)
        )

    def _print_papers(self, service: compiled.Service) -> None:
        site = self.slot.site
        self._print_sheet(
            "papers",
            lambda form, language: sheets.papers_sheet(service, site, form, language),
            service.id,
        )

    def _questionnaire(self) -> None:
        site = self.slot.site
        self._print_sheet(
            "questionnaire", lambda form, language: sheets.questionnaire_sheet(site, form, language)
        )

    def _print_sheet(self, kind: _Sheet, make: Make, service: str = "") -> None:
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
                what = self._words.of(self._led, kind)
                self._show(
                    [views.Frame(text=self._words.of(self._led, "printed", what=what.lower()))], NUMBER_S
                )
            else:
                self._show(self._words.no_paper(self._led), NUMBER_S)

        self._printing.print(make, self._language, done)

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
            language="" if self._language == FIRST else self._language,
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
            language=self._language,
            here=self.slot.node.zone,
        )
        self._show([views.Frame(text=ticket.number)], NUMBER_S)
        self._print_ticket(ticket, event_id)

    def _print_ticket(self, ticket: Ticket, event_id: str) -> None:
        site = self.slot.site

        def make(form: sheets.Form, language: str) -> Sheet:
            return layout(msgspec.structs.replace(ticket, language=language), site, form)

        self._printing.print(make, ticket.language, partial(self._printed, ticket, event_id))

    def _printed(self, ticket: Ticket, event_id: str, printed: Printed) -> None:
        self._lamps[ticket.service.id].show(Pattern.LIT, THANKS_S)
        if self._kiosk.buzzer:
            self.slot.tell(self._kiosk.buzzer, Buzzer, lambda buzzer: buzzer.sound(1))
        if printed.outcome == "confirmed":
            promise = announced(ticket.wait_median_s, ticket.wait_p90_s, self._led)
            wait = [views.Frame(text=self._words.of(self._led, "wait", wait=promise))] if promise else []
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
        """There may be no paper: the number stays, a doubtful print can be asked for once more."""
        frames = [
            views.Frame(text=ticket.number, seconds=4.0, blink=True),
            views.Frame(text=self._words.of(self._led, "keep_number")),
        ]
        if printed.outcome == "doubtful":
            copy = msgspec.structs.replace(ticket, is_copy=True)
            self._offer(ticket.service.id, KEEP_NUMBER_S, partial(self._print_ticket, copy, event_id))
            frames.append(views.Frame(text=self._words.of(self._led, "press_for_copy")))
        else:
            frames += self._words.no_paper(self._led)
        self._show(frames, KEEP_NUMBER_S)

    # Languages ----------------------------------------------------------------------------------

    @property
    def _led(self) -> str:
        """The language of what the LED display says: it draws Latin letters only."""
        return self._words.on_led(self._language)

    def _on_language(self, pressed: bool, at_ns: int) -> None:
        """A short press turns to the next language, a long one prints the questionnaire."""
        if pressed:
            self._holding = self.slot.at(at_ns + round(HOLD_S * SECOND), self._on_hold)
        elif self._holding:
            self._holding.cancel()
            self._holding = None
            at = self._languages.index(self._language)
            self._language = self._languages[(at + 1) % len(self._languages)]
            self._keep_language()
            self._show([views.Frame(text=self._words.name(self._language))], NUMBER_S)

    def _on_hold(self) -> None:
        self._holding = None
        self._questionnaire()

    def _keep_language(self) -> None:
        """Keep the visitor's language for a minute more."""
        if self._language_ends:
            self._language_ends.cancel()
        self._language_ends = self.slot.after(LANGUAGE_S, self._end_language)

    def _end_language(self) -> None:
        self._language, self._language_ends = FIRST, None

    # Help ---------------------------------------------------------------------------------------

    def _ask_for_help(self, at_ns: int) -> None:
        if not self._requests:
            request = messages.HelpRequested(device=self.slot.id, key=new_key(), room=self.slot.node.id)
            self._requests.send(request, at_ns)

    def _show_help(self, state: views.HelpState) -> None:
        """Say how far the call for a person has come, each step once."""
        if state == self._help_shown:
            return
        self._help_shown = state
        patterns = {"none": Pattern.OFF, "requested": Pattern.SLOW, "acknowledged": Pattern.LIT}
        if self._help_lamp:
            self._help_lamp.rest(patterns[state])
        words = {"requested": "help_asked", "acknowledged": "help_comes"}
        if state in words:
            self._show([views.Frame(text=self._words.of(self._led, words[state]))], HELP_S)

    def _help_unheard(self) -> None:
        if self._help_lamp:
            self._help_lamp.show(Pattern.FAST, HELP_S)
        self._show([views.Frame(text=self._words.of(self._led, "help_unheard"))], HELP_S)

    # Small --------------------------------------------------------------------------------------

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

    def _show(self, frames: list[views.Frame], seconds: float) -> None:
        self.slot.tell(self._kiosk.display, LedDisplay, lambda display: display.override(frames, seconds))
