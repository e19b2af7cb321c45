"""Days and times of day, as tickets and kiosks say them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final

from broker.contract import compiled, views
from nodes.words import say

_DAYS: Final = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}


def timetable(hours: Sequence[compiled.Hours], language: str) -> list[str]:
    """Each span of the week: ``mardi 14h-17h``."""

    def told(span: compiled.Hours) -> str:
        day = _DAYS[language][compiled.WEEKDAYS.index(span.weekday)]
        return f"{day} {clock(span.opens, language)}-{clock(span.closes, language)}"

    return [told(span) for span in hours]


def changed(days: Sequence[views.ChangedDay], local: Callable[[int], datetime], language: str) -> list[str]:
    """Each day with other hours than the week's: ``mardi 22/06 : fermé (congé)``.

    ``local`` reads civil nanoseconds on the site's wall clock.
    """

    def hour(at_ns: int) -> str:
        at = local(at_ns)
        return clock(at.hour * 60 + at.minute, language)

    def told(known: views.ChangedDay) -> str:
        day = date.fromisoformat(known.day)
        spans = ", ".join(f"{hour(each.opens_ns)}-{hour(each.closes_ns)}" for each in known.spans)
        said = spans or say(language, "closed")
        return f"{_DAYS[language][day.weekday()]} {day:%d/%m} : {said} ({known.reason.in_language(language)})"

    return [told(known) for known in days]


def opening(opens: datetime, today: date | None, language: str) -> str:
    """When something opens: ``ouvre à 14h``, on another day ``ouvre mardi à 14h``."""
    time = clock(opens.hour * 60 + opens.minute, language)
    if opens.date() == today:
        return say(language, "opens_today", time=time)
    return say(language, "opens_on", day=_DAYS[language][opens.weekday()], time=time)


def clock(minutes: int, language: str) -> str:
    """A time of day in minutes since midnight: ``14h`` and ``8h30`` in French, else ``14:00``."""
    hour, minute = divmod(minutes, 60)
    if language != "fr":
        return f"{hour}:{minute:02}"
    return f"{hour}h{minute:02}" if minute else f"{hour}h"
