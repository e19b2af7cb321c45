"""``preaccueil mosquitto``: the files of a real site's broker."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import click

from broker.contract import compiled
from broker.mosquitto.configuration import site_files
from preaccueil.options import site_option


@click.command("mosquitto")
@site_option
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where to write them."
)
@click.option(
    "--folder",
    default="/etc/preaccueil/mosquitto",
    show_default=True,
    help="Where they will lie on the broker's machine.",
)
@click.option(
    "--credentials",
    default="/etc/preaccueil/mosquitto/credentials",
    show_default=True,
    help="Where its certificates will lie there.",
)
@click.option("--port", default=8883, show_default=True, type=click.IntRange(1, 65535))
def command(site: Path, out: Path, folder: str, credentials: str, port: int) -> None:
    """Write mosquitto.conf and the access list of the broker of a compiled site."""
    out.mkdir(parents=True, exist_ok=True)
    files = site_files(compiled.read(site), PurePosixPath(folder), PurePosixPath(credentials), port)
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
        click.echo(out / name)
