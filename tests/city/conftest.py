"""A real engine for the city's tests: three servers on loopback, started once for a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from city.engine.credentials import make_credentials
from city.engine.run import Engine, EngineError, find_server

SITES = ("mairie-01", "mairie-02", "mairie-03", "mairie-04", "barnum")


@pytest.fixture(scope="session")
def nats_server() -> Path:
    """The program, where it is there."""
    try:
        return find_server(only_what_is_there=True)
    except EngineError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def city_credentials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for the engine, its programs and each site."""
    folder = tmp_path_factory.mktemp("city-credentials")
    make_credentials(SITES, folder)
    return folder


@pytest.fixture(scope="module")
def engine(
    nats_server: Path, city_credentials: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Three servers; a test that kills one starts it again."""
    cluster = Engine(nats_server, tmp_path_factory.mktemp("engine"), city_credentials, SITES)
    cluster.start()
    yield cluster
    cluster.stop()
