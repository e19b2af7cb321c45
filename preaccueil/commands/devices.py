"""``preaccueil devices``: what people do with each device, its wiring, and what it says, as a document."""

from __future__ import annotations

from pathlib import Path

import click

from nodes.guide import put_into


@click.command("devices")
@click.option(
    "--into",
    "document",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=Path("docs/devices.md"),
    show_default=True,
    help="The Markdown file whose part between its marks is renewed.",
)
def command(document: Path) -> None:
    """Renew the guide to the devices from their own docstrings."""
    try:
        renewed = put_into(document.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{document}: {error}") from error
    document.write_text(renewed, encoding="utf-8")
    click.echo(document)
