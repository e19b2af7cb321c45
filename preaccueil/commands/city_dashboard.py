"""``preaccueil city dashboard``: the sites of a city side by side."""

from __future__ import annotations

from pathlib import Path

import click
from gevent import monkey

import preaccueil


@click.command()
@click.option(
    "--sites",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder for each site: its compiled site.json, and store.json of its store at the city.",
)
@click.option(
    "--feed",
    required=True,
    type=click.Path(path_type=Path),
    help="The feed's folder: what it has seen of each site is read there.",
)
@click.option("--state", required=True, type=click.Path(path_type=Path), help="Folder of the accounts.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve the pages on.")
@click.option("--port", default=8020, show_default=True, type=click.IntRange(1, 65535), help="Its port.")
@click.option(
    "--target",
    "target_min",
    default=20,
    show_default=True,
    type=click.IntRange(1, 240),
    help="Minutes of waiting that all sites are measured by.",
)
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
    help="A proxy on this machine serves the pages under this name, with TLS; once for each name.",
)
def command(
    sites: Path,
    feed: Path,
    state: Path,
    host: str,
    port: int,
    target_min: int,
    proxied_as: tuple[str, ...],
    *,
    demonstration: bool,
) -> None:
    """Serve the city's pages: what everybody may compare, and how sites are linked for technicians.

    Accounts are made as for a site's pages: preaccueil account --state FOLDER.
    """
    monkey.patch_all()
    # After the patch: what is imported earlier would keep waiting on real sockets and locks.
    from dashboard.city.process import serve  # noqa: PLC0415
    from dashboard.process import CannotServeError  # noqa: PLC0415

    try:
        serve(
            sites,
            feed,
            state,
            (host, port),
            preaccueil.RELEASE,
            target_min=target_min,
            demonstration=demonstration,
            proxied_as=proxied_as,
        )
    except CannotServeError as problem:
        raise click.ClickException(str(problem)) from problem
