"""A page left open holds what it shows and no more, however much it was told."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from benchmarks.live.held import held_by
from broker.contract.views import Call, CallsView
from tests.dashboard.afternoon import NOW_NS, barometer, service, space

ROUNDS = 400
"""Enough for the browser to have met, and compiled, what the page does."""
BYTES_A_ROUND = 40
"""A number that is kept costs more; what the browser notes for itself is less."""


def tell(served, page, first: int, last: int) -> None:
    """Rounds of changes: people, votes, queues and calls."""
    for number in range(first, last):
        publish = served.afternoon.publish
        publish("view/space/now", space(passages_in=231 + number, inside=40 + number % 9))
        publish("view/barometer/barometre-19", barometer((34 + number, 21, 18, 8)))
        publish("view/service/en-ligne", service("en-ligne", number % 7, 10 + number % 5, "busy"))
        call = Call(key=f"k{number}", number=f"E{number:03}", desk="numerique", at_ns=NOW_NS, recalls=0)
        publish("view/calls/latest", CallsView(at_ns=NOW_NS, calls=[call]))
        if number % 25 == 0:
            page.wait_for_timeout(20)  # lets the page draw what it was told
    shown = {"/": "[data-calls]", "/appels": "[data-current]", "/barometre": "[data-vote-count]"}
    last_told = {"/": f"E{last - 1:03}", "/appels": f"E{last - 1:03}", "/barometre": str(81 + last - 1)}
    path = page.url.removeprefix(served.url)
    expect(page.locator(shown[path]).first).to_contain_text(last_told[path])


@pytest.mark.parametrize("path", ["/", "/appels", "/barometre"])
def test_a_page_that_is_told_more_holds_no_more(served, open_page, path):
    page = open_page(path)
    session = page.context.new_cdp_session(page)
    tell(served, page, 1, ROUNDS)
    before = held_by(session)
    tell(served, page, ROUNDS, 2 * ROUNDS)
    after = held_by(session)
    assert after.nodes <= before.nodes + 8
    assert after.listeners == before.listeners
    assert after.data - before.data < ROUNDS * BYTES_A_ROUND
