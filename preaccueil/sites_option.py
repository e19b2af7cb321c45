"""The option that says which sites a city has, for its commands."""

from __future__ import annotations

from pathlib import Path

import click

from broker.contract import city
from broker.contract.topics import LEVEL

sites_option = click.option(
    "--sites",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The city's folder of sites: a folder for each, by its name.",
)


def site_names(folder: Path) -> list[str]:
    """The sites of a city by name. Raises click.ClickException that says all that is wrong with them."""
    names = sorted(place.name for place in folder.iterdir() if place.is_dir())
    wrong = [name for name in names if LEVEL.fullmatch(name) is None or name in (city.RECORDER, city.FEED)]
    if wrong:
        raise click.ClickException(
            f"{folder} : {', '.join(wrong)} : noms de site refusés (a-z, 0-9 et -)"
            " / cannot be sites' names (a-z, 0-9 and -)"
        )
    if not names:
        raise click.ClickException(
            f"{folder} : aucun site, un dossier par site y est attendu / no site: a folder each is wanted"
        )
    return names
