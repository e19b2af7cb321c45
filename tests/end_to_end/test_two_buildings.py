"""The double town hall, with the link between its two buildings cut: each goes on, and nothing is lost.

The broker and the hall stand in the new building. Every node of the historic one reaches them over one link.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from broker.certificates import make_credentials
from broker.clock import Anchor, SystemClock
from broker.contract import compiled
from broker.contract.site import load
from broker.mosquitto.run import Mosquitto
from hall.store.open import StoreConfig
from simulation.chaos import keeping
from simulation.chaos.links import Link, Links
from simulation.house import House, VirtualNode
from tests.conftest import ROOT
from tests.end_to_end.conftest import MORNING_NS, wait_until
from tests.end_to_end.test_a_morning import Kiosk, device

CUT_OFF = (
    "borne-historique",
    "guichet-info-historique",
    "attente-historique",
    "entree-historique",
    "barometre",
    "guichet-multiservices",
)
"""Every node of the historic building."""
BESIDE_THE_HALL = ("borne-nouveau", "guichet-info", "attente")
SEEN_S = 60.0
SEEN_MS = round(1000 * SEEN_S)
BEAM_S = 0.05


class Town(NamedTuple):
    """Both buildings, running."""

    house: House
    link: Link
    nodes: dict[str, VirtualNode]

    def kiosk(self, name: str) -> Kiosk:
        """A kiosk that has heard the hall."""
        return Kiosk(self.house.site, name, self.nodes[name])

    def display(self, node: str) -> str:
        """What a node's display shows."""
        return self.nodes[node].say("display afficheur")

    def press(self, node: str, pin: int) -> None:
        """A finger on a button for a moment."""
        self.nodes[node].say(f"press {pin} 0.1")

    def walk_in(self, node: str) -> None:
        """Through the door's two beams, from outside."""
        door = device(self.house.site, node, compiled.DoorCounter)
        assert isinstance(door, compiled.DoorCounter)
        for line in ("hold", "release"):
            for pin in (door.outer, door.inner):
                self.nodes[node].say(f"{line} {pin}")
                time.sleep(BEAM_S)

    @property
    def journal(self) -> Path:
        """The hall's."""
        return self.house.state_of("hall") / "journal.sqlite"

    def bodies(self, kind: str) -> list[tuple[str, dict[str, object]]]:
        """Every event of a type in the journal, with its node."""
        with sqlite3.connect(self.journal) as journal:
            rows = journal.execute("SELECT node, CAST(body AS TEXT) FROM events").fetchall()
        journal.close()
        return [(node, body) for node, text in rows if (body := json.loads(text)).get("type") == kind]

    def undelivered(self) -> int:
        """Events in the nodes' outboxes that the journal does not hold."""
        return sum(
            keeping.undelivered(self.house.state_of(node) / "outbox.sqlite", self.journal)
            for node in self.nodes
        )


@pytest.fixture(scope="module")
def double() -> compiled.Site:
    return load(ROOT / "firmware_configs" / "sites" / "double-mairie")


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a short name: a socket in it has room for 107 characters (unix(7)), and ids of nodes are long."""
    with tempfile.TemporaryDirectory(prefix="pre-") as name:
        yield Path(name)


@pytest.fixture
def town(double: compiled.Site, folder: Path) -> Iterator[Town]:
    credentials = folder / "credentials"
    make_credentials(double, credentials)
    broker = Mosquitto(double, folder / "broker", credentials)
    broker.start()
    store = StoreConfig(kind="embedded", path=folder / "store.sqlite")
    anchor = Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1)
    with Links() as links:
        link = links.to(broker.port)
        house = House(
            double,
            folder,
            store,
            anchor,
            credentials=credentials,
            broker=broker,
            addresses=dict.fromkeys(CUT_OFF, link.address),
        )
        try:
            house.hall()
            house.dashboard()
            yield Town(house, link, {name: house.node(name) for name in (*BESIDE_THE_HALL, *CUT_OFF)})
        finally:
            house.end()
            broker.stop()
            sys.stdout.write(house.logs())  # pytest shows it with a failing test


@pytest.fixture
def technician(town: Town, page: Page) -> Page:
    """The technician's page, in the building of the hall."""
    page.context.request.post(
        f"{town.house.url}/connexion/demonstration", form={"account": "demo-technician"}
    )
    page.goto(f"{town.house.url}/technique")
    for name in town.nodes:
        expect(page.locator(f"tr[data-node={name}]")).to_have_attribute(
            "data-state", "online", timeout=SEEN_MS
        )
    return page


def calls(town: Town, desk: str, number: str, *displays: str) -> None:
    """Press "next" until the number is called, and see it on these displays.

    A press that a busy machine delivers too late calls nobody: an agent presses again.
    """
    panel = device(town.house.site, desk, compiled.DeskPanel)
    assert isinstance(panel, compiled.DeskPanel)

    def called() -> bool:
        if number in town.display(desk):
            return True
        town.press(desk, panel.next)
        time.sleep(1)
        return number in town.display(desk)

    wait_until(called, f"{number} to be called at {desk}", SEEN_S)
    for node in displays:
        wait_until(lambda node=node: number in town.display(node), f"{node} to show {number}", SEEN_S)


def ledger_holds(page: Page, node: str) -> bool:
    """Whether the technician's page counts the same for a node: recorded, received, stored."""
    row = page.locator(f"tr[data-node={node}]")
    counts = {
        row.locator(f"[data-field={name}]").inner_text().split()[-1]
        for name in ("recorded", "received", "stored")
    }
    return len(counts) == 1 and counts.pop().isdigit()


@pytest.mark.timeout(400)
def test_each_building_goes_on_while_the_link_between_them_is_cut_and_nothing_is_lost(
    town: Town, technician: Page
) -> None:
    here, there = town.kiosk("borne-nouveau"), town.kiosk("borne-historique")
    numbers = [here.number("information"), there.number("information")]
    calls(town, "guichet-info", numbers[0], "attente", "attente-historique")

    town.link.cut()

    # There: numbers go on, first the one that was leased, then the kiosk's own series.
    while not numbers[-1].startswith("A8"):
        assert len(numbers) < 6, numbers
        numbers.append(there.number("information"))
    # A vote is on disk when its lamp is lit, and people are counted.
    panel = device(town.house.site, "barometre", compiled.VotePanel)
    assert isinstance(panel, compiled.VotePanel)
    town.press("barometre", panel.buttons[0].pin)
    wait_until(lambda: town.nodes["barometre"].say(f"lit {panel.buttons[0].lamp}") == "1", "the vote's lamp")
    for _person in range(3):
        town.walk_in("entree-historique")
    # What asks the hall is not passed on, and its lamp says so.
    desk = device(town.house.site, "guichet-info-historique", compiled.DeskPanel)
    assert isinstance(desk, compiled.DeskPanel)
    blinks = int(town.nodes["guichet-info-historique"].say(f"lit {desk.lamp}"))
    town.press("guichet-info-historique", desk.next)
    wait_until(
        lambda: int(town.nodes["guichet-info-historique"].say(f"lit {desk.lamp}")) > blinks + 3,
        "the desk to say that nothing was passed on",
    )

    # Here: tickets, calls and displays as ever; the page says who is cut off.
    numbers.append(here.number("information"))
    calls(town, "guichet-info", numbers[1], "attente")
    for name in CUT_OFF:
        expect(technician.locator(f"tr[data-node={name}]")).to_have_attribute(
            "data-state", "lost", timeout=SEEN_MS
        )
    for name in BESIDE_THE_HALL:
        expect(technician.locator(f"tr[data-node={name}]")).to_have_attribute("data-state", "online")
    expect(technician.locator("[data-fault=building_cut]")).to_contain_text(
        "Mairie historique", timeout=SEEN_MS
    )
    expect(technician.locator("[data-fault=node_lost]")).to_have_count(0)
    # There: what can no longer be known is not shown.
    for name in ("attente-historique", "guichet-info-historique"):
        wait_until(lambda name=name: town.display(name) == "--", f"{name} to show what is unknown", SEEN_S)

    town.link.heal()

    for name in CUT_OFF:
        expect(technician.locator(f"tr[data-node={name}]")).to_have_attribute(
            "data-state", "online", timeout=SEEN_MS
        )
    wait_until(lambda: town.undelivered() == 0, "every outbox to be delivered", SEEN_S)
    drawn = [str(body["number"]) for _, body in town.bodies("ticket.drawn")]
    assert Counter(drawn) == Counter(numbers)
    assert len(set(numbers)) == len(numbers)
    assert [node for node, _ in town.bodies("vote.cast")] == ["barometre"]
    passages = [
        body["direction"] for node, body in town.bodies("passage.counted") if node == "entree-historique"
    ]
    assert passages == ["in"] * 3
    # The press that was not passed on is kept, and called nobody.
    requested = [node for node, _ in town.bodies("desk.next_requested")]
    assert requested.count("guichet-info-historique") == 1
    assert not re.search(r"[A-Z]\d{3}", town.display("guichet-info-historique"))
    # One queue again: the desk there calls one who drew a ticket here, and both buildings show it.
    wait_until(
        lambda: town.display("guichet-info-historique") != "--", "the desk there to hear the hall", SEEN_S
    )
    calls(town, "guichet-info-historique", numbers[2], "attente", "attente-historique")
    for name in town.nodes:
        wait_until(lambda name=name: ledger_holds(technician, name), f"the ledger of {name} to hold", SEEN_S)
