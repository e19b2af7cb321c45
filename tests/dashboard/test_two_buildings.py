"""Screens of the double town hall: the way to a desk is from the building they hang in."""

from __future__ import annotations

from pathlib import Path

import pytest

from broker.clock import ManualClock
from broker.contract import compiled
from broker.contract.messages import NodeStatus
from broker.contract.site import load
from broker.contract.views import Call
from dashboard.diagnosis import diagnosed
from dashboard.page import summary
from dashboard.speech import sentence
from dashboard.texts import catalogue
from tests.dashboard.afternoon import NOW_NS, Afternoon, health
from tests.dashboard.test_phone import Phones, ticket

DOUBLE = Path(__file__).parents[2] / "firmware_configs" / "sites" / "double-mairie"


@pytest.fixture(scope="module")
def double() -> compiled.Site:
    return load(DOUBLE)


def place(site: compiled.Site, desk: str, building: str):
    desks = summary(site, catalogue("fr"), building)["desks"]
    assert isinstance(desks, dict)
    return desks[desk]["place"]


def test_a_desk_beside_the_screen_has_no_way(double):
    assert place(double, "multiservices", "historique") is None


def test_a_desk_in_the_other_building_has_its_way_and_walk(double):
    found = place(double, "multiservices", "nouveau")
    assert (found["where"], found["walk_s"]) == ("Mairie historique · Zone 4", 180)
    assert "traversez la rue" in found["way"]


def test_a_screen_that_does_not_say_where_it_hangs_names_the_building_and_no_walk(double):
    found = place(double, "multiservices", "")
    assert (found["where"], found["walk_s"]) == ("Mairie historique · Zone 4", 0)
    assert "traversez" not in found["way"]


def test_a_call_said_aloud_names_the_building(double):
    call = Call(key="k", number="M042", desk="multiservices", at_ns=0, recalls=0)
    assert sentence(double, call, "fr") == "Numéro M, 42. Guichet 4. Mairie historique, Zone 4."


def test_a_building_of_which_no_node_is_heard_is_one_fault_and_the_other_has_none(double, clock):
    afternoon = Afternoon(double, clock)
    afternoon.connect()
    afternoon.recorder_speaks()
    nodes = {
        building: [node.id for node in double.nodes if double.building_of(node.zone) == building]
        for building in ("historique", "nouveau")
    }
    for node in double.nodes:
        state = "lost" if node.id in nodes["historique"] else "online"
        afternoon.publish(f"status/{node.id}", NodeStatus(state=state, run="r"))
        afternoon.publish(f"health/{node.id}", health(node))

    def lost() -> list[tuple[str, str, str]]:
        found = diagnosed(afternoon.live, double, speaks=True).faults
        kinds = {"building_cut", "node_lost"}
        return [(one.fault, one.node, one.detail) for one in found if one.fault in kinds]

    count = len(nodes["historique"])
    assert lost() == [("building_cut", "", f"Mairie historique · {count} Pi")]
    # With one of them back it is the others' own trouble.
    afternoon.publish("status/barometre", NodeStatus(state="online", run="r"))
    assert {fault for fault, _, _ in lost()} == {"node_lost"}
    assert len(lost()) == count - 1


def test_a_phone_says_to_wait_where_the_ticket_was_drawn_and_gives_the_way_from_there(double):
    phones = Phones(double, ManualClock(NOW_NS))
    phones.queue("information", ticket(building="historique"))
    waiting = phones.get().text
    assert "Café et attente" in waiting
    phones.queue("information", ticket(building="historique", state="called", desk="info", rang_ns=1))
    called = phones.get().text
    assert "Nouveau bâtiment · Zone 1" in called
    assert "traversez la rue" in called
    phones.queue("information", ticket(building="nouveau", state="called", desk="info", rang_ns=1))
    assert "traversez la rue" not in phones.get().text
