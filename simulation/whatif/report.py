"""What the runs say: in words first, then as a table, then what the model does not know."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from broker.contract import compiled
from simulation.whatif.experiment import Change, Run, change
from simulation.whatif.figures import Estimate, Figures

SHOWN_SERVICES: Final = 3
"""Services that the words name; all are in the table."""


class Row(NamedTuple):
    """A figure: what it is called, how it is taken from a day, and how it is written.

    ``subject`` begins a sentence; ``unit`` follows a difference.
    """

    title: str
    subject: str
    of: Callable[[Figures], float | None]
    unit: str
    scale: float = 1.0


ROWS: Final = (
    Row("Attente médiane (min)", "L'attente médiane", lambda day: day.median_min, "min"),
    Row(
        "Attente de 9 sur 10 (min)",
        "L'attente que 9 personnes sur 10 ne dépassent pas",
        lambda day: day.p90_min,
        "min",
    ),
    Row(
        "Appelés dans les {target} min (%)",
        "La part appelée dans les {target} min",
        lambda day: day.within,
        "points",
        100.0,
    ),
    Row("Repartis sans service (%)", "La part repartie sans service", lambda day: day.left, "points", 100.0),
    Row("Personnes présentes, moyenne", "Le nombre moyen de présents", lambda day: day.mean_inside, ""),
    Row("Personnes présentes, au plus", "Le plus grand nombre de présents", lambda day: day.peak_inside, ""),
    Row(
        "Jours au-delà de l'effectif (%)", "La part de jours pleins", lambda day: day.beyond, "points", 100.0
    ),
    Row("Tickets par jour", "Le nombre de tickets", lambda day: day.tickets, ""),
    Row("Venus hors des horaires", "Le nombre de venus hors des horaires", lambda day: day.turned_away, ""),
)
MINUS: Final = "\N{MINUS SIGN}"
_WIDTHS: Final = (12, 9, 12, 20)
_SPOKEN: Final = 5
"""The first rows are also said in words."""

SIMULATED: Final = (
    "Les visiteurs sont inventés : leur nombre, leurs motifs et leur patience sont des hypothèses.",
    "Une journée enregistrée (--day, --journal) vaut mieux dès qu'il y en a une.",
)
RECORDED: Final = (
    "Les arrivées et les durées sont celles qui ont été enregistrées ; la patience de qui a été servi,",
    "que personne ne connaît, est supposée. Les présents sont ceux qui ont un ticket, et qui les accompagne.",
)
LIMITS: Final = (
    (
        "Les visiteurs viennent aux mêmes moments dans les deux cas. Un espace plus rapide peut en attirer",
        "d'autres, à d'autres heures.",
    ),
    (
        "Les agents gardent le même rythme toute la journée, et un guichet ouvert est tenu : ni absence, ni",
        "panne, ni renvoi d'un guichet à l'autre.",
    ),
    (
        "L'intervalle dit ce que le hasard de ces journées laisse d'incertain, pas ce que le modèle ignore.",
        "Avant de décider pour de bon : essayer une semaine, et comparer.",
    ),
)


def text(
    site: compiled.Site, other: compiled.Site, words: Sequence[str], done: Sequence[Run], *, is_recorded: bool
) -> str:
    """The whole report, on ``site`` as it is and ``other``, as it might be."""
    limits = (*_not_given(site, other), *(_of_record(done) if is_recorded else (SIMULATED,)), *LIMITS)
    lines = [
        f"Et si… {' ; '.join(words) or 'rien ne changeait'}",
        f"{_played(done, is_recorded=is_recorded)}, chaque fois dans les deux cas,",
        "avec les mêmes visiteurs, selon les règles de la salle.",
        "",
        *_sentences(site, done),
        "",
        *_table(site, done),
        "",
        "Ce que ce calcul ne sait pas",
        *("- " + "\n  ".join(limit) for limit in limits),
    ]
    return "\n".join(lines)


def _played(done: Sequence[Run], *, is_recorded: bool) -> str:
    """``30 journées simulées (du … au …)``, ``1 journée enregistrée (le …), rejouée 30 fois``."""
    days = sorted({run.day for run in done})
    span = f"le {days[0]}" if len(days) == 1 else f"du {days[0]} au {days[-1]}"
    count = len(days) if is_recorded else len(done)
    plural = "s" if count > 1 else ""
    if not is_recorded:
        return f"{count} journée{plural} simulée{plural} ({span})"
    times = f", rejouée{plural} {len(done)} fois en tout" if len(done) > count else ""
    return f"{count} journée{plural} enregistrée{plural} ({span}){times}"


def _of_record(done: Sequence[Run]) -> Iterator[tuple[str, ...]]:
    yield RECORDED
    if len({run.day for run in done}) == 1:
        yield (
            "Une seule journée est rejouée : l'intervalle ne vaut que pour elle. Il dit ce qui n'a pas été",
            "enregistré, et rien des autres jours.",
        )


def _not_given(site: compiled.Site, other: compiled.Site) -> Iterator[tuple[str, ...]]:
    """Services that the other arrangement has not: who comes for them is served by nobody."""
    given = {service.id for service in other.services}
    missing = [service.name.fr for service in site.services if service.id not in given]
    if missing:
        yield (
            "Pas de service dans la disposition essayée, donc pas de ticket, pour : "
            + ", ".join(missing)
            + ".",
        )


def _sentences(site: compiled.Site, done: Sequence[Run]) -> Iterator[str]:
    for row in ROWS[:_SPOKEN]:
        found = change(done, row.of)
        if found is not None:
            yield sentence(_named(row.subject, site), found.difference, row.unit, row.scale)
    sure = [(name, found) for name, found in _services(site, done) if found.difference.is_sure]
    sure.sort(key=lambda one: -abs(one[1].difference.mean))
    for name, found in sure[:SHOWN_SERVICES]:
        yield sentence(f"{name} : l'attente médiane", found.difference, "min", 1.0)


def sentence(subject: str, difference: Estimate, unit: str, scale: float) -> str:
    """A change as one says it: ``L'attente médiane baisse de 4 min (entre 2 et 6)``."""
    mean, low, high = (value * scale for value in difference)
    unit = f" {unit}" if unit else ""
    if mean == low == high == 0:
        return f"{subject} ne change pas."
    if not difference.is_sure:
        between = f"entre {_signed(low)} et {_signed(high)}"
        return f"{subject} ne change pas de façon sûre ({_signed(mean)}{unit}, {between})."
    verb = "monte" if mean > 0 else "baisse"
    near, far = sorted((abs(low), abs(high)))
    return f"{subject} {verb} de {_number(abs(mean))}{unit} (entre {_number(near)} et {_number(far)})."


def _table(site: compiled.Site, done: Sequence[Run]) -> Iterator[str]:
    yield _line("", "aujourd'hui", "et si", "différence", "intervalle à 95 %")
    for row in ROWS:
        found = change(done, row.of)
        if found is not None:
            yield _row(_named(row.title, site), found, row.scale)
    for name, found in _services(site, done):
        yield _row(f"  médiane, {name}", found, 1.0)


def _services(site: compiled.Site, done: Sequence[Run]) -> Iterator[tuple[str, Change]]:
    for service in site.services:
        name = service.id
        found = change(done, lambda day, name=name: day.by_service.get(name))  # type: ignore[misc]
        if found is not None:
            yield service.name.fr, found


def _row(title: str, found: Change, scale: float) -> str:
    difference = found.difference
    return _line(
        title,
        _number(found.now * scale),
        _number(found.then * scale),
        _signed(difference.mean * scale),
        f"{_signed(difference.low * scale)} à {_signed(difference.high * scale)}",
    )


def _line(title: str, *cells: str) -> str:
    return f"{title[:44]:<44}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells, (12, 9, 12, 20), strict=True)
    )


def _named(text_: str, site: compiled.Site) -> str:
    return text_.format(target=site.rules.target_wait_min)


def _number(value: float) -> str:
    """With a decimal comma, and one decimal below ten."""
    shown = f"{value:.0f}" if abs(value) >= 10 or value == 0 else f"{value:.1f}"  # noqa: PLR2004 - see above
    return shown.replace(".", ",").replace("-", MINUS)


def _signed(value: float) -> str:
    shown = _number(value)
    return f"+{shown}" if value > 0 else shown


def write_csv(done: Sequence[Run], path: Path) -> None:
    """Every run's figures, one line a run and arrangement. Raises OSError."""
    names = [name for name in Figures._fields if name != "by_service"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["run", "day", "arrangement", *names])
        for run in done:
            for arrangement, figures in (("now", run.now), ("then", run.then)):
                writer.writerow(
                    [run.number, run.day, arrangement, *(getattr(figures, name) for name in names)]
                )
