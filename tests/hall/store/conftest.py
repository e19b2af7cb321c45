"""Both stores, empty, for every test: the embedded one in a file, InfluxDB in a bucket of its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
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


def empty_influx(influxd: Influxd, *, retention_s: int = 0) -> StoreConfig:
    return influxd.bucket(f"test-{next(_numbers)}", retention_s=retention_s)


def empty_embedded(folder: Path) -> StoreConfig:
    return StoreConfig(kind="embedded", path=folder / f"measures-{next(_numbers)}.sqlite")


@pytest.fixture(params=["embedded", "influxdb"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> StoreConfig:
    """Where an empty store is."""
    if request.param == "embedded":
        return empty_embedded(tmp_path)
    return empty_influx(request.getfixturevalue("influxd"))


@pytest.fixture
def store(config: StoreConfig) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(config)
    yield opened
    opened.close()


@pytest.fixture
def influx_bucket(influxd: Influxd) -> Callable[..., StoreConfig]:
    """Makes an empty bucket: ``influx_bucket(retention_s=3600)``."""
    return lambda *, retention_s=0: empty_influx(influxd, retention_s=retention_s)


@pytest.fixture
def both(influxd: Influxd, tmp_path: Path) -> Callable[[], tuple[Store, Store]]:
    """Makes an empty pair, embedded and InfluxDB."""
    return lambda: (open_store(empty_embedded(tmp_path)), open_store(empty_influx(influxd)))
