"""``preaccueil compile``: from a site description to the one file that processes read."""

from __future__ import annotations

from pathlib import Path

import click

from broker.contract import compiled
from broker.contract.site import Language, SiteError, load
from preaccueil.commands.check import fail


@click.command("compile")
@click.argument("site_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write (JSON)."
)
@click.option(
    "--lang",
    "language",
    type=click.Choice(["fr", "en"]),
    default="fr",
    show_default=True,
    help="Language of the messages.",
)
def command(site_dir: Path, out: Path, language: Language) -> None:
    """Compile the site description in SITE_DIR to the one file that nodes, hall and dashboard read.

    Nothing is written when the description has errors: they are printed as `preaccueil check` does,
    and the exit code is 1. The file is replaced in one step.
    """
    try:
        site = load(site_dir)
    except SiteError as error:
        fail(error, language)
    compiled.write(site, out)
