"""``preaccueil whatif``: the same visitors in another arrangement, and what would change for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import click

from broker.contract import compiled
from broker.contract.site import Language, SiteError, load
from hall.promises.visits import BadVisitsError
from preaccueil.commands.check import fail
from simulation.whatif import changes, experiment, recorded, report
from simulation.whatif.arm import Arm
from simulation.whatif.changes import ChangeError

_A_WEEK = 7


class _Source(NamedTuple):
    """Where the visitors come from, on which days."""

    guests: experiment.Guests
    days: Sequence[date]
    is_recorded: bool


@click.command("whatif")
@click.argument("site_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--desk",
    "desks",
    multiple=True,
    metavar="NAME:…",
    help="etat-civil-2:comme=etat-civil,ouvert=10:00-12:00",
)
@click.option(
    "--service", "services", multiple=True, metavar="NAME:…", help="familles:duree=-10%,visites=+20%"
)
@click.option("--hours", multiple=True, metavar="DAYS=…", help="jeudi+vendredi=08:30-12:00+13:00-19:30")
@click.option(
    "--with", "other", type=click.Path(path_type=Path, file_okay=False), help="Another site description."
)
@click.option(
    "--day", "csv_file", type=click.Path(path_type=Path), help="A CSV of visits, as for promise evaluate."
)
@click.option("--journal", type=click.Path(path_type=Path), help="The hall's journal, or a backup of it.")
@click.option(
    "--date",
    "dates",
    multiple=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only such days. Without it: all recorded ones, or a week.",
)
@click.option(
    "--runs", default=30, show_default=True, type=click.IntRange(1, 1000), help="How many days are played."
)
@click.option("--seed", default=19, show_default=True, help="The same one draws the same visitors.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(["fr", "en"]),
    default="fr",
    show_default=True,
    help="Language of the report.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A CSV for every run's figures.")
def command(
    site_dir: Path,
    desks: Sequence[str],
    services: Sequence[str],
    hours: Sequence[str],
    other: Path | None,
    csv_file: Path | None,
    journal: Path | None,
    dates: Sequence[datetime],
    runs: int,
    seed: int,
    language: Language,
    out: Path | None,
) -> None:
    """Play days at SITE_DIR twice, as it is and with other desks, services, hours or layout.

    The same visitors with the same errands, patience and service times come into both: what differs is the
    arrangement's doing. The hall's own rules decide who is called. Visitors are simulated, or those of a
    recorded day (--day, --journal). Prints what changes, how sure that is, and what is not known.

    Exits 1 when the site description has errors, 2 when something asked for cannot be.
    """
    site = _site(site_dir, language)
    now = Arm(site)
    try:
        then, words = _changed(now, desks, services, hours, other, language)
        source = _source(site, now, then, csv_file, journal, seed, [one.date() for one in dates])
        if isinstance(source.guests, recorded.Recorded):
            now, then = (replace(arm, staffed=source.guests.staff) for arm in (now, then))
        with click.progressbar(
            experiment.runs(now, then, source.days, source.guests, runs),
            length=runs,
            label="journées / days",
            file=sys.stderr,
        ) as played:
            done = list(played)
    except (ChangeError, BadVisitsError, recorded.NoVisitsError, experiment.OpenInOneError) as problem:
        raise click.UsageError(str(problem)) from problem
    except OSError as problem:
        raise click.UsageError(f"illisible / cannot be read: {problem}") from problem
    said = report.Report(site, then.site, done, is_recorded=source.is_recorded, language=language)
    click.echo(said.text(words))
    if out is not None:
        try:
            report.write_csv(done, out)
        except OSError as problem:
            raise click.ClickException(f"{out} : pas écrit / not written: {problem.strerror}") from problem


def _site(folder: Path, language: Language) -> compiled.Site:
    try:
        return load(folder)
    except SiteError as error:
        fail(error, language)


def _changed(
    arm: Arm,
    desks: Sequence[str],
    services: Sequence[str],
    hours: Sequence[str],
    other: Path | None,
    language: Language,
) -> tuple[Arm, list[compiled.Text]]:
    words: list[compiled.Text] = []
    if other is not None:
        arm, said = changes.other_site(arm, _site(other, language))
        words.append(said)
    steps: list[tuple[Callable[[Arm, str], changes.Changed], Sequence[str]]] = [
        (changes.desk, desks),
        (changes.service, services),
        (changes.hours, hours),
    ]
    for step, texts in steps:
        for text in texts:
            arm, said = step(arm, text)
            words.append(said)
    return arm, words


def _source(
    site: compiled.Site,
    now: Arm,
    then: Arm,
    csv_file: Path | None,
    journal: Path | None,
    seed: int,
    dates: Sequence[date],
) -> _Source:
    if csv_file is not None and journal is not None:
        raise ChangeError("--day ou --journal, pas les deux / one of the two")
    if csv_file is None and journal is None:
        days = [day for day in dates or _next_week() if now.openings(day)]
        if not days:
            raise ChangeError(
                "le site n'est ouvert aucun de ces jours / the site is open on none of these days"
            )
        return _Source(experiment.simulated(now, then, seed), days, is_recorded=False)
    record = (
        recorded.from_csv(csv_file, site)
        if csv_file is not None
        else recorded.from_journal(journal or Path(), site)
    )
    missing = [day for day in dates if day not in record.days]
    if missing:
        known = ", ".join(str(day) for day in sorted(record.days))
        raise ChangeError(f"jour non enregistré / day not recorded: {missing[0]} ; {known}")
    return _Source(recorded.Recorded(record, site, seed), sorted(dates or record.days), is_recorded=True)


def _next_week() -> list[date]:
    today = date.today()  # noqa: DTZ011 - a day on the calendar
    monday = today + timedelta(days=_A_WEEK - today.weekday())
    return [monday + timedelta(days=more) for more in range(_A_WEEK)]
