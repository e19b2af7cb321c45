"""``preaccueil hall``: recorder, hall and store of a site."""

from __future__ import annotations

import logging
import signal
from pathlib import Path

import click

from broker.clock import SystemClock
from broker.connection import Identity
from broker.contract import compiled
from broker.contract.topics import RECORDER
from broker.folder import FolderInUseError
from hall.server import HallServer
from hall.store.open import StoreConfig
from preaccueil.options import address, credentials_option, site_option
from preaccueil.store_option import store_config_option


@click.command()
@site_option
@click.option("--broker", required=True, metavar="HOST:PORT", help="The broker's TLS address.")
@credentials_option
@click.option("--state", required=True, type=click.Path(path_type=Path), help="Folder of the journal.")
@store_config_option
def command(site: Path, broker: str, credentials: Path, state: Path, store_config: StoreConfig) -> None:
    """Run the hall: journal every event, decide, publish views, feed the store."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    host, port = address(broker)
    try:
        server = HallServer(
            compiled.read(site),
            Identity.in_folder(credentials, RECORDER),
            host,
            port,
            state,
            store_config,
            SystemClock.from_environment(),
        )
    except FolderInUseError as problem:
        raise click.ClickException(str(problem)) from problem
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    server.run()
