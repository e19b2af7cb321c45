"""One press, from a virtual pin to the page: every part is the one a real site runs."""

from __future__ import annotations

import sqlite3

import pytest
from playwright.sync_api import expect

from broker.clock import SECOND
from broker.contract import compiled
from hall.store.interface import Every, Span
from hall.store.open import StoreConfig, open_store
from tests.end_to_end.conftest import MORNING_NS

DAILY = Every(minutes=0, timezone="Europe/Paris")
DAY = Span(MORNING_NS - 11 * 3600 * SECOND, MORNING_NS + 13 * 3600 * SECOND)


@pytest.fixture
def store(tmp_path):
    """What the hall has put into the house's store."""
    store = open_store(StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"))
    yield store
    store.close()


@pytest.fixture
def node(house):
    """The barometer's node, in a house where the hall and the pages run."""
    house.hall()
    house.dashboard()
    return house.node("barometre")


@pytest.fixture
def count(house, node, page):
    """The total of votes on the barometer's page, at nought to begin with."""
    page.goto(f"{house.url}/barometre")
    count = page.locator("[data-vote-count]").first
    expect(count).to_have_text("0", timeout=20_000)
    return count


@pytest.fixture
def buttons(barnum):
    """The four buttons, with their pins and lamps."""
    devices = barnum.node("barometre").devices
    return next(device for device in devices if isinstance(device, compiled.VotePanel)).buttons


def test_a_press_on_a_pin_changes_the_page_and_lights_the_lamp(node, count, buttons):
    node.say(f"press {buttons[0].pin} 0.1")
    expect(count).to_have_text("1", timeout=10_000)
    assert node.say(f"lit {buttons[0].lamp}") == "1"


def test_a_press_is_seen_on_lamp_display_and_screen_and_comes_into_the_store(
    house, node, count, buttons, page, store, wait_for
):
    node.say(f"press {buttons[0].pin} 0.1")
    assert node.say("display afficheur") == "Merci !"
    node.say(f"press {buttons[1].pin} 0.1")
    assert node.say("display afficheur").startswith("Encore ")  # so many seconds, then a vote counts again
    assert [node.say(f"lit {button.lamp}") for button in buttons] == ["1", "1", "0", "0"]
    expect(count).to_have_text("1", timeout=10_000)
    wait_for(lambda: len(store.votes(DAY, DAILY, "barometre-19")) == 2, "both presses in the store")
    rows = store.votes(DAY, DAILY, "barometre-19")
    assert {row.answer: (row.votes, row.too_fast) for row in rows} == {"tout": (1, 0), "presque": (0, 1)}
    expect(page.locator("[data-field=question]")).to_have_text("Avez-vous trouvé ce que vous cherchiez ?")


def test_a_questionnaire_on_paper_is_counted_beside_the_votes_and_withdrawn_again(
    house, node, page, store, wait_for
):
    page.goto(f"{house.url}/questionnaires")
    page.locator("button[value=demo-agent]").click()
    page.wait_for_url("**/questionnaires")
    for key in ("Digit1", "Digit2", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-field=today]")).to_contain_text("1 feuille", timeout=20_000)
    wait_for(lambda: len(store.paper(DAY, DAILY, "barometre-19")) == 2, "the sheet in the store")
    assert store.votes(DAY, DAILY, "barometre-19") == []
    page.keyboard.press("z")
    wait_for(lambda: store.paper(DAY, DAILY, "barometre-19") == [], "its withdrawal in the store")


def test_votes_pressed_while_the_broker_is_dead_reach_the_page_when_it_is_back(house, node, count, buttons):
    house.broker.kill()
    node.say(f"press {buttons[1].pin} 0.1")
    house.broker.start()
    expect(count).to_have_text("1", timeout=40_000)


def test_a_vote_survives_the_death_of_its_node_and_is_counted_once(house, node, count, buttons):
    house.broker.kill()
    node.say(f"press {buttons[2].pin} 0.1")
    node.child.process.kill()
    node.child.process.wait()
    house.broker.start()
    house.node("barometre")
    expect(count).to_have_text("1", timeout=40_000)
    with sqlite3.connect(house.folder / "state-hall" / "journal.sqlite") as journal:
        query = "SELECT count(*) FROM events WHERE CAST(body AS TEXT) LIKE '%vote.cast%'"
        votes = journal.execute(query).fetchone()
    journal.close()
    assert votes == (1,)
