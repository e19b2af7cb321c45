"""The city's pages in a real browser: on a phone and on a wall, for everybody, and asked for again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from city.seen import read_seen
from tests.dashboard.accessible import violations


@pytest.fixture
def open_city(browser, city_url):
    errors, contexts = [], []

    def opened(path="/", *, width=1280, account="demo-technician"):
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR")
        contexts.append(context)
        if account:
            form = {"account": account, "retour": "/"}
            context.request.post(f"{city_url}/connexion/demonstration", form=form)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.clock.install()
        page.goto(city_url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.mark.parametrize("path", ["/", "/liaisons", "/?etendue=jour&lang=en"])
def test_nothing_keeps_anybody_out(open_city, path):
    assert violations(open_city(path)) == []


def test_whoever_did_not_sign_in_is_asked_to_and_kept_out_by_nothing(open_city):
    page = open_city("/liaisons", account="")
    expect(page.get_by_role("heading", name="Qui êtes-vous ?")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Technicien").click()
    expect(page.get_by_role("heading", name="Liaisons des mairies")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280, 1920])
@pytest.mark.parametrize("path", ["/", "/liaisons"])
def test_no_page_is_wider_than_the_screen(open_city, path, width):
    page = open_city(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_tables_are_asked_for_again_by_themselves(open_city, five):
    page = open_city("/")
    row = page.locator("tbody tr", has_text="Mairie du 11e").first
    expect(row).to_contain_text("absente")
    five.see(mairie_11=five_here(five))
    page.clock.run_for(31_000)
    expect(row).to_contain_text("en ligne")


def five_here(five):

    return read_seen(five.folder).sites["mairie-19"]
