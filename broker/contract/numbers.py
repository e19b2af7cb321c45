"""Ticket numbers: a letter and a count (``E042``), and which counts are a kiosk's own reserve.

The hall leases counts to kiosks; a kiosk that is cut off counts in its reserve series, from
``reserve_from`` on, and when that is used up goes on a thousand higher. No lease falls into a
reserve and no reserve into another, so that no number is given twice.
"""

from __future__ import annotations

import re
from typing import NamedTuple

RESERVE_SIZE = 100
"""Numbers in a kiosk's reserve series, before it goes on a thousand higher."""

_TURN = 1000
_NUMBER = re.compile(r"([^\W\d]+)(\d+)")


class Parts(NamedTuple):
    """What a number is made of."""

    letter: str
    number: int


def label(letter: str, count: int) -> str:
    """How people read it: ``E042``."""
    return f"{letter}{count:03d}"


def parts(number: str) -> Parts | None:
    """The letter and count of a number; None for anything else."""
    match = _NUMBER.fullmatch(number)
    return None if match is None else Parts(match[1], int(match[2]))


def reserve_count(reserve_from: int, used: int) -> int:
    """The count that comes after ``used`` numbers of a reserve series."""
    turn, place = divmod(used, RESERVE_SIZE)
    return turn * _TURN + reserve_from + place


def reserve_used(reserve_from: int, count: int) -> int | None:
    """How many numbers of that reserve series are used once ``count`` was; None when it is not of it."""
    turn, place = divmod(count, _TURN)
    place -= reserve_from
    return turn * RESERVE_SIZE + place + 1 if 0 <= place < RESERVE_SIZE else None
