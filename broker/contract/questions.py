"""Which question a barometer asks on a day: the hall and a panel that is cut off choose the same one.

The nearest word counts: a date goes before an ISO week, a week before a weekday, and a question without
any is asked on all days that no other names. Two questions never name the same day in the same words
(``site_questions``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from broker.contract.compiled import WEEKDAYS, Question


def question_on(questions: Iterable[Question], day: date) -> Question | None:
    """The question of that local day; None on a day without one."""
    closest = min(questions, key=lambda question: _distance(question, day), default=None)
    return None if closest is None or _distance(closest, day) == _NEVER else closest


def iso_week(day: date) -> str:
    """The ISO 8601 week of a day: ``2027-W23``. The first days of January may belong to the year before."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


_NEVER = 4


def _distance(question: Question, day: date) -> int:
    """How near the question's words are to the day: 0 names it, 3 leaves it open, ``_NEVER`` excludes it."""
    on_weekday = not question.weekdays or WEEKDAYS[day.weekday()] in question.weekdays
    if question.dates:
        return 0 if day.isoformat() in question.dates else _NEVER
    if question.weeks:
        return 1 if on_weekday and iso_week(day) in question.weeks else _NEVER
    if question.weekdays:
        return 2 if on_weekday else _NEVER
    return 3
