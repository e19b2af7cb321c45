"""Whatever is written, SQLite and InfluxDB answer every question alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hall.measures import (
    MEASURES,
    AnyMeasure,
    ChangesMeasure,
    CountCheckMeasure,
    DeviceMeasure,
    EventMeasure,
    FlowMeasure,
    OccupancyMeasure,
    PaperMeasure,
    PresenceMeasure,
    SilenceMeasure,
    UseMeasure,
    VoteMeasure,
    WaitMeasure,
    WindMeasure,
)
from hall.recent import WaitBand
from hall.store.interface import Every, Span, Store

MINUTE = 60 * 10**9
# Days around the one in 2026 on which Paris goes back to winter time.
FRIDAY = round(datetime(2026, 10, 23, tzinfo=ZoneInfo("Europe/Paris")).timestamp()) * 10**9
LENGTH = 96 * 60 * MINUTE

names = st.sampled_from(["a", "b", "é, =\n\\"])
times = st.one_of(
    st.integers(FRIDAY, FRIDAY + LENGTH - 1),
    st.integers(0, 96 * 4 - 1).map(lambda quarter: FRIDAY + quarter * 15 * MINUTE),
    st.integers(0, 96 * 4 - 1).map(lambda quarter: FRIDAY + quarter * 15 * MINUTE - 1),
)
speeds = st.floats(0, 300)
seconds = st.one_of(st.none(), st.sampled_from([0.0, 60.0, 600.0, 1200.0]), st.floats(0, 20_000))
keys: dict[str, Any] = {"node": names, "at_ns": times}

measures: st.SearchStrategy[AnyMeasure] = st.one_of(
    st.builds(
        WaitMeasure,
        **keys,
        service=names,
        visit=st.text(max_size=5),
        desk=names,
        **dict.fromkeys(
            ["wait_s", "walk_s", "service_s", "stay_s", "promised_median_s", "promised_p90_s"], seconds
        ),
    ),
    st.builds(VoteMeasure, **keys, barometer=names, question=names, answer=names, wait_s=seconds),
    st.builds(PaperMeasure, **keys, barometer=names, question=names, answer=names, sheet=names, by=names),
    st.builds(
        OccupancyMeasure,
        **keys,
        inside=st.integers(0, 300),
        uncertainty=st.integers(0, 20),
        entered=st.integers(0, 1),
        left=st.integers(0, 1),
    ),
    st.builds(PresenceMeasure, **keys, subject=names),
    st.builds(WindMeasure, **keys, device=names, km_h=speeds, mean_km_h=speeds),
    st.builds(ChangesMeasure, **keys, month=names, text=names, by=names),
    st.builds(SilenceMeasure, **keys, subject=names, silent_s=speeds, span_s=speeds),
    st.builds(UseMeasure, **keys, subject=names, taken_s=speeds, span_s=speeds, times=st.integers(0, 9)),
    st.builds(
        CountCheckMeasure,
        **keys,
        **dict.fromkeys(["counted", "people", "uncertainty", "passages"], st.integers(0, 300)),
    ),
    st.builds(FlowMeasure, **keys, people=st.integers(-9, 99), span_s=speeds),
    st.builds(DeviceMeasure, **keys, device=names, detail=st.text(max_size=5)),
    st.builds(EventMeasure, **keys, type=names, run=names, seq=st.integers(0, 2**62)),
)
spans = st.tuples(times, times).map(lambda pair: Span(min(pair), max(pair) + 1))
buckets = st.builds(
    Every,
    minutes=st.sampled_from([0, 0, 7, 15, 60, 1440]),
    timezone=st.sampled_from(["Europe/Paris", "UTC", "Australia/Lord_Howe"]),
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    writes=st.lists(st.lists(measures, max_size=30), max_size=3), span=spans, every=buckets, barometer=names
)
def test_both_stores_answer_every_question_alike(
    both: Callable[[], AbstractContextManager[tuple[Store, Store]]],
    writes: list[list[AnyMeasure]],
    span: Span,
    every: Every,
    barometer: str,
) -> None:
    with both() as (embedded, influx):
        for batch in writes:
            assert embedded.write(batch) == influx.write(batch) == (len(batch), 0, [])
        for question in (
            lambda store: store.waits(span, every, target_s=600, by_service=True),
            lambda store: store.waits(span, every, target_s=600, by_service=False),
            lambda store: store.tickets(span, every),
            lambda store: store.occupancy(span, every),
            lambda store: store.votes(span, every, barometer),
            lambda store: store.votes(span, every, barometer, WaitBand(0, 600)),
            lambda store: store.paper(span, every, barometer),
            lambda store: store.presence(span),
            lambda store: store.devices(span),
            lambda store: store.stored(span),
            lambda store: store.events(span),
            lambda store: [store.points(kind, span) for kind in MEASURES],
            lambda store: store.points(WaitMeasure, span, {"service": barometer}),
            lambda store: store.stored_by_type(span),
        ):
            # As JSON, so that 1 and 1.0 are two answers.
            assert msgspec.json.encode(question(embedded)) == msgspec.json.encode(question(influx))
