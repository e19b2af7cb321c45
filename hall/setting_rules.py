"""Why a setting is refused: it lies in the past, contradicts itself, or names what the site does not have.

Pure questions about one setting; who may change what, and in which order, is ``hall.settings``'s to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from broker.contract.questions import question_on
from broker.contract.settings import AnySetting, DayQuestion, OpeningChange, OutsideMessage, ServiceText
from hall.decisions import Reason
from hall.layout import Layout
from hall.opening import Calendar
from hall.state import State

DAYS_AHEAD: Final = 400
"""So far ahead supervisors set anything: the next year's holidays."""

MOST_IN_FORCE: Final = 100
"""So many settings, each with texts as long as they may be, fit a message beside the latest changes."""


def objection(state: State, layout: Layout, setting: AnySetting, at_ns: int) -> Reason:
    """Why a setting cannot be put in place at that moment; empty where it can."""
    return (
        over(layout, setting, at_ns)
        or _too_much(state, layout, setting, at_ns)
        or _contradiction(state, layout, setting)
        or _unchanged(state, layout, setting)
        or _hour_past(state, layout, setting, at_ns)
    )


def objection_again(state: State, layout: Layout, setting: AnySetting | None, at_ns: int) -> Reason:
    """Why what was before cannot be put back. That an hour of it has passed by now does not matter."""
    if setting is None:
        return ""
    return over(layout, setting, at_ns) or _contradiction(state, layout, setting)


def over(layout: Layout, setting: AnySetting | None, at_ns: int) -> Reason:
    """What is over is not put in place and not changed any more."""
    if setting is None:
        return ""
    today = layout.calendar.local(at_ns).date()
    is_over = setting.last_day < today
    if isinstance(setting, OutsideMessage) and setting.until == today:
        is_over = layout.calendar.moment(today, setting.time) <= at_ns
    return "past" if is_over else ""


def _too_much(state: State, layout: Layout, setting: AnySetting, at_ns: int) -> Reason:
    """A day that nobody plans yet (a mistyped year), and more than one message can tell."""
    if setting.last_day > layout.calendar.local(at_ns).date() + timedelta(days=DAYS_AHEAD):
        return "too_far"
    is_new = setting.subject not in state.settings
    return "too_many" if is_new and len(state.settings) >= MOST_IN_FORCE else ""


def _contradiction(state: State, layout: Layout, setting: AnySetting) -> Reason:
    """What no site could follow, or this one cannot."""
    match setting:
        case OpeningChange():
            return _opening_contradiction(state, layout, setting)
        case ServiceText():
            return "" if setting.service in layout.services else "unknown_service"
        case DayQuestion():
            return _unknown_question(layout, setting)
        case OutsideMessage():
            return ""


def _unchanged(state: State, layout: Layout, setting: AnySetting) -> Reason:
    """Whether it is so already."""
    is_so = state.settings.get(setting.subject) == setting
    if isinstance(setting, DayQuestion) and setting.subject not in state.settings:
        usual = question_on(layout.barometers[setting.barometer].questions, setting.day)
        is_so = usual is not None and usual.id == setting.question
    return "unchanged" if is_so else ""


def _unknown_question(layout: Layout, setting: DayQuestion) -> Reason:
    known = layout.barometers.get(setting.barometer)
    if known is None:
        return "unknown_barometer"
    is_known = any(question.id == setting.question for question in known.questions)
    return "" if is_known else "unknown_question"


def _opening_contradiction(state: State, layout: Layout, change: OpeningChange) -> Reason:
    """A day closed and open at once, or open for no time, or a service opened where the site is closed."""
    service = layout.services.get(change.service)
    if change.service and service is None:
        return "unknown_service"
    if change.closed == (change.opens is not None or change.closes is not None):
        return "contradictory"
    if change.opens is not None and change.closes is not None and change.opens >= change.closes:
        return "contradictory"
    others = [known for known in opening_changes(state) if known.subject != change.subject]
    if not Calendar(layout.site, others).spans(change.day, service):
        return "closed_day"
    would_be = Calendar(layout.site, [*others, change]).spans(change.day, service)
    return "" if bool(would_be) != change.closed else "contradictory"


def _hour_past(state: State, layout: Layout, setting: AnySetting, at_ns: int) -> Reason:
    """An hour of today that has passed cannot be changed any more; one that stays as it was may be said."""
    if not isinstance(setting, OpeningChange):
        return ""
    known = state.settings.get(setting.subject)
    had = (known.opens, known.closes) if isinstance(known, OpeningChange) else ()
    new = [hour for hour in (setting.opens, setting.closes) if hour is not None and hour not in had]
    passed = any(layout.calendar.moment(setting.day, hour) <= at_ns for hour in new)
    return "past" if passed else ""


def opening_changes(state: State) -> Iterator[OpeningChange]:
    """The exceptions of single days that are in force."""
    return (setting for setting in state.settings.values() if isinstance(setting, OpeningChange))
