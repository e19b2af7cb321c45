"""``preaccueil city run``: whole sites and the city that sees them, and a count that trusts neither."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from broker.mosquitto.run import free_port
from city.engine.run import EngineError, find_server

ROOT = Path(__file__).parents[2]
BARNUM = ROOT / "firmware_configs/sites/barnum"
PATIENCE_S = 200


@pytest.fixture(scope="module", autouse=True)
def nats_server():
    try:
        find_server(only_what_is_there=True)
    except EngineError as problem:
        if os.environ.get("CI") == "true":
            pytest.fail(str(problem))
        pytest.skip(str(problem))


class Run:
    """Two town halls and their city, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.state, self.port = folder / "run", free_port()
        self.out = folder / "out"
        words = ["--sites=2", f"--site={BARNUM}", "--for=15", "--speed=30", "--store=embedded"]
        words += [f"--state={self.state}", f"--port={self.port}"]
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "preaccueil", "city", "run", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.out.read_text(encoding="utf-8")

    def until(self, condition, what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"{what}\n{self.said}"
            assert self.process.poll() is None, self.said
            time.sleep(0.1)

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.read().decode()


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    yield run
    if run.process.poll() is None:
        run.process.terminate()
        run.process.wait(PATIENCE_S)


@pytest.mark.timeout(2 * PATIENCE_S)
def test_two_town_halls_are_seen_together_and_every_count_is_equal(run):
    run.until(lambda: run.said.count("mairie-0") == 2, "two sites")
    run.until(lambda: json.loads(run.page("/sante"))["sites"] == {"here": 2}, "both heard")
    page = run.page("/?etendue=jour")
    assert "Mairie 01" in page
    assert "Mairie 02" in page
    assert run.process.wait(PATIENCE_S) == 0, run.said
    lines = re.findall(
        r"^(mairie-\d+) : (\d+) à la mairie .* = (\d+) à la ville .* (\d+) copiés .* = (\d+) conservés",
        run.said,
        re.MULTILINE,
    )
    assert [name for name, *_ in lines] == ["mairie-01", "mairie-02"]
    for _, *counts in lines:
        assert len({*counts}) == 1
        assert int(counts[0]) > 20
    assert run.said.count("lost=0 duplicated=0") == 2


@pytest.mark.timeout(2 * PATIENCE_S)
def test_a_press_that_the_city_lacks_is_seen_at_the_end(run):
    presses = run.state / "mairie-02" / "presses.jsonl"
    run.until(lambda: presses.exists() and presses.read_text().count("pressed") > 3, "presses")
    # Confirmed by a lamp that nobody saw: no store can have it.
    made_up = {"type": "pressed", "number": 999_999, "node": "barometre", "pin": 17, "at_ns": 1, "gives": []}
    with presses.open("a", encoding="utf-8") as file:
        file.write(json.dumps(made_up) + "\n" + json.dumps({"type": "confirmed", "number": 999_999}) + "\n")
    assert run.process.wait(PATIENCE_S) == 1, run.said
    assert re.search(r"lost=1 duplicated=0", run.said)
