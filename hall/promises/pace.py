"""The pace at which a queue is worked off: learned by half-hour, corrected by today, and run forward."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from hall.promises.memory import SLOTS, Memory, Moment, Seen, Slots

SLOT_S: Final = 1800
SLOT_PRIOR: Final = 20.0
"""How many calls the whole day's pace is worth in a half-hour's."""

PACE_PRIOR: Final = 40.0
"""How many calls the usual pace is worth in today's."""

PACE_HALF_LIFE_S: Final = 1800.0
"""Of what was called today; only time in which somebody waits counts."""

WORTH: Final = 10.0
"""How many calls the configured pace is worth in the learned one."""


class Curve:
    """How many people are called by when, at one pace, from now to the end of the day and beyond."""

    def __init__(self, memory: Memory, moment: Moment, *, by_desk: bool) -> None:
        usual = _usual(memory, moment, by_desk=by_desk)
        first = slot_of(moment.at_s)
        today = _today(memory, moment, usual[first], by_desk=by_desk)
        rates = [rate * today for rate in usual[first:]]
        self._rates = rates
        self._ends_s = [(first + place + 1) * SLOT_S - moment.at_s for place in range(len(rates))]
        self._called: list[float] = []
        began = called = 0.0
        for rate, ends in zip(rates, self._ends_s, strict=True):
            called += rate * max(0.0, ends - began)
            began = ends
            self._called.append(called)

    def seconds(self, people: float) -> float:
        """When so many have been called; the day's last pace goes on after it."""
        place = min(bisect_left(self._called, people), len(self._rates) - 1)
        return max(0.0, self._ends_s[place] - (self._called[place] - people) / self._rates[place])


def _usual(memory: Memory, moment: Moment, *, by_desk: bool) -> list[float]:
    """People called a second in each half-hour of a usual day, with as many desks as are open now."""
    desks = max(1.0, moment.desks)
    known, today = (
        (memory.past.desk_s, memory.today.desk_s) if by_desk else (memory.past.busy_s, memory.today.busy_s)
    )
    is_today = memory.day == moment.day
    day = _day(memory, moment, by_desk=by_desk)
    factor = desks if by_desk else 1.0
    past_called, past_s = memory.past.called, known
    if not is_today:
        past_called = [one + other for one, other in zip(past_called, memory.today.called, strict=True)]
        past_s = [one + other for one, other in zip(past_s, today, strict=True)]
    return [
        factor * (count + SLOT_PRIOR) / (seconds + SLOT_PRIOR / day)
        for count, seconds in zip(past_called, past_s, strict=True)
    ]


def _day(memory: Memory, moment: Moment, *, by_desk: bool) -> float:
    """People called a second over all half-hours and days, by the queue or by one desk."""
    kind = "desk_s" if by_desk else "busy_s"
    seconds: float = sum(getattr(memory.past, kind)) + sum(getattr(memory.today, kind))
    called = sum(memory.past.called) + sum(memory.today.called)
    worth_s = WORTH * max(1.0, moment.service_s) / (1.0 if by_desk else max(1.0, moment.desks))
    return (called + WORTH) / (seconds + worth_s)


def _today(memory: Memory, moment: Moment, usual: float, *, by_desk: bool) -> float:
    """Today's pace over the usual one; a queue in which nobody is called grows slower while it waits."""
    called, expected = 0.0, 0.0
    if memory.day == moment.day:
        called, expected = memory.called, memory.usual_s[by_desk] * _day(memory, moment, by_desk=by_desk)
        if moment.head_s is not None:
            stalled_s = _busy_s(memory, moment.at_s, moment.at_s - moment.head_s)
            fading = 0.5 ** (stalled_s / PACE_HALF_LIFE_S)
            called, expected = called * fading, expected * fading + usual * stalled_s
    return (called + PACE_PRIOR) / (expected + PACE_PRIOR)


def turn_to(memory: Memory, day: str) -> None:
    """Begin another day: what was today's is past."""
    if memory.day == day:
        return
    for kind in Slots.__struct_fields__:
        past = getattr(memory.past, kind)
        for slot, amount in enumerate(getattr(memory.today, kind)):
            past[slot] += amount
    memory.day, memory.today = day, Slots()
    memory.called_at_s = memory.last_wait_s = None
    memory.called, memory.usual_s = 0.0, (0.0, 0.0)


def learn(memory: Memory, seen: Seen) -> None:
    """Count a call, and how long somebody had waited for it."""
    moment = Moment(seen.day, seen.at_s, seen.desks, seen.service_s)
    busy_s = _busy_s(memory, seen.at_s, seen.began_s)
    if busy_s <= 0:
        memory.called_at_s = max(seen.at_s, memory.called_at_s or 0.0)
        return  # called at once: no queue was worked off
    slot = slot_of(seen.at_s)
    fading = 0.5 ** (busy_s / PACE_HALF_LIFE_S)
    queue, desk = (
        _usual(memory, moment, by_desk=by_desk)[slot] / _day(memory, moment, by_desk=by_desk)
        for by_desk in (False, True)
    )
    memory.called = memory.called * fading + seen.work
    memory.usual_s = (
        memory.usual_s[0] * fading + queue * busy_s,
        memory.usual_s[1] * fading + desk * busy_s,
    )
    memory.today.called[slot] += seen.work
    memory.today.busy_s[slot] += busy_s
    memory.today.desk_s[slot] += busy_s * seen.desks
    memory.called_at_s = max(seen.at_s, memory.called_at_s or 0.0)


def _busy_s(memory: Memory, at_s: float, began_s: float) -> float:
    """How long somebody has waited since the last call, if that one has waited since ``began_s``."""
    since = began_s if memory.called_at_s is None else max(began_s, memory.called_at_s)
    return max(0.0, at_s - since)


def slot_of(at_s: float) -> int:
    """The half-hour of the day; before midnight and after it, the first and last."""
    return min(SLOTS - 1, max(0, int(at_s // SLOT_S)))
