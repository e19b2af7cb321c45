"""``preaccueil rehearse``: virtual visitors for real agents."""

from __future__ import annotations

import logging
import random
import signal
import threading
from pathlib import Path

import click

import preaccueil
from broker.clock import SystemClock
from broker.connection import ConnectionRefusedForGoodError
from broker.contract import compiled
from preaccueil.options import address, credentials_option, site_option
from simulation.rehearsal import Options, Rehearsal


@click.command()
@site_option
@click.option("--broker", required=True, metavar="HOST:PORT", help="The broker's TLS address.")
@credentials_option
@click.option(
    "--state",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the outbox; made when missing.",
)
@click.option(
    "--rate",
    default=40.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Visitors an hour.",
)
@click.option(
    "--for",
    "minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop after so many minutes. Without it: until Ctrl-C.",
)
def command(
    site: Path, broker: str, credentials: Path, state: Path, rate: float, minutes: float | None
) -> None:
    """Rehearse with the agents: virtual visitors draw tickets, wait, are called, or leave.

    The desks are the agents' own. Every ticket is marked as an exercise, its number begins with X, and
    nothing of it is in any figure. At the end whoever still waits leaves.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    ends = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ends.set())
    options = Options(rate, None if minutes is None else minutes * 60)
    try:
        rehearsal = Rehearsal(
            compiled.read(site),
            address(broker),
            credentials,
            state,
            options,
            SystemClock.from_environment(),
            preaccueil.__version__,
            random.Random(),  # noqa: S311  visitors, no secrets
        )
        drawn = rehearsal.run(ends)
    except ConnectionRefusedForGoodError as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(
        f"{drawn} tickets d'exercice tirés, tout le monde est parti / exercise tickets drawn, all left"
    )
