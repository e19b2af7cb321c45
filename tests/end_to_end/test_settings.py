"""From the supervisor's form to kiosk, panel and call screen, over a restart, and back by one press."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from simulation.children import Child
from simulation.house import House
from tests.end_to_end.test_a_visit import journalled, press_service, shown

SEEN_MS = 15_000
TODAY = "2026-06-16"


@pytest.fixture
def hall(house: House) -> Child:
    return house.hall()


@pytest.fixture
def supervisor(house: House, hall: Child, page: Page) -> Page:
    house.dashboard()
    page.context.request.post(f"{house.url}/connexion/demonstration", form={"account": "demo-supervisor"})
    page.goto(f"{house.url}/reglages")
    return page


def close_today(page: Page) -> None:
    form = page.locator("[data-setting=opening]")
    form.locator("[name=day]").fill(TODAY)
    form.locator("[name=reason-fr]").fill("Coupure de courant")
    form.locator("[name=reason-en]").fill("Power cut")
    form.locator("button.main").click()
    expect(form.locator("[data-feedback]")).to_contain_text("Enregistré", timeout=SEEN_MS)


def test_a_day_closed_on_the_page_closes_kiosk_panel_and_screens_until_one_press_undoes_it(
    house: House, hall: Child, supervisor: Page, browser, wait_for
):
    kiosk, entrance = house.node("borne-a"), house.node("entree")
    wall = browser.new_page()
    wall.goto(f"{house.url}/appels")
    wait_for(lambda: "Bienvenue" in shown(kiosk), "the kiosk to welcome")
    close_today(supervisor)
    for node in (kiosk, entrance):
        wait_for(lambda node=node: "Coupure de courant" in shown(node), "the display to say why it is closed")
    notice = wall.locator("[data-notice]")
    expect(notice).to_have_text("Fermé aujourd’hui · Coupure de courant", timeout=SEEN_MS)
    press_service(house.site, kiosk, "borne-a", "information")
    wait_for(lambda: journalled(house, "direction.given") == 1, "the kiosk to send the visitor on")
    assert journalled(house, "ticket.drawn") == 0

    house.kill(hall)
    house.hall()
    change = supervisor.locator("[data-changes] > li")
    expect(change).to_have_count(1, timeout=2 * SEEN_MS)
    expect(change).to_contain_text("demo-supervisor")
    assert "Bienvenue" not in shown(kiosk)

    supervisor.locator("[data-undo]").click()
    expect(supervisor.locator("[data-changes-feedback]")).to_contain_text("Annulé", timeout=SEEN_MS)
    expect(change).to_have_count(2, timeout=SEEN_MS)
    expect(notice).to_be_hidden(timeout=SEEN_MS)
    wait_for(lambda: "Bienvenue" in shown(kiosk), "the kiosk to welcome again")
    wait_for(lambda: "Ouvert jusqu'à" in shown(entrance), "the panel to say until when it is open")
    press_service(house.site, kiosk, "borne-a", "information")
    wait_for(lambda: journalled(house, "ticket.drawn") == 1, "a ticket")
    wall.close()
