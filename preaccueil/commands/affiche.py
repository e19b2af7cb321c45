"""``preaccueil affiche``: the month on one A3 poster."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from dashboard.documents import poster
from dashboard.documents.typesetting import DocumentError
from hall.store.interface import StoreError
from hall.store.open import StoreConfig
from preaccueil.commands.bilan import figures
from preaccueil.days_option import Month
from preaccueil.options import site_option
from preaccueil.store_option import store_config_option


@click.command()
@site_option
@store_config_option
@click.option("--month", required=True, type=Month(), help="The month: 2027-06.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write."
)
@click.option(
    "--changes",
    type=click.Path(path_type=Path),
    help="Text file, one change a line, four at most, instead of what was entered on the report's page.",
)
def command(site: Path, store_config: StoreConfig, month: date, out: Path, changes: Path | None) -> None:
    """Write the month's poster: waits, share called in time, votes, what was changed because of them.

    To hang in the tent and to publish (Services Publics+ asks for results on the spot).
    """
    try:
        changed = poster.read_changes(changes) if changes else None
        found = figures(site, store_config, poster.period_of(month))
        out.write_bytes(poster.as_pdf(found, changed))
    except (DocumentError, StoreError, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(out)
