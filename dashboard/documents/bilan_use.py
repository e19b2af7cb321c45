"""The report on the use of the space, in words: zones, paths, people inside by weekday and hour."""

from __future__ import annotations

from typing import Final

from dashboard.documents.content import HeatCell, HeatRow
from dashboard.documents.french import UNKNOWN, WEEKDAYS, number, percent, plural
from hall.bilan.figures import Bilan

NOT_MEASURED: Final = "non mesuré"


def zones(bilan: Bilan) -> list[list[str]]:
    """A line for each zone."""
    lines = []
    for each in bilan.zones:
        visits = NOT_MEASURED if each.visits is None else number(each.visits)
        seats = UNKNOWN if each.seats is None else f"{percent(each.seats)}, {number(each.seat_times)} fois"
        rooms = UNKNOWN if each.rooms is None else f"{percent(each.rooms)}, {number(each.room_times)} fois"
        if all(value is None for value in each[1:]):
            lines.append([str(each.zone.id), each.zone.name.fr, NOT_MEASURED, "", "", ""])
        else:
            votes = UNKNOWN if each.votes is None else number(each.votes)
            visits = UNKNOWN if each.visits is None else visits
            lines.append([str(each.zone.id), each.zone.name.fr, visits, seats, rooms, votes])
    return lines


def paths(bilan: Bilan) -> list[list[str]]:
    """What was counted on the ways through the space."""
    found = bilan.paths
    return [
        [name, number(count), _per_hundred(count, found.entered)]
        for name, count in (
            ("Entrées comptées à la porte", found.entered),
            ("Tickets pris à une borne", found.kiosk),
            ("Tickets ajoutés par un agent", found.agent),
            ("Orientés par la borne, sans ticket", found.directed),
            ("En autonomie : une place du comptoir numérique prise", found.seats),
            ("En intimité : un salon de la conciergerie pris", found.rooms),
            ("Appelés à un guichet dans le bâtiment", found.inside),
        )
    ]


def heat_hours(bilan: Bilan) -> list[int]:
    """The hours of the chart, first to last."""
    hours = [hour for _, hour in bilan.hours]
    return list(range(min(hours), max(hours) + 1)) if hours else []


def heat(bilan: Bilan) -> list[HeatRow]:
    """Mean people inside by weekday and hour; nothing where closed or never counted."""
    means = [figures.mean for figures in bilan.hours.values()]
    lowest, highest = min(means, default=0.0), max(means, default=0.0)
    rows = []
    for weekday in sorted({weekday for weekday, _ in bilan.hours}):
        cells = []
        for hour in heat_hours(bilan):
            figures = bilan.hours.get((weekday, hour))
            level = (figures.mean - lowest) / (highest - lowest) if figures and highest > lowest else 0.0
            cells.append(HeatCell("" if figures is None else number(figures.mean), level))
        rows.append(HeatRow(WEEKDAYS[weekday], cells))
    return rows


def heat_alt(bilan: Bilan) -> str:
    """The busiest and the calmest hour in words."""
    if not bilan.hours:
        return "Aucun passage compté."
    busiest = max(bilan.hours, key=lambda key: bilan.hours[key].mean)
    calmest = min(bilan.hours, key=lambda key: bilan.hours[key].mean)
    return (
        "Personnes présentes en moyenne, par jour de la semaine et par heure. Le plus :"
        f" {WEEKDAYS[busiest[0]]} {busiest[1]} h, {number(bilan.hours[busiest].mean)} ; le moins :"
        f" {WEEKDAYS[calmest[0]]} {calmest[1]} h, {number(bilan.hours[calmest].mean)}."
    )


def heat_note(bilan: Bilan) -> str:
    """What the numbers say."""
    most = max((figures.maximum for figures in bilan.hours.values()), default=0)
    return (
        "Personnes présentes en moyenne dans l’heure, aux heures d’ouverture. Point : fermé, ou rien"
        f" de compté. Le plus haut compte : {plural(most, 'personne', 'personnes')} pour"
        f" {number(bilan.site.capacity)} permises ; les compteurs se trompent de quelques pour cent."
    )


def in_short(bilan: Bilan) -> str:
    """The summary's lines."""
    found = bilan.paths
    if not bilan.hours:
        return "Aucun passage n’a été compté pendant la période."
    busiest = max(bilan.hours, key=lambda key: bilan.hours[key].mean)
    return (
        f"{plural(found.entered, 'entrée comptée', 'entrées comptées')}. Le plus de monde : le"
        f" {WEEKDAYS[busiest[0]]} à {busiest[1]} h, {number(bilan.hours[busiest].mean)} personnes en"
        f" moyenne pour {number(bilan.site.capacity)} permises. {_ways_in_short(bilan)}"
    )


def _ways_in_short(bilan: Bilan) -> str:
    """Of a hundred who came in; where a door missed some, what was counted instead."""
    found, ways = bilan.paths, bilan.ways
    if ways.people and ways.none >= 0:
        kiosk, online, concierge, none = (
            number(100 * people / ways.people)
            for people in (ways.kiosk, ways.online, ways.concierge, ways.none)
        )
        return (
            f"Sur 100 personnes entrées, {kiosk} prennent un ticket, {online} une place du comptoir"
            f" numérique, {concierge} vont à la conciergerie et {none} ne font rien de cela."
        )
    return (
        f"Pour 100 entrées : {_per_hundred(found.kiosk, found.entered)} tickets de borne,"
        f" {_per_hundred(found.seats, found.entered)} places du comptoir numérique prises,"
        f" {_per_hundred(found.rooms, found.entered)} entretiens en salon."
    )


def _per_hundred(count: int, entered: int) -> str:
    return number(100 * count / entered) if entered else UNKNOWN
