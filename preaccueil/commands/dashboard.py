"""``preaccueil dashboard``: the pages of a site."""

from __future__ import annotations

from pathlib import Path

import click
from gevent import monkey

import preaccueil
from preaccueil.options import address, credentials_option, site_option


@click.command()
@site_option
@click.option("--broker", required=True, metavar="HOST:PORT", help="The broker's TLS address.")
@credentials_option
@click.option(
    "--state", required=True, type=click.Path(path_type=Path), help="Folder of outbox and accounts."
)
@click.option(
    "--store-config",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file that says which store, and where.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve the pages on.")
@click.option("--port", default=8019, show_default=True, type=click.IntRange(1, 65535), help="Its port.")
@click.option(
    "--demonstration",
    is_flag=True,
    help="Let anybody sign in without a PIN; served on this machine only.",
)
@click.option(
    "--behind-proxy",
    "proxied_as",
    multiple=True,
    metavar="NAME",
    help="A proxy on this machine serves the pages under this name, with TLS; once for each name. What it"
    " says of a visitor's address counts then, and requests for other names are refused.",
)
@click.option(
    "--phone",
    metavar="HOST:PORT",
    help="Serve the tickets' phone page here, over plain HTTP (docs/telephone.md); by default not at all.",
)
def command(
    site: Path,
    broker: str,
    credentials: Path,
    state: Path,
    store_config: Path,
    host: str,
    port: int,
    proxied_as: tuple[str, ...],
    *,
    demonstration: bool,
    phone: str | None,
) -> None:
    """Serve the pages: live plan, calls, barometer, consoles, history, technician's page."""
    monkey.patch_all()
    # After the patch: what is imported earlier would keep waiting on real sockets and locks.
    from dashboard.process import CannotServeError, serve  # noqa: PLC0415

    try:
        serve(
            site,
            address(broker),
            credentials,
            state,
            store_config,
            (host, port),
            preaccueil.RELEASE,
            demonstration=demonstration,
            phone=address(phone) if phone else None,
            proxied_as=proxied_as,
        )
    except CannotServeError as problem:
        raise click.ClickException(str(problem)) from problem
