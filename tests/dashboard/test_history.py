"""The history page: whole local days, figures of the whole span, gaps, and a store that is away."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from broker.clock import SECOND, ManualClock
from dashboard import create_app
from dashboard.history import asked_for, history_of, starts, tickets_together, votes_together
from hall.store.interface import TicketRow, VoteRow
from tests.dashboard.afternoon import NOW_NS, Afternoon
from tests.dashboard.fake_store import FakeStore

PARIS = ZoneInfo("Europe/Paris")


def local(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / SECOND, PARIS)


def test_today_is_the_whole_local_day():
    asked = asked_for("jour", NOW_NS, "Europe/Paris")
    assert local(asked.span.start_ns) == datetime(2027, 6, 17, tzinfo=PARIS)
    assert local(asked.span.end_ns) == datetime(2027, 6, 18, tzinfo=PARIS)


def test_a_moment_after_local_midnight_is_the_new_day_though_it_is_the_old_one_in_utc():
    after_midnight = int(datetime(2027, 6, 16, 22, 30, tzinfo=UTC).timestamp()) * SECOND
    asked = asked_for("jour", after_midnight, "Europe/Paris")
    assert local(asked.span.start_ns).day == 17


def test_a_span_over_the_clock_change_keeps_whole_days():
    after_change = int(datetime(2027, 11, 2, 12, tzinfo=PARIS).timestamp()) * SECOND
    asked = asked_for("semaine", after_change, "Europe/Paris")
    hours = (asked.span.end_ns - asked.span.start_ns) / SECOND / 3600
    assert hours == 7 * 24 + 1
    assert asked.whole.minutes == hours * 60


def test_percentiles_of_the_span_are_asked_of_the_store_as_one_bucket(afternoon: Afternoon):
    store = FakeStore()
    asked = asked_for("semaine", NOW_NS, "Europe/Paris")
    history = history_of(store, afternoon.site, asked)
    assert (asked.span, asked.whole) in store.asked
    assert history.total is not None
    assert history.total.start_ns == asked.span.start_ns


def test_votes_of_a_bucket_are_added_over_answers_and_too_fast_ones_stay_apart():
    rows = [VoteRow(0, "q", "yes", 5, 1), VoteRow(0, "q", "no", 3, 0), VoteRow(9, "q", "yes", 2, 0)]
    together = votes_together(rows, frozenset({("q", "yes")}))
    assert [(one.start_ns, one.votes, one.positive, one.too_fast) for one in together] == [
        (0, 8, 5, 1),
        (9, 2, 2, 0),
    ]


def test_tickets_of_a_bucket_are_added_over_services():
    rows = [TicketRow(0, "a", 5, 4, 1, 0), TicketRow(0, "b", 2, 1, 0, 1)]
    (bucket,) = tickets_together(rows)
    assert (bucket.drawn, bucket.served, bucket.left, bucket.no_show) == (7, 5, 1, 1)


def test_a_closed_half_hour_is_a_gap_not_a_bridge():
    asked = asked_for("jour", NOW_NS, "Europe/Paris")
    first = asked.span.start_ns + 9 * 3600 * SECOND
    assert len(starts(asked, [first, first + 2 * 3600 * SECOND])) == 5


def test_days_of_a_chart_are_local_days_across_the_clock_change():
    after_change = int(datetime(2027, 11, 2, 12, tzinfo=PARIS).timestamp()) * SECOND
    asked = asked_for("semaine", after_change, "Europe/Paris")
    days = starts(asked, [asked.span.start_ns, asked.span.end_ns - 1])
    assert [local(day).hour for day in days] == [0] * 7


@pytest.mark.parametrize("reach", ["jour", "semaine", "mois"])
def test_every_chart_has_a_table_with_the_same_numbers(client: FlaskClient, reach: str):
    page = client.get(f"/historique?etendue={reach}").text
    found = re.search(r'id="chart-data">(.*?)</script>', page, re.DOTALL)
    assert found
    charts = json.loads(found[1])
    assert [chart["id"] for chart in charts] == ["waits", "occupancy", "tickets", "votes"]
    tables = re.findall(r"<details>.*?</details>", page, re.DOTALL)
    for chart, table in zip(charts, tables, strict=True):
        cells = re.findall(r'<td class="num">([^<]*)</td>', table)
        columns = len(chart["series"])
        assert len(cells) == columns * len(chart["x"])
        first_known = next(
            place for place, value in enumerate(chart["series"][0]["values"]) if value is not None
        )
        assert cells[first_known * columns] == str(chart["series"][0]["values"][first_known])


def test_an_unknown_span_is_today(client: FlaskClient):
    assert 'href="/historique?etendue=jour" aria-current' in client.get("/historique?etendue=siecle").text


def test_a_store_that_is_away_is_said_and_the_page_stands(afternoon: Afternoon, clock: ManualClock):
    app = create_app(afternoon.site, afternoon.live, FakeStore(away=True), clock)
    answer = app.test_client().get("/historique")
    assert answer.status_code == 200
    assert "L’historique ne répond pas" in answer.text


def test_an_empty_store_says_so_instead_of_zero(afternoon: Afternoon, clock: ManualClock):
    app = create_app(afternoon.site, afternoon.live, FakeStore(empty=True), clock)
    page = app.test_client().get("/historique").text
    assert page.count("Rien d’enregistré sur cette période.") == 4


def test_today_is_the_sites_day_not_this_machines(
    client: FlaskClient, afternoon: Afternoon, store: FakeStore
):
    afternoon.recorder_speaks(civil_ns=NOW_NS + 3 * 24 * 3600 * SECOND)
    client.get("/historique")
    assert local(store.asked[0][0].start_ns).day == 20
