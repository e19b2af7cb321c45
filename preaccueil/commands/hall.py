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
from hall.forward_process import CityLink
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
@click.option(
    "--city",
    multiple=True,
    metavar="HOST:PORT",
    help="A server of the city that sees this site (MQTT over TLS); once for each. None: no city.",
)
@click.option(
    "--city-credentials",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the city's ca.pem and this site's <site>.pem and <site>.key there.",
)
def command(
    site: Path,
    broker: str,
    credentials: Path,
    state: Path,
    store_config: StoreConfig,
    city: tuple[str, ...],
    city_credentials: Path | None,
) -> None:
    """Run the hall: journal every event, decide, publish views, feed the store, tell the city."""
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
            _link(city, city_credentials),
        )
    except FolderInUseError as problem:
        raise click.ClickException(str(problem)) from problem
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    server.run()


def _link(servers: tuple[str, ...], credentials: Path | None) -> CityLink | None:
    """Where the city is; None without one."""
    if not servers:
        return None
    if credentials is None:
        raise click.UsageError(
            "--city demande --city-credentials, le dossier du certificat"
            " / --city wants --city-credentials, the certificate's folder"
        )
    return CityLink(servers=[address(server) for server in servers], credentials=credentials.absolute())
