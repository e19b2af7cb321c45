from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.store.buckets import Run, runs
from hall.store.interface import Every, Span

HOUR = 3600 * 10**9
PARIS = ZoneInfo("Europe/Paris")
DAYS = Every(minutes=0, timezone="Europe/Paris")


def paris(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp()) * 10**9


def test_days_of_one_length_are_one_run() -> None:
    begin, end = paris("2026-06-01"), paris("2026-10-01")
    assert runs(Span(begin, end), DAYS) == [Run(begin, end, begin, 24 * HOUR)]


def test_a_day_on_which_the_clocks_change_is_a_run_of_its_own() -> None:
    begin, end = paris("2026-10-20 09:00"), paris("2026-10-27 09:00")
    sunday, monday = paris("2026-10-25"), paris("2026-10-26")
    assert runs(Span(begin, end), DAYS) == [
        Run(begin, sunday, paris("2026-10-20"), 24 * HOUR),
        Run(sunday, monday, sunday, 25 * HOUR),
        Run(monday, end, monday, 24 * HOUR),
    ]


def test_minutes_are_one_run_from_the_spans_start() -> None:
    assert runs(Span(7, 8 * HOUR), Every(minutes=15, timezone="UTC")) == [Run(7, 8 * HOUR, 7, HOUR // 4)]


def test_a_day_that_a_place_skipped_is_no_bucket() -> None:
    apia = ZoneInfo("Pacific/Apia")
    begin = round(datetime(2011, 12, 29, tzinfo=apia).timestamp()) * 10**9
    found = runs(Span(begin, begin + 48 * HOUR), Every(minutes=0, timezone="Pacific/Apia"))
    assert found == [Run(begin, begin + 48 * HOUR, begin, 24 * HOUR)]


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made local below
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from(["Europe/Paris", "UTC", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"]),
)
def test_days_cover_the_span_without_gap_and_begin_at_local_midnight(
    begin: datetime, length: timedelta, timezone: str
) -> None:
    zone = ZoneInfo(timezone)
    start = round(begin.replace(tzinfo=zone).timestamp()) * 10**9
    span = Span(start, start + round(length.total_seconds()) * 10**9)
    found = runs(span, Every(minutes=0, timezone=timezone))
    edges = [edge for run in found for edge in (run.start_ns, run.end_ns)]
    if span.is_empty:
        assert found == []
        return
    assert (edges[0], edges[-1]) == (span.start_ns, span.end_ns)
    assert edges[1:-1:2] == edges[2::2]
    for run in found:
        for bucket in range(run.first_ns, run.end_ns, run.width_ns):
            local = datetime.fromtimestamp(bucket // 10**9, zone)
            assert (local.hour, local.minute, local.second) == (0, 0, 0)


def test_an_unknown_timezone_is_an_error() -> None:
    with pytest.raises(KeyError, match="Europe/Villette"):
        runs(Span(0, 1), Every(minutes=0, timezone="Europe/Villette"))
