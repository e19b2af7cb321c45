"""The history page: what an address asks, whole local days, gaps, comparing, and a store that is away."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from broker.clock import SECOND, ManualClock
from broker.contract import compiled
from dashboard import create_app
from dashboard.chart_kinds import CHARTS
from dashboard.charts import Looked, chart_of
from dashboard.history import Asked, AskedError, Period, Subject, asked_for, today
from dashboard.screens.history import PARTS
from tests.dashboard.afternoon import NOW_NS, Afternoon
from tests.dashboard.fake_store import FakeStore

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2027, 6, 17)


def local(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / SECOND, PARIS)


def asked(site: compiled.Site, now: date = TODAY, **arguments: str) -> Asked:
    return asked_for(arguments, now, site)


# What an address asks ------------------------------------------------------------------------------


def test_today_is_the_whole_local_day(barnum: compiled.Site):
    span = asked(barnum).period.span(PARIS)
    assert local(span.start_ns) == datetime(2027, 6, 17, tzinfo=PARIS)
    assert local(span.end_ns) == datetime(2027, 6, 18, tzinfo=PARIS)


def test_a_moment_after_local_midnight_is_the_new_day_though_it_is_the_old_one_in_utc(barnum: compiled.Site):
    after_midnight = int(datetime(2027, 6, 16, 22, 30, tzinfo=UTC).timestamp()) * SECOND
    assert today(after_midnight, barnum) == TODAY


def test_a_span_over_the_clock_change_keeps_whole_days(barnum: compiled.Site):
    span = asked(barnum, date(2027, 11, 2), etendue="semaine").period.span(PARIS)
    assert (span.end_ns - span.start_ns) / SECOND / 3600 == 7 * 24 + 1


def test_days_of_ones_own_are_taken_in_either_order_and_one_alone_is_that_day(barnum: compiled.Site):
    assert asked(barnum, du="2027-06-10", au="2027-06-01").period == Period(
        date(2027, 6, 1), date(2027, 6, 10)
    )
    assert asked(barnum, au="2027-06-01").period == Period(date(2027, 6, 1), date(2027, 6, 1))


def test_the_days_before_are_whole_weeks_earlier_so_that_weekdays_meet(barnum: compiled.Site):
    for reach, days in (("jour", 7), ("semaine", 7), ("mois", 28), ("saison", 126)):
        both = asked(barnum, etendue=reach, avec="avant")
        assert both.beside == both.period.earlier(days)


def test_other_days_are_as_many_from_the_one_that_is_named(barnum: compiled.Site):
    both = asked(barnum, etendue="semaine", avec="2026-06-01")
    assert both.beside == Period(date(2026, 6, 1), date(2026, 6, 7))


@pytest.mark.parametrize("reach", ["", "jour", "mois"])
def test_an_address_says_what_was_asked(barnum: compiled.Site, reach: str):
    own = {} if reach else {"du": "2027-05-01", "au": "2027-05-03"}
    wish = asked(barnum, etendue=reach, pour="zone:3", avec="2026-05-01", **own)
    assert asked_for(wish.arguments(), TODAY, barnum) == wish


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"du": "17/06/2027"}, "history.refused.day"),
        ({"du": "1812-06-17"}, "history.refused.day"),
        ({"etendue": "jour", "avec": "hier"}, "history.refused.day"),
        ({"du": "2026-01-01", "au": "2027-06-01"}, "history.refused.long"),
        ({"pour": "zone:99"}, "history.refused.subject"),
        ({"pour": "service:"}, "history.refused.subject"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_reason(
    client: FlaskClient, barnum: compiled.Site, arguments: dict[str, str], reason: str
):
    with pytest.raises(AskedError, match=re.escape(reason)):
        asked(barnum, **arguments)
    assert client.get("/historique/waits", query_string=arguments).status_code == 400
    page = client.get("/historique", query_string=arguments)
    assert page.status_code == 200
    assert 'role="alert"' in page.text


def test_an_unknown_reach_is_today(client: FlaskClient):
    page = client.get("/historique?etendue=siecle").text
    assert re.search(r'etendue=jour" aria-current="true"', page)


def test_today_is_the_sites_day_not_this_machines(
    client: FlaskClient, afternoon: Afternoon, store: FakeStore
):
    afternoon.recorder_speaks(civil_ns=NOW_NS + 3 * 24 * 3600 * SECOND)
    client.get("/historique/waits")
    assert local(store.spans[0].start_ns).day == 20


# What a chart shows --------------------------------------------------------------------------------


def test_a_closed_day_is_a_gap_not_a_bridge(barnum: compiled.Site):
    chart = chart_of(CHARTS["tickets"], FakeStore(), barnum, asked(barnum, etendue="semaine"))
    assert len(chart.starts_s) == 7
    assert [value is None for value in chart.series[0].values].count(True) == 2  # Saturday and Sunday


def test_a_day_is_told_by_the_hours_it_is_open(barnum: compiled.Site):
    chart = chart_of(CHARTS["waits"], FakeStore(), barnum, asked(barnum))
    hours = [local(start * SECOND).hour for start in chart.starts_s]
    assert hours == list(range(hours[0], hours[-1] + 1))
    assert hours[0] == min(span.opens for span in barnum.hours if span.weekday == "thursday") // 60


def test_days_of_a_chart_are_local_days_across_the_clock_change(barnum: compiled.Site):
    wish = asked(barnum, date(2027, 11, 2), etendue="semaine")
    chart = chart_of(CHARTS["waits"], FakeStore(), barnum, wish)
    assert [local(start * SECOND).hour for start in chart.starts_s] == [0] * 7


def test_days_beside_stand_on_the_days_they_are_compared_with(barnum: compiled.Site):
    store = FakeStore()
    both = chart_of(CHARTS["waits"], store, barnum, asked(barnum, etendue="semaine", avec="avant"))
    alone = chart_of(CHARTS["waits"], store, barnum, asked(barnum, date(2027, 6, 10), etendue="semaine"))
    beside = [one for one in both.series if one.beside]
    assert [one.values for one in beside] == [one.values for one in alone.series]
    assert both.beside_s == alone.starts_s


def test_a_day_beside_stands_hour_on_hour(barnum: compiled.Site):
    both = chart_of(CHARTS["waits"], FakeStore(), barnum, asked(barnum, avec="avant"))
    moved = {here - there for here, there in zip(both.starts_s, both.beside_s, strict=True)}
    assert moved == {7 * 24 * 3600}
    assert any(value is not None for one in both.series if one.beside for value in one.values)


def test_a_zone_is_its_services_seats_and_barometers_and_no_others(barnum: compiled.Site):
    looked = Looked(FakeStore(), barnum, asked(barnum).period, "day", Subject("zone", "3"))
    assert looked.services == [one.id for one in barnum.services if one.zone == 3]
    assert looked.places("seat") == {one.id for one in barnum.seats if one.zone == 3}
    assert looked.barometers() == {one.id for one in barnum.barometers if one.zone == 3}


def test_seats_are_told_as_a_share_of_the_time_that_the_site_is_open(barnum: compiled.Site):
    store = FakeStore()
    chart = chart_of(CHARTS["seats"], store, barnum, asked(barnum, etendue="semaine"))
    (use,) = {
        row.taken_s
        for row in Looked(store, barnum, asked(barnum).period, "day", Subject()).figures.use("day")
    }
    thursday_s = sum((one.closes - one.opens) * 60 for one in barnum.hours if one.weekday == "thursday")
    places = sum(seat.id.startswith("place-") for seat in barnum.seats)
    known = sum(seat.id in {"place-1", "place-2", "place-3", "place-4"} for seat in barnum.seats)
    assert chart.series[0].values[-1] == round(100 * use * known / (thursday_s * places))


# The page and its parts ----------------------------------------------------------------------------


@pytest.mark.parametrize("reach", ["jour", "semaine", "mois", "saison"])
@pytest.mark.parametrize("beside", ["", "&avec=avant"])
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_a_table_with_the_same_numbers(
    client: FlaskClient, reach: str, beside: str, name: str
):
    part = client.get(f"/historique/{name}?etendue={reach}{beside}").text
    if name == "devices" and reach == "jour":
        assert 'data-part="devices"' not in client.get(f"/historique?etendue={reach}").text
        return
    found = re.search(r"data-drawn>(.*?)</script>", part, re.DOTALL)
    assert found
    chart = json.loads(found[1])
    cells = re.findall(r'<td class="num">([^<]*)</td>', part)
    columns = len(chart["series"])
    assert len(cells) == columns * len(chart["x"])
    for column, series in enumerate(chart["series"]):
        assert cells[column::columns] == ["—" if value is None else str(value) for value in series["values"]]
    assert len(re.findall(r'<th scope="col"', part)) == columns + 1


def test_the_page_asks_for_each_part_with_its_own_address(client: FlaskClient, store: FakeStore):
    page = client.get("/historique?etendue=mois&pour=zone:3").text
    sources = re.findall(r'data-source="([^"]*)"', page)
    assert [source.split("?")[0].rpartition("/")[2] for source in sources] == list(PARTS)
    assert store.spans == []
    for source in sources:
        assert client.get(source.replace("&amp;", "&")).status_code == 200
    assert store.spans


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_part_speaks_both_languages(client: FlaskClient, part: str, language: str):
    answer = client.get(f"/historique/{part}?etendue=mois&avec=avant&lang={language}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_there_is_no_other_part(client: FlaskClient):
    assert client.get("/historique/passwords").status_code == 404


def test_figures_of_the_whole_period_stand_beside_those_of_the_other(client: FlaskClient):
    part = client.get("/historique/figures?etendue=semaine&avec=avant").text
    assert part.count('class="big"') == part.count('class="was"') == 7
    assert "was" not in client.get("/historique/figures?etendue=semaine").text


def test_a_store_that_is_away_is_said_and_the_page_stands(afternoon: Afternoon, clock: ManualClock):
    app = create_app(afternoon.site, afternoon.live, FakeStore(away=True), clock)
    client = app.test_client()
    assert client.get("/historique").status_code == 200
    for part in PARTS:
        assert client.get(f"/historique/{part}").status_code == 503


def test_an_empty_store_says_so_instead_of_zero(afternoon: Afternoon, clock: ManualClock):
    app = create_app(afternoon.site, afternoon.live, FakeStore(empty=True), clock)
    client = app.test_client()
    for part in PARTS[1:]:
        assert "Rien d’enregistré sur cette période." in client.get(f"/historique/{part}").text
