"""One queue over two buildings: the north building has desk two, 180 s away from those who wait elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages
from hall.decisions import TicketCalled
from tests.hall.hall_tent import Tent, every, only
from tests.hall.small_site import small_site, text

WALK_S = 180


def two_buildings() -> compiled.Site:
    """Zone 3 is the north building: kiosk B, desk two and a display of calls stand there."""
    site = small_site()
    south = compiled.Building(id="south", name=text("Mairie"), walk_s=WALK_S, way=text("Rue du Sud"))
    north = compiled.Building(id="north", name=text("Annexe"), walk_s=WALK_S, way=text("Rue du Nord"))
    moved = {"kiosk-b": 3}
    return replace(
        site,
        buildings=[south, north],
        zones=[replace(zone, building="north" if zone.id == 3 else "south") for zone in site.zones],
        desks=[_in_its_building(desk) for desk in site.desks],
        displays=[
            *site.displays,
            compiled.Display(id="calls-north", node="north-display", device="d", shows="calls", subject=""),
        ],
        nodes=[
            *(replace(node, zone=moved.get(node.id, node.zone)) for node in site.nodes),
            compiled.Node(id="north-display", model="4B", zone=3, devices=[]),
        ],
    )


def _in_its_building(desk: compiled.Desk) -> compiled.Desk:
    if desk.place is not None:
        return replace(desk, place=replace(desk.place, within="south"))
    return replace(desk, zone=3) if desk.id == "two" else desk


@dataclass
class Town:
    tent: Tent

    def promise_s(self, kiosk: str) -> float:
        """The forecast of a ticket drawn there."""
        ticket = self.tent.draw("info", kiosk)
        forecast_s = self.tent.hall.state.visits[ticket].expected_s
        assert forecast_s is not None
        return forecast_s


@pytest.fixture
def town() -> Town:
    """Desk two, in the north, is the only one open, and has just begun to serve (300 s by its mean)."""
    tent = Tent(two_buildings())
    tent.tick()
    tent.draw("info", "kiosk-b")
    tent.next("two")
    tent.ask(messages.StartRequested, "two")
    return Town(tent)


def _mean_s(town: Town) -> int:
    return town.tent.site.service("info").mean_service_s


def test_who_waits_in_the_other_building_is_called_early_by_the_walk(town: Town) -> None:
    ticket = town.tent.draw("info", "kiosk-a")
    town.tent.wait(_mean_s(town) - WALK_S - 1)
    assert every(TicketCalled, town.tent.tick()) == []
    town.tent.wait(1)
    called = only(TicketCalled, town.tent.tick()).visit
    assert (called.ticket, called.desk) == (ticket, "two")


def test_who_waits_beside_the_desk_is_not_called_before_it_is_free(town: Town) -> None:
    town.tent.draw("info", "kiosk-b")
    town.tent.wait(_mean_s(town))
    assert every(TicketCalled, town.tent.tick()) == []


def test_nobody_is_sent_ahead_of_somebody_nearer_whose_turn_comes_first(town: Town) -> None:
    beside = town.tent.draw("info", "kiosk-b")
    town.tent.wait(30)
    town.tent.draw("info", "kiosk-a")
    town.tent.wait(_mean_s(town) - 30)
    assert every(TicketCalled, town.tent.tick()) == []
    town.tent.next("two")
    assert town.tent.hall.state.desk("two").ticket == beside


def test_each_buildings_screen_gives_its_own_way(town: Town) -> None:
    town.tent.draw("info", "kiosk-a")
    town.tent.wait(_mean_s(town) - WALK_S)
    town.tent.tick()
    views = town.tent.views()
    assert [frame.text for frame in views["display", "calls"].frames[:2]] == [
        "A001 > Guichet 2",
        "Annexe, Zone 3",
    ]
    assert views["display", "calls-north"].frames[1].text != "Annexe, Zone 3"


def test_the_desk_asks_for_the_moment_at_which_the_farthest_leaves(town: Town) -> None:
    begun_ns = town.tent.now_ns
    town.tent.draw("info", "kiosk-a")
    assert town.tent.hall.next_deadline_ns() == begun_ns + (_mean_s(town) - WALK_S) * 10**9


def test_a_promise_is_shorter_by_the_walk_where_the_desk_is_far(town: Town) -> None:
    for _ in range(4):
        town.tent.draw("info", "kiosk-b")
    near = town.tent.hall.views(town.tent.now_ns)["view", "kiosk", "kiosk-b"]
    far = town.tent.hall.views(town.tent.now_ns)["view", "kiosk", "kiosk-a"]
    medians = [
        next(known.wait_median_s for known in view.services if known.service == "info")
        for view in (near, far)
    ]
    assert WALK_S / 2 < medians[0] - medians[1] <= WALK_S
    in_the_north = town.promise_s("kiosk-b")
    one_more_s = _mean_s(town)
    assert in_the_north + one_more_s - town.promise_s("kiosk-a") == pytest.approx(WALK_S, abs=2)


def test_a_desk_inside_the_other_building_is_both_walks_away(town: Town) -> None:
    site = town.tent.site
    place = site.place_of(site.desk("inside"), "north")
    assert place is not None
    assert (place.walk_s, place.way.fr) == (WALK_S + 240, "Rue du Sud · Traversez le parvis")
    assert site.place_of(site.desk("inside"), "south") == site.desk("inside").place


def test_somebody_whose_building_is_not_known_is_told_of_it_and_of_no_walk(town: Town) -> None:
    site = town.tent.site
    place = site.place_of(site.desk("two"))
    assert place is not None
    assert (place.where, place.walk_s) == ("Annexe · Zone 3", 0)


def test_people_are_counted_where_they_wait(town: Town) -> None:
    for kiosk in ("kiosk-a", "kiosk-b", "kiosk-b"):
        town.tent.draw("info", kiosk)
    waiting = {zone.zone: zone.waiting for zone in town.tent.views()["view", "space", "now"].zones}
    assert (waiting[3], waiting[6]) == (2, 1)


def test_a_kiosk_sends_nobody_to_a_seat_in_the_other_building() -> None:
    site = two_buildings()
    seated = [
        replace(service, zone=3, seats_without_ticket=True) if service.id == "info" else service
        for service in site.services
    ]
    tent = Tent(replace(site, services=seated))
    tent.send("seats", messages.PresenceChanged(device="s", kind="seat", subject="seat-1", taken=False))
    seats = {
        kiosk: next(
            known.free_seats
            for known in tent.views()["view", "kiosk", kiosk].services
            if known.service == "info"
        )
        for kiosk in ("kiosk-a", "kiosk-b")
    }
    assert seats == {"kiosk-a": None, "kiosk-b": 1}
