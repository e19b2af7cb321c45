from __future__ import annotations

import influxdb_client
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.measures import MEASURES, AnyMeasure, VoteMeasure, WaitMeasure
from hall.store.lines import UNKNOWN, line_of, tag_of, tag_text
from hall.store.shape import SHAPES, UnfitError


def test_a_wait_is_a_line_with_its_tags_and_all_fields_those_unknown_below_zero() -> None:
    wait = WaitMeasure(
        node="kiosk-1",
        at_ns=1_781_514_000_000_000_007,
        service="état civil",
        visit='a"b\\c',
        outcome="waiting",
        desk="",
        wait_s=None,
        walk_s=2.5,
        service_s=0.0,
        stay_s=None,
        promised_median_s=1e21,
        promised_p90_s=3,
    )
    assert line_of(wait) == (
        "wait,node=kiosk-1,service=état\\ civil "
        'desk="",done="",outcome="waiting",promised_median_s=1e+21,promised_p90_s=3,scored=true,service_s=0,'
        'stay_s=-1,visit="a\\"b\\\\c",wait_s=-1,walk_s=2.5 1781514000000000007'
    )


def test_an_empty_tag_is_left_out() -> None:
    vote = VoteMeasure(node="n", at_ns=1, barometer="", question="q", answer="a=b", too_fast=True)
    assert line_of(vote) == "vote,answer=a\\=b,node=n,question=q too_fast=true,wait_s=-1 1"


def test_what_no_store_takes_makes_no_line() -> None:
    vote = VoteMeasure(node="n", at_ns=-1, barometer="b", question="q", answer="a", too_fast=False)
    with pytest.raises(UnfitError, match="at_ns is -1, out of range"):
        line_of(vote)


@given(st.text())
def test_every_tag_comes_back_and_holds_nothing_that_ends_a_line(tag: str) -> None:
    text = tag_text(tag)
    assert tag_of(text) == tag
    assert not {"\n", "\r", "\t", "\\"} & set(text)


def as_the_library_writes(measure: AnyMeasure) -> str:
    shape = SHAPES[type(measure)]
    point = influxdb_client.Point(shape.name).time(measure.at_ns)
    for name in shape.tags:
        point.tag(name, tag_text(getattr(measure, name)))
    for column in shape.fields:
        value = getattr(measure, column.name)
        point.field(
            column.name, UNKNOWN if value is None else float(value) if column.kind == "number" else value
        )
    return point.to_line_protocol()


at_ns = st.integers(0, 2**62)
durations = st.none() | st.floats(0, allow_nan=False, allow_infinity=False)
waits = st.builds(
    WaitMeasure,
    at_ns=at_ns,
    wait_s=durations,
    walk_s=durations,
    service_s=durations,
    stay_s=durations,
    promised_median_s=durations,
    promised_p90_s=durations,
)


@given(waits | st.one_of([st.builds(kind, at_ns=at_ns) for kind in MEASURES if kind is not WaitMeasure]))
def test_lines_are_those_of_influxdb_clients_own_serialiser(measure: AnyMeasure) -> None:
    try:
        line = line_of(measure)
    except UnfitError:
        return
    assert line == as_the_library_writes(measure)
