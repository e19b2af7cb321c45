"""Ticket numbers: a service's letter and a count that restarts each day (``E042``).

A number is a label, the ticket is the event that drew it. Each kiosk is leased its next number for each
service, known to it alone, so that two kiosks never print the same and neither waits for the hall. A kiosk
that is cut off uses its reserve series. Letters count, not services: two discreet services may share
one neutral letter.
"""

from __future__ import annotations

from collections.abc import Iterable

from broker.contract.compiled import Service
from broker.contract.numbers import label, parts, reserve_used
from hall.decisions import NumberLeased, NumberTaken
from hall.layout import Layout
from hall.state import State
from hall.visit import Visit

LEAP = 200
"""More than a letter gives on a busy day: whatever was given since a backup lies below."""


def renew(state: State, layout: Layout, used: str) -> list[NumberLeased]:
    """New leases for whoever held ``used``, which a visitor now has in hand."""
    wanted = [
        (kiosk, layout.services[service])
        for kiosk, leases in state.leases.items()
        for service, number in leases.items()
        if number == used and service in layout.services
    ]
    return _lease(state, layout, wanted, {*state.numbers, used})


def missing(state: State, layout: Layout) -> list[NumberLeased]:
    """Leases for every kiosk and service that has none: at the start of a day, and with a new site."""
    wanted = [
        (kiosk, service)
        for kiosk in layout.kiosks
        for service in layout.draws_tickets(kiosk)
        if _letter_of(state.leases.get(kiosk, {}).get(service.id, "")) != service.letter
    ]
    return _lease(state, layout, wanted, set(state.numbers))


def leap(state: State, layout: Layout) -> list[NumberLeased]:
    """Leases far above all that may have been given since the backup that this journal was put back from."""
    wanted = [(kiosk, service) for kiosk in layout.kiosks for service in layout.draws_tickets(kiosk)]
    return _lease(state, layout, wanted, set(state.numbers), after=LEAP)


def take(state: State, layout: Layout, service: Service) -> NumberTaken:
    """The next number of a service for a visit without paper: no kiosk holds it or may give it."""
    count = _next_free(layout, service.letter, state.counters.get(service.letter, 0) + 1, set(state.numbers))
    return NumberTaken(number=label(service.letter, count), letter=service.letter, count=count)


def _next_free(layout: Layout, letter: str, count: int, given: set[str]) -> int:
    """The first count from there on that nobody was given, and no kiosk may give by itself."""
    while label(letter, count) in given or _is_reserved(layout, count):
        count += 1
    return count


def _lease(
    state: State, layout: Layout, wanted: Iterable[tuple[str, Service]], given: set[str], *, after: int = 0
) -> list[NumberLeased]:
    """The next free number for each; a number that was seen, whoever made it up, is never leased.

    ``after``: how many numbers of every letter are left out first.
    """
    counters = {letter: count + after for letter, count in state.counters.items()}
    leased = []
    for kiosk, service in wanted:
        count = _next_free(layout, service.letter, counters.get(service.letter, 0) + 1, given)
        counters[service.letter] = count
        leased.append(
            NumberLeased(
                kiosk=kiosk,
                service=service.id,
                number=label(service.letter, count),
                letter=service.letter,
                count=count,
            )
        )
    return leased


def _is_reserved(layout: Layout, count: int) -> bool:
    """Whether a kiosk may give that count by itself."""
    return any(reserve_used(reserve_from, count) is not None for reserve_from in layout.reserves.values())


def _letter_of(number: str) -> str:
    """The letter of a number; empty for none."""
    known = parts(number)
    return known.letter if known else ""


def reserve_of(state: State, layout: Layout, kiosk: str, letter: str) -> int:
    """How many numbers of its own series a kiosk has given for a letter today, that the hall heard of."""
    count = state.reserves.get(kiosk, {}).get(letter, 0)
    return reserve_used(layout.reserves[kiosk], count) or 0


def note_given(state: State, visit: Visit) -> None:
    """A number is in a visitor's hand."""
    state.numbers[visit.number] = state.numbers.get(visit.number, 0) + 1
    note_reserve(state, visit)


def note_free(state: State, visit: Visit) -> None:
    """The press that took the number was taken back: nobody has it in hand."""
    state.numbers[visit.number] = state.numbers.get(visit.number, 0) - 1
    if state.numbers[visit.number] <= 0:
        del state.numbers[visit.number]
    known = state.unheard.get(visit.number)
    if known is not None and known.ticket == visit.ticket:
        del state.unheard[visit.number]


def note_reserve(state: State, visit: Visit) -> None:
    """How far the kiosk's own series is, where the number is of it."""
    known = parts(visit.number)
    if visit.reserve and known is not None:
        counts = state.reserves.setdefault(visit.node, {})
        counts[known.letter] = max(known.number, counts.get(known.letter, 0))


def apply_taken(state: State, decision: NumberTaken) -> None:
    """Note how far the letter has counted."""
    state.counters[decision.letter] = max(decision.count, state.counters.get(decision.letter, 0))


def apply_leased(state: State, decision: NumberLeased) -> None:
    """Note who holds which number, and how far the letter has counted."""
    state.leases.setdefault(decision.kiosk, {})[decision.service] = decision.number
    state.counters[decision.letter] = max(decision.count, state.counters.get(decision.letter, 0))
