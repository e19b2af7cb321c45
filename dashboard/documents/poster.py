"""The month's poster: one A3 sheet to hang in the tent and to publish."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from dashboard.documents.content import BigFigure
from dashboard.documents.french import MONTHS, minutes, number, percent, plural
from dashboard.documents.typesetting import DocumentError, pdf
from hall.bilan.days import Period
from hall.bilan.figures import Bilan
from hall.bilan.votes import QuestionFigures

MOST_CHANGES: Final = 4
LONGEST_CHANGE: Final = 110
"""What the sheet has room for, and people read standing."""

MOST_QUESTIONS: Final = 4


class PosterQuestion(msgspec.Struct):
    """A question with its share of favourable answers (0 to 1), 95 % interval and denominator."""

    text: str
    share: float
    low: float
    high: float
    share_text: str
    favourable: str
    note: str


class PosterContent(msgspec.Struct, kw_only=True):
    """All that ``affiche.typ`` reads."""

    title: str
    site: str
    month: str
    hero: str
    hero_label: str
    hero_note: str
    hero_alt: str
    figures: list[BigFigure]
    questions: list[PosterQuestion]
    questions_alt: str
    no_votes: str
    changes: list[str]
    no_changes: str
    method: str


def period_of(month: date) -> Period:
    """All days of the month in which that day is."""
    return Period(month.replace(day=1), month.replace(day=monthrange(month.year, month.month)[1]))


def as_pdf(bilan: Bilan, changes: Sequence[str] | None = None) -> bytes:
    """The poster of the bilan's month, tagged; without ``changes`` with those that were entered for it.

    Raises:
        DocumentError: there is nothing to show, or the changes do not fit the sheet.
    """
    if changes is None:
        changes = checked_changes([line for each in bilan.changes for line in each.lines], "")
    return pdf("affiche", content_of(bilan, changes))


def read_changes(path: Path) -> list[str]:
    """What was changed because of what visitors said, from a file (``checked_changes``).

    Raises:
        DocumentError: the file cannot be read, or it has too much for the sheet.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise DocumentError(f"{path} : illisible / cannot be read: {problem}") from problem
    return checked_changes(lines, f"{path} : ")


def checked_changes(lines: Sequence[str], where: str) -> list[str]:
    """One change a line; # begins a remark.

    Raises:
        DocumentError: too much for the sheet; every line is told, after ``where`` they stand.
    """
    changes = {
        place: line.strip()
        for place, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith("#")
    }
    problems = [
        f"{where}ligne {place} : {len(change)} caractères, {LONGEST_CHANGE} au plus / too long"
        for place, change in changes.items()
        if len(change) > LONGEST_CHANGE
    ]
    if len(changes) > MOST_CHANGES:
        problems.append(
            f"{where}{len(changes)} changements, {MOST_CHANGES} au plus : l’affiche n’a pas plus de"
            " place / too many"
        )
    if problems:
        raise DocumentError("\n".join(problems))
    return list(changes.values())


def content_of(bilan: Bilan, changes: Sequence[str]) -> PosterContent:
    """What the poster says. Raises DocumentError."""
    month = f"{MONTHS[bilan.period.first.month - 1]} {bilan.period.first.year}"
    waits = bilan.waits
    if not waits.ended:
        raise DocumentError(f"{month} : aucun ticket, pas d’affiche / no ticket: there is nothing to show")
    hero, target = percent(waits.within_share), bilan.target_min
    questions = [_question(each) for each in bilan.questions if each.favourable.share is not None]
    return PosterContent(
        title=f"{bilan.site.name.fr} : {month}",
        site=bilan.site.name.fr,
        month=month.capitalize(),
        hero=hero,
        hero_label=f"appelés en {target} minutes ou moins",
        hero_note=(
            f"Sur {plural(waits.ended, 'ticket', 'tickets')}, l’attente comptée depuis le ticket. Qui"
            " est parti avant, ou n’était plus là à l’appel, compte comme non."
        ),
        hero_alt=f"{hero} des tickets appelés en {target} minutes, sur {number(waits.ended)}.",
        figures=_figures(bilan),
        questions=questions[:MOST_QUESTIONS],
        questions_alt=" ; ".join(f"{one.text} {one.share_text} {one.favourable}" for one in questions),
        no_votes="Trop peu de votes ce mois-ci pour en dire quelque chose.",
        changes=list(changes),
        no_changes="Aucun changement n’a été noté ce mois-ci. Dites-nous ce qui vous aiderait.",
        method=_method(bilan),
    )


def _figures(bilan: Bilan) -> list[BigFigure]:
    waits = bilan.waits
    away = waits.left + waits.no_show
    return [
        BigFigure(minutes(waits.median_s), "d’attente", "la moitié attend moins"),
        BigFigure(minutes(waits.p90_s), "au plus, neuf fois sur dix", "une sur dix attend plus"),
        BigFigure(
            percent(away / waits.ended),
            "partis sans être reçus",
            "avant l’appel ou absents alors",
        ),
    ]


def _question(each: QuestionFigures) -> PosterQuestion:
    found = each.favourable
    share, low, high = found.share or 0.0, found.low or 0.0, found.high or 0.0
    return PosterQuestion(
        text=each.question.text.fr,
        share=share,
        low=low,
        high=high,
        share_text=percent(share),
        favourable=" ou ".join(f"« {answer.text.fr} »" for answer, _ in each.answers if answer.positive),
        note=(
            f"entre {number(100 * low)} et {percent(high)} · {plural(each.votes, 'vote', 'votes')} pour"
            f" {plural(each.visits, 'visite', 'visites')}"
        ),
    )


def _method(bilan: Bilan) -> str:
    missing = len(bilan.quality.without_data)
    known = plural(bilan.quality.days - missing, "jour observé", "jours observés")
    days = f"{known} sur {plural(bilan.quality.days, 'jour', 'jours')} d’ouverture."
    return (
        f"{days} « Entre… » : intervalle à 95 % ; ont voté ceux qui l’ont voulu ; visites : reçues à un"
        " guichet. Ni caméra, ni nom : des"
        " appuis sur des boutons et des tickets. Tous les chiffres sont publics : demandez-les à un agent."
    )
