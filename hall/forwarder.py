"""The hall's side of the forwarder (``hall.keeper``): what it reports of the city."""

from __future__ import annotations

import time
from typing import Final

import msgspec

from hall.forward_process import ForwardOrder, ForwardReport
from hall.keeper import Keeper

SILENCE_S: Final = 60.0
"""Machine seconds of silence after which a forwarder hangs: it reports every other second."""
FRESH_S: Final = 30.0
"""Machine seconds for which a report holds: what is older is unknown."""
_REPORT: Final = msgspec.json.Decoder(ForwardReport)  # made before there are threads that use it


class Forwarder(Keeper):
    """Keeps a forwarder's process going beside the hall.

    Args:
        order: what to forward, and whereto.
        silence_s: how long it may say nothing before it is ended and started again.
    """

    def __init__(self, order: ForwardOrder, silence_s: float = SILENCE_S) -> None:
        super().__init__("forwarder", "hall.forward_process", order, silence_s)
        self._report: ForwardReport | None = None

    @property
    def report(self) -> ForwardReport | None:
        """How far the city is; None while nobody can say."""
        return self._report if time.monotonic() - self._heard_at < FRESH_S else None

    def hear(self, line: bytes) -> None:
        """Keep what it says of the city."""
        self._report = _REPORT.decode(line)

    def gone(self) -> None:
        """Nobody can say any more."""
        self._report = None
