"""The base of what the hall keeps: values that are replaced, never changed."""

from __future__ import annotations

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value inside the state; unknown fields are ignored, so that older code reads newer journals."""
