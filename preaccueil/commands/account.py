"""``preaccueil account``: who may sign in to the consoles, and on which machines."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from broker.clock import SystemClock
from dashboard.accounts import ROLES, AccountError, Accounts, Role
from dashboard.audit import Act, Entry

_state = click.option(
    "--state",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The dashboard's state folder.",
)
_pin = click.option(
    "--pin",
    prompt="PIN",
    hide_input=True,
    confirmation_prompt=True,
    envvar="PREACCUEIL_PIN",
    help="Six digits; asked for when not given. Anybody here can read options: prefer PREACCUEIL_PIN.",
)


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be is one clear line."""
    try:
        yield
    except AccountError as problem:
        raise click.ClickException(str(problem)) from problem


def _note(state: Path, act: Act, about: str) -> None:
    """Write it into the trail that the supervisor reads, with who used the command line here."""
    by = os.environ.get("SUDO_USER") or getpass.getuser()
    entry = Entry(at_ns=SystemClock().civil_ns(), act=act, by=f"{by} (preaccueil account)", about=about)
    Accounts(state).trail.note(entry)


@click.group("account")
def command() -> None:
    """Say who may sign in to the consoles, and on which machines.

    The running dashboard sees a change at once: a removed account or another PIN ends what is open.
    """


@command.command()
@click.argument("account_id", metavar="ID")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True)
@_pin
@_state
def add(account_id: str, name: str, role: Role, pin: str, state: Path) -> None:
    """Add an account: ID goes into the journal with each press, NAME is what colleagues read."""
    with _told():
        Accounts(state).add(account_id, name, role, pin)
        _note(state, "account_added", f"{account_id} ({role})")


@command.command("list")
@_state
def list_all(state: Path) -> None:
    """List accounts and machines."""
    with _told():
        register = Accounts(state).register
    for account in register.accounts:
        click.echo(f"account  {account.id}  {account.role}  {account.name}")
    for machine in register.machines:
        click.echo(f"machine  {machine.id}  {machine.name}")


@command.command()
@click.argument("account_id", metavar="ID")
@_state
def remove(account_id: str, state: Path) -> None:
    """Remove an account; its open sessions end."""
    with _told():
        Accounts(state).remove(account_id)
        _note(state, "account_removed", account_id)


@command.command()
@click.argument("account_id", metavar="ID")
@_pin
@_state
def pin(account_id: str, pin: str, state: Path) -> None:
    """Give an account another PIN; its open sessions end."""
    with _told():
        Accounts(state).set_pin(account_id, pin)
        _note(state, "pin_changed", account_id)


@command.command()
@click.argument("name")
@_state
def machine(name: str, state: Path) -> None:
    """Print a code that makes one machine known, within a quarter of an hour; NAME says later which it is."""
    with _told():
        code = Accounts(state).new_code(name, SystemClock().civil_ns())
        _note(state, "machine_code_given", name)
    click.echo(code)


@command.command()
@click.argument("machine_id", metavar="MACHINE")
@_state
def forget(machine_id: str, state: Path) -> None:
    """Know a machine no longer; the sessions on it end."""
    with _told():
        accounts = Accounts(state)
        known = accounts.machine(machine_id)
        accounts.forget(machine_id)
        _note(state, "machine_forgotten", known.name if known else machine_id)
