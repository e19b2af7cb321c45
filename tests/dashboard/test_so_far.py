"""The day so far in small charts: what a bar says, what a missing one says, and who may ask."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from broker.clock import ManualClock
from broker.contract import compiled
from dashboard import create_app
from dashboard.screens.so_far import KEPT_S
from dashboard.so_far import HALF_HOUR_NS, so_far
from hall.store.interface import Every, OccupancyRow, Span, TicketRow, WaitRow
from tests.dashboard.afternoon import MINUTE, NOW_NS, Afternoon, moment
from tests.dashboard.fake_store import FakeStore

NINE = moment(9, 0)


class Morning(FakeStore):
    """Tickets of two services at nine, nobody at half past nine, two more at ten; waits only at nine."""

    def tickets(self, span: Span, every: Every) -> list[TicketRow]:
        at_ten = NINE + 2 * HALF_HOUR_NS
        return [
            TicketRow(NINE, "information", 3, 3, 0, 0),
            TicketRow(NINE, "en-ligne", 4, 4, 0, 0),
            TicketRow(at_ten, "information", 2, 1, 0, 0),
        ]

    def occupancy(self, span: Span, every: Every) -> list[OccupancyRow]:
        return [OccupancyRow(NINE, 11.6, 14, 9, 2)]

    def waits(self, span: Span, every: Every, *, target_s: int, by_service: bool) -> list[WaitRow]:
        return [WaitRow(NINE, "", 7, 410.0, 900.0, 7, 0, 0)]


def charts(site: compiled.Site, now_ns: int, open_ns: tuple[int, int] | None = None):
    return {one.id: one for one in so_far(Morning(), site, Span(moment(0, 0), now_ns), open_ns)}


def test_half_hours_are_added_over_services_and_an_empty_one_is_a_nought(barnum: compiled.Site):
    arrivals = charts(barnum, moment(10, 12))["arrivals"]
    assert [(bar.from_ns, bar.value) for bar in arrivals.bars] == [
        (NINE, 7),
        (NINE + HALF_HOUR_NS, 0),
        (NINE + 2 * HALF_HOUR_NS, 2),
    ]
    assert arrivals.highest is not None
    assert arrivals.highest.value == 7


def test_a_half_hour_in_which_nobody_waited_has_no_wait_rather_than_none_at_all(barnum: compiled.Site):
    made = charts(barnum, moment(10, 12))
    assert [bar.value for bar in made["waits"].bars] == [7, None, None]
    assert [bar.value for bar in made["people"].bars] == [12, None, None]


def test_charts_reach_over_the_opening_hours_and_begin_no_bar_before_its_time(barnum: compiled.Site):
    arrivals = charts(barnum, moment(10, 12), (moment(8, 30), moment(19, 30)))["arrivals"]
    assert arrivals.slots == 22
    assert arrivals.bars[0].from_ns == moment(8, 30)
    assert arrivals.bars[-1].from_ns == moment(10, 0)


def test_no_chart_grows_out_of_its_frame(barnum: compiled.Site):
    for chart in charts(barnum, moment(10, 12)).values():
        assert all(bar.value is None or bar.value <= chart.height for bar in chart.bars)


def test_the_charts_have_their_tables_in_the_readers_language(visitor: FlaskClient, afternoon: Afternoon):
    afternoon.recorder_speaks()
    french, english = visitor.get("/journee").text, visitor.get("/journee?lang=en").text
    assert french.count("<table>") == english.count("<table>") == 3
    assert "Attente médiane" in french
    assert "Median wait" in english
    rows = re.findall(r'<th scope="row">([^<]*)<.*?<td class="num">([^<]*)<', french)
    assert rows[0][0] == "8\u202fh\u202f30" or rows[0][0].startswith("8")
    assert all(value.isdecimal() for _, value in rows[:5])


def test_many_open_pages_ask_the_store_once(
    visitor: FlaskClient, afternoon: Afternoon, store: FakeStore, clock: ManualClock
):
    for language in ("fr", "en", "fr"):
        assert visitor.get(f"/journee?lang={language}").status_code == 200
    once = len(store.asked)
    assert once == 3
    clock.advance(KEPT_S)
    visitor.get("/journee")
    assert len(store.asked) == 2 * once


def test_a_store_that_is_away_is_no_empty_day(afternoon: Afternoon, clock: ManualClock):
    app = create_app(afternoon.site, afternoon.live, FakeStore(away=True), clock)
    assert app.test_client().get("/journee").status_code == 503


def test_the_page_shows_the_day_with_a_table_that_stays_open(served, open_page):
    page = open_page("/")
    charts = page.locator("[data-so-far] figure")
    expect(charts).to_have_count(3)
    expect(charts.first).to_contain_text("au plus, à")
    charts.first.locator("summary").click()
    expect(charts.first.locator("tbody tr").first).to_be_visible()


def test_the_page_says_that_the_day_is_unknown_when_it_cannot_be_had(served, open_page):
    page = open_page("/", expected="503")
    expect(page.locator("[data-so-far] figure")).to_have_count(3)
    page.route("**/journee*", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.locator("[data-so-far-unknown]")).to_be_visible()
    expect(page.locator("[data-so-far]")).to_be_hidden()


@pytest.mark.parametrize("now_ns", [moment(7, 0), NOW_NS])
def test_a_day_in_which_nothing_happened_yet_is_said_in_words(barnum: compiled.Site, now_ns: int):
    empty = so_far(FakeStore(empty=True), barnum, Span(now_ns - 60 * MINUTE, now_ns), None)
    assert [chart.bars for chart in empty] == [[], [], []]
