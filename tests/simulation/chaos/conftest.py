"""Runs the instrument as anyone does, and reads its last line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from simulation.chaos import plan
from simulation.chaos.plan import Fault, Plan

ROOT = Path(__file__).parents[3]


class Ended(NamedTuple):
    """How a run ended: its exit code, its last line's figures, and all that it said."""

    code: int
    figures: dict[str, int]
    said: str


@pytest.fixture
def chaos(tmp_path):
    """``chaos(*faults, …)`` plays these faults; without any, options say what to draw."""

    def run(*faults: Fault, **options: object) -> Ended:
        if faults:
            plan.write(Plan(1, faults), tmp_path / "chosen.json")
            options["plan"] = tmp_path / "chosen.json"
        options |= {"store": "embedded", "kept": tmp_path / "kept"}
        words = [f"--{name.rstrip('_')}={value}" for name, value in options.items()]
        ended = subprocess.run(
            [sys.executable, "-m", "preaccueil", "chaos", *words],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        sys.stdout.write(ended.stdout)  # pytest shows it with a failing test
        pairs = [word.split("=") for word in ended.stdout.splitlines()[-1].split()]
        return Ended(ended.returncode, {name: int(value) for name, value in pairs}, ended.stdout)

    return run
