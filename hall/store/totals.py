"""What rollups add up to: the rows that ``hall.store.figures`` answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from hall.rollups.histogram import Histogram
from hall.rollups.kinds import WaitRollup

Bucket: TypeAlias = int
"""``hour`` and ``day``: when it begins (civil nanoseconds). ``hour_of_day``: 0 to 23. ``hour_of_week``:
weekday (0 is Monday) times 24 plus hour. ``whole``: 0."""


class Waits(NamedTuple):
    """Waits that began in the bucket, for one service or (``service`` empty) those asked for together.

    ``within`` counts those called within the target. ``error_s``, ``pinball50_s`` and ``pinball90_s`` are
    means over ``promised``; see ``WaitRollup`` for all else.
    """

    bucket: Bucket
    service: str
    drawn: int
    served: int
    left: int
    no_show: int
    called: int
    median_s: float | None
    p90_s: float | None
    within: int
    promised: int
    waited: int
    covered: int
    error_s: float | None
    pinball50_s: float | None
    pinball90_s: float | None
    censored: int
    censored_beyond: int

    @property
    def share_within(self) -> float | None:
        """Called within the target, of all whose wait ended: who left was not served within it."""
        return _share(self.within, self.called + self.left)

    @property
    def share_left(self) -> float | None:
        """Who left before being called, of all whose wait ended."""
        return _share(self.left, self.called + self.left)

    @property
    def coverage(self) -> float | None:
        """Waits that the announced 90th percentile covered, of those who really waited: should be 0.9."""
        return _share(self.covered, self.waited)


class People(NamedTuple):
    """People inside: the mean over the time that is known, the maximum, and passages."""

    bucket: Bucket
    mean: float
    maximum: int
    entered: int
    left: int


class Votes(NamedTuple):
    """Votes for one answer; ``too_fast`` ones apart."""

    bucket: Bucket
    barometer: str
    question: str
    answer: str
    votes: int
    too_fast: int


class Use(NamedTuple):
    """A seat or room: how often it became taken, and for how many seconds it was."""

    bucket: Bucket
    kind: str
    subject: str
    times: int
    taken_s: float


class Way(NamedTuple):
    """Visitors who took a way (``hall.flows``): ``none`` is known where doors count only."""

    bucket: Bucket
    way: str
    people: int


class Uptime(NamedTuple):
    """A device, or all together (``device`` empty): seconds that its state is known, and that it was failed.

    ``failed_devices`` counts days and devices on which there was a failure.
    """

    bucket: Bucket
    node: str
    device: str
    changes: int
    failed_s: float
    known_s: float
    failed_devices: int

    @property
    def share(self) -> float | None:
        """Of the time known, when it was not failed."""
        return None if not self.known_s else 1 - self.failed_s / self.known_s


def waits_of(bucket: Bucket, service: str, rows: Sequence[WaitRollup], target_s: int) -> Waits:
    """Rollups added up."""
    histogram = Histogram(row.waits for row in rows)
    exact = rows[0] if len(rows) == 1 else None
    promised = sum(row.promised for row in rows)
    return Waits(
        bucket=bucket,
        service=service,
        drawn=sum(row.drawn for row in rows),
        served=sum(row.served for row in rows),
        left=sum(row.left for row in rows),
        no_show=sum(row.no_show for row in rows),
        called=sum(row.called for row in rows),
        median_s=exact.median_s if exact else histogram.median_s(),
        p90_s=exact.p90_s if exact else histogram.p90_s(),
        within=histogram.within(target_s),
        promised=promised,
        waited=sum(row.waited for row in rows),
        covered=sum(row.covered for row in rows),
        error_s=_share(sum(row.error_s for row in rows), promised),
        pinball50_s=_share(sum(row.pinball50_s for row in rows), promised),
        pinball90_s=_share(sum(row.pinball90_s for row in rows), promised),
        censored=sum(row.censored for row in rows),
        censored_beyond=sum(row.censored_beyond for row in rows),
    )


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None
