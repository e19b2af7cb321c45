"""``preaccueil signaletique``: the signs of a site, from its description."""

from __future__ import annotations

from pathlib import Path

import click

from broker.contract.site import SiteError, load
from dashboard.documents import signs
from dashboard.documents.typesetting import DocumentError
from preaccueil.commands.check import fail


@click.command()
@click.argument("site_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder to write to; it is made when it is missing.",
)
def command(site_dir: Path, out: Path) -> None:
    """Write the signs of the site described in SITE_DIR as PDF: French first, English below.

    An A3 sheet for each zone and one that presents the experiment; for each desk inside the building an A4
    sheet for its way and one for each arrow.
    """
    try:
        site = load(site_dir)
    except SiteError as error:
        fail(error, "fr")
    try:
        for path in signs.write(site, out):
            click.echo(path)
    except (DocumentError, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
