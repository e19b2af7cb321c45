"""One press, from a virtual pin to the page: every part is the one a real site runs."""

from __future__ import annotations

import sqlite3

from playwright.sync_api import expect


def vote_panel(site):
    node = site.node("barometre")
    return next(device for device in node.devices if hasattr(device, "buttons"))


def test_a_press_on_a_pin_changes_the_page_and_lights_the_lamp(house, page):
    house.hall()
    house.dashboard()
    node = house.node("barometre")
    page.goto(f"{house.url}/barometre")
    count = page.locator("[data-vote-count]").first
    expect(count).to_have_text("0", timeout=20_000)
    button = vote_panel(house.site).buttons[0]
    node.say(f"press {button.pin} 0.1")
    expect(count).to_have_text("1", timeout=10_000)
    assert node.say(f"lamp {button.lamp}") == "1"


def test_votes_pressed_while_the_broker_is_dead_reach_the_page_when_it_is_back(house, page):
    house.hall()
    house.dashboard()
    node = house.node("barometre")
    page.goto(f"{house.url}/barometre")
    count = page.locator("[data-vote-count]").first
    expect(count).to_have_text("0", timeout=20_000)
    house.broker.kill()
    button = vote_panel(house.site).buttons[1]
    node.say(f"press {button.pin} 0.1")
    house.broker.start()
    expect(count).to_have_text("1", timeout=40_000)


def test_a_vote_survives_the_death_of_its_node_and_is_counted_once(house, page):
    house.hall()
    house.dashboard()
    node = house.node("barometre")
    page.goto(f"{house.url}/barometre")
    count = page.locator("[data-vote-count]").first
    expect(count).to_have_text("0", timeout=20_000)
    house.broker.kill()
    panel = vote_panel(house.site)
    node.say(f"press {panel.buttons[2].pin} 0.1")
    node.child.process.kill()
    node.child.process.wait()
    house.broker.start()
    house.node("barometre")
    expect(count).to_have_text("1", timeout=40_000)
    with sqlite3.connect(house.folder / "state-hall" / "journal.sqlite") as journal:
        votes = journal.execute(
            "SELECT count(*) FROM events WHERE CAST(body AS TEXT) LIKE '%vote.cast%'"
        ).fetchone()
    journal.close()
    assert votes == (1,)
