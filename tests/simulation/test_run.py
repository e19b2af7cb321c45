"""``preaccueil run``: one command from nothing to a page with people behind it, and back to nothing."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.mosquitto.run import free_port

ROOT = Path(__file__).parents[2]
BARNUM = ROOT / "firmware_configs/sites/barnum"
PATIENCE_S = 60


def command(site: Path, folder: Path, *options: str) -> list[str]:
    state = folder / "state with a space"
    program = [sys.executable, "-m", "preaccueil", "run"]
    return [*program, "--site", str(site), "--state", str(state), "--history", "0", *options]


class Run:
    """A run in a folder of its own."""

    def __init__(self, folder: Path, *options: str, site: Path = BARNUM) -> None:
        self.folder, self.port = folder, free_port()
        self.out = folder / "out"
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                command(site, folder, "--store", "embedded", "--port", str(self.port), *options),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.out.read_text(encoding="utf-8")

    def serve(self) -> None:
        """Wait until the page is served."""
        wait_until(lambda: f"localhost:{self.port}" in self.said or self.process.poll() is not None)
        assert f"localhost:{self.port}" in self.said, self.said
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as page:
            assert page.status == 200

    def presses(self) -> int:
        path = self.folder / "state with a space/live/presses.jsonl"
        return path.read_text().count('"pressed"') if path.exists() else 0

    def family(self) -> set[int]:
        """Every process that the run started."""
        started = subprocess.run(
            ["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout.split("\n")
        pairs = [tuple(map(int, line.split())) for line in started if line.strip()]
        return {pid for pid, parent in pairs if parent == self.process.pid}


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*options: str, **more: Path) -> Run:
        runs.append(Run(tmp_path, *options, **more))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGTERM)
            run.process.wait(PATIENCE_S)


@pytest.mark.timeout(180)
def test_a_run_stops_by_itself_and_counts_that_nothing_was_lost(start):
    run = start("--for", "8", "--speed", "60")
    assert run.process.wait(PATIENCE_S * 2) == 0, run.said
    day, last = run.said.strip().splitlines()[-2:]
    counts = re.search(r": (\d+) notés / recorded = (\d+) reçus / received = (\d+) conservés / stored$", day)
    assert counts, run.said
    assert len({*counts.groups()}) == 1
    figures = re.fullmatch(r"pressed=(\d+) confirmed=(\d+) stored=(\d+) lost=0 duplicated=0", last)
    assert figures, run.said
    pressed, confirmed, stored = map(int, figures.groups())
    assert 0 < confirmed <= stored <= pressed


@pytest.mark.timeout(180)
def test_the_count_sees_an_event_that_the_store_lost(start):
    run = start("--for", "8", "--speed", "60")
    run.serve()
    wait_until(lambda: run.presses() > 3)
    # A press that nobody made, confirmed by a lamp that nobody saw: the store cannot have it.
    path = run.folder / "state with a space/live/presses.jsonl"
    with path.open("ab") as file:
        file.write(
            b'{"type":"pressed","number":999,"node":"salons","pin":22,"at_ns":1,"gives":["vote.cast"]}\n'
        )
        file.write(b'{"type":"confirmed","number":999}\n')
    assert run.process.wait(PATIENCE_S * 2) == 1, run.said
    assert "lost=1 duplicated=0" in run.said.splitlines()[-1]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_that_the_run_started(start, number):
    run = start()
    run.serve()
    family = run.family()
    assert len(family) >= 4
    run.process.send_signal(number)
    assert run.process.wait(PATIENCE_S) == 0, run.said
    assert not any(map(lives, family))
    assert "lost=0" in run.said


@pytest.mark.timeout(180)
def test_a_killed_run_leaves_nothing_behind(start):
    run = start()
    run.serve()
    family = run.family()
    run.process.kill()
    run.process.wait()
    wait_until(lambda: not any(map(lives, family)))


@pytest.mark.timeout(180)
def test_a_second_run_in_the_same_folder_says_so_in_one_line(start):
    first = start()
    first.serve()
    second = subprocess.run(
        command(BARNUM, first.folder, "--port", str(free_port())),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "already using" in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1


def test_a_taken_port_is_one_clear_line(start, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = start("--port", str(port))
        assert run.process.wait(PATIENCE_S) == 1
    assert len(run.said.strip().splitlines()) == 1
    assert f"{port}" in run.said
    assert f"PORT={port + 1}" in run.said


def test_a_missing_mosquitto_is_one_clear_line(tmp_path):
    # Neither on PATH nor where Debian puts daemons.
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_MOSQUITTO, str(BARNUM), str(tmp_path / "state")],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 1
    assert "apt-get install mosquitto" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


_WITHOUT_MOSQUITTO = """
import sys
import broker.mosquitto.run as mosquitto
from preaccueil.commands.run import command
mosquitto._SYSTEM_FOLDER = ""
command(["--site", sys.argv[1], "--state", sys.argv[2], "--history", "0", "--store", "embedded"])
"""


def test_a_broken_site_starts_nothing_and_names_the_place(start, tmp_path):
    broken = tmp_path / "site"
    (broken / "nodes").mkdir(parents=True)
    text = (BARNUM / "site.toml").read_text(encoding="utf-8")
    (broken / "site.toml").write_text(text.replace('timezone = "Europe/Paris"', 'timezone = "Europe/Pari"'))
    run = start(site=broken)
    assert run.process.wait(PATIENCE_S) == 1
    assert "site.toml" in run.said
    assert not (tmp_path / "state with a space/live").exists()
