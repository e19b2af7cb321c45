"""The short texts that messages carry, each with its bound."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

Word: TypeAlias = Annotated[str, msgspec.Meta(max_length=64, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
"""An id or a number on paper: short, on one line."""
Words: TypeAlias = Annotated[str, msgspec.Meta(max_length=500, pattern=r"\A[^\x00-\x08\x0e-\x1f\x7f]*\Z")]
"""A few words for a technician."""
Note: TypeAlias = Annotated[str, msgspec.Meta(max_length=200, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
"""A line from one agent to another; it ends with the visit, and is never a reason for a priority."""
Line: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=120, pattern=r"\A[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z"
    ),
]
"""A line for the public, as LED displays scroll it: never empty."""
