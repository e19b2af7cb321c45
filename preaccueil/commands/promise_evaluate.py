"""``preaccueil promise evaluate``: how promises would have met the waits of a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hall.promises import judge, report, visits


@click.command("promise evaluate")
@click.argument("file", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Judge the hall's estimator, beside simple rivals, on the real visits of FILE (CSV, or .csv.gz).

    FILE has the columns service, day (2026-01-31), arrival_s, start_s and end_s in seconds after midnight,
    and where known queue_at_arrival and desks_at_arrival. start_s is the call, blank for who left before;
    end_s may be blank. Only what was known at each ticket is used, day after day.

    Exits 0 when the 90th percentile keeps within its gates, 1 when not, 2 when FILE cannot be read.
    """
    try:
        found = visits.read(file)
    except visits.BadVisitsError as error:
        click.echo(f"Ce fichier ne peut être lu / this file cannot be read\n{error}", err=True)
        sys.exit(2)
    verdict = report.report(list(judge.walk(found)))
    click.echo(verdict.text)
    sys.exit(0 if verdict.holds else 1)
