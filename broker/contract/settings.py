"""What supervisors change from day to day, beside the site description: settings, each with an end.

A setting is about a *subject*: of two settings about one subject, the later one is in force. All days are
local days of the site, all times of day minutes after local midnight.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

import msgspec

from broker.contract.words import Line, Word

Minutes: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=24 * 60)]


class PublicText(msgspec.Struct, frozen=True, kw_only=True):
    """A line that the public reads, in both languages."""

    fr: Line
    en: Line

    def in_language(self, language: str) -> str:
        """The line in English for ``en``, in French for every other language."""
        return self.en if language == "en" else self.fr


class Setting(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """What every setting is. Unknown fields are ignored, so that older code reads newer journals."""


class OpeningChange(Setting, frozen=True, kw_only=True, tag="opening"):
    """Other hours on one day: of the whole site, or of one ``service``; the public reads the ``reason``.

    Either ``closed``, or another first opening (``opens``), another end (``closes``), or both. None is as
    usual.
    """

    day: date
    reason: PublicText
    service: Word = ""
    closed: bool = False
    opens: Minutes | None = None
    closes: Minutes | None = None

    @property
    def subject(self) -> str:
        """The day, and the service where it is about one."""
        return f"opening/{self.day.isoformat()}/{self.service}"

    @property
    def last_day(self) -> date:
        """After that day it is over."""
        return self.day


class ServiceText(Setting, frozen=True, kw_only=True, tag="service_text"):
    """What kiosks and pages say beside a ``service``, to the end of the local day ``until``."""

    service: Word
    text: PublicText
    until: date

    @property
    def subject(self) -> str:
        """The service."""
        return f"service_text/{self.service}"

    @property
    def last_day(self) -> date:
        """After that day it is over."""
        return self.until


class DayQuestion(Setting, frozen=True, kw_only=True, tag="question"):
    """On one day a barometer asks another ``question`` of its description than its calendar says."""

    barometer: Word
    day: date
    question: Word

    @property
    def subject(self) -> str:
        """The barometer and the day."""
        return f"question/{self.barometer}/{self.day.isoformat()}"

    @property
    def last_day(self) -> date:
        """After that day it is over."""
        return self.day


class OutsideMessage(Setting, frozen=True, kw_only=True, tag="outside"):
    """What the outside displays say between their usual lines, to ``time`` on the local day ``until``."""

    text: PublicText
    until: date
    time: Minutes

    @property
    def subject(self) -> str:
        """There is one message at a time."""
        return "outside"

    @property
    def last_day(self) -> date:
        """After that day it is over."""
        return self.until


AnySetting: TypeAlias = OpeningChange | ServiceText | DayQuestion | OutsideMessage


class SettingChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody changed a setting: what was in force before and after, None for nothing.

    ``key`` is that of the request, ``at_ns`` its civil date and ``by`` the account. ``undoes`` is the key of
    the change that it takes back, empty for a change of its own.
    """

    key: str
    subject: str
    at_ns: int
    by: str = ""
    before: AnySetting | None = None
    after: AnySetting | None = None
    undoes: str = ""
