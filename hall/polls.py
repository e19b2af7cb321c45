"""What the hall keeps of votes, and of questionnaires on paper."""

from __future__ import annotations

import msgspec

from hall.value import Value


class Tick(Value, frozen=True):
    """A box ticked on paper; ``answer`` is the answer's id."""

    barometer: str
    question: str
    answer: str


class Sheet(Value, frozen=True):
    """A questionnaire filled in on paper and entered by an agent: ``by`` is the account, ``key`` its name."""

    key: str
    node: str
    at_ns: int
    by: str
    ticks: list[Tick]
    withdrawn: bool = False


class VoteTally(msgspec.Struct, kw_only=True):
    """Today's votes for one question on one barometer, by answer id.

    ``hours`` and ``bands`` are the same counts for each local hour and each band of the hall's waits.
    """

    counts: dict[str, int] = {}
    hours: dict[int, dict[str, int]] = {}
    bands: dict[int, dict[str, int]] = {}
    too_fast: int = 0
    last_ns: int | None = None
