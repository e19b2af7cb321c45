"""What a ticket says, as a sheet for whichever printer.

Sources: the number is as large as the paper allows; a promise is minutes from the median to the 90th
percentile, or nothing at all where the hall has no ground for one (docs: domain, Waits).
"""

from __future__ import annotations

import textwrap
from datetime import datetime

import msgspec

from broker.contract import compiled
from nodes.sheet import COLUMNS, Code, Element, Line, Rule, Sheet

_MINUTE = 60
_SHORT_WAIT_MIN = 5


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn ticket. Waits in seconds, ``drawn`` in local time; None where nothing is known."""

    number: str
    service: compiled.Service
    drawn: datetime | None
    ahead: int | None
    wait_median_s: int | None
    wait_p90_s: int | None
    url: str


def layout(ticket: Ticket, site: compiled.Site, width_mm: int) -> Sheet:
    """The ticket's sheet for paper of that width (58 or 80 mm)."""
    columns = COLUMNS[width_mm]
    sheet: Sheet = [
        *_centred(site.name.fr, columns),
        Line(),
        Line(ticket.number, size=min(8, columns // (len(ticket.number) + 1)), bold=True, align="center"),
        Line(),
        *_centred(ticket.service.name.fr, columns, bold=True, size=_fitting(ticket.service.name.fr, columns)),
        *_centred(
            ticket.service.name.en if ticket.service.name.en != ticket.service.name.fr else "", columns
        ),
    ]
    if ticket.drawn is not None:
        sheet += _centred(f"{ticket.drawn:%d/%m/%Y} à {_clock(ticket.drawn)}", columns)
    sheet.append(Rule())
    sheet += _wait(ticket, columns)
    sheet += _where(ticket.service, site, columns)
    if ticket.service.papers:
        sheet.append(Rule())
        sheet += _wrapped("Pièces à préparer", columns, bold=True)
        sheet += _wrapped("Papers to have ready", columns)
        for paper in ticket.service.papers:
            sheet += _wrapped(paper.fr, columns, first="[ ] ", later="    ")
    if ticket.url:
        sheet += [
            Rule(),
            *_centred("Suivez la file sur votre téléphone", columns),
            *_centred("Follow the queue on your phone", columns),
            Line(),
            Code(ticket.url),
        ]
    return sheet


def announced(median_s: int | None, p90_s: int | None) -> str:
    """A promise in words: ``entre 5 et 12 min``; empty without ground for one."""
    if median_s is None or p90_s is None:
        return ""
    low, high = median_s // _MINUTE, -(-p90_s // _MINUTE)
    if high <= _SHORT_WAIT_MIN:
        return f"moins de {_SHORT_WAIT_MIN} min"
    return f"entre {low} et {max(high, low + 1)} min"


def waiting_zone(site: compiled.Site) -> compiled.Zone | None:
    """Where people wait: the zone where the calls are shown."""
    for display in site.displays:
        if display.shows == "calls":
            zone_id = site.node(display.node).zone
            return next((zone for zone in site.zones if zone.id == zone_id), None)
    return None


def _wait(ticket: Ticket, columns: int) -> list[Element]:
    lines: list[Element] = []
    promise = announced(ticket.wait_median_s, ticket.wait_p90_s)
    if promise:
        lines += _centred(f"Attente estimée : {promise}", columns, bold=True)
    if ticket.ahead == 0:
        lines += _centred("Vous êtes le premier · You are first", columns)
    elif ticket.ahead == 1:
        lines += _centred("1 personne avant vous", columns)
    elif ticket.ahead is not None:
        lines += _centred(f"{ticket.ahead} personnes avant vous", columns)
    return lines


def _where(service: compiled.Service, site: compiled.Site, columns: int) -> list[Element]:
    """Where to wait, and for a desk in the building the way from there."""
    lines: list[Element] = []
    zone = waiting_zone(site)
    if zone is not None:
        lines += _centred(f"Attendez ici : {zone.name.fr} (zone {zone.id})", columns)
        lines += _centred(f"Please wait here: {zone.name.en}", columns)
    desks = [desk for desk in site.desks if service.id in desk.services]
    places = [desk.place for desk in desks if desk.place is not None]
    if places and len(places) == len(desks):
        place = places[0]
        lines.append(Line())
        lines += _wrapped("Votre numéro sera appelé un peu avant : vous aurez le temps de venir.", columns)
        lines += _wrapped(f"{place.building}, {place.floor}, {place.door}", columns, bold=True)
        lines += _wrapped(place.way.fr, columns)
    return lines


def _clock(when: datetime) -> str:
    return f"{when.hour} h {when.minute:02}"


def _fitting(text: str, columns: int) -> int:
    """Double size for a service's name that then still fits one line."""
    return 2 if len(text) * 2 <= columns else 1


def _centred(text: str, columns: int, *, bold: bool = False, size: int = 1) -> list[Element]:
    return [Line(line, size=size, bold=bold, align="center") for line in textwrap.wrap(text, columns // size)]


def _wrapped(
    text: str, columns: int, *, first: str = "", later: str = "", bold: bool = False
) -> list[Element]:
    wrapped = textwrap.wrap(text, columns, initial_indent=first, subsequent_indent=later)
    return [Line(line, bold=bold) for line in wrapped]
