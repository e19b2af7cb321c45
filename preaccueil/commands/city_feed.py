"""``preaccueil city feed``: from the city's journal to a copy and a store of each site."""

from __future__ import annotations

import logging
import signal
from pathlib import Path

import click

from broker.clock import SystemClock
from broker.connection import ConnectionRefusedForGoodError, Identity
from broker.contract import city
from broker.folder import FolderInUseError
from city.feed_process import FeedProcess
from preaccueil.city_options import described, engine_option, urls
from preaccueil.options import credentials_option
from preaccueil.sites_option import sites_option


@click.command()
@engine_option
@credentials_option
@sites_option
@click.option("--state", required=True, type=click.Path(path_type=Path), help="Folder of the copies.")
def command(engine: tuple[str, ...], credentials: Path, sites: Path, state: Path) -> None:
    """Copy each site's journal from the city's, and store its measures.

    All that it keeps can be made anew: end it, delete its folder or a site's, and start it.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        process = FeedProcess(
            described(sites),
            urls(engine),
            Identity.in_folder(credentials, city.FEED),
            state,
            SystemClock.from_environment(),
        )
    except FolderInUseError as problem:
        raise click.ClickException(str(problem)) from problem
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stop())
    try:
        process.run()
    except ConnectionRefusedForGoodError as problem:
        raise click.ClickException(str(problem)) from problem
