"""``preaccueil schema``: JSON Schemas of the files that authors write, and the reference of their fields."""

from __future__ import annotations

import json
from pathlib import Path

import click

from broker.contract.site_reference import put_into
from broker.contract.site_schema import SCHEMAS, schema


@click.command("schema")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("firmware_configs/schema"),
    show_default=True,
    help="The folder to write to.",
)
@click.option(
    "--reference",
    "document",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A Markdown file whose table of fields to renew as well (docs/site-description.md).",
)
def command(out: Path, document: Path | None) -> None:
    """Write site.schema.json and node.schema.json.

    Editors that know TOML schemas (Even Better TOML, Tombi, Taplo) complete and check with them.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        (out / name).write_text(text(name), encoding="utf-8")
        click.echo(out / name)
    if document is not None:
        try:
            renewed = put_into(document.read_text(encoding="utf-8"))
        except ValueError as error:
            raise click.ClickException(f"{document}: {error}") from error
        document.write_text(renewed, encoding="utf-8")
        click.echo(document)


def text(name: str) -> str:
    """The published file's text: always the same for the same models."""
    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"
