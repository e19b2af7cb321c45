"""Days and times of day, as tickets and kiosks say them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from broker.contract import compiled
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
