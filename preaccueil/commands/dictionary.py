"""``preaccueil dictionary``: the data dictionary of the open data, to read beside a downloaded table."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard import dictionary


@click.command("dictionary")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("docs/donnees.md"),
    show_default=True,
)
def command(out: Path) -> None:
    """Write what each table of the open data says, column by column."""
    out.write_text(dictionary.document(), encoding="utf-8")
    click.echo(out)
