"""``preaccueil backup``: journal, console's outbox and accounts, while everything runs."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import click

import preaccueil
from broker.contract import compiled
from preaccueil import backups
from preaccueil.options import site_option


@click.command()
@site_option
@click.option(
    "--hall",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="State folder of the hall.",
)
@click.option(
    "--dashboard",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="State folder of the dashboard.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where backups lie.")
@click.option("--keep", default=14, show_default=True, type=click.IntRange(1), help="How many stay.")
@click.option(
    "--mount", is_flag=True, help="Refuse where --out is no mount point: a stick that is not plugged in."
)
def command(site: Path, hall: Path, dashboard: Path | None, out: Path, keep: int, *, mount: bool) -> None:
    """Make a backup in a folder of its own under --out, while hall and dashboard run.

    Put it back with preaccueil restore. The oldest ones go once there are more than --keep.
    """
    if mount and not out.is_mount():
        raise click.ClickException(
            f"{out} n'est pas un support branché : la clé est-elle là ? / is no mount point: is the stick in?"
        )
    began = time.monotonic()
    folders = {"hall": hall, **({"dashboard": dashboard} if dashboard else {})}
    try:
        made = backups.make(
            folders,
            out,
            site=compiled.read(site).id,
            program=preaccueil.RELEASE,
            now=datetime.now(UTC).replace(microsecond=0),
            keep=keep,
        )
    except backups.BackupError as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(
        f"{made.path} : {made.manifest.events} événements / events, {made.manifest.bytes()} octets / bytes,"
        f" {time.monotonic() - began:.1f} s"
    )
    for old in made.removed:
        click.echo(f"{old} : effacée / removed (--keep {keep})")
