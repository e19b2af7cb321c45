"""What everybody may see: retained views, nothing personal, nothing discreet."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from broker.clock import SECOND
from broker.contract.compiled import Service, Zone
from broker.contract.settings import PublicText
from broker.contract.views import (
    Call,
    CallsView,
    DayFigures,
    DeskView,
    KioskService,
    KioskView,
    RoomView,
    SeatNow,
    SeatsView,
    ServiceState,
    ServiceView,
    SpaceView,
    View,
    ZoneNow,
)
from hall import barometer, inside, levels, numbers, quieter, settings, weather
from hall.layout import Layout
from hall.opening import Opening
from hall.state import State
from hall.visit import PublicCall
from hall.waiting import Forecast, Promise

MINUTE_NS = 60 * SECOND
"""Views change by the minute, not by the moment at which they are made."""


CROWDED: Final = ("near", "full")
"""Levels at which newcomers are advised to come back later."""


class ServiceNow(NamedTuple):
    """One service now: what views and displays say about it.

    ``waiting`` is who waits for it, ``ahead`` who waits for its desks: all that a newcomer has before them.
    ``notice`` is why its hours are others today, ``note`` what supervisors say beside it.
    """

    service: Service
    state: ServiceState
    opening: Opening | None
    waiting: int
    ahead: int
    open_desks: int
    promise: Promise | None
    notice: PublicText | None
    note: PublicText | None

    @property
    def opens_ns(self) -> int | None:
        """When the running or next opening began or begins (civil)."""
        return None if self.opening is None else self.opening.opens_ns

    @property
    def median_s(self) -> int | None:
        """The promised median wait; None when withheld."""
        return None if self.promise is None else round(self.promise.median_s)

    @property
    def p90_s(self) -> int | None:
        """The promised 90th percentile; None when withheld."""
        return None if self.promise is None else round(self.promise.p90_s)


class Outlook(NamedTuple):
    """The services, the opening, the wait over all open services (s), and a quieter time while crowded.

    ``notice`` is why the site's hours are others today.
    """

    forecast: Forecast
    services: dict[str, ServiceNow]
    opening: Opening | None
    is_open: bool
    waiting: int
    median_s: int | None
    p90_s: int | None
    quieter_ns: int | None
    notice: PublicText | None


def outlook(state: State, layout: Layout, now_ns: int) -> Outlook:
    """Look at every service once; views and displays share it."""
    queue = Counter(visit.service for visit in state.waiting())
    forecast = Forecast(state, layout, now_ns - now_ns % MINUTE_NS)
    services = {
        service.id: _service_now(state, layout, service, queue, forecast, now_ns)
        for service in layout.site.services
    }
    opening = layout.calendar.opening(now_ns)
    drawn = state.tally.drawn_by_service
    promised = [
        (now.promise, 1 + drawn.get(now.service.id, 0))
        for now in services.values()
        if now.promise is not None
    ]
    return Outlook(
        forecast=forecast,
        services=services,
        opening=opening,
        is_open=opening is not None and opening.holds(now_ns),
        waiting=queue.total(),
        median_s=_weighted([(promise.median_s, weight) for promise, weight in promised], 0.5),
        p90_s=_weighted([(promise.p90_s, weight) for promise, weight in promised], 0.9),
        quieter_ns=quieter.half_hour(state, layout, now_ns) if state.crowd.level in CROWDED else None,
        notice=layout.calendar.reason(layout.calendar.local(now_ns).date()),
    )


def _service_now(
    state: State, layout: Layout, service: Service, queue: Counter[str], forecast: Forecast, now_ns: int
) -> ServiceNow:
    opening = layout.calendar.opening(now_ns, service)
    open_desks = len(forecast.open_desks(service.id))
    in_hours = opening is not None and opening.holds(now_ns)
    service_state: ServiceState = "closed"
    if in_hours:
        service_state = "open" if open_desks or not service.ticket else "no_desk"
    promise = None
    if service_state == "open" and service.ticket:
        promise = forecast.promise(service.id, queue)
    return ServiceNow(
        service=service,
        state=service_state,
        opening=opening,
        waiting=queue[service.id],
        ahead=forecast.people(service.id, queue),
        open_desks=open_desks,
        promise=promise,
        notice=layout.calendar.reason(layout.calendar.local(now_ns).date(), service),
        note=settings.service_text(state, layout, service.id, now_ns),
    )


def _weighted(values: list[tuple[float, int]], share: float) -> int | None:
    """The value below which that share of the weight lies; services weigh by the tickets drawn today."""
    goal = share * sum(weight for _, weight in values)
    seen = 0
    for value, weight in sorted(values):
        seen += weight
        if seen >= goal:
            return round(value)
    return None


def views(state: State, layout: Layout, now: Outlook, now_ns: int) -> dict[tuple[str, ...], View]:
    """Every public view, by topic."""
    site = layout.site
    found: dict[tuple[str, ...], View] = {
        ("view", "space", "now"): _space(state, layout, now, now_ns),
        ("view", "calls", "latest"): CallsView(calls=[_call(call) for call in state.calls]),
    }
    for service in now.services.values():
        found["view", "service", service.service.id] = _service(state, layout, service)
    for desk in site.desks:
        found["view", "desk", desk.id] = desk_view(state, layout, desk.id)
    for known in site.barometers:
        found["view", "barometer", known.id] = barometer.view(state, layout, known, now_ns)
    for room in site.rooms:
        presence = state.rooms.get(room.id)
        found["view", "room", room.id] = RoomView(
            room=room.id,
            taken=None if presence is None else presence.taken,
            since_ns=None if presence is None else presence.since_ns,
        )
    for zone in sorted({seat.zone for seat in site.seats}):
        found["view", "seats", str(zone)] = SeatsView(
            zone=zone,
            seats=[
                SeatNow(seat=seat.id, taken=None if (at := state.seats.get(seat.id)) is None else at.taken)
                for seat in site.seats
                if seat.zone == zone
            ],
        )
    for kiosk in layout.kiosks:
        found["view", "kiosk", kiosk] = _kiosk(state, layout, now, kiosk, now_ns)
    return found


def call_key(call: PublicCall) -> str:
    """A word that changes with each ring, so that screens sound once each."""
    return f"{call.call}@{call.rang_ns}"


def desk_view(state: State, layout: Layout, desk: str) -> DeskView:
    """A desk now; whom it serves only where that is not discreet."""
    now = state.desk(desk)
    visit = state.visits.get(now.ticket)
    number = None if visit is None or layout.keeps_quiet(visit) else visit.number
    return DeskView(desk=desk, call=now.call, state=now.state, since_ns=now.since_ns, number=number)


def _call(call: PublicCall) -> Call:
    return Call(
        key=call_key(call), number=call.number, desk=call.desk, at_ns=call.rang_ns, recalls=call.recalls
    )


def _space(state: State, layout: Layout, now: Outlook, now_ns: int) -> SpaceView:
    count = state.occupancy
    people = inside.estimate(state, layout, count, now_ns - now_ns % MINUTE_NS)
    real = [visit for visit in state.visits.values() if not visit.exercise]
    serving = sum(visit.state in ("called", "serving") for visit in real)
    waiting = sum(visit.state == "waiting" and not visit.late for visit in real)
    tally = state.tally
    return SpaceView(
        day=state.day.day,
        open=now.is_open,
        opens_ns=None if now.opening is None else now.opening.opens_ns,
        closes_ns=None if now.opening is None else now.opening.closes_ns,
        inside=people.likely,
        uncertainty=(people.high or 0) - (people.likely or 0),
        capacity=layout.site.capacity,
        recounted_ns=count.recounted_ns,
        passages_in=count.entered,
        passages_out=count.left,
        wait_median_s=now.median_s,
        wait_p90_s=now.p90_s,
        figures=DayFigures(
            visits=tally.drawn,
            served=tally.served,
            left=tally.left,
            no_show=tally.no_show,
            waiting=waiting,
            serving=serving,
            votes=tally.votes,
            within_target=tally.within_target,
            waits=tally.waits,
        ),
        zones=[_zone(state, layout, now, zone) for zone in layout.site.zones],
        inside_low=people.low,
        crowding=state.crowd.level,
        quieter_ns=now.quieter_ns,
        weather=weather.view(state, layout, now_ns - now_ns % MINUTE_NS),
        weather_alerts=weather.alerts_view(state),
        changed_days=settings.changed_days(state, layout, now_ns),
    )


def _zone(state: State, layout: Layout, now: Outlook, zone: Zone) -> ZoneNow:
    """People who wait for the zone's services and sit there; where calls are shown, the building's all."""
    seats = [seat for seat in layout.site.seats if seat.zone == zone.id]
    known = [state.seats[seat.id] for seat in seats if seat.id in state.seats]
    taken = sum(presence.taken for presence in known)
    services = [service for service in now.services.values() if service.service.zone == zone.id]
    everybody = zone.id in layout.waiting_zones
    waiting_here = sum(service.waiting for service in services)
    if everybody and not zone.building:
        waiting_here = now.waiting
    elif everybody:
        waiting_here = sum(layout.building(visit.node) == zone.building for visit in state.waiting())
    grounded = bool(services or known or everybody)
    return ZoneNow(
        zone=zone.id,
        level=levels.of_area(waiting_here + taken, zone.comfortable) if grounded else "unknown",
        waiting=waiting_here,
        seats_taken=taken,
        seats=len(seats),
    )


def _service(state: State, layout: Layout, now: ServiceNow) -> ServiceView:
    return ServiceView(
        service=now.service.id,
        state=now.state,
        opens_ns=now.opens_ns,
        waiting=now.waiting,
        open_desks=now.open_desks,
        wait_median_s=now.median_s,
        wait_p90_s=now.p90_s,
        level=levels.of_wait(now.median_s, layout.rules.target_wait_min),
        served_today=state.tally.served_by_service.get(now.service.id, 0),
        notice=now.notice,
        note=now.note,
    )


def _kiosk(state: State, layout: Layout, now: Outlook, kiosk: str, now_ns: int) -> KioskView:
    leases = state.leases.get(kiosk, {})
    asked = state.helps.get(kiosk)
    services = [_promised_in(layout, now, kiosk, service) for service in layout.kiosks[kiosk]]
    return KioskView(
        node=kiosk,
        day=state.day.day,
        services=[
            KioskService(
                service=known.service.id,
                state=known.state,
                opens_ns=known.opens_ns,
                number=leases.get(known.service.id, ""),
                ahead=known.ahead,
                wait_median_s=known.median_s,
                wait_p90_s=known.p90_s,
                reserve_used=numbers.reserve_of(state, layout, kiosk, known.service.letter),
                free_seats=_free_seats(state, layout, known.service, kiosk),
                notice=known.notice,
                note=known.note,
                changed_days=settings.changed_timetable(state, layout, known.service, now_ns),
            )
            for known in services
        ],
        help="none" if asked is None else asked.state,
        evacuation=bool(state.weather_alerts),
    )


def _promised_in(layout: Layout, now: Outlook, kiosk: str, service: str) -> ServiceNow:
    """The service as it is promised where the kiosk stands: farther desks call earlier."""
    known, building = now.services[service], layout.building(kiosk)
    if not building or known.promise is None:
        return known
    queue = Counter({other.service.id: other.waiting for other in now.services.values()})
    return known._replace(promise=now.forecast.promise(service, queue, building))


def _free_seats(state: State, layout: Layout, service: Service, kiosk: str) -> int | None:
    """Seats known to be free where a service is given without a ticket; None where it is not.

    Nobody is sent to another building without a ticket: the seat may be taken on arrival.
    """
    if not service.seats_without_ticket:
        return None
    if layout.building(kiosk) != layout.site.building_of(service.zone):
        return None
    seats = [state.seats.get(seat.id) for seat in layout.site.seats if seat.zone == service.zone]
    return sum(seat is not None and not seat.taken for seat in seats)
