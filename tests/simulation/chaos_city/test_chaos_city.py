"""A short chaos of a whole city holds; with a mechanism broken it must not."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from city.engine.run import EngineError, find_server
from simulation.chaos_city import plan
from simulation.chaos_city.runner import Options, run

NAMES = ["mairie-01", "mairie-02"]


@pytest.fixture(autouse=True)
def there_is_an_engine():
    try:
        find_server(only_what_is_there=True)
    except EngineError as problem:
        pytest.skip(str(problem))


def played(tmp_path, kills, mechanism=None):
    said = Console(file=io.StringIO(), width=200)
    code = run(Options(kills, 3, 2, tmp_path / "kept", mechanism), said)
    return code, said.file.getvalue()


@pytest.mark.timeout(400)
def test_a_short_chaos_holds(tmp_path):
    code, said = played(tmp_path, 4)
    assert code == 0, said
    assert "lost=0 doubled=0 strange=0 sites=2" in said


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("mechanism", "wrong"), [("receipt", "lost"), ("follow", "doubled")])
def test_with_a_mechanism_broken_the_verdict_says_so(tmp_path, mechanism, wrong):
    code, said = played(tmp_path, 1, mechanism)
    assert code == 1, said
    assert f"{wrong}=0" not in said.splitlines()[-2]
    assert (tmp_path / "kept" / "logs").is_dir()


def test_the_same_seed_draws_the_same_plan():
    drawn = [plan.draw(5, 20, 3, ["a", "b"], NAMES) for _ in range(2)]
    assert drawn[0] == drawn[1] != plan.draw(6, 20, 3, ["a", "b"], NAMES)
    assert sum(fault.kind == "kill" for fault in drawn[0]) == 20
