"""What is printed besides tickets: the plan, lists of papers, the questionnaire."""

from __future__ import annotations

from collections.abc import Sequence

from broker.contract import compiled
from nodes.composing import Composer, Form
from nodes.hours import timetable
from nodes.sheet import BOX, Sheet

_LINES_TO_WRITE_ON = 3


def plan_sheet(
    site: compiled.Site,
    form: Form,
    language: str,
    here: int | None,
    marked: int | None,
    told: list[str] | None = None,
) -> Sheet:
    """The plan of the tent with every zone's name, one marked; above it what the visitor was told."""
    page = Composer(site, form, language)
    page.head()
    page.title(page.say("plan"))
    for text in told or []:
        page.centred(text, bold=True)
    page.gap()
    page.plan(marked, here, is_whole_width=True)
    page.gap()
    for zone in site.zones:
        page.written(page.text(zone.name), mark=f"{zone.id} ", bold=zone.id == marked)
    return page.finished()


def papers_sheet(
    service: compiled.Service,
    site: compiled.Site,
    form: Form,
    language: str,
    changed_days: Sequence[str] = (),
) -> Sheet:
    """The papers that a service asks for, and a permanence's timetable with its ``changed_days``."""
    page = Composer(site, form, language)
    page.head()
    page.title(page.text(service.name))
    if service.hours:
        page.rule()
        page.written(page.say("hours"), bold=True)
        for line in [*timetable(service.hours, language), *changed_days]:
            page.written(line)
    page.papers(service)
    return page.finished()


def questionnaire_sheet(site: compiled.Site, form: Form, language: str) -> Sheet:
    """Every question of the barometers on paper, with boxes to tick.

    Each box has the digit by which an agent enters it.
    """
    page = Composer(site, form, language)
    page.head()
    page.title(page.say("questionnaire"))
    for barometer in site.barometers:
        for question in barometer.questions:
            page.rule()
            page.written(page.text(question.text), bold=True)
            for place, answer in enumerate(question.answers, start=1):
                page.written(f"{place}. {page.text(answer.text)}", mark=BOX)
    page.rule()
    page.written(page.say("remarks"))
    for _line in range(_LINES_TO_WRITE_ON):
        page.gap()
        page.rule()
    page.centred(page.say("questionnaire_thanks"))
    return page.finished()
