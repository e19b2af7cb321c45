"""The barometers' calendars: each open day has one question, and days that are named exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from broker.contract.compiled import PICTOGRAMS, WEEKDAYS
from broker.contract.questions import iso_week
from broker.contract.site_description import Description
from broker.contract.site_problems import Item, Problem

_FIRST_NAMED = 10
"""So many days without a question are named; more would not be read."""


def check(description: Description) -> Iterator[Problem]:
    """All problems with calendars."""
    site = description.site
    open_days = {day.text for hours in site.each("hours") for day in hours.each("weekdays")}
    for barometer in site.each("barometers"):
        for question in barometer.each("questions"):
            yield from _named(question, open_days)
            for answer in question.each("answers"):
                yield from _pictogram(answer["pictogram"])
        yield from _twice(barometer)
        yield from _without(barometer, open_days)


def _named(question: Item, open_days: set[str | None]) -> Iterator[Problem]:
    """Dates and weeks that do not exist, dates on which nobody comes, and two ways of naming at once."""
    dates, weeks = list(question.each("dates")), list(question.each("weeks"))
    for item in dates:
        day = _day(item)
        if day is None:
            yield from _not_there(item)
        elif open_days and WEEKDAYS[day.weekday()] not in open_days:
            weekday = WEEKDAYS[day.weekday()]
            yield item.problem(
                f"le site est fermé ce jour-là ({weekday})", f"the site is closed on that day ({weekday})"
            )
    for item in weeks:
        if _monday(item) is None:
            yield from _not_there(item)
    if dates and (weeks or question["weekdays"].value):
        yield question["dates"].problem(
            "des dates, ou des semaines et des jours de la semaine : pas les deux",
            "dates, or weeks and weekdays: not both",
        )


def _not_there(item: Item) -> Iterator[Problem]:
    """A date or week that no calendar has; what is not even a text has its own problem."""
    if item.text is not None:
        yield item.problem("n'est pas au calendrier", "not in the calendar")


def _pictogram(item: Item) -> Iterator[Problem]:
    """A name that the set has not; one character is drawn as it is."""
    if item.text is not None and len(item.text) > 1 and item.text not in PICTOGRAMS:
        yield item.problem("pictogramme inconnu", "unknown pictogram", allowed=PICTOGRAMS)


def _twice(barometer: Item) -> Iterator[Problem]:
    """Two questions that name one day in the same words."""
    asked: dict[str, Item] = {}
    for question in barometer.each("questions"):
        told = False
        for name, where in _names(question):
            first = asked.setdefault(name, question)
            if first.steps != question.steps and not told:
                told = True
                yield where.problem(
                    f"deux questions pour un même jour : {first.place}, {first.field}",
                    f"two questions for one day: {first.place}, {first.field}",
                )


def _names(question: Item) -> Iterator[tuple[str, Item]]:
    """Each day that the question names, and the field that does."""
    weekdays = [day.text for day in question.each("weekdays") if day.text]
    dates, weeks = list(question.each("dates")), list(question.each("weeks"))
    if dates:
        yield from ((item.text, item) for item in dates if item.text)
    elif weeks:
        yield from ((f"{week.text} {day}", week) for week in weeks for day in weekdays or WEEKDAYS)
    else:
        yield from ((day, question["weekdays"]) for day in weekdays or ["*"])


def _without(barometer: Item, open_days: set[str | None]) -> Iterator[Problem]:
    """Open days on which nothing is asked.

    Weekdays go on for ever, so each open one needs a question; where only dates and weeks are named, each
    open day from the first to the last does.
    """
    questions = list(barometer.each("questions"))
    bound = [one for one in questions if one["dates"].value or one["weeks"].value]
    always = [one for one in questions if one not in bound]
    asked = {name for question in questions for name, _ in _names(question)}
    if not questions or "*" in asked:
        return
    if always:
        missing: list[str] = [day for day in WEEKDAYS if day in open_days and day not in asked]
    else:
        missing = [
            day.isoformat()
            for day in _span(bound)
            if WEEKDAYS[day.weekday()] in open_days
            and not {day.isoformat(), f"{iso_week(day)} {WEEKDAYS[day.weekday()]}"} & asked
        ]
    if missing:
        names = ", ".join(missing[:_FIRST_NAMED]) + (" …" if len(missing) > _FIRST_NAMED else "")
        yield barometer["questions"].problem(f"aucune question pour : {names}", f"no question for: {names}")


def _span(bound: list[Item]) -> Iterator[date]:
    """Every day from the first to the last that is named."""
    days = [day for one in bound for item in one.each("dates") if (day := _day(item))]
    mondays = [day for one in bound for item in one.each("weeks") if (day := _monday(item))]
    days += mondays + [monday + timedelta(days=6) for monday in mondays]
    if days:
        first, last = min(days), max(days)
        yield from (first + timedelta(days=passed) for passed in range((last - first).days + 1))


def _day(item: Item) -> date | None:
    try:
        return date.fromisoformat(item.text or "")
    except ValueError:
        return None


def _monday(item: Item) -> date | None:
    """The first day of an ISO week."""
    try:
        return date.fromisoformat(f"{item.text or ''}-1")
    except ValueError:
        return None
