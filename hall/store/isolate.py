"""One bad point can have its whole batch refused: halve the batch until the culprit is alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

Point = TypeVar("Point")


class RefusedBatchError(Exception):
    """The store refuses a batch because of something in it; the text is its reason."""


class Culprit(NamedTuple):
    """At which place of the batch the refused point stood, from 0, and the store's reason."""

    place: int
    reason: str


class Isolated(NamedTuple):
    """What came of a batch: the sum of what ``send`` answered, and the refused points."""

    answered: int
    culprits: list[Culprit]


def send_isolating(points: Sequence[Point], send: Callable[[Sequence[Point]], int]) -> Isolated:
    """Send all points, in order, in as few pieces as the refused ones allow.

    Writing the same point again changes nothing, so a piece that was taken in part is simply halved
    and sent again. Whatever else ``send`` raises passes through, and then nothing is decided.

    Args:
        points: what to send.
        send: sends a piece; raises RefusedBatchError when something in it is refused.
    """
    answered, culprits = 0, list[Culprit]()
    pending = [(0, len(points))]
    while pending:
        start, end = pending.pop()
        if start == end:
            continue
        try:
            answered += send(points[start:end])
        except RefusedBatchError as refusal:
            if end - start == 1:
                culprits.append(Culprit(start, str(refusal)))
            else:
                middle = (start + end) // 2
                pending += [(middle, end), (start, middle)]
    return Isolated(answered, culprits)
