"""One press, from a virtual pin to the page: every part is the one a real site runs."""

from __future__ import annotations

import sqlite3

import pytest
from playwright.sync_api import expect

from broker.contract import compiled


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
