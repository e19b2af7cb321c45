"""``preaccueil city recorder``: from the sites' batches to the city's journal."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from pathlib import Path

import click

from broker.clock import SystemClock
from broker.connection import ConnectionRefusedForGoodError, Identity
from broker.contract import city
from broker.contract.topics import LEVEL
from city.recorder import CityRecorder
from preaccueil.options import credentials_option
from preaccueil.sites_option import site_names, sites_option


@click.command()
@sites_option
@click.option(
    "--engine",
    required=True,
    multiple=True,
    metavar="HOST:PORT",
    help="A server of the city's engine; once for each.",
)
@credentials_option
@click.option("--name", help="This recorder's own name; else this machine's.")
@click.option(
    "--replicas", type=click.IntRange(1, 5), default=3, show_default=True, help="Copies of the journal."
)
def command(sites: Path, engine: tuple[str, ...], credentials: Path, name: str | None, replicas: int) -> None:
    """Run a city recorder: check each site's batches, journal them, send receipts.

    Any number run side by side and share the sites; one that ends is replaced within ten seconds.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    recorder = CityRecorder(
        _name(name or socket.gethostname().partition(".")[0].lower()),
        site_names(sites),
        Identity.in_folder(credentials, city.RECORDER),
        [f"tls://{address}" for address in engine],
        SystemClock.from_environment(),
        replicas=replicas,
    )
    try:
        asyncio.run(_run(recorder))
    except ConnectionRefusedForGoodError as problem:
        raise click.ClickException(str(problem)) from problem


async def _run(recorder: CityRecorder) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, recorder.stop)
    await recorder.run()


def _name(name: str) -> str:
    if LEVEL.fullmatch(name) is None:
        raise click.ClickException(
            f"{name!r} : nom refusé, a-z, 0-9 et - seulement, 32 au plus ; donner --name"
            " / is no name, only a-z, 0-9 and -, 32 at most: give --name"
        )
    return name
