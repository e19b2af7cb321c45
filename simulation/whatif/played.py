"""What a day that was played leaves: every ticket's wait, and how many were inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Wait(NamedTuple):
    """One ticket: its wait until it was called, in seconds; until the day's end where it never was.

    ``has_left``: the visitor did not stay until then, or gave up before the desk.
    """

    service: str
    arrived_s: float
    wait_s: float
    was_called: bool
    has_left: bool


@dataclass
class Played:
    """What a day gave. ``inside`` is people inside from each moment on; ``turned_away`` came while closed."""

    waits: list[Wait] = field(default_factory=list)
    inside: list[tuple[float, int]] = field(default_factory=list)
    served: int = 0
    turned_away: int = 0
