"""``preaccueil wiring``: what to wire, to buy and to stick on cables, drawn from the site description."""

from __future__ import annotations

from pathlib import Path

import click

from broker.contract.site import SiteError, load
from nodes.errors import WiringError
from nodes.wiring import book
from preaccueil.commands.check import fail


@click.command("wiring")
@click.argument("site_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder to write to; it is made when it is missing.",
)
def command(site_dir: Path, out: Path) -> None:
    """Draw the wiring of every Raspberry Pi in SITE_DIR.

    Writes one SVG a node, and cablage.pdf with everything: what to buy, a page a node (header, wires,
    resistors, supplies, current budget), labels for cables and boxes. A pin used twice or overloaded is
    an error, and nothing is written.
    """
    try:
        site = load(site_dir)
    except SiteError as error:
        fail(error, "fr")
    try:
        written = book.write(site, out)
    except WiringError as error:
        raise click.ClickException(f"câblage impossible / cannot be wired:\n{error}") from error
    for path in written:
        click.echo(path)
