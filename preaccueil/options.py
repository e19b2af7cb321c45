"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

site_option = click.option(
    "--site",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The compiled site (preaccueil compile).",
)

credentials_option = click.option(
    "--credentials",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with ca.pem and this process's certificate and key.",
)

pins_option = click.option(
    "--pins",
    type=click.Choice(["lgpio", "rpigpio", "mock"]),
    help="Pin library: lgpio (default, any Pi), rpigpio (old images), mock (no hardware)."
    " Else from PREACCUEIL_PINS.",
)

virtual_socket_option = click.option(
    "--virtual-socket",
    type=click.Path(path_type=Path),
    help="With --pins mock: a Unix socket that takes lines (press 17 0.1, lamp 18, display ID).",
)


def address(text: str) -> tuple[str, int]:
    """Split ``host:port``. Raises click.BadParameter with what was found."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise click.BadParameter(f"{text!r} is no address: HOST:PORT is wanted, as in localhost:8883")
    return host, int(port)
