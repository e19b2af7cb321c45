"""The call screen in a real browser: seen whole while it blinks, heard once, one call at a time."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from broker.contract.views import Call, CallsView
from tests.dashboard.afternoon import NOW_NS

HEARD = """
const start = AudioBufferSourceNode.prototype.start;
const note = (what) => (document.body.dataset.heard = `${document.body.dataset.heard ?? ""} ${what}`);
AudioBufferSourceNode.prototype.start = function () {
  note("begins");
  this.addEventListener("ended", () => note("ends"));
  return start.call(this);
};
"""


def ring(number: str, desk: str, recalls: int = 0) -> Call:
    return Call(key=f"{number}-{recalls}", number=number, desk=desk, at_ns=NOW_NS, recalls=recalls)


@pytest.fixture
def show(served):
    def publish(*calls: Call) -> None:
        served.afternoon.publish("view/calls/latest", CallsView(at_ns=NOW_NS, calls=list(calls)))

    return publish


def test_the_frame_of_a_new_call_blinks_and_its_number_is_never_faded(served, open_page, show):
    page = open_page("/appels", width=1920, height=1080)
    expect(page.locator("[data-current]")).not_to_have_class("ringing")
    show(ring("F008", "familles"))
    current = page.locator("[data-current].ringing")
    expect(current.locator(".number")).to_have_text("F008")
    animations = page.evaluate(
        """() => document.getAnimations().flatMap((one) => one.effect.getKeyframes().flatMap(Object.keys))"""
    )
    own = {"offset", "computedOffset", "easing", "composite"}
    assert set(animations) - own == {"outlineColor"}


def test_the_number_is_read_from_the_back_of_the_tent(open_page):
    """RGAA 4.1.2: text at least 3 % of the distance high: 5 m before a 55-inch screen (0.68 m high)."""
    page = open_page("/appels", width=1920, height=1080)
    pixels = page.locator("[data-current] .number").evaluate(
        "one => parseFloat(getComputedStyle(one).fontSize)"
    )
    capital_height = 0.714  # of Noto Sans's em
    assert pixels * capital_height / 1080 * 0.68 > 0.03 * 4.5


def test_a_recall_is_marked_as_one_and_an_earlier_call_keeps_its_mark(open_page, show):
    page = open_page("/appels")
    show(ring("E042", "numerique", recalls=1), ring("A031", "info"))
    expect(page.locator("[data-current] .recall")).to_have_text("Rappel")
    show(ring("B001", "info"), ring("E042", "numerique", recalls=1), ring("A031", "info"))
    expect(page.locator("[data-current] .recall")).to_have_count(0)
    expect(page.locator("[data-earlier] li").first).to_contain_text("Rappel")


def test_the_last_four_calls_stay(open_page, show):
    page = open_page("/appels")
    show(*(ring(number, "info") for number in ("A004", "A003", "A002", "A001")))
    expect(page.locator("[data-current] .number")).to_have_text("A004")
    expect(page.locator("[data-earlier] b")).to_have_text(["A003", "A002", "A001"])


def test_calls_are_heard_one_after_the_other_and_none_cuts_another(open_page, show):
    page = open_page("/barometre")
    page.add_init_script(HEARD)
    page.goto(page.url.replace("/barometre", "/appels"))
    expect(page.locator("[data-current] .number")).to_have_text("E042")  # called before: not heard
    page.get_by_role("button", name="Activer le son").click()
    expect(page.locator("[data-sound]")).to_be_hidden()
    show(ring("A032", "info"))
    show(ring("B001", "numerique"), ring("A032", "info"))
    show(ring("E001", "info", recalls=1), ring("B001", "numerique"), ring("A032", "info"))
    expect(page.locator("body")).to_have_attribute("data-heard", " begins ends" * 3, timeout=30_000)
    expect(page.locator("body")).to_have_attribute("data-announced", "3")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (390, 844)])
def test_the_screen_holds_four_calls_and_the_way_without_being_cut(open_page, show, width, height):
    page = open_page("/appels", width=width, height=height)
    calls = [ring("F008", "familles", recalls=1), ring("N017", "etat-civil"), ring("E042", "numerique")]
    show(*calls, ring("A031", "info"))
    expect(page.locator("[data-current] .number")).to_have_text("F008")
    wide, high = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert wide <= width
    assert high <= height or width < 700  # a telephone scrolls down
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".current *, .earlier li *")]
            .filter((one) => one.scrollWidth > one.clientWidth + 1)
            .filter((one) => one.clientWidth > 0 && !one.closest("svg"))
            .map((one) => one.outerHTML)"""
    )
    assert cut == []
