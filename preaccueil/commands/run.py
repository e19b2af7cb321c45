"""``preaccueil run``: a day in the virtual tent, everything on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from broker.contract.site import SiteError
from preaccueil.commands.check import fail
from simulation.dates import NeverOpenError, weeks
from simulation.site_runner import Options, RunError, StoreChoice, run


def _weeks(_context: click.Context, _parameter: click.Parameter, text: str) -> int:
    try:
        return weeks(text)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from problem


@click.command("run")
@click.option(
    "--site",
    default="firmware_configs/sites/barnum",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the site description.",
)
@click.option(
    "--state",
    default=".run",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for everything that the run keeps.",
)
@click.option(
    "--speed",
    default=10,
    show_default=True,
    type=click.IntRange(1, 600),
    help="Civil seconds a real second; machine time is never scaled.",
)
@click.option(
    "--history",
    default="3w",
    show_default=True,
    callback=_weeks,
    help="Weeks of made-up past, as in 3w; 0 for none. Kept between runs.",
)
@click.option(
    "--store",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "influxdb", "embedded"]),
    help="auto takes InfluxDB where influxd is at hand; influxdb gets one where none is.",
)
@click.option("--port", default=8019, show_default=True, type=click.IntRange(1, 65535), help="Of the page.")
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=1),
    help="Stop so many seconds after the page is served. Without it: until Ctrl-C.",
)
def command(
    site: Path, state: Path, speed: int, history: int, store: StoreChoice, port: int, seconds: float | None
) -> None:
    """Play a day in the virtual tent, from 10:00 of the last open day.

    mosquitto with TLS, the hall, the store and the pages are those of a real site; only the hardware is
    virtual, and visitors and agents press its buttons. Ends with a line that counts what was pressed,
    confirmed and stored, and with exit code 0 only when nothing was lost or doubled.
    """
    options = Options(site, state.absolute(), speed, history, store, port, seconds)
    try:
        sys.exit(run(options, Console()))
    except SiteError as problem:
        fail(problem, "fr")
    except (RunError, NeverOpenError) as problem:
        raise click.ClickException(str(problem)) from problem
