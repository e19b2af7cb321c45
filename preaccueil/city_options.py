"""Options that the city's commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from city.description import CityError, CitySiteDescription, read

engine_option = click.option(
    "--engine",
    "engine",
    required=True,
    multiple=True,
    metavar="HOST:PORT",
    help="A server of the engine, TLS; once for each.",
)


def described(folder: Path) -> list[CitySiteDescription]:
    """The city's sites, or every error in its description."""
    try:
        return read(folder)
    except CityError as problem:
        raise click.ClickException(str(problem)) from problem


def urls(addresses: Sequence[str]) -> list[str]:
    """Addresses as the engine's library wants them."""
    return [f"tls://{address}" for address in addresses]
