"""The report on ways and hours, in words: who took which way, and how much of the places each hour used."""

from __future__ import annotations

from typing import Final

from dashboard.documents.content import HeatCell, HeatRow, Part, Tone
from dashboard.documents.french import number, percent, plural
from hall.bilan.figures import Bilan
from hall.bilan.ways import HourlyUse, WayFigures

HOURLY_NOTE: Final = (
    "Sur cent minutes d’ouverture, combien une place, ou un salon, est pris. Point : fermé, ou capteur muet."
)


def parts(found: WayFigures) -> list[Part]:
    """One bar of all who came in; nothing where no door counted, or where more tickets than people came."""
    if found.none < 0 or not found.people:
        return []
    ways: tuple[tuple[str, int, Tone], ...] = (
        ("prennent un ticket", found.kiosk, "good"),
        ("s’asseyent au comptoir numérique, sans ticket", found.online, "late"),
        ("vont à la conciergerie", found.concierge, "gone"),
        ("ni ticket ni place : regarder, un café, accompagner", found.none, "unknown"),
    )
    return [
        Part(label, people / found.people, percent(people / found.people), tone)
        for label, people, tone in ways
    ]


def alt(found: list[Part]) -> str:
    """The bar in words."""
    return "De 100 personnes entrées : " + ", ".join(f"{part.value} {part.label}" for part in found) + "."


def note(found: WayFigures) -> str:
    """Of how many, and what the bar misses."""
    if not found.days:
        return "Aucune porte n’a compté : on ne sait pas qui est venu sans ticket."
    people = plural(found.people, "personne comptée", "personnes comptées")
    counted = f"{people} en {plural(found.days, 'jour', 'jours')}"
    if found.none < 0:
        return (
            f"{counted}, et davantage de tickets et de places que d’entrées : une porte a manqué des"
            " passages, aucune part n’est donnée."
        )
    return (
        f"{counted}, sans suivre personne : qui vient à deux pour un ticket laisse une personne sous « ni"
        " ticket ni place », qui prend un ticket puis s’assied en retire une."
    )


def hours(bilan: Bilan) -> list[int]:
    """The hours of the table, first to last."""
    known = [hour for use in bilan.hourly_use for hour in use.hours]
    return list(range(min(known), max(known) + 1)) if known else []


def hourly(bilan: Bilan) -> list[HeatRow]:
    """Shares of the time for which a place was taken, darkest where all always were."""
    return [
        HeatRow(
            _name(use),
            [
                HeatCell("" if share is None else number(100 * share), share or 0.0)
                for share in (use.hours.get(hour) for hour in hours(bilan))
            ],
        )
        for use in bilan.hourly_use
    ]


def hourly_alt(bilan: Bilan) -> str:
    """The fullest hour of each in words."""
    told = []
    for use in bilan.hourly_use:
        fullest = max(use.hours, key=lambda hour: use.hours[hour])
        told.append(f"{_name(use)} : le plus à {fullest} h, {percent(use.hours[fullest])}")
    return "Part du temps où les places sont prises, par heure. " + " ; ".join(told) + "."


def _name(use: HourlyUse) -> str:
    what = (
        plural(use.places, "salon", "salons") if use.kind == "room" else plural(use.places, "place", "places")
    )
    return f"{use.zone.name.fr}, {what}"
