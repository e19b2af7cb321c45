"""The day in half-hours: what went on in each, once it is over, and what is usual for it.

A half-hour begins on the site's wall clock at :00 and :30. The hall notes its counts at each border and takes
differences (``hall.flows`` says which way people took); a hall that slept over borders notes one longer span,
from which nothing usual is learned. People inside are the mean of the likely counts at its two borders.
"""

from __future__ import annotations

from typing import Final

from broker.clock import SECOND
from broker.contract.compiled import Weekday
from broker.contract.views import HalfHourNow
from hall import flows, inside, silence
from hall.decisions import Decision, HalfHourBegun, HalfHourEnded
from hall.layout import Layout
from hall.recorded import Recorded
from hall.space import Border, HalfHour, Use, Usual
from hall.state import State

HALF_HOUR_NS: Final = 1800 * SECOND

REMEMBERED_DAYS: Final = 8
"""A new day moves what is usual by at least 1/8: two months of the same weekday."""


def passed(state: State, layout: Layout, event: Recorded) -> list[Decision]:
    """At a minute's event: close the half-hour that is over, and begin the next."""
    now_ns = border_before(state, event.at_ns)
    if now_ns is None or (state.border is not None and now_ns <= state.border.at_ns):
        return []
    border = _border(state, layout, now_ns)
    begun = HalfHourBegun(border=border)
    return [begun] if state.border is None else [_ended(state, layout, state.border, border), begun]


def border_before(state: State, at_ns: int) -> int | None:
    """The latest border at or before a moment of the running day; None outside it."""
    day = state.day
    return at_ns - (at_ns - day.starts_ns) % HALF_HOUR_NS if day.holds(at_ns) else None


def slot(layout: Layout, at_ns: int) -> str:
    """A half-hour by the wall clock at its beginning, as ``09:30``."""
    return f"{layout.calendar.local(at_ns):%H:%M}"


def _border(state: State, layout: Layout, at_ns: int) -> Border:
    count = state.occupancy
    return Border(
        at_ns=at_ns,
        inside=inside.estimate(state, layout, count, at_ns).likely,
        entered=count.entered,
        left=count.left,
        drawn=dict(state.tally.drawn_by_service),
    )


def _ended(state: State, layout: Layout, begin: Border, end: Border) -> HalfHourEnded:
    people = None if begin.inside is None or end.inside is None else (begin.inside + end.inside) / 2
    span = HalfHour(
        from_ns=begin.at_ns,
        to_ns=end.at_ns,
        people=people,
        entered=end.entered - begin.entered,
        left=end.left - begin.left,
        counted=end.entered + end.left > 0,
        ways=flows.ways(state, layout, begin, end),
        seats=flows.used(state, state.seats, begin, end),
        rooms=flows.used(state, state.rooms, begin, end),
        silent_s=silence.silent_s(state, begin, end),
    )
    weekday = layout.calendar.weekday(begin.at_ns)
    usual = None if people is None or not _teaches(layout, span) else _learned(state, layout, span, people)
    return HalfHourEnded(half_hour=span, weekday=weekday, slot=slot(layout, begin.at_ns), usual=usual)


def _teaches(layout: Layout, span: HalfHour) -> bool:
    """A whole half-hour of an open site."""
    opening = layout.calendar.opening(span.from_ns)
    is_open = opening is not None and opening.holds(span.from_ns)
    return is_open and span.to_ns - span.from_ns == HALF_HOUR_NS


def _learned(state: State, layout: Layout, span: HalfHour, people: float) -> Usual:
    before = usual(state, layout.calendar.weekday(span.from_ns), slot(layout, span.from_ns))
    days = min(before.days + 1, REMEMBERED_DAYS)
    return Usual(people=before.people + (people - before.people) / days, days=days)


def usual(state: State, weekday: Weekday, at: str) -> Usual:
    """What is usual for that half-hour of that weekday; of no day while nothing was learned."""
    return state.usual.get(weekday, {}).get(at, UNSEEN)


UNSEEN: Final = Usual(people=0.0, days=0)


def view(span: HalfHour) -> HalfHourNow:
    """A half-hour as supervisors see it."""
    return HalfHourNow(
        from_ns=span.from_ns,
        to_ns=span.to_ns,
        entered=span.entered if span.counted else None,
        kiosk=span.ways.kiosk,
        online=span.ways.online,
        concierge=span.ways.concierge,
        people=span.people,
        seats_taken=_share(span, span.seats),
        rooms_taken=_share(span, span.rooms),
    )


def _share(span: HalfHour, uses: dict[str, Use]) -> float | None:
    """The share of the time for which these were taken; None where none was heard of."""
    whole_s = len(uses) * (span.to_ns - span.from_ns) / SECOND
    return sum(use.taken_s for use in uses.values()) / whole_s if whole_s else None


def apply_begun(state: State, decision: HalfHourBegun) -> None:
    """The counts at the border, from which the next half-hour is taken."""
    state.border = decision.border
    state.uses = {}
    state.silences = {}


def apply_ended(state: State, decision: HalfHourEnded) -> None:
    """One more half-hour of today, and what is usual for it now."""
    state.half_hours = [*state.half_hours, decision.half_hour]
    if decision.usual is not None:
        known = state.usual.get(decision.weekday, {})
        state.usual = {**state.usual, decision.weekday: {**known, decision.slot: decision.usual}}
