"""The live page on a wall: no chrome, all in sight, and a turn that anybody can stop."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from broker.contract.views import RoomView, SeatNow, SeatsView
from tests.dashboard.accessible import violations
from tests.dashboard.afternoon import NOW_NS

TURN_S = 21
NOW, DAY = "[data-panel=now]", "[data-panel=day]"


@pytest.fixture
def wall(open_page):
    page = open_page("/?mur=1", width=1920, height=1080)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    return page


def test_a_wall_has_no_chrome_and_shows_all_without_scrolling(wall):
    expect(wall.locator("#pages")).to_be_hidden()
    expect(wall.locator("[data-open=recount]")).to_be_hidden()
    expect(wall.locator("[data-card=inside] [data-field=inside]")).to_have_text("46")
    for _ in range(2):
        for part in (".glance", "[data-panel]:not([hidden])", ".foot"):
            box = wall.locator(part).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= 1080
        wall.locator("[data-wall=next]").click()
    plan = wall.locator(".plan").bounding_box()
    assert plan is not None
    assert plan["height"] > 400
    assert violations(wall) == []


def test_panels_take_turns_until_a_key_pauses_them(open_page):
    page = open_page("/connexion", width=1920, height=1080)
    page.clock.install()
    page.goto(page.url.rsplit("/", 1)[0] + "/?mur=1")
    expect(page.locator(NOW)).to_be_visible()
    page.clock.run_for(TURN_S * 1000)
    expect(page.locator(DAY)).to_be_visible()
    expect(page.locator(NOW)).to_be_hidden()
    pause = page.get_by_role("button", name="Pause")
    pause.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reprendre")).to_have_attribute("aria-pressed", "true")
    page.clock.run_for(TURN_S * 1000)
    expect(page.locator(DAY)).to_be_visible()
    page.get_by_role("button", name="Suite").click()
    expect(page.locator(NOW)).to_be_visible()


def test_nothing_turns_by_itself_for_who_asked_for_less_motion(browser, served):
    context = browser.new_context(reduced_motion="reduce", locale="fr-FR")
    page = context.new_page()
    page.goto(f"{served.url}/?mur=1")
    expect(page.get_by_role("button", name="Reprendre")).to_be_visible()
    context.close()


def test_the_way_there_and_back_is_on_the_page(open_page):
    page = open_page("/")
    page.get_by_role("link", name="Mode mural").click()
    expect(page.locator("body.mural")).to_be_visible()
    page.get_by_role("link", name="Quitter").click()
    expect(page.locator("#pages")).to_be_visible()


def test_a_zone_says_how_much_of_it_is_used_and_what_nobody_hears_of(served, open_page):
    page = open_page("/")
    seats, rooms = page.locator(".zone [data-used='3']"), page.locator(".zone [data-used='5']")
    expect(seats).to_contain_text("5 sur 6 pris")
    expect(rooms).to_contain_text("1 sur 2 pris")
    heard = [SeatNow(seat=f"place-{i}", taken=None if i < 3 else i == 3) for i in range(1, 7)]
    served.afternoon.publish("view/seats/3", SeatsView(at_ns=NOW_NS, zone=3, seats=heard))
    expect(seats).to_contain_text("1 sur 4 pris, 2 inconnus")
    for room in ("salon-1", "salon-2"):
        served.afternoon.publish(
            f"view/room/{room}", RoomView(at_ns=NOW_NS, room=room, taken=None, since_ns=None)
        )
    expect(rooms).to_be_hidden()
