"""Before and after, in words: counts by hand in the old halls beside the period, or that there are none."""

from __future__ import annotations

from dashboard.documents.french import minutes, number, percent, plural
from hall.bilan.before import FEW_DAYS, Comparison

NONE = (
    "Aucune comparaison n’est possible : rien n’a été compté à la main dans les anciens halls, ou le"
    " comptage n’a pas été donné à ce bilan."
)


def summary(found: Comparison | None, target_min: int) -> str:
    """The summary's lines."""
    if found is None:
        return NONE
    around = _between_points(found.within)
    return (
        f"Appelés en {target_min} min : {percent(found.before.within_share)} avant"
        f" ({plural(found.before_days, 'jour compté', 'jours comptés')} à la main),"
        f" {percent(found.now.within_share)} maintenant"
        + (f", soit une différence de {around} (intervalle à 95 %)." if around else ".")
        + f" Attente médiane : {minutes(found.before.median_s)} avant,"
        f" {minutes(found.now.median_s)} maintenant."
    )


def intro(found: Comparison | None) -> str:
    """The chapter's first lines."""
    if found is None:
        return NONE + " docs/bilan.md dit comment préparer ce fichier."
    places = f" ({', '.join(found.places)})" if found.places else ""
    return (
        f"Avant : {plural(found.before.tickets, 'personne comptée', 'personnes comptées')} à la main en"
        f" {plural(found.before_days, 'jour', 'jours')}{places}. Maintenant :"
        f" {plural(found.now.tickets, 'ticket', 'tickets')} en {plural(found.now_days, 'jour', 'jours')}."
    )


def rows(found: Comparison | None, target_min: int) -> list[list[str]]:
    """A line for each figure."""
    if found is None:
        return []
    before, now = found.before, found.now
    return [
        [
            "Attente médiane",
            minutes(before.median_s),
            minutes(now.median_s),
            _between_minutes(found.median),
        ],
        ["Neuf sur dix attendent moins de", minutes(before.p90_s), minutes(now.p90_s), ""],
        [
            f"Appelés en {target_min} min",
            percent(before.within_share),
            percent(now.within_share),
            _between_points(found.within),
        ],
        [
            "Partis avant l’appel",
            percent(before.left_share, 1),
            percent(now.left_share, 1),
            _between_points(found.left),
        ],
    ]


def note(found: Comparison | None) -> str:
    """What the interval is, or why there is none."""
    if found is None:
        return ""
    if found.within is None:
        return f"Pas d’intervalle : il faut au moins {FEW_DAYS} jours de chaque côté."
    return (
        "Intervalles par tirage de jours entiers. S’il contient zéro, la différence peut n’être que du"
        " hasard. Les absents à l’appel comptent ici comme non appelés ; à la main, on ne les voyait"
        " peut-être pas."
    )


def _between_points(pair: tuple[float, float] | None) -> str:
    """+12 à +20 points."""
    return "" if pair is None else f"{_signed(100 * pair[0])} à {_signed(100 * pair[1])} points"


def _between_minutes(pair: tuple[float, float] | None) -> str:
    return "" if pair is None else f"{_signed(pair[0] / 60)} à {_signed(pair[1] / 60)} min"


def _signed(value: float) -> str:
    return ("+" if round(value) > 0 else "") + number(value)
