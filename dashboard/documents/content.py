"""What the report's template reads: words and numbers ready to be set, no arithmetic left."""

from __future__ import annotations

from typing import Literal

import msgspec

Tone = Literal["good", "late", "gone", "away", "unknown"]


class BigFigure(msgspec.Struct):
    """A figure of the summary: 12 min, what it is, and of what."""

    value: str
    label: str
    note: str = ""


class Part(msgspec.Struct):
    """A part of a whole: its share (0 to 1), and that share in words."""

    label: str
    share: float
    value: str
    tone: Tone


class AnswerContent(msgspec.Struct):
    """An answer with its share and 95 % interval (0 to 1), None under the minimum of votes."""

    text: str
    share: float | None
    low: float | None
    high: float | None
    share_text: str
    interval: str
    positive: bool


class WaitContent(msgspec.Struct):
    """Favourable answers while the hall's waits were such; no share under the minimum of votes."""

    label: str
    share: float | None
    low: float | None
    high: float | None
    said: str


class QuestionContent(msgspec.Struct):
    """A question: the share of favourable answers, every answer, of how many; by wait; and on paper, apart.

    ``by_wait`` and ``paper`` are empty where there is nothing to show.
    """

    text: str
    share: float | None
    low: float | None
    high: float | None
    share_text: str
    interval: str
    answers: list[AnswerContent]
    note: str
    alt: str
    by_wait: list[WaitContent]
    by_wait_alt: str
    paper: list[AnswerContent]
    paper_note: str
    paper_alt: str


class Column(msgspec.Struct):
    """A column of a chart, in minutes; None where there is no data."""

    label: str
    median: float | None
    p90: float | None


class MonthChanges(msgspec.Struct):
    """A month, and what was changed in it because of what visitors said."""

    month: str
    lines: list[str]


class Quality(msgspec.Struct):
    """How well something was measured."""

    name: str
    value: str
    meaning: str


class NodeLine(msgspec.Struct):
    """A node of the site."""

    name: str
    heard: str
    alive: str
    starts: str
    worked: str


class Week(msgspec.Struct):
    """A column of the calendar: Monday to Sunday."""

    label: str
    days: list[Literal["data", "silent", "closed"]]


class HeatCell(msgspec.Struct):
    """An hour of a weekday: people inside in words, and how dark (0 to 1)."""

    text: str
    level: float


class HeatRow(msgspec.Struct):
    """A weekday, or what was used."""

    day: str
    cells: list[HeatCell]


class BilanContent(msgspec.Struct, kw_only=True):
    """All that ``bilan.typ`` reads; ``…_alt`` say a chart in words, for those who do not see it."""

    title: str
    site: str
    period: str
    figures: list[BigFigure]
    questions: list[QuestionContent]
    questions_alt: str
    votes_note: str
    hundred: list[Part]
    hundred_alt: str
    works: list[str]
    use: str
    before_summary: str
    cannot_summary: list[str]
    calendar: list[Week]
    calendar_alt: str
    calendar_note: str
    quality: list[Quality]
    nodes: list[NodeLine]
    waits_intro: str
    target: float
    target_label: str
    within_label: str
    weeks: list[Column]
    weeks_alt: str
    hours: list[Column]
    hours_alt: str
    services: list[list[str]]
    services_note: str
    promise: str
    zones: list[list[str]]
    paths: list[list[str]]
    ways: list[Part]
    ways_alt: str
    ways_note: str
    hourly_use: list[HeatRow]
    hourly_use_hours: list[str]
    hourly_use_alt: str
    hourly_use_note: str
    heat: list[HeatRow]
    heat_hours: list[str]
    heat_alt: str
    heat_note: str
    barometer_intro: str
    changes: list[MonthChanges]
    before_intro: str
    before: list[list[str]]
    before_note: str
    cannot: list[str]
    methods: list[str]
