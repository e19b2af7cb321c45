"""``preaccueil alerts``: Prometheus' alerting rules, from the catalogue of faults."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from dashboard.alerting import rules


@click.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The rules file.")
def command(out: Path) -> None:
    """Write the alerting rules: one for each fault of docs/pannes.md, and those of the broker's machine."""
    text = yaml.safe_dump(rules(), allow_unicode=True, sort_keys=False, width=110)
    out.write_text(f"# preaccueil alerts\n{text}", encoding="utf-8")
    click.echo(out)
