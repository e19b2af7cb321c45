"""``preaccueil faults``: the catalogue of faults, to read on paper beside the tent."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard import faults


@click.command("faults")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("docs/pannes.md"),
    show_default=True,
)
def command(out: Path) -> None:
    """Write every fault with its likely cause and what to do."""
    out.write_text(faults.page(), encoding="utf-8")
    click.echo(out)
