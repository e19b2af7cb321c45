"""The tables of the city's page: each site a line, in the order of names, with how sure each figure is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from city.comparison import Figure, Opinion, SiteFigures
from dashboard.city.standing import Standing
from dashboard.texts import Texts

MINUTE_S: Final = 60
STEP_MIN: Final = 10
"""Scales of minutes end at whole steps."""


class Mark(NamedTuple):
    """A figure on a strip, 0 to 100; ``low`` and ``high`` None where nobody knows how sure it is."""

    at: float
    low: float | None
    high: float | None


class Cell(NamedTuple):
    """``text`` as people read it, ``between`` its interval in words, empty for none."""

    text: str
    between: str = ""


class Line(NamedTuple):
    """A site's line of a table: ``marks`` are drawn on a strip that all lines share."""

    site: str
    name: str
    standing: Standing
    cells: tuple[Cell, ...]
    marks: tuple[Mark, ...] = ()


class SiteNow(NamedTuple):
    """A site with its figures; None where its store does not answer."""

    site: str
    name: str
    standing: Standing
    figures: SiteFigures | None


NOTHING: Final = Cell("")
"""Nothing is known: shown as a dash."""


def wait_lines(sites: Sequence[SiteNow], say: Texts) -> tuple[list[Line], int]:
    """Waits by site, and the minutes at which the strip ends."""
    ends_min = _ends_min(sites)
    return [_wait_line(site, say, ends_min) for site in sites], ends_min


def _wait_line(now: SiteNow, say: Texts, ends_min: int) -> Line:
    found = now.figures.waiting if now.figures else None
    if now.figures is None or found is None:
        days = _days(now.figures, say) if now.figures and now.standing.since_ns else NOTHING
        return Line(now.site, now.name, now.standing, (NOTHING,) * 4 + (_none_drawn(now, say), days))
    few = Cell(say("city.few"))
    cells = (
        _minutes(found.median_s, say) or few,
        _minutes(found.p90_s, say) or few,
        _percent(found.within, say) or few,
        _percent(found.left_share, say) or few,
        Cell(str(found.drawn)),
        _days(now.figures, say),
    )
    marks = [
        _mark(figure, ends_min * MINUTE_S) for figure in (found.median_s, found.p90_s) if figure is not None
    ]
    return Line(now.site, now.name, now.standing, cells, tuple(marks))


def _none_drawn(now: SiteNow, say: Texts) -> Cell:
    """Only a site that is heard, and whose events are here, can be said to have had no visitor."""
    is_known = now.figures is not None and now.standing.state == "here"
    return Cell(say("city.no_tickets")) if is_known else NOTHING


def _days(figures: SiteFigures, say: Texts) -> Cell:
    return Cell(say("city.days", n=figures.days, of=figures.open_days))


def inside_lines(sites: Sequence[SiteNow], say: Texts) -> list[Line]:
    """People inside by site, in parts of the permitted number."""
    found = []
    for now in sites:
        inside = now.figures.inside if now.figures else None
        if inside is None:
            found.append(Line(now.site, now.name, now.standing, (NOTHING, NOTHING)))
            continue
        cells = tuple(Cell(_share_text(share, say)) for share in (inside.mean, inside.most))
        marks = tuple(Mark(min(100.0, 100 * share), None, None) for share in (inside.mean, inside.most))
        found.append(Line(now.site, now.name, now.standing, cells, marks))
    return found


class Question(NamedTuple):
    """What some sites ask, with a line for each of them."""

    text: str
    lines: list[Line]


def question_lines(sites: Sequence[SiteNow], say: Texts) -> list[Question]:
    """Good answers by question and site: sites that ask the same in the same words stand side by side."""
    found = dict[str, Question]()
    for now in sites:
        for opinion in now.figures.opinions if now.figures else ():
            text = say.of(opinion.question.text)
            found.setdefault(text, Question(text, [])).lines.append(_opinion_line(now, opinion, say))
    return [*found.values()]


def _opinion_line(now: SiteNow, opinion: Opinion, say: Texts) -> Line:
    cells = (
        _percent(opinion.share, say) or Cell(say("city.few")),
        Cell(str(opinion.votes)),
        Cell(str(opinion.visits) if opinion.visits else ""),
    )
    marks = () if opinion.share is None else (_mark(opinion.share, 1),)
    return Line(now.site, now.name, now.standing, cells, marks)


def _mark(figure: Figure, ends: float) -> Mark:
    def on_strip(value: float) -> float:
        return round(min(100.0, max(0.0, 100 * value / ends)), 1)

    between = figure.interval
    return Mark(
        on_strip(figure.value),
        None if between is None else on_strip(between.low),
        None if between is None else on_strip(between.high),
    )


def _ends_min(sites: Sequence[SiteNow]) -> int:
    """Where the strip of minutes ends: at the longest of what is told, intervals included."""
    longest_s = 0.0
    for now in sites:
        waiting = now.figures.waiting if now.figures else None
        for figure in (waiting.median_s, waiting.p90_s) if waiting else ():
            if figure is not None:
                longest_s = max(longest_s, figure.value, figure.interval.high if figure.interval else 0)
    return max(1, math.ceil(longest_s / MINUTE_S / STEP_MIN)) * STEP_MIN


def _minutes(figure: Figure | None, say: Texts) -> Cell | None:
    if figure is None:
        return None
    between = figure.interval
    low, high = (round(end / MINUTE_S) for end in between or (0, 0))
    return Cell(
        say("live.minutes", n=round(figure.value / MINUTE_S)),
        "" if between is None else say("city.between_minutes", low=low, high=high),
    )


def _percent(figure: Figure | None, say: Texts) -> Cell | None:
    if figure is None:
        return None
    between = figure.interval
    low, high = (round(100 * end) for end in between or (0, 0))
    return Cell(
        _share_text(figure.value, say),
        "" if between is None else say("city.between_percent", low=low, high=high),
    )


def _share_text(share: float, say: Texts) -> str:
    return say("city.percent", n=round(100 * share))
