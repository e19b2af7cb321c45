"""``preaccueil city ledger``: counted at the site = copied at the city = stored, site by site."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broker.clock import SystemClock
from city.ledger import ledger_of
from preaccueil.city_options import described
from preaccueil.sites_option import sites_option


@click.command()
@sites_option
@click.option(
    "--state",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The feed's folder.",
)
def command(sites: Path, state: Path) -> None:
    """Compare what each site counts in its journal, what the city has copied, and what the store answers.

    Exits 0 when all of it is equal, 1 otherwise.
    """
    found = ledger_of(described(sites), state, SystemClock.from_environment().civil_ns())
    for site in found.sites:
        click.echo(str(site))
    click.echo(str(found))
    sys.exit(0 if found.holds else 1)
