"""Whether everybody can use the pages: WCAG 2.2 AA by axe-core, the keyboard alone, 200 %, no motion."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.accessible import violations
from tests.dashboard.test_console_in_chromium import help_call

PAGES = [
    "/",
    "/appels",
    "/barometre",
    "/connexion",
    "/guichets",
    "/guichet/numerique",
    "/pilotage",
    "/pilotage/acces",
    "/reglages",
    "/historique",
    "/technique",
]
FOCUSABLE = (
    "a[href], button:enabled, input:enabled:not([type=hidden]), select:enabled, textarea:enabled,"
    " summary, [tabindex='0']"
)
NUMBER_THE_STOPS = """
(selector) => {
  const shown = (one) => one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length > 0;
  const groups = new Set();
  let number = 0;
  for (const one of document.querySelectorAll(selector)) {
    const group = one.type === 'radio' ? one.name : null;
    if (!shown(one) || groups.has(group)) continue;
    one.dataset.stop = number;
    if (group) {  // radios of a group are one stop
      groups.add(group);
      for (const other of document.getElementsByName(group)) other.dataset.stop = number;
    }
    number += 1;
  }
  return number;
}
"""
FOCUSED = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = ['radio', 'checkbox'].includes(one.type);  // its label can show the focus
  const drawn = box ? [one, one.nextElementSibling, one.parentElement] : [one];
  const seen = drawn.filter(Boolean).map((each) => getComputedStyle(each)).some((style) =>
    (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none');
  return {stop: one.dataset.stop ?? null, seen, html: one.outerHTML.slice(0, 120)};
}
"""
MOVING = "() => document.getAnimations().map((one) => one.animationName ?? one.transitionProperty)"
TOO_WIDE_BY = "() => document.documentElement.scrollWidth - window.innerWidth"


def settled(page: Page) -> Page:
    """The page once its values are there."""
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)  # the history's parts come one by one
    return page


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_clean_by_axe_in_both_languages_and_fits_at_twice_its_size(open_page, path):
    page = settled(open_page(path))
    assert violations(page) == []
    page.set_viewport_size({"width": 640, "height": 400})  # what zooming to 200 % leaves of 1280 by 800
    assert page.evaluate(TOO_WIDE_BY) <= 0
    page.goto(f"{page.url}?lang=en")
    assert violations(settled(page)) == []


def test_a_page_for_nothing_is_clean_by_axe(open_page):
    assert violations(open_page("/rien", expected="404")) == []


@pytest.mark.parametrize("path", ["/", "/guichet/numerique"])
def test_a_call_for_help_is_clean_by_axe_and_moves_for_nobody_who_asked_for_no_motion(
    served, open_page, path
):
    page = open_page(path)
    page.emulate_media(reduced_motion="reduce")
    settled(page)
    served.afternoon.publish("private/alerts/now", help_call())
    expect(page.locator(".alert.urgent")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(MOVING) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_keyboard_alone_reaches_all_and_shows_where_it_is(open_page, path):
    page = settled(open_page(path))
    stops = page.evaluate(NUMBER_THE_STOPS, FOCUSABLE)
    reached: set[str] = set()
    unseen: list[str] = []
    for _ in range(2 * stops + 20):  # what scrolls is a stop of its own
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if now is None:
            break
        reached.add(now["stop"])
        if not now["seen"]:
            unseen.append(now["html"])
    missing = [number for number in range(stops) if str(number) not in reached]
    assert [page.locator(f"[data-stop='{number}']").first.text_content() for number in missing] == []
    assert unseen == []


def test_the_first_stop_of_the_keyboard_skips_to_what_the_page_is_about(open_page):
    page = settled(open_page("/"))
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
