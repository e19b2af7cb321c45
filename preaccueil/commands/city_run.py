"""``preaccueil city run``: several whole sites on this machine, and the city that sees them."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from broker.contract.site import SiteError
from preaccueil.commands.check import fail
from simulation.city_runner import Options, run
from simulation.dates import NeverOpenError
from simulation.site_runner import RunError, StoreChoice

_SITES = tuple(f"firmware_configs/sites/{name}" for name in ("barnum", "extension", "reamenagement"))


@click.command()
@click.option("--sites", default=5, show_default=True, type=click.IntRange(1, 40), help="How many sites.")
@click.option(
    "--site",
    "descriptions",
    multiple=True,
    default=_SITES,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a site description; several are given to the sites in turn.",
)
@click.option(
    "--state",
    default=".run/city",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for everything that the run keeps; it begins anew with every run.",
)
@click.option(
    "--speed", default=10, show_default=True, type=click.IntRange(1, 600), help="Civil seconds a real second."
)
@click.option(
    "--store",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "influxdb", "embedded"]),
    help="The city's: auto takes InfluxDB where influxd is at hand. A site's own is embedded here.",
)
@click.option(
    "--port", default=8020, show_default=True, type=click.IntRange(1, 65535), help="Of the city's page."
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=1),
    help="Stop so many seconds after the last site is up. Without it: until Ctrl-C.",
)
def command(
    sites: int,
    descriptions: tuple[Path, ...],
    state: Path,
    speed: int,
    store: StoreChoice,
    port: int,
    seconds: float | None,
) -> None:
    """Play a day in several tents at once, each a whole site, and see them together.

    Ends with a ledger line a site (counted there = copied here = stored here, and what was pressed at its
    pins) and one of the city; exit code 0 only when all of them hold.
    """
    options = Options(descriptions, sites, state.absolute(), speed, store, port, seconds)
    try:
        sys.exit(run(options, Console()))
    except SiteError as problem:
        fail(problem, "fr")
    except (RunError, NeverOpenError) as problem:
        raise click.ClickException(str(problem)) from problem
