"""What only InfluxDB does: retention, refusals of its own, rights, and being away."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hall.measures import OccupancyMeasure, PresenceMeasure
from hall.store import influx
from hall.store.influxql import Bucket
from hall.store.interface import Every, Span, StoreError, StoreUnavailableError
from hall.store.open import StoreConfig, open_store

SECOND = 10**9
WEEK = 7 * 24 * 3600 * SECOND
START = 2_000 * WEEK
EVERY = Every(minutes=60, timezone="Europe/Paris")
MakeBucket = Callable[..., StoreConfig]


def inside(at_ns: int, people: int = 3) -> OccupancyMeasure:
    return OccupancyMeasure(node="door-1", at_ns=at_ns, inside=people, uncertainty=0, entered=1, left=0)


def raw(config: StoreConfig) -> Bucket:
    assert config.token_file
    return Bucket(config.url, config.org, config.bucket, config.token_file.read_text())


def entered(config: StoreConfig, span: Span) -> int:
    store = open_store(config)
    try:
        return sum(row.entered for row in store.occupancy(span, EVERY))
    finally:
        store.close()


def test_it_is_named_with_its_version(influx_bucket: MakeBucket) -> None:
    store = open_store(influx_bucket())
    assert store.name.startswith("InfluxDB 2.")
    store.close()


def test_a_point_that_influxdb_refuses_is_found_among_thousands_and_the_others_are_kept(
    influx_bucket: MakeBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = influx_bucket()
    # A field keeps its type within a shard, which is a week: one week takes text only from now on.
    bucket = raw(config)
    bucket.write([f'occupancy,node=door-1 inside="three" {START + WEEK}'])
    bucket.close()
    good = [inside(START + n) for n in range(3_000)]
    bad = [inside(START + WEEK + n) for n in (1, 2)]
    monkeypatch.setattr(influx, "BATCH", 1_000)
    store = open_store(config)
    written = store.write([*good[:1_500], bad[0], *good[1_500:2_999], bad[1], good[2_999]])
    store.close()
    assert written.points == 3_000
    assert [refused.measure for refused in written.refused] == bad
    assert all("field type conflict" in refused.reason for refused in written.refused)
    assert entered(config, Span(START, START + WEEK)) == 3_000


def test_points_outside_retention_are_counted_and_the_others_kept(influx_bucket: MakeBucket) -> None:
    config = influx_bucket(retention_s=3600)
    now_ns = time.time_ns()
    old = [inside(now_ns - WEEK - n) for n in range(20)]
    recent = [inside(now_ns - n * SECOND) for n in range(30)]
    store = open_store(config)
    assert store.write([*old[:10], *recent, *old[10:]]) == (30, 20, [])
    store.close()
    assert entered(config, Span(now_ns - 60 * SECOND, now_ns + 1)) == 30


def test_refused_points_do_not_hide_those_outside_retention(influx_bucket: MakeBucket) -> None:
    config = influx_bucket(retention_s=3600)
    now_ns = time.time_ns()
    bucket = raw(config)
    bucket.write([f'presence,kind=seat,node=n,subject=s taken="yes" {now_ns}'])
    bucket.close()
    bad = PresenceMeasure(node="n", at_ns=now_ns + 1, kind="seat", subject="s", taken=True)
    store = open_store(config)
    written = store.write([inside(now_ns - WEEK), bad, inside(now_ns - 2 * WEEK), inside(now_ns)])
    store.close()
    assert (written.points, written.outside_retention) == (1, 2)
    assert [refused.measure for refused in written.refused] == [bad]


def test_an_answer_of_many_thousand_rows_is_whole(influx_bucket: MakeBucket) -> None:
    store = open_store(influx_bucket())
    changes = [
        PresenceMeasure(node="n", at_ns=START + n * SECOND, kind="seat", subject="s", taken=n % 2 == 0)
        for n in range(30_000)
    ]
    store.write(changes)
    (row,) = store.presence(Span(START, START + WEEK))
    store.close()
    assert (row.times, row.taken_s) == (15_000, 15_000.0)


@pytest.fixture
def nobody_listens() -> Iterator[str]:
    """A port of ours on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("no-token-of-theirs\n")
    return path


def assert_unavailable(config: StoreConfig, reason: str) -> None:
    store = open_store(config)
    span = Span(START, START + WEEK)
    for attempt in (
        lambda: store.write([inside(START)]),
        lambda: store.waits(span, EVERY, target_s=1, by_service=True),
        lambda: store.tickets(span, EVERY),
        lambda: store.occupancy(span, EVERY),
        lambda: store.votes(span, EVERY, "dix-neuf"),
        lambda: store.presence(span),
        lambda: store.devices(span),
        lambda: store.stored(span),
        lambda: store.events(span),
    ):
        with pytest.raises(StoreUnavailableError, match=reason):
            attempt()
    store.close()


def test_while_influxdb_is_away_nothing_is_decided(nobody_listens: str, token_file: Path) -> None:
    config = StoreConfig(kind="influxdb", url=nobody_listens, org="o", bucket="b", token_file=token_file)
    assert open_store(config).name == "InfluxDB"
    assert_unavailable(config, "Connection refused")


def test_a_token_that_is_not_accepted_loses_no_measure(influx_bucket: MakeBucket, token_file: Path) -> None:
    assert_unavailable(msgspec.structs.replace(influx_bucket(), token_file=token_file), "(?i)unauthorized")


def test_the_token_of_another_bucket_opens_nothing_here(influx_bucket: MakeBucket) -> None:
    theirs = influx_bucket()
    ours = msgspec.structs.replace(influx_bucket(), token_file=theirs.token_file)
    assert_unavailable(ours, "insufficient permissions|no such bucket")


def test_a_bucket_that_is_not_there_loses_no_measure(influx_bucket: MakeBucket) -> None:
    assert_unavailable(msgspec.structs.replace(influx_bucket(), bucket="nowhere"), "not found|no such bucket")


def test_a_wrong_question_is_an_error_of_ours(influx_bucket: MakeBucket) -> None:
    bucket = raw(influx_bucket())
    with pytest.raises(StoreError, match="found SELEC, expected SELECT"):
        bucket.ask(["SELEC 1"])
    meen = 'SELECT MEEN("inside") FROM "occupancy" WHERE time >= 0 AND time < 1'
    for statements in ([meen], [meen, meen]):
        with pytest.raises(StoreError, match="undefined function"):
            bucket.ask(statements)
    bucket.close()


@pytest.mark.parametrize("missing", ["url", "org", "bucket"])
def test_a_configuration_that_lacks_something_says_so(token_file: Path, missing: str) -> None:
    config = StoreConfig(kind="influxdb", url="http://h", org="o", bucket="b", token_file=token_file)
    with pytest.raises(StoreError, match="url, org, bucket and token_file"):
        open_store(msgspec.structs.replace(config, **{missing: ""}))


def test_a_token_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    config = StoreConfig(kind="influxdb", url="http://h", org="o", bucket="b", token_file=tmp_path / "none")
    with pytest.raises(StoreError, match="none: No such file"):
        open_store(config)
