"""Giving a place back: recorded once, shown as under way until the hall has said so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from broker.clock import SECOND, Clock
from broker.contract.messages import VisitorLeft
from broker.contract.views import QueuedTicket

DEVICE: Final = "phone"
"""The device that the dashboard's events from phones name: it has no pins."""

PATIENCE_S: Final = 30
"""So long a place counts as being given back; without the hall's word it may then be given back again."""

Record: TypeAlias = Callable[[VisitorLeft], None]
"""Records the event on disk. Raises OutboxFullError when it cannot."""


class Leaving:
    """The places that are being given back.

    Args:
        clock: machine time.
        record: see Record; None where places cannot be given back.
    """

    def __init__(self, clock: Clock, record: Record | None) -> None:
        self._clock, self._record = clock, record
        self._given: dict[str, int] = {}

    def leave(self, key: str) -> None:
        """Give back the place of the ticket with that hash. Raises OutboxFullError: nothing was recorded."""
        if self._record is not None:
            self._record(VisitorLeft(device=DEVICE, token=key))
            self._given[key] = self._clock.machine_ns()

    def is_leaving(self, key: str, ticket: QueuedTicket) -> bool:
        """Whether its place is being given back; the hall's own word ends that."""
        given_ns = self._given.get(key)
        if given_ns is None:
            return False
        if ticket.state == "left" or self._clock.machine_ns() - given_ns > PATIENCE_S * SECOND:
            del self._given[key]
            return False
        return True
