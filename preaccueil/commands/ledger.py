"""``preaccueil ledger``: pressed = stored, by node and day."""

from __future__ import annotations

import sys
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from broker.clock import SECOND, LocalDay, SystemClock, local_day
from broker.contract import compiled
from broker.delivery.journal import Journal
from hall.ledger import Line, day_total, days, lines, stored_by_node
from hall.store.open import StoreConfig, open_store
from preaccueil.options import site_option
from preaccueil.store_option import store_config_option

_COLUMNS = ("noté", "reçu", "conservé", "manquant", "en double", "quarantaine", "alarme")


@click.command()
@site_option
@click.option(
    "--state",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The hall's folder, with its journal.",
)
@store_config_option
@click.option(
    "--all", "all_lines", is_flag=True, help="Show whole days too, not only what differs and today."
)
@click.option("--day", help="Only this local day (2026-06-16), in one line.", metavar="DATE")
def command(site: Path, state: Path, store_config: StoreConfig, *, all_lines: bool, day: str | None) -> None:
    """Compare what nodes recorded, what the journal holds and what the store answers.

    Exits 0 when everything recorded is received and stored, 1 otherwise.
    """
    described = compiled.read(site)
    path = state / "journal.sqlite"
    if not path.exists():
        raise click.ClickException(
            f"{path}: no journal here; --state is the folder that preaccueil hall was given"
        )
    journal, store = Journal(path), open_store(store_config)
    if day is not None:
        one = _day(day, ZoneInfo(described.timezone))
        closing = day_total(journal, store, one)
        journal.close()
        store.close()
        click.echo(str(closing))
        sys.exit(0 if closing.holds else 1)
    now_ns = SystemClock.from_environment().civil_ns()
    table = Table("jour", "nœud", *_COLUMNS, "", title="notés = reçus = conservés")
    whole = True
    received = 0
    for each in days(journal, ZoneInfo(described.timezone), now_ns):
        for line in lines(journal, each, stored_by_node(store, each)):
            whole &= line.holds
            received += line.received
            anything = line.received or line.recorded
            if not line.holds or (anything and (all_lines or each.end_ns > now_ns)):
                table.add_row(
                    each.name, line.node, *_cells(line), "" if line.holds else "[bold red]à voir[/]"
                )
    journal.close()
    store.close()
    # A pipe has no width of its own: no name is cut short there.
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
    console.print(
        f"{received} événements reçus · "
        + ("tout est conservé" if whole else "[bold red]tout n’est pas conservé[/]")
    )
    sys.exit(0 if whole else 1)


def _day(name: str, zone: ZoneInfo) -> LocalDay:
    """The local day of that date. Raises click.UsageError when it is none."""
    try:
        noon = datetime.combine(date.fromisoformat(name), time(12), zone)
    except ValueError as problem:
        raise click.UsageError(f"--day {name}: a date like 2026-06-16 is wanted ({problem})") from None
    return local_day(int(noon.timestamp()) * SECOND, zone)


def _cells(line: Line) -> list[str]:
    counts = (
        line.recorded,
        line.received,
        line.stored,
        line.missing,
        line.duplicates,
        line.quarantined,
        line.alarms,
    )
    return ["—" if count is None else str(count) for count in counts]
