"""One day in one arrangement: guests and agents around the hall, without nodes, network or screens.

The hall is the real one (``reception.py``): it makes the order, the calls ahead and the promises. People do
what they do in the virtual tent (``simulation.visitors``, ``simulation.agents``), at once instead of on pins.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

import simpy

from broker.clock import SECOND
from broker.contract import compiled, messages
from hall.decisions import Decision, TicketCalled
from simulation.agents import STAYS_AFTER_CLOSING_S, WAITS_FOR_GUEST_S
from simulation.visitors import GIVES_UP_AT_DESK_S
from simulation.whatif.arm import Arm, Shift
from simulation.whatif.kiosks import Kiosk, kiosks
from simulation.whatif.people import Guest, of
from simulation.whatif.played import Played, Wait
from simulation.whatif.reception import Reception

Process: TypeAlias = Generator[simpy.Event, Any, None]

SHORT_MIN = 5
"""A ticket says no less than "under 5 min"."""

AFTER_LAST_S = STAYS_AFTER_CLOSING_S + GIVES_UP_AT_DESK_S
"""Seconds after closing in which the last are called, served or give up."""

NO_TICKET_S = 600.0
"""Who is sent on without a ticket stays so long at most."""


class _Ticket:
    """A ticket that somebody holds, or held."""

    def __init__(self, guest: Guest, building: str, environment: simpy.Environment) -> None:
        self.guest, self.building, self.arrived_s = guest, building, float(environment.now)
        self.token = ""
        self.called: simpy.Event = environment.event()
        self.present: simpy.Event = environment.event()
        self.finished: simpy.Event = environment.event()
        self.called_s: float | None = None
        self.has_left = False
        self.received = False


def play(arm: Arm, day: date, guests: Sequence[Guest]) -> Played:
    """Let these guests come into this arrangement on that day."""
    return _Day(arm, day, of(arm, guests)).play()


class _Day:
    def __init__(self, arm: Arm, day: date, guests: Sequence[Guest]) -> None:
        self._arm, self._day, self._guests = arm, day, guests
        self._site = arm.site
        self._environment = simpy.Environment()
        self._midnight_ns = arm.midnight_ns(day)
        self._reception = Reception(
            arm.site, self._midnight_ns, lambda: float(self._environment.now), self._decided
        )
        self._openings = arm.openings(day)
        self._tickets: dict[str, _Ticket] = {}
        self._somebody: simpy.Event = self._environment.event()
        self._kiosks = kiosks(arm.site, self._environment)
        self._buildings = sorted({kiosk.building for kiosk in self._kiosks})
        self._free_seats = [seat.id for seat in arm.site.seats]
        self._seat_zones = {seat.id: seat.zone for seat in arm.site.seats}
        self._people = 0
        self._played = Played()

    def play(self) -> Played:
        if not self._openings:
            return self._played
        environment = self._environment
        for guest in self._guests:
            environment.process(self._come(guest))
        for desk, shifts in self._arm.staff(self._day).items():
            environment.process(self._work(desk, shifts))
        environment.process(self._keep_time())
        environment.run(until=self._openings[-1].to_s + AFTER_LAST_S)
        self._played.waits = [
            Wait(
                ticket.guest.service,
                ticket.arrived_s,
                (environment.now if ticket.called_s is None else ticket.called_s) - ticket.arrived_s,
                ticket.called_s is not None,
                ticket.has_left,
            )
            for ticket in self._tickets.values()
        ]
        return self._played

    # The hall -----------------------------------------------------------------------------------

    def _decided(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            if isinstance(decision, TicketCalled):
                ticket = self._tickets[decision.visit.ticket]
                if ticket.called_s is None:
                    ticket.called_s = self._environment.now
                    ticket.called.succeed(decision.visit.desk)

    def _keep_time(self) -> Process:
        yield self._environment.timeout(max(0.0, self._openings[0].from_s - 60.0))
        while True:
            self._reception.tick()
            yield self._environment.timeout(self._reception.next_tick_s() - self._environment.now)

    def _rouse(self) -> None:
        """Somebody drew a ticket: idle agents look up."""
        somebody, self._somebody = self._somebody, self._environment.event()
        somebody.succeed()

    # Guests -------------------------------------------------------------------------------------

    def _come(self, guest: Guest) -> Process:
        opening = next((one for one in self._openings if guest.arrives_s < one.to_s), None)
        if opening is None:
            self._played.turned_away += 1
            return
        yield self._environment.timeout(max(guest.arrives_s, opening.from_s))
        self._count(guest.people)
        service = next((one for one in self._site.services if one.id == guest.service), None)
        if service is None:
            yield self._environment.timeout(guest.stays_s)
        elif guest.helps_themselves and (seat := self._seat_for(service)) is not None:
            yield from self._sit(seat, guest)
        else:
            yield from self._go_to_a_kiosk(guest, service)
        yield self._environment.timeout(guest.lingers_s)
        self._count(-guest.people)

    def _count(self, people: int) -> None:
        self._people += people
        self._played.inside.append((self._environment.now, self._people))

    def _seat_for(self, service: compiled.Service) -> str | None:
        return next((seat for seat in self._free_seats if self._seat_zones[seat] == service.zone), None)

    def _sit(self, seat: str, guest: Guest) -> Process:
        self._free_seats.remove(seat)
        yield self._environment.timeout(guest.seat_s)
        self._free_seats.append(seat)

    def _go_to_a_kiosk(self, guest: Guest, service: compiled.Service) -> Process:
        building = self._buildings[int(guest.where * len(self._buildings))] if self._buildings else ""
        offering = [kiosk for kiosk in self._kiosks if kiosk.offers(service.id, building)]
        if not offering:
            yield self._environment.timeout(min(NO_TICKET_S, guest.stays_s))
            return
        kiosk = min(offering, key=lambda one: one.queue)
        with kiosk.resource.request() as turn:
            yield turn
            yield self._environment.timeout(guest.reads_s)
            ticket_id = self._draw(guest, service, kiosk)
        if ticket_id:
            yield from self._wait(ticket_id)
        else:
            yield self._environment.timeout(min(NO_TICKET_S, guest.stays_s))

    def _draw(self, guest: Guest, service: compiled.Service, kiosk: Kiosk) -> str:
        """The ticket's id; empty where the kiosk sends on without one."""
        if not service.ticket or not self._is_open(service):
            return ""
        if service.seats_without_ticket and self._seat_for(service) is not None:
            return ""
        ticket = _Ticket(guest, kiosk.building, self._environment)
        if guest.leaves_s is not None:
            ticket.token = f"t{len(self._tickets)}"
        ticket_id = self._reception.draw(kiosk.node, service.id, ticket.token)
        self._tickets[ticket_id] = ticket
        self._rouse()
        return ticket_id

    def _is_open(self, service: compiled.Service) -> bool:
        now_ns = self._midnight_ns + round(self._environment.now * SECOND)
        opening = self._reception.layout.calendar.opening(now_ns, service)
        return opening is not None and opening.holds(now_ns)

    def _wait(self, ticket_id: str) -> Process:
        ticket = self._tickets[ticket_id]
        guest = ticket.guest
        bears_s = self._bears_s(ticket_id, guest)
        yield ticket.called | self._environment.timeout(bears_s)
        if not ticket.called.triggered:
            ticket.has_left = True
            if guest.leaves_s is not None:
                self._reception.leave(ticket.token)
            return
        if guest.wanders_off:
            return
        desk = str(ticket.called.value)
        place = self._site.place_of(self._site.desk(desk), ticket.building)
        yield self._environment.timeout(_walk_s(guest, place))
        ticket.present.succeed()
        yield ticket.finished | self._environment.timeout(GIVES_UP_AT_DESK_S)
        if not ticket.received:
            ticket.has_left = True
            ticket.present = self._environment.event()
            return
        yield ticket.finished
        if place is not None:
            yield self._environment.timeout(place.walk_s)

    def _bears_s(self, ticket_id: str, guest: Guest) -> float:
        """How long they wait: their patience, and less of it the longer the wait is than was announced."""
        if guest.leaves_s is not None:
            return guest.leaves_s
        visit = self._reception.visit(ticket_id)
        if visit is None or visit.p90_s is None:
            return min(guest.patience_s, 24 * 3600.0)
        announced_s = 60.0 * max(SHORT_MIN, -(-visit.p90_s // 60))
        return min(guest.patience_s, announced_s + guest.beyond_s, 24 * 3600.0)

    # Agents -------------------------------------------------------------------------------------

    def _work(self, desk: str, shifts: Sequence[Shift]) -> Process:
        for shift in shifts:
            yield self._environment.timeout(max(0.0, shift.from_s - self._environment.now))
            self._reception.press(messages.OpenRequested, desk)
            yield from self._serve_until(desk, shift)
            self._reception.press(messages.CloseRequested, desk)

    def _serve_until(self, desk: str, shift: Shift) -> Process:
        while True:
            now = self._reception.desk(desk)
            if now.ticket:
                yield from self._attend(desk, now.ticket, shift)
            elif now.ahead:
                self._reception.press(messages.NextRequested, desk)
            elif self._is_over(desk, shift):
                return
            elif (first := self._reception.first_for(desk)) is not None:
                yield self._environment.timeout(self._tickets[first.ticket].guest.reacts_s)
                self._reception.press(messages.NextRequested, desk)
            else:
                rest_s = max(shift.to_s - self._environment.now, 0.0) + 1e-3
                yield self._somebody | self._environment.timeout(rest_s)

    def _is_over(self, desk: str, shift: Shift) -> bool:
        now_s = self._environment.now
        if now_s < shift.to_s:
            return False
        too_late = now_s > shift.to_s + STAYS_AFTER_CLOSING_S
        return not shift.is_last or too_late or self._reception.first_for(desk) is None

    def _attend(self, desk: str, ticket_id: str, shift: Shift) -> Process:
        """Wait for the called visitor, call again as the rules say; then serve, or note a no-show."""
        rules, ticket = self._site.rules, self._tickets[ticket_id]
        walk_s = self._reception.layout.walk_s(desk, ticket.building)
        patience_s = [WAITS_FOR_GUEST_S + 2.0 * walk_s]
        patience_s += [rules.recall_interval_s + 5.0] * rules.recalls_before_no_show
        if ticket.guest.missed_s is not None:
            patience_s = [ticket.guest.missed_s / len(patience_s)] * len(patience_s)
        for turn, seconds in enumerate(patience_s):
            if turn:
                self._reception.press(messages.RecallRequested, desk)
            yield ticket.present | self._environment.timeout(max(1.0, seconds))
            if ticket.present.triggered:
                yield from self._serve(desk, ticket, shift)
                return
        self._reception.press(messages.NoShowRequested, desk)

    def _serve(self, desk: str, ticket: _Ticket, shift: Shift) -> Process:
        ticket.received = True
        self._reception.press(messages.StartRequested, desk)
        pace = self._arm.pace.get(ticket.guest.service, 1.0)
        yield self._environment.timeout(ticket.guest.service_s * pace)
        ticket.finished.succeed()
        self._played.served += 1
        is_over = self._environment.now >= shift.to_s and not self._reception.desk(desk).ahead
        goes_on = not is_over or (shift.is_last and not self._is_over(desk, shift))
        self._reception.press(messages.NextRequested if goes_on else messages.DoneRequested, desk)


def _walk_s(guest: Guest, place: compiled.Place | None) -> float:
    if guest.walk_s is not None:
        return guest.walk_s
    return guest.beside_s if place is None else place.walk_s * guest.walks
