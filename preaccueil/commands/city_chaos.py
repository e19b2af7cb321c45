"""``preaccueil city chaos``: servers, recorders, forwarders and links die, and every ledger must be equal."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from city.engine.run import EngineError
from simulation.chaos_city.runner import Options, run
from simulation.chaos_city.saboteur import BREAKS


@click.command()
@click.option("--kills", default=50, show_default=True, type=click.IntRange(1), help="How many kill -9.")
@click.option("--seed", default=1, show_default=True, help="The same one draws the same faults.")
@click.option("--sites", default=5, show_default=True, type=click.IntRange(1, 50), help="How many sites.")
@click.option(
    "--break",
    "mechanism",
    type=click.Choice([*BREAKS]),
    help="Break one mechanism of the recorders first: this must then end with a loss or a double.",
)
@click.option(
    "--kept",
    default=".run/chaos-city",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where logs and databases of a failed run are kept.",
)
def command(kills: int, seed: int, sites: int, mechanism: str | None, kept: Path) -> None:
    """Kill and cut a city under load, and compare what its sites have with what the city has.

    Every event of every site must be in the city's journal once and in order: a last line says so, and only
    then the exit code is 0.
    """
    try:
        sys.exit(run(Options(kills, seed, sites, kept, mechanism), Console()))
    except EngineError as problem:
        raise click.ClickException(str(problem)) from problem
