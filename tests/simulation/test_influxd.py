from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from hall.measures import OccupancyMeasure
from hall.store.interface import Every, OccupancyRow, Span
from hall.store.open import StoreConfig, open_store
from simulation import influxd
from simulation.influxd import Influxd, InfluxdError, find_influxd

EVERY = Every(minutes=60, timezone="Europe/Paris")
POINT = OccupancyMeasure(node="door-1", at_ns=10**18, inside=3, uncertainty=0, entered=1, left=0)
SPAN = Span(10**18, 10**18 + 1)


@pytest.fixture
def program() -> Path:
    try:
        return find_influxd(only_what_is_there=True)
    except InfluxdError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


def stored(config: StoreConfig) -> list[OccupancyRow]:
    store = open_store(config)
    try:
        return store.occupancy(SPAN, EVERY)
    finally:
        store.close()


def test_a_folder_used_before_keeps_its_points_and_its_tokens(program: Path, tmp_path: Path) -> None:
    folder = tmp_path / "with a space"
    with Influxd(program, folder) as first:
        config = first.bucket("measures")
        store = open_store(config)
        store.write([POINT])
        store.close()
    with Influxd(program, folder) as second:
        again = second.bucket("measures")
        assert again.token_file == config.token_file
        assert stored(again) == [OccupancyRow(10**18, 3.0, 3, 1, 0)]


def test_two_run_beside_each_other_and_know_nothing_of_each_other(program: Path, tmp_path: Path) -> None:
    with Influxd(program, tmp_path / "a") as a, Influxd(program, tmp_path / "b") as b:
        store = open_store(a.bucket("measures"))
        store.write([POINT])
        store.close()
        assert stored(b.bucket("measures")) == []


def test_a_deleted_bucket_is_gone_with_its_points_and_its_token(program: Path, tmp_path: Path) -> None:
    with Influxd(program, tmp_path) as running:
        config = running.bucket("measures")
        store = open_store(config)
        store.write([POINT])
        store.close()
        running.delete_bucket("measures")
        running.delete_bucket("never-there")
        assert config.token_file
        assert not config.token_file.exists()
        assert stored(running.bucket("measures")) == []


def test_it_is_gone_when_it_was_stopped(program: Path, tmp_path: Path) -> None:
    with Influxd(program, tmp_path) as running:
        pid = running.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_only_the_owner_reads_the_tokens(program: Path, tmp_path: Path) -> None:
    with Influxd(program, tmp_path) as running:
        running.bucket("measures")
    tokens = [*tmp_path.glob("*.token")]
    assert len(tokens) == 2
    assert {stat.S_IMODE(token.stat().st_mode) for token in tokens} == {0o600}


@pytest.fixture
def no_influxd(tmp_path: Path) -> Path:
    """A program that says why it does not start, and ends."""
    program = tmp_path / "influxd"
    program.write_text("#!/bin/sh\necho 'the disk is full'\nexit 1\n")
    program.chmod(0o755)
    return program


def test_one_that_does_not_start_shows_the_end_of_its_log(no_influxd: Path, tmp_path: Path) -> None:
    with pytest.raises(InfluxdError, match="the disk is full"):
        Influxd(no_influxd, tmp_path / "folder")


def test_where_there_is_none_the_scripts_own_words_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "get.sh"
    script.write_text('#!/bin/sh\necho "none: install one, $1" >&2\nexit 3\n')
    script.chmod(0o755)
    monkeypatch.setattr(influxd, "_GET", script)
    with pytest.raises(InfluxdError, match="none: install one, --check"):
        find_influxd(only_what_is_there=True)
    monkeypatch.setattr(influxd, "_GET", tmp_path / "gone.sh")
    with pytest.raises(InfluxdError, match=r"cannot run .*gone\.sh: No such file"):
        find_influxd(only_what_is_there=False)
