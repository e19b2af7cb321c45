"""The numbers of a kiosk: leased by the hall, or from its own reserve. None is given twice in a day."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from broker.contract import compiled
from broker.contract.numbers import label, parts, reserve_count
from nodes.slot import Slot


class Number(NamedTuple):
    """A ticket's number; ``reserve`` when it is of the kiosk's own series."""

    text: str
    reserve: bool


class _Reserve(msgspec.Struct, frozen=True):
    """How many numbers of a letter's reserve were used on a day (empty: no day was known)."""

    day: str
    used: int


class Numbers:
    """Takes numbers, and notes each on disk before it is used: a power cut burns one, never doubles it.

    Args:
        slot: the kiosk's place; its notes hold the counters.
        reserve_from: the first number of the reserve series.
    """

    def __init__(self, slot: Slot, reserve_from: int) -> None:
        self._slot = slot
        self._reserve_from = reserve_from

    def take(self, service: compiled.Service, leased: str) -> Number:
        """The next number for a service.

        Args:
            service: its letter begins the number.
            leased: the number that the hall leased to this kiosk for it; empty when cut off.
        """
        return self._leased(service, leased) or self._reserve(service)

    def _leased(self, service: compiled.Service, leased: str) -> Number | None:
        """The leased number, unless it or a higher one was used today.

        The hall may not have heard of that yet, or no longer know: its journal was put back.
        """
        note, today = f"leased/{service.id}", self._slot.today()
        day, _, number = (self._slot.recall(note) or "").partition(" ")
        if not leased or (day == str(today) and _count(leased) <= _count(number)):
            return None
        self._slot.remember(note, f"{today} {leased}")
        return Number(leased, reserve=False)

    def heard(self, service: compiled.Service, used: int) -> None:
        """The hall has seen so many of this kiosk's own series today: an old card put back knows fewer."""
        reserve = self._kept(service)
        if used > reserve.used:
            self._keep(service, _Reserve(reserve.day, used))

    def _reserve(self, service: compiled.Service) -> Number:
        """The next of the kiosk's own series; it begins again only on a day known to be later."""
        reserve = self._kept(service)
        self._keep(service, _Reserve(reserve.day, reserve.used + 1))
        count = reserve_count(self._reserve_from, reserve.used)
        return Number(label(service.letter, count), reserve=True)

    def _kept(self, service: compiled.Service) -> _Reserve:
        """How far today's series is. Numbers given while no day was known may be today's.

        A clock that jumped back and comes right again must not give a day's numbers twice: a day before the
        last one goes on with its series.
        """
        kept = self._slot.recall(f"reserve/{service.letter}")
        reserve = _Reserve("", 0) if kept is None else msgspec.json.decode(kept, type=_Reserve)
        today = self._slot.today()
        if today is not None and today.isoformat() > reserve.day:
            return _Reserve(today.isoformat(), 0 if reserve.day else reserve.used)
        return reserve

    def _keep(self, service: compiled.Service, reserve: _Reserve) -> None:
        self._slot.remember(f"reserve/{service.letter}", msgspec.json.encode(reserve).decode())


def _count(number: str) -> int:
    """The count in a number, 0 where there is none."""
    known = parts(number)
    return known.number if known else 0
