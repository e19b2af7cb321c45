"""The report on waits, in words: the essentials, by week and hour, by service, and what was announced."""

from __future__ import annotations

from typing import Final

from dashboard.documents.content import BigFigure, Column, Part, Tone
from dashboard.documents.french import UNKNOWN, between, minutes, number, percent, plural, short_day
from hall.bilan.figures import Bilan
from hall.bilan.waits import WaitFigures

RARE: Final = 0.1
"""Below one in ten a share of a hundred tickets is told to the tenth."""

FEW: Final = 30
"""Under so many tickets a percentile or a share is little more than those tickets."""


def big_figures(bilan: Bilan) -> list[BigFigure]:
    """The summary's four figures."""
    waits, quality = bilan.waits, bilan.quality
    away = waits.left + waits.no_show
    known = quality.days - len(quality.without_data)
    return [
        BigFigure(number(waits.tickets), "tickets", f"en {plural(known, 'jour observé', 'jours observés')}"),
        BigFigure(
            minutes(waits.median_s),
            "d’attente médiane",
            f"une personne sur dix : plus de {minutes(waits.p90_s)}",
        ),
        BigFigure(
            percent(waits.within_share),
            f"appelés en {bilan.target_min} minutes",
            "et présents à l’appel ; qui est parti compte comme non",
        ),
        BigFigure(
            percent(away / waits.ended if waits.ended else None),
            "partis sans être reçus",
            f"{number(waits.left)} avant l’appel, {plural(waits.no_show, 'absent', 'absents')} à l’appel",
        ),
    ]


def hundred(bilan: Bilan) -> list[Part]:
    """What becomes of a hundred tickets."""
    waits = bilan.waits
    if not waits.tickets:
        return []
    late = waits.called - waits.no_show - waits.within
    parts: list[Part] = []
    outcomes: tuple[tuple[str, int, Tone], ...] = (
        (f"appelés en {bilan.target_min} min, présents", waits.within, "good"),
        ("appelés plus tard, présents", late, "late"),
        ("absents à l’appel", waits.no_show, "gone"),
        ("partis avant l’appel", waits.left, "away"),
        ("attente inconnue", waits.unknown, "unknown"),
    )
    for label, count, tone in outcomes:
        share = count / waits.tickets
        is_rare = 0 < share < RARE
        parts.append(Part(label, share, number(100 * share, int(is_rare)), tone))
    return parts


def hundred_alt(parts: list[Part]) -> str:
    """The same in words."""
    return (
        "Sur 100 tickets : " + ", ".join(f"{part.value} {part.label}" for part in parts if part.share) + "."
    )


def columns(rows: list[tuple[str, WaitFigures | None]]) -> list[Column]:
    """Median and 90th percentile in minutes; none where nobody was called."""
    return [
        Column(
            label,
            None if figures is None or figures.median_s is None else figures.median_s / 60,
            None if figures is None or figures.p90_s is None else figures.p90_s / 60,
        )
        for label, figures in rows
    ]


def by_week(bilan: Bilan) -> list[Column]:
    """Week by week, named by the week's Monday; those without data too."""
    return columns([(short_day(monday), figures) for monday, figures in bilan.by_week])


def by_hour(bilan: Bilan) -> list[Column]:
    """By the hour of the ticket."""
    return columns([(f"{hour} h", figures) for hour, figures in bilan.by_hour])


def columns_alt(what: str, rows: list[Column]) -> str:
    """A chart of waits in words, column by column."""
    told = [
        f"{row.label} : "
        + (
            "sans données"
            if row.median is None or row.p90 is None
            else f"médiane {number(row.median)} min, P90 {number(row.p90)} min"
        )
        for row in rows
    ]
    return f"{what} " + " ; ".join(told) + "."


def services(bilan: Bilan) -> list[list[str]]:
    """A line for each service; figures of few tickets carry a star."""
    lines = []
    for service, figures in bilan.by_service:
        star = "*" if 0 < figures.ended < FEW else ""
        shares = (figures.within_share, figures.left_share)
        no_show = figures.no_show / figures.ended if figures.ended else None
        lines.append(
            [
                service.name.fr + star,
                number(figures.tickets),
                minutes(figures.median_s),
                minutes(figures.p90_s),
                percent(shares[0]),
                percent(shares[1], 1),
                percent(no_show),
            ]
        )
    return lines


def services_note() -> str:
    """What the star and the dash say."""
    return (
        f"* Moins de {FEW} tickets : à lire avec prudence. {UNKNOWN} : personne n’a pris de ticket, il"
        " n’y a rien à mesurer. Absents : appelés, pas venus. Un ticket réorienté vers un autre"
        " service ouvre une nouvelle attente et compte deux fois."
    )


def intro(bilan: Bilan) -> str:
    """The chapter's first lines."""
    waits = bilan.waits
    if not waits.tickets:
        return "Aucun ticket n’a été pris pendant la période."
    would = (
        "Si personne n’était parti, neuf personnes sur dix auraient été appelées en"
        f" {minutes(waits.would_p90_s)} (Kaplan et Meier)."
        if waits.would_p90_s is not None
        else "Trop de personnes sont parties pour dire quand neuf sur dix auraient été appelées."
    )
    return (
        "L’attente va du ticket à l’appel. La moitié des personnes appelées ont attendu"
        f" {minutes(waits.median_s)} ou moins, neuf sur dix {minutes(waits.p90_s)} ou moins. {would}"
    )


def promise(bilan: Bilan) -> str:
    """How what the tickets announced held."""
    found = bilan.promises
    if not found.scored or found.bias_s is None:
        return "Aucune attente annoncée n’a pu être comparée à une attente réelle."
    around = between(*(bilan.promises_interval or (None, None)))
    longer = "trop courte" if found.bias_s < 0 else "trop longue"
    return (
        "Le ticket annonce une attente probable et un maximum qui doit tenir neuf fois sur dix. Parmi"
        f" les {number(found.scored)} personnes qui ont vraiment attendu (plus de deux minutes),"
        f" {percent(found.beyond_share, 1)} ont attendu au-delà de ce maximum"
        + (f" (intervalle à 95 % : {around})" if around else "")
        + " ; visé : 10 %. L’attente probable était en moyenne"
        f" {longer} de {minutes(abs(found.bias_s))}. {plural(found.without, 'ticket', 'tickets')} sans"
        " annonce : trop peu était connu pour en faire une."
    )


def promise_in_short(bilan: Bilan) -> str:
    """The summary's line on announced waits."""
    found = bilan.promises
    if not found.scored:
        return "Aucune attente annoncée n’a pu être comparée à une attente réelle."
    return (
        f"Le maximum annoncé sur le ticket, qui doit tenir neuf fois sur dix, a été dépassé pour"
        f" {percent(found.beyond_share, 1)} des {number(found.scored)} personnes qui ont vraiment attendu."
    )
