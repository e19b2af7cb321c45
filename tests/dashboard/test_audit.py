"""The trail: who came in, who could not, who changed what; for the supervisor alone."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from broker.clock import SECOND, ManualClock
from dashboard.accounts import Accounts
from dashboard.audit import ACTS, MOST_LETTERS, Entry, Trail
from dashboard.texts import LANGUAGES, catalogue
from preaccueil.__main__ import main
from tests.dashboard.afternoon import NOW_NS
from tests.dashboard.conftest import QUICK

PIN = "480317"
MONTH_NS = 31 * 24 * 3600 * SECOND


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    accounts = Accounts(tmp_path / "state", demonstration=True, hasher=QUICK)
    accounts.add("awa", "Awa", "agent", PIN)
    return accounts


def acts(accounts: Accounts) -> list[tuple[str, str, str]]:
    return [(entry.act, entry.by, entry.about) for entry in reversed(accounts.trail.latest(100))]


def test_signing_in_and_out_and_failing_to_is_written_down(
    visitor: FlaskClient, accounts: Accounts, clock: ManualClock
):
    visitor.post("/connexion/poste", data={"code": "AAAAA-AAAAA"})
    code = accounts.new_code("Guichet 2", clock.civil_ns())
    visitor.post("/connexion/poste", data={"code": code})
    visitor.post("/connexion", data={"account": "awa", "pin": "905172"})
    visitor.post("/connexion", data={"account": "awa", "pin": PIN})
    visitor.post("/deconnexion")
    visitor.post("/deconnexion")  # by nobody: nothing happened
    assert acts(accounts) == [
        ("code_refused", "", ""),
        ("machine_let_in", "", "Guichet 2"),
        ("pin_refused", "", "awa"),
        ("signed_in", "awa", ""),
        ("signed_out", "awa", ""),
    ]
    latest = accounts.trail.latest(1)[0]
    assert (latest.at_ns, latest.machine, latest.address) == (NOW_NS, "Guichet 2", "127.0.0.1")


def test_what_a_supervisor_changes_is_written_down(client: FlaskClient, accounts: Accounts):
    client.post("/pilotage/poste", json={"name": "Guichet 5"})
    client.post("/recompte", json={"key": "k", "people": 44})
    client.post("/recompte", json={"key": "k", "people": -1})  # refused: nothing happened
    assert acts(accounts)[1:] == [
        ("machine_code_given", "demo-supervisor", "Guichet 5"),
        ("recounted", "demo-supervisor", "44"),
    ]


def test_the_command_line_writes_down_who_used_it(tmp_path: Path):
    state = f"--state={tmp_path}"
    env = {"PREACCUEIL_PIN": PIN, "SUDO_USER": "lea"}
    for words in (["add", "zoe", "Zoé", "--role=technician"], ["pin", "zoe"], ["machine", "Guichet 2"]):
        assert CliRunner().invoke(main, ["account", *words, state], env=env).exit_code == 0
    assert CliRunner().invoke(main, ["account", "remove", "zoe", state], env=env).exit_code == 0
    by = "lea (preaccueil account)"
    assert acts(Accounts(tmp_path)) == [
        ("account_added", by, "zoe (technician)"),
        ("pin_changed", by, "zoe"),
        ("machine_code_given", by, "Guichet 2"),
        ("account_removed", by, "zoe"),
    ]


def test_no_secret_is_written_down(
    visitor: FlaskClient, accounts: Accounts, clock: ManualClock, tmp_path: Path
):
    code = accounts.new_code("Guichet 2", clock.civil_ns())
    visitor.post("/connexion/poste", data={"code": code})
    for pin in (PIN, "905172"):
        visitor.post("/connexion", data={"account": "awa", "pin": pin})
    written = b"".join(path.read_bytes() for path in (tmp_path / "state").glob("audit-*"))
    for secret in (PIN, "905172", code, code.replace("-", "")):
        assert secret.encode() not in written


def test_whoever_goes_on_trying_fills_no_disk(visitor: FlaskClient, accounts: Accounts):
    for number in range(200):
        visitor.post("/connexion/poste", data={"code": f"{number:010}" * 100})
    found = [act for act, _, _ in acts(accounts)]
    assert found == ["code_refused"] * 10 + ["too_many_tries"]


def test_the_supervisor_reads_it_and_nobody_else(app, client: FlaskClient, visitor: FlaskClient):
    visitor.post("/connexion/poste", data={"code": "<b>AAAAA"})
    page = client.get("/pilotage/acces")
    assert page.status_code == 200
    assert "code de poste refusé" in page.text
    assert "17/06/2027 15:42:00" in page.text  # on the site's clock
    technician = app.test_client()
    technician.post("/connexion/demonstration", data={"account": "demo-technician"})
    assert technician.get("/pilotage/acces").status_code == 303
    assert visitor.get("/pilotage/acces").status_code == 303


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_act_has_words(language):
    assert [act for act in ACTS if f"access.act.{act}" not in catalogue(language).entries] == []


def test_the_running_month_and_twelve_before_it_are_kept(tmp_path: Path):
    trail = Trail(tmp_path)
    for month in range(15):
        trail.note(Entry(at_ns=NOW_NS + month * MONTH_NS, act="signed_in", by=f"m{month}"))
    kept = [entry.by for entry in trail.latest(100)]
    assert kept == [f"m{month}" for month in reversed(range(2, 15))]


def test_it_is_for_the_services_eyes_and_long_words_are_cut(tmp_path: Path):
    trail = Trail(tmp_path)
    trail.note(Entry(at_ns=NOW_NS, act="pin_refused", about="a\n" * 5000))
    (path,) = tmp_path.glob("audit-*")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(trail.latest(1)[0].about) == MOST_LETTERS
    assert len(path.read_bytes().splitlines()) == 1


def test_a_line_that_a_power_cut_left_half_written_hides_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    trail = Trail(tmp_path)
    trail.note(Entry(at_ns=NOW_NS, act="signed_in", by="awa"))
    (path,) = tmp_path.glob("audit-*")
    path.write_bytes(path.read_bytes() + b'{"at_ns": 1')
    with caplog.at_level(logging.WARNING):
        assert [entry.by for entry in trail.latest(10)] == ["awa"]
        trail.note(Entry(at_ns=NOW_NS, act="signed_in", by="luc"))
        assert [entry.by for entry in trail.latest(10)] == ["luc", "awa"]
    assert "no act" in caplog.text


def test_a_disk_that_takes_nothing_keeps_nobody_out(
    client: FlaskClient, accounts: Accounts, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    (tmp_path / "state" / "audit-2027-06.jsonl").unlink()
    (tmp_path / "state" / "audit-2027-06.jsonl").mkdir()
    answer = client.post("/connexion/demonstration", data={"account": "demo-agent"})
    assert answer.status_code == 303
    assert "the trail is not written" in caplog.text
