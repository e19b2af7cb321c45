"""Half-hours of a day: which way visitors took, and how long seats and rooms were taken."""

from __future__ import annotations

from typing import Literal

import pytest
from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from broker.contract.compiled import Site
from broker.contract.topics import HALL
from broker.contract.views import HalfHourNow
from hall.measures import FlowMeasure, UseMeasure
from tests.hall.hall_tent import Tent, moment

DAY = "2016-06-08"


@pytest.fixture
def tent(site: Site) -> Tent:
    """The small town hall at ten, with seats that need no ticket in zone 3 and a room in zone 5."""
    services = [
        replace(one, zone=3, seats_without_ticket=True) if one.id == "plan" else one for one in site.services
    ]
    tent = Tent(replace(site, services=services), f"{DAY}T10:00")
    tent.tick()
    return tent


def at(tent: Tent, clock: str) -> None:
    tent.now_ns = moment(f"{DAY}T{clock}")


def half_hour(tent: Tent, clock: str) -> HalfHourNow:
    """The half-hour that ends then."""
    at(tent, clock)
    tent.tick()
    view: HalfHourNow = tent.views()["private", "supervision", "now"].half_hours[-1]
    return view


def enter(tent: Tent, times: int) -> None:
    for _ in range(times):
        tent.send("door", messages.PassageCounted(device="door", direction="in"))


def presence(tent: Tent, clock: str, subject: str, *, taken: bool) -> None:
    at(tent, clock)
    kind: Literal["seat", "room"] = "room" if subject == "salon" else "seat"
    tent.send("seats", messages.PresenceChanged(device="s", subject=subject, kind=kind, taken=taken))


def test_each_way_is_counted_in_its_half_hour(tent: Tent) -> None:
    enter(tent, 9)
    for service in ("info", "family", "care"):
        tent.draw(service)
    presence(tent, "10:05", "seat-1", taken=True)
    presence(tent, "10:20", "seat-1", taken=False)
    first = half_hour(tent, "10:30")
    assert (first.entered, first.kiosk, first.concierge, first.online) == (9, 2, 1, 1)
    tent.draw("info")
    second = half_hour(tent, "11:00")
    assert (second.entered, second.kiosk, second.concierge, second.online) == (0, 1, 0, 0)


def test_a_bag_put_down_on_a_seat_is_no_visitor(tent: Tent) -> None:
    presence(tent, "10:05:00", "seat-1", taken=True)
    presence(tent, "10:05:40", "seat-1", taken=False)
    assert half_hour(tent, "10:30").online == 0


def test_without_a_door_counter_nobody_knows_who_took_no_way(tent: Tent) -> None:
    tent.draw("info")
    assert half_hour(tent, "10:30").entered is None
    assert {one.way for one in tent.measures() if isinstance(one, FlowMeasure)} == {
        "kiosk",
        "online",
        "concierge",
    }


def test_who_took_no_way_adds_up_over_the_day_even_where_a_half_hour_is_negative(tent: Tent) -> None:
    at(tent, "10:28")
    enter(tent, 4)
    nobody = []
    for clock, tickets in (("10:30", 0), ("11:00", 3)):
        for _ in range(tickets):
            tent.draw("info")
        half_hour(tent, clock)
        nobody += [
            one.people for one in tent.measures() if isinstance(one, FlowMeasure) and one.way == "none"
        ]
    assert nobody == [4, -3]


def test_a_rehearsals_tickets_are_in_no_way(tent: Tent) -> None:
    drawn = messages.TicketDrawn(device="kiosk", service="info", number="A001", exercise=True)
    tent.send("exercise", drawn)
    assert half_hour(tent, "10:30").kiosk == 0


def test_a_hold_over_a_border_is_shared_between_its_half_hours(tent: Tent) -> None:
    presence(tent, "10:20", "salon", taken=True)
    assert half_hour(tent, "10:30").rooms_taken == pytest.approx(10 / 30)
    presence(tent, "10:45", "salon", taken=False)
    assert half_hour(tent, "11:00").rooms_taken == pytest.approx(15 / 30)
    assert half_hour(tent, "11:30").rooms_taken == 0.0


def test_a_seat_told_taken_twice_is_taken_once(tent: Tent) -> None:
    presence(tent, "10:00", "seat-1", taken=True)
    presence(tent, "10:10", "seat-1", taken=True)
    presence(tent, "10:15", "seat-1", taken=False)
    assert half_hour(tent, "10:30").seats_taken == pytest.approx(15 / 30)


def test_what_no_sensor_spoke_of_is_unknown_not_free(tent: Tent) -> None:
    now = half_hour(tent, "10:30")
    assert (now.seats_taken, now.rooms_taken) == (None, None)


def test_use_and_flows_are_points_filed_at_the_half_hours_beginning(tent: Tent) -> None:
    enter(tent, 2)
    presence(tent, "10:05", "seat-1", taken=True)
    presence(tent, "10:20", "seat-1", taken=False)
    half_hour(tent, "10:30")
    points = tent.measures()
    begun_ns = moment(f"{DAY}T10:00")
    assert [one for one in points if isinstance(one, UseMeasure)] == [
        UseMeasure(
            node=HALL,
            at_ns=begun_ns,
            kind="seat",
            subject="seat-1",
            taken_s=900.0,
            span_s=1800.0,
            times=1,
        )
    ]
    flows = {one.way: (one.people, one.at_ns) for one in points if isinstance(one, FlowMeasure)}
    assert flows == {
        "kiosk": (0, begun_ns),
        "online": (1, begun_ns),
        "concierge": (0, begun_ns),
        "none": (1, begun_ns),
    }


def test_a_day_begins_with_no_half_hours(tent: Tent) -> None:
    enter(tent, 3)
    half_hour(tent, "10:30")
    tent.now_ns = moment("2016-06-09T00:00") + 5 * SECOND
    tent.tick()
    assert tent.views()["private", "supervision", "now"].half_hours == []
