"""``preaccueil chaos``: everything is killed, cut, filled up and put back, and nothing may be lost."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from broker.contract.site import SiteError
from preaccueil.commands.check import fail
from simulation.chaos.keeping import enter_own_mounts
from simulation.chaos.runner import Options, run
from simulation.chaos.saboteur import BREAKS
from simulation.chaos.scene import ChaosError, StoreChoice


@click.command("chaos")
@click.option("--kills", default=200, show_default=True, type=click.IntRange(1), help="How many kill -9.")
@click.option("--seed", default=1, show_default=True, help="The same one draws the same faults.")
@click.option(
    "--store",
    default="influxdb",
    show_default=True,
    type=click.Choice(["influxdb", "embedded"]),
    help="influxdb gets an influxd where none is at hand.",
)
@click.option(
    "--break",
    "mechanism",
    type=click.Choice([*BREAKS]),
    help="Break one mechanism first: this must then end with a loss or a duplicate.",
)
@click.option(
    "--plan",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Play a kept plan.json instead of drawing one.",
)
@click.option(
    "--site",
    default="firmware_configs/sites/barnum",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the site description.",
)
@click.option(
    "--kept",
    default=".run/chaos",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where logs, plan and databases of a failed run are kept.",
)
def command(
    kills: int,
    seed: int,
    store: StoreChoice,
    mechanism: str | None,
    plan: Path | None,
    site: Path,
    kept: Path,
) -> None:
    """Kill and cut everything under load, and count whether anything pressed was lost or doubled.

    What is confirmed at lamp and paper must be stored, what is stored must have been pressed, each once: a
    last line says so, and only then the exit code is 0. As root the hall's disk is filled up too.
    """
    enter_own_mounts([sys.executable, "-m", "preaccueil", *sys.argv[1:]])
    options = Options(site, kept, kills, seed, store, mechanism, plan)
    try:
        sys.exit(run(options, Console()))
    except SiteError as problem:
        fail(problem, "fr")
    except ChaosError as problem:
        raise click.ClickException(str(problem)) from problem
