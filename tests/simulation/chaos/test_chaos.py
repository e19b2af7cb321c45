"""The instrument on the real site: a short run is well, and a broken mechanism never goes unnoticed.

These runs take the embedded store, so that they need nothing but mosquitto; `make chaos` takes InfluxDB.
"""

from __future__ import annotations

import pytest

from simulation.chaos.plan import Fault


@pytest.mark.timeout(180)
def test_a_dozen_kills_lose_nothing_and_double_nothing(chaos):
    ended = chaos(kills=12, seed=3)
    assert ended.code == 0
    assert ended.figures["confirmed"] > 100
    assert ended.figures["confirmed"] <= ended.figures["stored"] <= ended.figures["pressed"]
    assert {name: ended.figures[name] for name in ("lost", "duplicated", "kills", "seed")} == {
        "lost": 0,
        "duplicated": 0,
        "kills": 12,
        "seed": 3,
    }


@pytest.mark.timeout(180)
def test_a_building_whose_link_is_cut_while_the_other_is_killed_loses_nothing(chaos):
    ended = chaos(
        Fault(2.0, "cut", "link/historique", 6.0),
        Fault(3.0, "kill", "borne-historique", 0.3),
        Fault(4.0, "kill", "hall", 0.3),
        Fault(9.0, "deaf", "link/nouveau", 2.0),
        site="firmware_configs/sites/double-mairie",
    )
    assert ended.code == 0
    assert ended.figures["confirmed"] > 30
    assert (ended.figures["lost"], ended.figures["duplicated"], ended.figures["kills"]) == (0, 0, 2)


def test_a_lamp_that_answers_before_the_disk_is_noticed(chaos, tmp_path):
    """BREAK=outbox: whoever was thanked in the last two seconds before a kill is lost."""
    ended = chaos(
        Fault(4.0, "kill", "barometre", 0.1),
        Fault(4.2, "kill", "entree", 0.1),
        break_="outbox",
    )
    assert ended.code == 1
    assert ended.figures["lost"] > 0
    assert (tmp_path / "kept" / "plan.json").exists()
    assert (tmp_path / "kept" / "logs" / "hall.log").exists()


def test_a_receipt_without_a_commit_is_noticed(chaos):
    """BREAK=receipt: no kill is needed, a node believes whoever receipts."""
    ended = chaos(Fault(3.0, "kill", "hall", 0.1), break_="receipt")
    assert ended.code == 1
    assert ended.figures["lost"] > 0


def test_an_intake_that_takes_things_twice_is_noticed(chaos):
    """BREAK=dedupe: what is sent again, because its receipts never came, is taken again."""
    ended = chaos(
        Fault(1.5, "deaf", "link/barometre", 2.0),
        Fault(1.5, "deaf", "link/entree", 2.0),
        Fault(4.0, "kill", "dashboard", 0.1),
        break_="dedupe",
    )
    assert ended.code == 1
    assert ended.figures["duplicated"] > 0
