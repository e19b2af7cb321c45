"""``preaccueil check``: every error of a site description at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from broker.contract.site import Language, SiteError, load


@click.command("check")
@click.argument("site_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--lang",
    "language",
    type=click.Choice(["fr", "en"]),
    default="fr",
    show_default=True,
    help="Language of the messages.",
)
def command(site_dir: Path, language: Language) -> None:
    """Check the site description in SITE_DIR (site.toml and nodes/*.toml).

    Prints every error at once: file, line, field, what was found, what is allowed and what was
    perhaps meant. Exit code 0 when all is well, 1 when there is something to put right.
    """
    try:
        site = load(site_dir)
    except SiteError as error:
        fail(error, language)
    devices = sum(len(node.devices) for node in site.nodes)
    click.echo(
        {
            "fr": f"{site.name.fr} : {len(site.zones)} zones, {len(site.services)} services, "
            f"{len(site.desks)} guichets, {len(site.nodes)} nœuds, {devices} appareils. Tout est en ordre.",
            "en": f"{site.name.en}: {len(site.zones)} zones, {len(site.services)} services, "
            f"{len(site.desks)} desks, {len(site.nodes)} nodes, {devices} devices. All is well.",
        }[language]
    )


def fail(error: SiteError, language: Language) -> NoReturn:
    """Print every problem to standard error and end with exit code 1."""
    for problem in error.problems:
        click.echo(problem.describe(language) + "\n", err=True)
    count = len(error.problems)
    several = "s" if count > 1 else ""
    click.echo(
        {"fr": f"{count} erreur{several} à corriger.", "en": f"{count} error{several} to put right."}[
            language
        ],
        err=True,
    )
    sys.exit(1)
