"""``preaccueil node``: one Raspberry Pi."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import preaccueil
from broker.clock import SystemClock
from broker.connection import ConnectionRefusedForGoodError
from broker.logs import to_standard_error
from nodes import process
from nodes.errors import NodeError
from preaccueil.options import address, credentials_option, pins_option, site_option, virtual_socket_option


@click.command("node")
@click.argument("node")
@site_option
@click.option("--broker", required=True, help="HOST:PORT of mosquitto's TLS listener.")
@credentials_option
@click.option(
    "--state",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the outbox; made when missing.",
)
@pins_option
@click.option(
    "--phone-url",
    default="",
    help="What a ticket's web address begins with; its token follows. Empty: tickets carry none.",
)
@virtual_socket_option
def command(
    node: str,
    site: Path,
    broker: str,
    credentials: Path,
    state: Path,
    pins: str | None,
    phone_url: str,
    virtual_socket: Path | None,
) -> None:
    """Run the node named NODE: its buttons, sensors, printer and displays.

    Ends with exit code 0 on SIGTERM, and with 75 when the technician's page asks for a restart.
    """
    to_standard_error()
    host, port = address(broker)
    options = process.Options(
        node=node,
        site=site,
        host=host,
        port=port,
        credentials=credentials,
        state=state,
        pins=pins,
        phone_url=phone_url,
        virtual_socket=virtual_socket,
    )
    try:
        sys.exit(process.run(options, SystemClock.from_environment(), preaccueil.RELEASE))
    except (NodeError, ConnectionRefusedForGoodError) as problem:
        raise click.ClickException(str(problem)) from problem
