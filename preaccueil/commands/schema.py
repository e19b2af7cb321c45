"""``preaccueil schema``: the JSON Schemas of the files that authors write."""

from __future__ import annotations

import json
from pathlib import Path

import click

from broker.contract.site_schema import SCHEMAS, schema


@click.command("schema")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("firmware_configs/schema"),
    show_default=True,
    help="The folder to write to.",
)
def command(out: Path) -> None:
    """Write site.schema.json and node.schema.json.

    Editors that know TOML schemas (Even Better TOML, Tombi, Taplo) complete and check with them.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        (out / name).write_text(text(name), encoding="utf-8")
        click.echo(out / name)


def text(name: str) -> str:
    """The file's text, always the same for the same models."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"
