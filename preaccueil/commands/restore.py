"""``preaccueil restore``: put a backup back, or only look whether it is whole."""

from __future__ import annotations

from pathlib import Path

import click

from broker.contract import compiled
from preaccueil import backups


@click.command()
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--hall", type=click.Path(path_type=Path), help="State folder of the hall, empty or not there.")
@click.option("--dashboard", type=click.Path(path_type=Path), help="The dashboard's, the same.")
@click.option(
    "--site",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The compiled site: a backup of another one is refused.",
)
@click.option("--verify", is_flag=True, help="Only look whether it is whole, and say what is in it.")
def command(
    backup: Path, hall: Path | None, dashboard: Path | None, site: Path | None, *, verify: bool
) -> None:
    """Put BACKUP into state folders that are empty; services must be stopped, and nothing is overwritten.

    Nodes then send again what came after the backup: they keep seven days.
    """
    if verify == (hall is not None):
        raise click.UsageError("--verify, ou --hall (et --dashboard) / --verify, or --hall (and --dashboard)")
    folders = {name: folder for name, folder in (("hall", hall), ("dashboard", dashboard)) if folder}
    try:
        if verify:
            manifest = backups.verify(backup)
        else:
            wanted = compiled.read(site).id if site else None
            manifest = backups.restore(backup, folders, site=wanted)
    except backups.BackupError as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(
        f"{backup} : {manifest.site}, {manifest.made_at:%Y-%m-%d %H:%M} UTC, version {manifest.program},"
        f" {manifest.events} événements / events, {', '.join(manifest.files)}"
    )
    for name, folder in folders.items():
        click.echo(f"{name} : {folder}")
