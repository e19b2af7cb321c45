"""What a ticket says.

Sources: the number is as large as the paper allows; a promise is minutes from the median to the 90th
percentile, or nothing at all where the hall has no ground for one (docs: domain, Waits).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from broker.contract import compiled
from nodes.composing import Composer, Form
from nodes.sheet import Sheet
from nodes.words import FIRST, say

_MINUTE = 60
_SHORT_WAIT_MIN = 5


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


def layout(ticket: Ticket, site: compiled.Site, form: Form) -> Sheet:
    """The ticket's sheet."""
    page = Composer(site, form, ticket.language)
    page.head()
    page.number(ticket.number)
    if ticket.is_copy:
        page.title(page.say("copy"))
        page.gap()
    page.title(page.text(ticket.service.name))
    if ticket.language == FIRST and ticket.service.name.en != ticket.service.name.fr:
        page.centred(ticket.service.name.en)
    if ticket.drawn is not None:
        page.centred(_date(ticket.drawn, ticket.language))
    _wait(page, ticket)
    _where(page, ticket)
    page.papers(ticket.service)
    if ticket.url:
        page.rule()
        page.both("phone")
        page.code(ticket.url)
    return page.finished()


def announced(median_s: int | None, p90_s: int | None, language: str = FIRST) -> str:
    """A promise in words: ``entre 5 et 12 min``; empty without ground for one."""
    if median_s is None or p90_s is None:
        return ""
    low, high = median_s // _MINUTE, -(-p90_s // _MINUTE)
    if high <= _SHORT_WAIT_MIN:
        return say(language, "under", high=_SHORT_WAIT_MIN)
    return say(language, "between", low=low, high=max(high, low + 1))


def _wait(page: Composer, ticket: Ticket) -> None:
    """The promise and the people ahead; nothing where neither is known."""
    promise = announced(ticket.wait_median_s, ticket.wait_p90_s, ticket.language)
    if promise or ticket.ahead is not None:
        page.rule()
    if promise:
        page.centred(page.say("wait_title"))
        page.title(promise)
    if ticket.ahead == 0:
        page.centred(page.say("ahead_none"))
    elif ticket.ahead == 1:
        page.centred(page.say("ahead_one"))
    elif ticket.ahead is not None:
        page.centred(page.say("ahead_many", n=ticket.ahead))


def _where(page: Composer, ticket: Ticket) -> None:
    """Where to wait, the plan with that zone marked, and where to go when called."""
    building = page.site.building_of(ticket.here)
    waiting = page.site.waiting_zone(building)
    if waiting is not None:
        page.rule()
        page.centred(page.say("wait_here", zone=page.text(waiting.name), id=waiting.id), bold=True)
        if ticket.language == FIRST:
            page.centred(say("en", "wait_here", zone=waiting.name.en, id=waiting.id))
        page.gap()
        page.plan(waiting.id, ticket.here, is_whole_width=False)
    place, desk = (
        page.site.place_inside(ticket.service.id, building),
        page.site.zone_of(ticket.service, building),
    )
    page.gap()
    if ticket.service.discreet:
        # Its number is shown and called nowhere: somebody comes.
        page.both("discreet", bold=True)
    elif place is not None:
        page.centred(page.say("called_early"))
        page.title(place.door)
        page.centred(" · ".join(part for part in (place.floor, place.building) if part), bold=True)
        page.centred(page.text(place.way))
    elif desk is not None and desk != waiting:
        page.centred(page.say("then_go", zone=page.text(desk.name), id=desk.id), bold=True)
        if ticket.language == FIRST:
            page.centred(say("en", "then_go", zone=desk.name.en, id=desk.id))


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
