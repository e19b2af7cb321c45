"""The made-up past: a day through the nodes', recorder's and hall's own code, kept and replayed."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from broker.clock import SECOND
from broker.contract import compiled
from hall.bilan.days import Period, observe
from hall.bilan.figures import bilan_of
from hall.measures import EventMeasure, OccupancyMeasure, VoteMeasure, WaitMeasure
from hall.rollups.kinds import WaitDay
from hall.store.embedded import EmbeddedStore
from hall.store.interface import Every, Span
from hall.store.open import StoreConfig, write_config
from simulation.history import HistoryOrder, make, run
from simulation.kept_days import KeptDays

PARIS = ZoneInfo("Europe/Paris")
MONDAY, TUESDAY = date(2026, 6, 8), date(2026, 6, 9)


def midnight_ns(day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), PARIS).timestamp()) * SECOND


@pytest.fixture(scope="module")
def kept(site, tmp_path_factory) -> KeptDays:
    """A Monday, made once for all tests here."""
    kept = KeptDays(tmp_path_factory.mktemp("history"), site)
    made = list(make(site, [MONDAY], kept, tmp_path_factory.mktemp("work")))
    assert made == [MONDAY]
    return kept


@pytest.fixture(scope="module")
def measures(kept):
    return list(kept.measures(MONDAY))


def test_a_day_has_visits_votes_and_passages(measures):
    assert sum(isinstance(one, VoteMeasure) for one in measures) > 50
    assert sum(isinstance(one, OccupancyMeasure) and one.entered for one in measures) > 200
    visits = {one.visit for one in measures if isinstance(one, WaitMeasure)}
    assert len(visits) > 100


def test_every_visit_of_a_past_day_has_ended(measures):
    last = {one.visit: one.outcome for one in measures if isinstance(one, WaitMeasure)}
    assert set(last.values()) <= {"served", "left", "no_show"}
    assert list(last.values()).count("served") > 0.7 * len(last)


def test_visits_have_walks_and_service_times(measures):
    served = {one.visit: one for one in measures if isinstance(one, WaitMeasure) and one.outcome == "served"}
    timed = [one for one in served.values() if one.walk_s is not None and one.service_s is not None]
    assert len(timed) > 0.9 * len(served)


def test_everything_is_dated_within_its_day(measures):
    span = Span(midnight_ns(MONDAY), midnight_ns(TUESDAY) + 60 * SECOND)
    assert all(span.start_ns <= one.at_ns < span.end_ns for one in measures)


def test_dates_rise_strictly_within_a_node(measures):
    dates: dict[str, list[int]] = {}
    for one in measures:
        if isinstance(one, EventMeasure):
            dates.setdefault(one.node, []).append(one.at_ns)
    assert len(dates) > 10
    assert all(earlier < later for of_node in dates.values() for earlier, later in pairwise(of_node))


def test_a_kept_day_is_given_to_the_store_without_being_made_again(site, kept, tmp_path):
    compiled.write(site, tmp_path / "site.json")
    write_config(StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"), tmp_path / "store.json")
    order = HistoryOrder(
        site=str(tmp_path / "site.json"),
        store_config=str(tmp_path / "store.json"),
        kept=str(kept.folder.parent),
        days=[MONDAY],
    )
    run(order)
    store = EmbeddedStore(tmp_path / "store.sqlite")
    day = Span(midnight_ns(MONDAY), midnight_ns(TUESDAY))
    rows = store.tickets(day, Every(0, "Europe/Paris"))
    store.close()
    assert sum(row.drawn for row in rows) > 100


def test_other_code_or_another_site_makes_its_own_days(site, kept, tmp_path):
    assert kept.has(MONDAY)
    assert not KeptDays(tmp_path, site).has(MONDAY)


def test_the_past_is_summed_up_as_a_real_site_does_it(site, kept, tmp_path):
    compiled.write(site, tmp_path / "site.json")
    write_config(StoreConfig(kind="embedded", path=tmp_path / "store.sqlite"), tmp_path / "store.json")
    order = HistoryOrder(
        site=str(tmp_path / "site.json"),
        store_config=str(tmp_path / "store.json"),
        kept=str(kept.folder.parent),
        days=[MONDAY],
    )
    run(order)
    store = EmbeddedStore(tmp_path / "store.sqlite")
    span = Span(midnight_ns(MONDAY), midnight_ns(TUESDAY))
    (together,) = store.points(WaitDay, span, {"service": ""})
    (waits,) = store.waits(span, Every(0, "Europe/Paris"), target_s=1200, by_service=False)
    store.close()
    assert (together.called, together.p90_s, together.left) == (waits.count, waits.p90_s, waits.left)


def test_a_report_of_the_day_counts_what_the_day_gave(site, measures, tmp_path):
    with closing(EmbeddedStore(tmp_path / "measures.sqlite")) as store:
        store.write(measures)
        period = Period(MONDAY, TUESDAY)
        bilan = bilan_of(site, period, observe(store, site, period, midnight_ns(TUESDAY)))
    last = {(one.node, one.at_ns): one for one in measures if isinstance(one, WaitMeasure)}
    outcomes = [one.outcome for one in last.values()]
    assert (bilan.waits.tickets, bilan.waits.left, bilan.waits.no_show) == (
        len(last),
        outcomes.count("left"),
        outcomes.count("no_show"),
    )
    votes = [one for one in measures if isinstance(one, VoteMeasure)]
    assert sum(each.votes for each in bilan.questions) == sum(not one.too_fast for one in votes)
    assert sum(each.too_fast for each in bilan.questions) == sum(one.too_fast for one in votes)
    assert bilan.paths.entered == sum(one.entered for one in measures if isinstance(one, OccupancyMeasure))
    # The hall's first minute after midnight is Tuesday's.
    assert bilan.quality.events == sum(
        isinstance(one, EventMeasure) and one.at_ns < midnight_ns(TUESDAY) for one in measures
    )
    # Tuesday is still to come, and no day without data.
    assert (bilan.quality.days, bilan.quality.without_data) == (1, [])
