"""What the space itself warns agents of: rooms left taken, a crowd, a count after closing, unknown wind."""

from __future__ import annotations

from broker.contract.views import Alert
from hall import forgotten, inside, settings, weather
from hall.layout import Layout
from hall.public import CROWDED, MINUTE_NS
from hall.state import State


def of_the_space(state: State, layout: Layout, now_ns: int) -> list[Alert]:
    """All of them, the most urgent first; ids stay the same while the trouble lasts."""
    now_ns -= now_ns % MINUTE_NS
    return [
        *_forgotten(state),
        *_capacity(state, layout, now_ns),
        *_closing(state, layout, now_ns),
        *_wind(state, layout, now_ns),
    ]


def _forgotten(state: State) -> list[Alert]:
    """Rooms left taken after closing; the sensor that says free ends it."""
    return [
        Alert(
            id=f"closing-{known.room}",
            kind="room_after_closing",
            since_ns=known.taken_ns,
            subject=known.room,
            detail="",
            acknowledged=known.gone_ns is not None,
            by=known.by,
        )
        for known in state.forgotten.values()
        if (presence := state.rooms.get(known.room)) is not None and presence.taken
    ]


def _capacity(state: State, layout: Layout, now_ns: int) -> list[Alert]:
    crowd = state.crowd
    if crowd.level not in CROWDED:
        return []
    people = inside.estimate(state, layout, state.occupancy, now_ns)
    return [
        Alert(
            id="capacity",
            kind="capacity" if crowd.level == "full" else "capacity_near",
            since_ns=crowd.since_ns,
            subject=layout.site.id,
            detail="",
            people=people.low if people.likely is None else people.likely,
        )
    ]


def _closing(state: State, layout: Layout, now_ns: int) -> list[Alert]:
    """After closing the count should be nobody: a person looks, and says that the tent is empty."""
    people, today = state.occupancy.inside, layout.calendar.local(now_ns).date()
    openings = layout.calendar.openings(today)
    closed_ns = openings[-1].closes_ns if openings else settings.hours_changed_ns(state, today)
    if not people or closed_ns is None or now_ns < closed_ns:
        return []
    if not forgotten.has_been_closed(state, layout, now_ns):
        return []
    return [
        Alert(
            id="count-at-closing",
            kind="count_at_closing",
            since_ns=closed_ns,
            subject=layout.site.id,
            detail="",
            people=people,
        )
    ]


def _wind(state: State, layout: Layout, now_ns: int) -> list[Alert]:
    """Anemometers that fell silent while people may be inside: unknown wind is not calm."""
    opening = layout.calendar.opening(now_ns)
    if opening is None or not opening.holds(now_ns):
        return []
    return [
        Alert(
            id=f"wind-{key.replace('/', '-')}",
            kind="wind_unknown",
            since_ns=state.day.starts_ns if (word := state.wind.get(key)) is None else word.since_ns,
            subject=key,
            detail="",
        )
        for key in weather.silent(state, layout, now_ns)
    ]
