"""Space and time: zones inside the tent and apart from each other, opening hours that make sense."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from broker.contract.compiled import WEEKDAYS, Text
from broker.contract.site_compile import minutes
from broker.contract.site_description import Description
from broker.contract.site_problems import Item, Problem, listed


class _Rectangle(NamedTuple):
    """Left, top, right and bottom edges, in centimetres."""

    left: int
    top: int
    right: int
    bottom: int

    def overlaps(self, other: _Rectangle) -> bool:
        """Whether they share ground; touching edges do not."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class _Span(NamedTuple):
    """One opening span of one weekday, in minutes, and where it is written."""

    item: Item
    weekday: str
    opens: int
    closes: int


def check(description: Description) -> Iterator[Problem]:
    """All problems with space and time."""
    yield from _ground(description.site)
    yield from _timezone(description.site)
    yield from _hours(description.site)


def _rectangle(shape: Item) -> _Rectangle | None:
    sides = [shape[side].number for side in ("x", "y", "width", "height")]
    if any(side is None for side in sides):
        return None
    x, y, width, height = (side or 0 for side in sides)
    return _Rectangle(x, y, x + width, y + height)


def _ground(site: Item) -> Iterator[Problem]:
    width, height = site["plan"]["tent"]["width"].number, site["plan"]["tent"]["height"].number
    shapes = [zone["shape"] for zone in site.each("zones")]
    for shape in [*shapes, site["plan"]["entrance"]]:
        here = _rectangle(shape)
        if here and width and height and (here.right > width or here.bottom > height or min(here) < 0):
            yield shape.problem(
                f"dépasse du barnum : va jusqu'à {here.right} cm sur {here.bottom} cm",
                f"outside the tent: reaches {here.right} cm by {here.bottom} cm",
                allowed=Text(fr=f"{width} cm sur {height} cm", en=f"{width} cm by {height} cm"),
            )
    for first, second in combinations(shapes, 2):
        one, other = _rectangle(first), _rectangle(second)
        if one and other and one.overlaps(other):
            yield second.problem(
                f"chevauche {first.field} ({first.place})", f"overlaps {first.field} ({first.place})"
            )


def _timezone(site: Item) -> Iterator[Problem]:
    timezone = site["timezone"]
    names = sorted(zoneinfo.available_timezones())
    if timezone.text and timezone.text not in names:
        region = timezone.text.partition("/")[0] + "/"
        near = [name for name in names if name.startswith(region)] or names
        yield timezone.problem("fuseau horaire inconnu", "unknown timezone", allowed=near)


def _minutes(clock: Item) -> int | None:
    try:
        return minutes(clock.text or "")
    except ValueError:
        return None


def _spans(place: Item) -> Iterator[_Span]:
    for hours in place.each("hours"):
        opens, closes = _minutes(hours["opens"]), _minutes(hours["closes"])
        if opens is None or closes is None:
            continue
        for weekday in hours.each("weekdays"):
            if weekday.text in WEEKDAYS:
                yield _Span(hours, weekday.text, opens, closes)


def _hours(site: Item) -> Iterator[Problem]:
    opened = list(_spans(site))
    for place in (site, *site.each("services")):
        yield from _order(list(_spans(place)))
    for service in site.each("services"):
        for span in _spans(service):
            if not any(
                day.opens <= span.opens and span.closes <= day.closes for day in _on(opened, span.weekday)
            ):
                yield span.item.problem(
                    f"hors des horaires du site ({span.weekday}) : personne n'y viendrait",
                    f"outside the site's hours ({span.weekday}): nobody could come",
                    allowed=_listed(_on(opened, span.weekday)),
                )
    for exception in site.each("exceptions"):
        opens, weekday = _minutes(exception["opens"]), exception["weekday"].text
        same_day = _on(opened, weekday)
        if opens is not None and weekday in WEEKDAYS and not any(opens < day.closes for day in same_day):
            yield exception["opens"].problem(
                f"le site n'est plus ouvert à cette heure ({weekday})",
                f"the site is no longer open at that time ({weekday})",
                allowed=_listed(same_day),
            )


def _order(spans: list[_Span]) -> Iterator[Problem]:
    """Spans that close before they open, or overlap on one day."""
    for span in {span.item.steps: span for span in spans}.values():
        if span.closes <= span.opens:
            yield span.item["closes"].problem(
                f"ferme avant d'ouvrir ({span.item['opens'].text})",
                f"closes before it opens ({span.item['opens'].text})",
            )
    for one, other in combinations(spans, 2):
        if one.weekday == other.weekday and one.opens < other.closes and other.opens < one.closes:
            yield other.item.problem(
                f"deux horaires se chevauchent ({other.weekday}) : {one.item.place}",
                f"two opening spans overlap ({other.weekday}): {one.item.place}",
            )


def _on(spans: list[_Span], weekday: str | None) -> list[_Span]:
    return [span for span in spans if span.weekday == weekday]


def _listed(spans: list[_Span]) -> Text:
    return listed([f"{_clock(span.opens)}-{_clock(span.closes)}" for span in spans])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
