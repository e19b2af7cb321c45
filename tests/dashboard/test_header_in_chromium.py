"""The head of the pages: one line on a desk's screen, a menu on a telephone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.dashboard.accessible import violations


@pytest.mark.parametrize("path", ["/", "/guichet/numerique", "/pilotage"])
def test_the_pages_names_stand_on_one_line_from_1280_on(open_page, path):
    page = open_page(path, width=1280)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
    middles = page.locator("#pages > a").evaluate_all(
        "links => links.map(({offsetTop, offsetHeight}) => Math.round((offsetTop + offsetHeight / 2) / 4))"
    )
    assert len(middles) > 6
    assert len(set(middles)) == 1
    head = page.locator("header.top").evaluate("head => head.offsetHeight")
    assert head < 80


def test_a_telephone_has_the_pages_names_behind_a_menu_that_keys_reach(open_page):
    page = open_page("/", width=360, height=780)
    link = page.get_by_role("link", name="Historique")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    assert link.evaluate("link => link.offsetHeight") >= 44
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    link.click()
    page.wait_for_url("**/historique*")
