"""``preaccueil city engine``: the files of one server of the city's engine."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import click

from city.engine.configuration import server_files
from preaccueil.sites_option import site_names, sites_option


@click.command()
@sites_option
@click.option(
    "--server",
    "servers",
    required=True,
    multiple=True,
    metavar="NAME=HOST",
    help="A server of the engine and its host name, as its certificate says; once for each, three are usual.",
)
@click.option("--name", required=True, help="Whose files: one of these servers.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write them to.")
@click.option(
    "--journal", default="/var/lib/nats", show_default=True, help="Where its part of the journal will lie."
)
@click.option(
    "--credentials",
    default="/etc/nats/credentials",
    show_default=True,
    help="Where ca.pem, NAME.pem and NAME.key will lie.",
)
@click.option("--sync", default="always", show_default=True, help="How often it syncs to disk, or: always.")
def command(
    sites: Path,
    servers: tuple[str, ...],
    name: str,
    out: Path,
    journal: str,
    credentials: str,
    sync: str,
) -> None:
    """Write a server's configuration and its users: each site may write under its own name.

    After a site came or went: write them again, and reload the server (it stays up).
    """
    hosts = dict(_server(server) for server in servers)
    if name not in hosts:
        raise click.UsageError(f"--name {name} : aucun --server de ce nom / no --server has this name")
    files = server_files(
        name,
        hosts,
        site_names(sites),
        folder=PurePosixPath(journal),
        credentials=PurePosixPath(credentials),
        sync=sync,
    )
    out.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (out / file).write_text(text, encoding="utf-8")
        click.echo(out / file)


def _server(text: str) -> tuple[str, str]:
    name, _, host = text.partition("=")
    if not name or not host:
        raise click.BadParameter(f"{text!r} : NOM=HÔTE est attendu / NAME=HOST is wanted")
    return name, host
