"""The kinds of rollups: what is stored of each local day beside its points, and rewritten whole with it.

A rollup's nanosecond is when its hour, half-hour or local day begins. All that is summed stays a sum, so that
days and hours add up; what does not add up (a median, a 90th percentile) is right for its own day or hour,
and comes with the histogram (``hall.rollups.histogram``) that answers for several together.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from hall.measures import AnyMeasure, Measure


class WaitRollup(Measure, frozen=True, kw_only=True):
    """Waits that began in the day or hour, for one service; ``service`` is empty for all taken together.

    ``drawn`` counts them all (a transfer begins another wait), ``served``, ``left`` and ``no_show`` how they
    ended. ``called`` ended in a call: ``waits`` is their histogram, ``median_s`` and ``p90_s`` (nearest rank)
    are exact.

    The promise is scored where the queue alone decided the wait. ``promised`` were announced one and called:
    sums over them of forecast less real (``error_s``) and of the losses at the median and the 90th percentile
    (``pinball50_s``, ``pinball90_s``: Koenker and Bassett, 1978). ``waited`` of them really waited (beyond
    two minutes), and for ``covered`` of those the announced 90th percentile held. ``censored`` left with a
    promise, ``censored_beyond`` of them after its 90th percentile had passed: whether it held for the
    others, nobody knows.
    """

    TAGS: ClassVar[tuple[str, ...]] = ("service",)

    service: str
    drawn: int
    served: int
    left: int
    no_show: int
    called: int
    median_s: float | None
    p90_s: float | None
    waits: str
    promised: int
    waited: int
    covered: int
    error_s: float
    pinball50_s: float
    pinball90_s: float
    censored: int
    censored_beyond: int


class WaitDay(WaitRollup, frozen=True, kw_only=True):
    """Waits of a local day."""

    NAME: ClassVar[str] = "wait_day"


class WaitHour(WaitRollup, frozen=True, kw_only=True):
    """Waits of an hour."""

    NAME: ClassVar[str] = "wait_hour"


class OccupancyHalfHour(Measure, frozen=True, kw_only=True):
    """People inside over a half-hour.

    ``mean`` is over the ``known_s`` seconds since the day's first count, each count standing until the next;
    ``uncertainty`` is the largest; ``entered`` and ``left`` count passages.
    """

    NAME: ClassVar[str] = "occupancy_half_hour"

    mean: float
    maximum: int
    uncertainty: int
    entered: int
    left: int
    known_s: float


class VoteRollup(Measure, frozen=True, kw_only=True):
    """Votes for one answer; those pressed too fast are in ``too_fast`` and not in ``votes``."""

    TAGS: ClassVar[tuple[str, ...]] = ("barometer", "question", "answer")

    barometer: str
    question: str
    answer: str
    votes: int
    too_fast: int


class VoteDay(VoteRollup, frozen=True, kw_only=True):
    """Votes of a local day."""

    NAME: ClassVar[str] = "vote_day"


class VoteHour(VoteRollup, frozen=True, kw_only=True):
    """Votes of an hour."""

    NAME: ClassVar[str] = "vote_hour"


class PresenceRollup(Measure, frozen=True, kw_only=True):
    """A seat or room: how often it became taken, and for how many seconds."""

    TAGS: ClassVar[tuple[str, ...]] = ("kind", "subject")

    kind: str
    subject: str
    times: int
    taken_s: float


class PresenceDay(PresenceRollup, frozen=True, kw_only=True):
    """Use over a local day."""

    NAME: ClassVar[str] = "presence_day"


class PresenceHour(PresenceRollup, frozen=True, kw_only=True):
    """Use over an hour."""

    NAME: ClassVar[str] = "presence_hour"


class DeviceDay(Measure, frozen=True, kw_only=True):
    """A device of ``node`` over a local day; ``device`` is empty for all of the site together.

    For ``known_s`` seconds its state was known, for ``failed_s`` of them it was failed; ``failed_devices`` is
    1 where it was, or how many were. ``state`` is the one at the end of the day, where the next begins.
    """

    NAME: ClassVar[str] = "device_day"
    TAGS: ClassVar[tuple[str, ...]] = ("device",)

    device: str
    state: str
    changes: int
    failed_s: float
    known_s: float
    failed_devices: int = 0


AnyRollup: TypeAlias = (
    WaitDay | WaitHour | OccupancyHalfHour | VoteDay | VoteHour | PresenceDay | PresenceHour | DeviceDay
)
ROLLUPS: tuple[type[AnyRollup], ...] = (
    WaitDay,
    WaitHour,
    OccupancyHalfHour,
    VoteDay,
    VoteHour,
    PresenceDay,
    PresenceHour,
    DeviceDay,
)

AnyPoint: TypeAlias = AnyMeasure | AnyRollup
"""Whatever a store holds."""
