"""``preaccueil node test``: a node's self-test, at its terminal."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

from broker.clock import SystemClock
from nodes.errors import NodeError
from nodes.selftest import process
from preaccueil.options import pins_option, site_option, virtual_socket_option


@click.command("node test")
@click.argument("node")
@site_option
@pins_option
@click.option(
    "--limit",
    "limit_s",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds for each step; then it has failed.",
)
@click.option("--only", multiple=True, metavar="DEVICE", help="Only this device; may be given several times.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the result sheet here."
)
@virtual_socket_option
def command(
    node: str,
    site: Path,
    pins: str | None,
    limit_s: float,
    only: tuple[str, ...],
    out: Path | None,
    virtual_socket: Path | None,
) -> None:
    """Walk a technician through every device of the node named NODE, then print the results.

    Stop the node's service first: a pin has one owner. Nothing is sent and nothing is recorded.
    Ends with exit code 0 only when nothing failed, 1 when something did, 130 after Ctrl-C.
    """
    # What a device raises stands on the sheet; its traceback would bury the question.
    logging.basicConfig(level=logging.CRITICAL, format="%(levelname)s %(name)s: %(message)s")
    if out is not None and not out.parent.is_dir():
        raise click.BadParameter(
            f"le dossier {out.parent} n'existe pas / there is no folder {out.parent}", param_hint="--out"
        )
    options = process.Options(
        node=node,
        site=site,
        pins=pins,
        limit_s=limit_s,
        only=only,
        out=out,
        virtual_socket=virtual_socket,
    )
    try:
        sys.exit(process.run(options, SystemClock.from_environment(), click.echo))
    except (NodeError, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
