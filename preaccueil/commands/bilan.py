"""``preaccueil bilan``: the report of the experiment, and all its figures."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import click

from broker.clock import SystemClock
from broker.contract import compiled
from broker.delivery.journal import Journal
from dashboard.documents import bilan as document
from dashboard.documents.typesetting import DocumentError
from hall.bilan import before, changes
from hall.bilan.days import Period, observe
from hall.bilan.figures import Bilan, bilan_of
from hall.bilan.table import as_csv
from hall.measures import WaitMeasure
from hall.store.interface import StoreError
from hall.store.open import StoreConfig, open_store
from preaccueil.days_option import Day
from preaccueil.options import site_option
from preaccueil.store_option import store_config_option


@click.command()
@site_option
@store_config_option
@click.option("--from", "first", required=True, type=Day(), help="The first local day: 2027-06-01.")
@click.option("--to", "last", required=True, type=Day(), help="The last local day, included.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF to write; the CSV of all figures is written beside it.",
)
@click.option(
    "--before",
    "before_path",
    type=click.Path(path_type=Path),
    help="CSV of waits counted by hand in the old halls (docs/bilan.md); without it nothing is compared.",
)
@click.option(
    "--state",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The hall's folder, with its journal: then the report says whether all that was pressed is stored.",
)
def command(
    site: Path,
    store_config: StoreConfig,
    first: date,
    last: date,
    out: Path,
    before_path: Path | None,
    state: Path | None,
) -> None:
    """Write the report of a period: French, one page of summary first, tagged for screen readers.

    Days without data are shown as such. Beside the PDF, a CSV holds every figure with its denominator and
    its interval.
    """
    if last < first:
        raise click.UsageError(f"--to {last} est avant --from {first} / is before it")
    if out.suffix != ".pdf":
        raise click.UsageError(f"--out {out} : un nom en .pdf est attendu / a name in .pdf is wanted")
    try:
        counted = before.read(before_path) if before_path else None
        found = figures(site, store_config, Period(first, last), state, counted)
        out.write_bytes(document.as_pdf(found))
        table = out.with_suffix(".csv")
        table.write_text(as_csv(found), encoding="utf-8", newline="")
    except (before.BadBeforeError, DocumentError, StoreError, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{out}\n{table}")
    if not found.has_data:
        click.echo(
            f"Aucune donnée du {first} au {last} : le bilan est vide / no data: the report is empty", err=True
        )


def figures(
    site: Path,
    store_config: StoreConfig,
    period: Period,
    state: Path | None = None,
    counted: list[WaitMeasure] | None = None,
) -> Bilan:
    """The figures of a period. Raises StoreError and OSError."""
    described = compiled.read(site)
    journal = None if state is None else _journal(state)
    try:
        with closing(open_store(store_config)) as store:
            now_ns = SystemClock.from_environment().civil_ns()
            days = observe(store, described, period, now_ns, journal)
            changed = changes.noted(store, described.timezone, period, now_ns)
            return bilan_of(described, period, days, counted, changed)
    finally:
        if journal is not None:
            journal.close()


def _journal(state: Path) -> Journal:
    path = state / "journal.sqlite"
    if not path.exists():
        raise click.ClickException(
            f"{path} : pas de journal ici ; --state est le dossier donné à preaccueil hall / no journal here"
        )
    return Journal(path)
