"""What only the file does: being made, shared between processes, and outgrown."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hall.measures import OccupancyMeasure
from hall.store.embedded import EmbeddedStore
from hall.store.interface import Every, OccupancyRow, Span, StoreError, StoreUnavailableError
from hall.store.open import StoreConfig, open_store

SPAN = Span(0, 10**12)
EVERY = Every(minutes=60, timezone="Europe/Paris")


def inside(at_ns: int, people: int = 3) -> OccupancyMeasure:
    return OccupancyMeasure(node="door-1", at_ns=at_ns, inside=people, uncertainty=0, entered=1, left=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "measures.sqlite"


def opened(path: Path) -> EmbeddedStore:
    path.parent.mkdir(exist_ok=True)
    return EmbeddedStore(path)


def test_asking_makes_no_file(path: Path) -> None:
    dashboard = opened(path)
    assert dashboard.occupancy(SPAN, EVERY) == []
    assert not path.exists()
    dashboard.close()


def test_a_dashboard_that_started_first_sees_what_is_written_later(path: Path) -> None:
    hall, dashboard = opened(path), opened(path)
    assert dashboard.occupancy(SPAN, EVERY) == []
    hall.write([inside(1)])
    assert dashboard.occupancy(SPAN, EVERY) == [OccupancyRow(0, 3.0, 3, 1, 0)]
    hall.write([inside(2)])
    assert dashboard.occupancy(SPAN, EVERY) == [OccupancyRow(0, 3.0, 3, 2, 0)]
    hall.close()
    dashboard.close()


def test_a_file_whose_tables_are_not_made_yet_answers_nothing(path: Path) -> None:
    dashboard = opened(path)
    path.touch()
    assert dashboard.occupancy(SPAN, EVERY) == []
    dashboard.close()


def test_what_was_written_is_there_after_the_process_is_gone(path: Path) -> None:
    opened(path).close()
    program = (
        "import os, pathlib, sys; from hall.store.embedded import EmbeddedStore;"
        "from hall.measures import OccupancyMeasure as O;"
        "EmbeddedStore(pathlib.Path(sys.argv[1])).write("
        "[O(node='door-1', at_ns=1, inside=3, uncertainty=0, entered=1, left=0)]);"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    dashboard = opened(path)
    assert dashboard.occupancy(SPAN, EVERY) == [OccupancyRow(0, 3.0, 3, 1, 0)]
    dashboard.close()


def test_one_store_serves_several_threads(path: Path) -> None:
    store = opened(path)
    problems: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for n in range(20):
                store.write([inside(first + n)])
                store.occupancy(SPAN, EVERY)
        except BaseException as problem:  # noqa: BLE001 - told to the test's own thread
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert store.occupancy(SPAN, EVERY)[0].entered == 60
    store.close()


def test_a_file_of_an_older_version_gets_the_columns_it_lacks(path: Path) -> None:
    hall, dashboard = opened(path), opened(path)
    hall.write([inside(1)])
    hall.close()
    old = sqlite3.connect(path)
    old.execute('ALTER TABLE "occupancy" DROP COLUMN "left"')
    old.close()
    assert dashboard.occupancy(SPAN, EVERY) == []
    hall = opened(path)
    hall.write([inside(2)])
    assert dashboard.occupancy(SPAN, EVERY) == [OccupancyRow(0, 3.0, 3, 2, 0)]
    hall.close()
    dashboard.close()


def test_a_file_whose_points_have_another_key_is_not_written_to(path: Path) -> None:
    path.parent.mkdir()
    old = sqlite3.connect(path)
    old.execute("CREATE TABLE vote (at_ns INTEGER, node TEXT, PRIMARY KEY (at_ns, node))")
    old.close()
    store = opened(path)
    with pytest.raises(StoreError, match=r"table vote has another key .*move the file away"):
        store.write([inside(1)])
    store.close()


def test_a_file_that_is_no_database_is_an_error_of_the_store(path: Path) -> None:
    store = opened(path)
    path.write_bytes(b"no database" * 1000)
    for attempt in (lambda: store.write([inside(1)]), lambda: store.occupancy(SPAN, EVERY)):
        with pytest.raises(StoreUnavailableError, match=r"measures\.sqlite: file is not a database"):
            attempt()
    store.close()


def test_without_its_folder_nothing_is_decided_and_later_it_works(path: Path) -> None:
    store = EmbeddedStore(path)
    with pytest.raises(StoreUnavailableError, match="unable to open"):
        store.write([inside(1)])
    path.parent.mkdir()
    assert store.write([inside(1)]).points == 1
    store.close()


def test_a_configuration_without_a_path_says_so() -> None:
    with pytest.raises(StoreError, match="path of its file"):
        open_store(StoreConfig(kind="embedded"))
