"""Accounts, machines and the secret, as the command and the running dashboard share them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from broker.clock import SECOND
from dashboard.accounts import CODE_VALID_S, DEMONSTRATION, ROLES, AccountError, Accounts
from preaccueil.__main__ import main
from tests.dashboard.conftest import QUICK

PIN = "480317"
NOW_NS = 1_000 * SECOND


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    accounts = Accounts(tmp_path, hasher=QUICK)
    accounts.add("awa", "Awa", "agent", PIN)
    return accounts


def test_a_pin_opens_its_own_account_and_no_other(accounts: Accounts):
    accounts.add("luc", "Luc", "supervisor", "260915")
    found = accounts.holds("awa", PIN)
    assert found is not None
    assert found.id == "awa"
    assert accounts.holds("awa", "260915") is None
    assert accounts.holds("luc", PIN) is None
    assert accounts.holds("nobody", PIN) is None


def test_the_file_holds_no_pin_and_is_for_its_owner_alone(tmp_path: Path):
    accounts = Accounts(tmp_path)
    accounts.add("awa", "Awa", "agent", PIN)
    accounts.secret()
    text = (tmp_path / "accounts.json").read_text(encoding="utf-8")
    assert PIN not in text
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in text
    for name in ("accounts.json", "secret.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "111111", "123456", "654321", "٤٨٠٣١٧"])
def test_a_pin_that_anybody_would_guess_or_that_is_none_is_refused(accounts: Accounts, pin: str):
    with pytest.raises(AccountError):
        accounts.add("luc", "Luc", "agent", pin)


@pytest.mark.parametrize(("account_id", "name"), [("awa", "Awa"), ("Awa", "x"), ("a b", "x"), ("luc", "  ")])
def test_an_account_needs_an_id_of_its_own_and_a_name(accounts: Accounts, account_id: str, name: str):
    with pytest.raises(AccountError):
        accounts.add(account_id, name, "agent", PIN)


def test_what_another_process_changes_is_seen_at_once(accounts: Accounts, tmp_path: Path):
    assert accounts.find("awa") is not None
    Accounts(tmp_path).remove("awa")
    assert accounts.find("awa") is None


def test_another_pin_gives_another_stamp_so_that_open_sessions_end(accounts: Accounts):
    before = accounts.find("awa")
    accounts.set_pin("awa", "905172")
    after = accounts.find("awa")
    assert before is not None
    assert after is not None
    assert before.stamp != after.stamp
    assert accounts.holds("awa", PIN) is None


def test_a_code_lets_one_machine_in_once(accounts: Accounts):
    code = accounts.new_code("Guichet 2", NOW_NS)
    machine = accounts.let_in(code.lower().replace("-", " "), NOW_NS)
    assert machine is not None
    assert machine.name == "Guichet 2"
    assert accounts.machine(machine.id) == machine
    assert accounts.let_in(code, NOW_NS) is None


def test_a_code_dies_after_a_quarter_of_an_hour(accounts: Accounts):
    code = accounts.new_code("Guichet 2", NOW_NS)
    assert accounts.let_in(code, NOW_NS + CODE_VALID_S * SECOND) is None
    accounts.new_code("Guichet 3", NOW_NS + CODE_VALID_S * SECOND)
    assert [kept.name for kept in accounts.register.codes] == ["Guichet 3"]


def test_a_forgotten_machine_is_known_no_longer(accounts: Accounts):
    machine = accounts.let_in(accounts.new_code("Guichet 2", NOW_NS), NOW_NS)
    assert machine is not None
    accounts.forget(machine.id)
    assert accounts.machine(machine.id) is None
    with pytest.raises(AccountError):
        accounts.forget(machine.id)


def test_the_secret_outlives_a_restart(accounts: Accounts, tmp_path: Path):
    assert accounts.secret() == Accounts(tmp_path).secret()
    assert len(accounts.secret()) == 32


def test_a_demonstration_has_its_accounts_and_a_real_site_has_not(tmp_path: Path):
    assert Accounts(tmp_path).find("demo-supervisor") is None
    assert Accounts(tmp_path, demonstration=True).find("demo-supervisor") is not None
    assert Accounts(tmp_path, demonstration=True).holds("demo-supervisor", "") is None


def test_a_supervisor_may_what_an_agent_may_and_not_the_other_way_round(accounts: Accounts):
    accounts.add("luc", "Luc", "supervisor", "260915")
    agent, supervisor = accounts.find("awa"), accounts.find("luc")
    assert agent is not None
    assert supervisor is not None
    assert (agent.may("agent"), agent.may("supervisor")) == (True, False)
    assert (supervisor.may("agent"), supervisor.may("supervisor")) == (True, True)


def test_a_technician_looks_after_machines_and_not_after_visitors(accounts: Accounts):
    accounts.add("zoe", "Zoé", "technician", "260915")
    technician, agent, supervisor = accounts.find("zoe"), accounts.find("awa"), DEMONSTRATION[-1]
    assert [technician.may(role) for role in ROLES] == [False, True, False]
    assert [agent.may(role) for role in ROLES] == [True, False, False]
    assert [supervisor.may(role) for role in ROLES] == [True, True, True]


def test_a_broken_file_is_said_with_its_name(accounts: Accounts, tmp_path: Path):
    (tmp_path / "accounts.json").write_text("{", encoding="utf-8")
    with pytest.raises(AccountError, match=r"accounts\.json"):
        accounts.find("awa")


# The command -------------------------------------------------------------------------------------


def ask(*words: str, pin: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(main, ["account", *words], env={"PREACCUEIL_PIN": pin})
    return result.exit_code, result.output


def test_the_command_adds_lists_changes_and_removes(tmp_path: Path):
    state = f"--state={tmp_path}"
    assert ask("add", "awa", "Awa", "--role=supervisor", state, pin=PIN)[0] == 0
    assert ask("pin", "awa", state, pin="905172")[0] == 0
    assert Accounts(tmp_path).holds("awa", "905172") is not None
    code, told = ask("machine", "Guichet 2", state)
    assert code == 0
    Accounts(tmp_path).let_in(told.strip(), 1)
    listed = ask("list", state)[1]
    assert "awa  supervisor  Awa" in listed
    assert "Guichet 2" in listed
    machine = Accounts(tmp_path).register.machines[0].id
    assert ask("forget", machine, state)[0] == 0
    assert ask("remove", "awa", state)[0] == 0
    assert ask("list", state)[1] == ""


def test_the_command_says_what_cannot_be_in_one_line(tmp_path: Path):
    code, told = ask("remove", "luc", f"--state={tmp_path}")
    assert code == 1
    assert told == "Error: there is no account 'luc' (known: none)\n"
