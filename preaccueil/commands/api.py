"""``preaccueil api``: the MQTT side as AsyncAPI 3, the HTTP side as OpenAPI 3.1, made from the code."""

from __future__ import annotations

import json
from pathlib import Path

import click

import preaccueil
from broker.clock import ManualClock
from broker.contract import asyncapi
from broker.contract.site import load
from broker.contract.topics import Topics
from dashboard import create_app, openapi
from dashboard.live import Live
from hall.store.embedded import EmbeddedStore

SITE = Path("firmware_configs/sites/barnum")


@click.command("api")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("docs"), show_default=True
)
@click.option(
    "--site", "folder", type=click.Path(path_type=Path, file_okay=False), default=SITE, show_default=True
)
def command(out: Path, folder: Path) -> None:
    """Write asyncapi.json and openapi.json."""
    for name, text in documents(folder).items():
        (out / name).write_text(text, encoding="utf-8")
        click.echo(out / name)


def documents(folder: Path) -> dict[str, str]:
    """The published files' texts by name: always the same for the same code."""
    site, clock = load(folder), ManualClock()
    app = create_app(site, Live(Topics(site.id), clock), EmbeddedStore(Path("never-written")), clock)
    found = {
        "asyncapi.json": asyncapi.document(site, preaccueil.__version__),
        "openapi.json": openapi.document(app, preaccueil.__version__),
    }
    return {
        name: json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        for name, document in found.items()
    }
