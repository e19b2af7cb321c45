"""What the city's journal holds of a site."""

from __future__ import annotations

from typing import NamedTuple


class Held(NamedTuple):
    """Up to which offset of which of the site's journals.

    ``digest`` is that of the last entry, ``sequence`` the last message's place in the city's journal.
    """

    journal: str
    upto: int
    digest: str
    sequence: int
