"""From virtual pins at the door and on the mast to every display, kiosk and page, and back by hand."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from broker.clock import Anchor, SystemClock
from broker.contract import compiled
from hall.decisions import WeatherAlertCleared, WeatherAlertRaised, decode_decision
from hall.store.open import StoreConfig
from simulation.house import House, VirtualNode
from tests.end_to_end.conftest import MORNING_NS
from tests.end_to_end.test_a_visit import device, journalled, press_service, shown

STEP_S = 0.05
"""A body breaks the next beam so much later: beams settle in less."""
SEEN_MS = 15_000
MAST = compiled.Anemometer(id="mat", pin=5, km_h_per_hz=400.0, limits_km_h=[100.0])
"""One pulse within three seconds is 133 km/h: no busy machine can be too slow for it."""


@pytest.fixture
def house(barnum: compiled.Site, mosquitto, credentials, tmp_path) -> Iterator[House]:
    """The barnum with three people allowed, and an anemometer above its entrance."""
    nodes = [
        replace(node, devices=[*node.devices, MAST]) if node.id == "entree" else node for node in barnum.nodes
    ]
    anchor = Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1)
    store = StoreConfig(kind="embedded", path=tmp_path / "store.sqlite")
    site = replace(barnum, capacity=3, nodes=nodes)
    house = House(site, tmp_path, store, anchor, credentials=credentials, broker=mosquitto)
    house.hall()
    house.dashboard()
    yield house
    house.end()
    sys.stdout.write(house.logs())  # pytest shows it with a failing test


@pytest.fixture
def entrance(house: House) -> VirtualNode:
    return house.node("entree")


@pytest.fixture
def kiosk(house: House, wait_for: Callable[..., None]) -> VirtualNode:
    kiosk = house.node("borne-a")
    wait_for(lambda: "Bienvenue" in shown(kiosk), "the kiosk to welcome")
    return kiosk


@pytest.fixture
def espace(house: House, page: Page) -> Page:
    """The page of the whole space, as an agent has it open."""
    page.context.request.post(f"{house.url}/connexion/demonstration", form={"account": "demo-agent"})
    page.goto(house.url)
    return page


def walk(house: House, node: VirtualNode, *, inwards: bool) -> None:
    """A person walks through both beams of the door."""
    door = device(house.site, "entree", compiled.DoorCounter)
    first, second = (door.outer, door.inner) if inwards else (door.inner, door.outer)
    for word in (f"hold {first}", f"hold {second}", f"release {first}", f"release {second}"):
        node.say(word)
        time.sleep(STEP_S)


def test_a_crowd_at_the_door_is_told_outside_at_the_kiosk_and_to_agents(
    house, entrance, kiosk, espace, wait_for
):
    crowding = espace.locator("[data-field=crowding]")
    walk(house, entrance, inwards=True)
    walk(house, entrance, inwards=True)
    wait_for(lambda: "Beaucoup de monde" in shown(entrance), "the outside display to warn")
    expect(crowding).to_have_text("presque plein", timeout=SEEN_MS)
    expect(espace.locator("[data-alerts]")).to_contain_text("bientôt plein")
    walk(house, entrance, inwards=True)
    wait_for(lambda: "Espace complet" in shown(entrance), "the outside display to say that it is full")
    wait_for(lambda: "Espace complet" in shown(kiosk), "the kiosk to say so")
    expect(crowding).to_have_text("plein", timeout=SEEN_MS)
    expect(espace.locator("[data-alerts]")).to_contain_text("Demandez à l’entrée de faire patienter dehors")
    press_service(house.site, kiosk, "borne-a", "information")
    wait_for(lambda: "A001" in shown(kiosk), "who is inside to get a number all the same")
    walk(house, entrance, inwards=False)
    wait_for(lambda: journalled(house, "passage.counted") == 4, "somebody to have left")
    expect(espace.locator("[data-field=inside]")).to_have_text("2", timeout=SEEN_MS)
    expect(crowding).to_have_text("plein")  # one person fewer does not make it flicker
    for _ in range(2):
        walk(house, entrance, inwards=False)
    wait_for(lambda: "Votre futur espace" in shown(entrance), "the outside display to welcome again")


def weather_decisions(house: House) -> list[WeatherAlertRaised | WeatherAlertCleared]:
    journal = sqlite3.connect(house.state_of("hall") / "journal.sqlite")
    rows = journal.execute("SELECT body FROM decisions ORDER BY number").fetchall()
    journal.close()
    made = [decode_decision(bytes(body)) for (body,) in rows]
    return [one for one in made if isinstance(one, WeatherAlertRaised | WeatherAlertCleared)]


def test_a_gust_empties_the_tent_until_a_person_says_that_it_is_over(
    house, entrance, kiosk, espace, browser, wait_for
):
    desk, waiting = house.node("guichet-info"), house.node("attente")
    wall = browser.new_page()
    barometer = browser.new_page()
    wall.goto(f"{house.url}/appels")
    barometer.goto(f"{house.url}/barometre")
    entrance.say(f"press {MAST.pin} 0.1")
    for node in (desk, waiting, kiosk):
        wait_for(lambda node=node: "ALERTE VENT" in shown(node), "every display inside to say so")
    wait_for(lambda: "N'entrez pas" in shown(entrance), "the outside display to keep people out")
    for screen in (espace, wall, barometer):
        expect(screen.locator("[data-weather]")).to_contain_text("Alerte vent.", timeout=SEEN_MS)
    expect(wall.locator("[data-clear]")).to_have_count(0)
    press_service(house.site, kiosk, "borne-a", "information")
    wait_for(lambda: "quittez l'espace" in shown(kiosk), "the kiosk to send people out")
    assert journalled(house, "ticket.drawn") == 0
    entrance.child.process.kill()  # the anemometer falls silent: unknown is not calm
    entrance.child.process.wait()
    clear = espace.locator("[data-clear=wind]")
    clear.click()
    expect(clear).to_have_text("La tente est sûre ? Appuyez encore")
    assert not any(isinstance(one, WeatherAlertCleared) for one in weather_decisions(house))
    clear.click()
    expect(espace.locator("[data-weather]")).to_be_hidden(timeout=SEEN_MS)
    expect(wall.locator("[data-weather]")).to_be_hidden(timeout=SEEN_MS)
    wait_for(lambda: "Fermé" in shown(desk), "the desk's display to return to its work")
    *raised, cleared = weather_decisions(house)
    assert all(isinstance(one, WeatherAlertRaised) and one.alert.source == "entree/mat" for one in raised)
    assert isinstance(cleared, WeatherAlertCleared)
    assert cleared.by
    assert cleared.at_ns > MORNING_NS
    wall.close()
    barometer.close()


def test_snow_entered_by_an_agent_is_an_alert_above_four_centimetres(house, entrance, espace, wait_for):
    for centimetres, is_alert in ((3, False), (5, True)):
        espace.locator("[data-open=weather]").click()
        espace.locator("[name=snow]").fill(str(centimetres))
        espace.locator("#weather [type=submit]").click()
        expect(espace.locator("#weather")).to_be_hidden(timeout=SEEN_MS)
        expect(espace.locator("[data-field=weather]")).to_contain_text(
            f"neige {centimetres} cm", timeout=SEEN_MS
        )
        assert espace.locator("[data-weather]").is_visible() == is_alert
    wait_for(lambda: "ALERTE NEIGE" in shown(entrance), "the outside display to keep people out")
