"""Every remark that a device makes to a technician's self-test from afar, by name.

A remark travels by its name, as a fault does; the dashboard's texts say it in words. Adding one here makes
a test ask for them in every language.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Remark: TypeAlias = Literal[
    "sees_somebody",
    "sees_nobody",
    "warming_up",
    "turning",
    "standing_still",
    "both_beams_free",
    "outer_beam_interrupted",
    "inner_beam_interrupted",
    "both_beams_interrupted",
    "printer_ready",
    "test_printed",
]

REMARKS: Final[tuple[Remark, ...]] = get_args(Remark)


def plain(remark: Remark) -> str:
    """What a log or a message calls it."""
    return remark.replace("_", " ")
