"""Calm, busy, full: three words for how much goes on, always beside the figure they stand for.

An area is **calm** below 60 % of the people it holds at ease, **busy** from there, **full** from 100 %.
A queue is calm while its announced wait is at most half the site's target, busy up to the target, full
beyond it. Where there is no ground the word is **unknown**, never calm.
"""

from __future__ import annotations

from broker.contract.views import Level

BUSY_FROM = 0.6
FULL_FROM = 1.0


def of_area(people: int, comfortable: int) -> Level:
    """How full an area is with so many people; unknown where nobody said how many it holds."""
    if comfortable <= 0:
        return "unknown"
    share = people / comfortable
    if share >= FULL_FROM:
        return "full"
    return "busy" if share >= BUSY_FROM else "calm"


def of_wait(median_s: float | None, target_min: int) -> Level:
    """How busy a queue is by its announced wait."""
    if median_s is None:
        return "unknown"
    if median_s > target_min * 60:
        return "full"
    return "busy" if median_s > target_min * 30 else "calm"
