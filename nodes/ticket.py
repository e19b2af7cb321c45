"""What is printed, as sheets for whichever printer: tickets, the plan, lists of papers, the questionnaire.

Sources: the number is as large as the paper allows; a promise is minutes from the median to the 90th
percentile, or nothing at all where the hall has no ground for one (docs: domain, Waits).
"""

from __future__ import annotations

import textwrap
from datetime import datetime

import msgspec

from broker.contract import compiled
from nodes.sheet import COLUMNS, DOTS, Code, Element, Line, Rule, Sheet
from nodes.words import FIRST, PRINTER_LETTERS, say

_MINUTE = 60
_SHORT_WAIT_MIN = 5
_ON_TICKET_DOTS = 384
"""How wide the plan is on a ticket, in dots: 48 mm, on either paper."""
_LARGEST = 8
"""The printers' own limit for the height and width of letters."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn ticket. Waits in seconds, ``drawn`` in local time; None where nothing is known.

    ``here`` is the zone the kiosk stands in. ``is_copy``: printed once more, because nobody knows how the
    first print ended.
    """

    number: str
    service: compiled.Service
    drawn: datetime | None
    ahead: int | None
    wait_median_s: int | None
    wait_p90_s: int | None
    url: str
    language: str = FIRST
    here: int | None = None
    is_copy: bool = False


class Form(msgspec.Struct, frozen=True):
    """How the printer takes a sheet: its paper's width, and whether everything is given as a picture."""

    width_mm: int
    picture: bool = False


def layout(ticket: Ticket, site: compiled.Site, form: Form) -> Sheet:
    """The ticket's sheet."""
    columns, language = COLUMNS[form.width_mm], ticket.language
    service = ticket.service
    size = min(_LARGEST, columns // (len(ticket.number) + 1))
    sheet: Sheet = [
        *_centred(site.name.in_language(language), columns),
        Line(),
        Line(ticket.number, size=size, bold=True, align="center"),
        Line(),
    ]
    if ticket.is_copy:
        sheet += [Line(say(language, "copy"), size=2, bold=True, align="center"), Line()]
    name = service.name.in_language(language)
    sheet += _centred(name, columns, bold=True, size=_fitting(name, columns))
    if language == FIRST and service.name.en != service.name.fr:
        sheet += _centred(service.name.en, columns)
    if ticket.drawn is not None:
        sheet += _centred(_date(ticket.drawn, language), columns)
    sheet.append(Rule())
    sheet += _wait(ticket, columns)
    sheet += _where(ticket, site, form)
    sheet += _papers(service, columns, language)
    if ticket.url:
        sheet += [Rule(), *_both("phone", columns, language), Line(), Code(ticket.url)]
    return formed(sheet, form, language)


def plan_sheet(site: compiled.Site, form: Form, language: str, here: int | None, marked: int | None) -> Sheet:
    """The plan of the tent, the zone marked, with every zone's name."""
    columns = COLUMNS[form.width_mm]
    sheet: Sheet = [
        *_centred(site.name.in_language(language), columns),
        *_centred(say(language, "plan"), columns, bold=True, size=2),
        Line(),
        _plan(site, DOTS[form.width_mm], marked, here, language),
    ]
    for zone in site.zones:
        sheet += _wrapped(
            zone.name.in_language(language), columns, first=f"{zone.id}  ", bold=zone.id == marked
        )
    return formed(sheet, form, language)


def papers_sheet(service: compiled.Service, site: compiled.Site, form: Form, language: str) -> Sheet:
    """The papers that a service asks for."""
    columns = COLUMNS[form.width_mm]
    name = service.name.in_language(language)
    sheet: Sheet = [
        *_centred(site.name.in_language(language), columns),
        *_centred(name, columns, bold=True, size=_fitting(name, columns)),
        *_papers(service, columns, language),
    ]
    return formed(sheet, form, language)


def questionnaire_sheet(site: compiled.Site, form: Form, language: str) -> Sheet:
    """Every question of the barometers on paper, with boxes to tick."""
    columns = COLUMNS[form.width_mm]
    sheet: Sheet = [
        *_centred(site.name.in_language(language), columns),
        *_centred(say(language, "questionnaire"), columns, bold=True, size=2),
    ]
    for barometer in site.barometers:
        for question in barometer.questions:
            sheet += [Rule(), *_wrapped(question.text.in_language(language), columns, bold=True)]
            for answer in question.answers:
                sheet += _wrapped(answer.text.in_language(language), columns, first="[ ] ", later="    ")
    sheet += [Rule(), Line(), Line("_" * columns), Line(), Line("_" * columns), Line()]
    sheet += _centred(say(language, "questionnaire_thanks"), columns)
    return formed(sheet, form, language)


def formed(sheet: Sheet, form: Form, language: str) -> Sheet:
    """The sheet as the printer takes it. Raises NoFontError where a picture's letters are missing."""
    if form.picture or language not in PRINTER_LETTERS:
        from nodes.pictures import page  # noqa: PLC0415  Pillow only for pictures

        return [page.picture(sheet, form.width_mm, language)]
    return sheet


def _plan(site: compiled.Site, width: int, marked: int | None, here: int | None, language: str) -> Element:
    from nodes.pictures.plan import plan  # noqa: PLC0415  Pillow only for pictures

    return plan(site, width, marked, here, language)


def announced(median_s: int | None, p90_s: int | None, language: str = FIRST) -> str:
    """A promise in words: ``entre 5 et 12 min``; empty without ground for one."""
    if median_s is None or p90_s is None:
        return ""
    low, high = median_s // _MINUTE, -(-p90_s // _MINUTE)
    if high <= _SHORT_WAIT_MIN:
        return say(language, "under", high=_SHORT_WAIT_MIN)
    return say(language, "between", low=low, high=max(high, low + 1))


def waiting_zone(site: compiled.Site) -> compiled.Zone | None:
    """Where people wait: the zone where the calls are shown."""
    for display in site.displays:
        if display.shows == "calls":
            zone_id = site.node(display.node).zone
            return next((zone for zone in site.zones if zone.id == zone_id), None)
    return None


def place_of(service: compiled.Service, site: compiled.Site) -> compiled.Place | None:
    """Where in the building a service is given; None where a desk in the tent gives it too."""
    desks = [desk for desk in site.desks if service.id in desk.services]
    places = [desk.place for desk in desks if desk.place is not None]
    return places[0] if places and len(places) == len(desks) else None


def _wait(ticket: Ticket, columns: int) -> list[Element]:
    lines: list[Element] = []
    language = ticket.language
    promise = announced(ticket.wait_median_s, ticket.wait_p90_s, language)
    if promise:
        lines += _centred(say(language, "wait", wait=promise), columns, bold=True)
    if ticket.ahead == 0:
        lines += _centred(say(language, "ahead_none"), columns)
    elif ticket.ahead == 1:
        lines += _centred(say(language, "ahead_one"), columns)
    elif ticket.ahead is not None:
        lines += _centred(say(language, "ahead_many", n=ticket.ahead), columns)
    return lines


def _where(ticket: Ticket, site: compiled.Site, form: Form) -> list[Element]:
    """Where to wait, the plan with that zone marked, and for a desk in the building the way from there."""
    columns, language = COLUMNS[form.width_mm], ticket.language
    lines: list[Element] = []
    zone = waiting_zone(site)
    if zone is not None:
        lines += _centred(
            say(language, "wait_here", zone=zone.name.in_language(language), id=zone.id), columns, bold=True
        )
        if language == FIRST:
            lines += _centred(say("en", "wait_here", zone=zone.name.en, id=zone.id), columns)
        lines += [Line(), _plan(site, _ON_TICKET_DOTS, zone.id, ticket.here, language)]
    place = place_of(ticket.service, site)
    if place is not None:
        lines += [Line(), *_wrapped(say(language, "called_early"), columns)]
        lines += _wrapped(f"{place.building}, {place.floor}, {place.door}", columns, bold=True)
        lines += _wrapped(place.way.in_language(language), columns)
    return lines


def _papers(service: compiled.Service, columns: int, language: str) -> list[Element]:
    if not service.papers:
        return []
    lines: list[Element] = [Rule(), *_wrapped(say(language, "papers"), columns, bold=True)]
    if language == FIRST:
        lines += _wrapped(say("en", "papers"), columns)
    for paper in service.papers:
        lines += _wrapped(paper.in_language(language), columns, first="[ ] ", later="    ")
    return lines


def _both(word: str, columns: int, language: str) -> list[Element]:
    """A word in the ticket's language; on a French ticket in English too."""
    lines = _centred(say(language, word), columns)
    return [*lines, *_centred(say("en", word), columns)] if language == FIRST else lines


def _date(when: datetime, language: str) -> str:
    return say(
        language,
        "date",
        day=f"{when.day:02}",
        month=f"{when.month:02}",
        year=when.year,
        hour=when.hour,
        minute=f"{when.minute:02}",
    )


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
