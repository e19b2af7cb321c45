"""Both stores, empty, for every test: the embedded one in a file, InfluxDB in a bucket of its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from hall.store.interface import Store
from hall.store.open import StoreConfig, open_store
from simulation.influxd import Influxd, InfluxdError, find_influxd

_numbers = itertools.count()


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """A real influxd. Without one the test is skipped; in CI it fails, so that none is skipped for ever."""
    try:
        program = find_influxd(only_what_is_there=True)
    except InfluxdError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    with Influxd(program, tmp_path_factory.mktemp("influxd")) as running:
        yield running


@contextmanager
def empty_influx(influxd: Influxd, *, retention_s: int = 0) -> Iterator[StoreConfig]:
    """A bucket for as long as it is used: each holds open files of the one influxd that all tests share."""
    name = f"test-{next(_numbers)}"
    try:
        yield influxd.bucket(name, retention_s=retention_s)
    finally:
        influxd.delete_bucket(name)


def empty_embedded(folder: Path) -> StoreConfig:
    return StoreConfig(kind="embedded", path=folder / f"measures-{next(_numbers)}.sqlite")


@pytest.fixture(params=["embedded", "influxdb"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreConfig]:
    """Where an empty store is."""
    if request.param == "embedded":
        yield empty_embedded(tmp_path)
    else:
        with empty_influx(request.getfixturevalue("influxd")) as bucket:
            yield bucket


@pytest.fixture
def store(config: StoreConfig) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(config)
    yield opened
    opened.close()


@pytest.fixture
def influx_bucket(influxd: Influxd) -> Iterator[Callable[..., StoreConfig]]:
    """Makes an empty bucket: ``influx_bucket(retention_s=3600)``."""
    with ExitStack() as buckets:
        yield lambda *, retention_s=0: buckets.enter_context(empty_influx(influxd, retention_s=retention_s))


@pytest.fixture
def both(influxd: Influxd, tmp_path: Path) -> Callable[[], AbstractContextManager[tuple[Store, Store]]]:
    """Opens an empty pair, embedded and InfluxDB, that is gone afterwards."""

    @contextmanager
    def pair() -> Iterator[tuple[Store, Store]]:
        with (
            empty_influx(influxd) as bucket,
            closing(open_store(empty_embedded(tmp_path))) as embedded,
            closing(open_store(bucket)) as influx,
        ):
            yield embedded, influx

    return pair
