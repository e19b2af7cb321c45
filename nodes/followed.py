"""A view that a device follows: what the hall last said, for as long as it may be believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from broker.clock import SECOND
from broker.contract import views

V = TypeVar("V", bound=views.View)


class Followed(Generic[V]):
    """The latest view of one topic. It expires by machine time: what is older is unknown.

    ``retained`` tells whether the latest came from the broker's store: from before this node listened.

    Args:
        now_ns: tells machine time.
        changed: called when a view arrived, and when one expired.
    """

    def __init__(self, now_ns: Callable[[], int], changed: Callable[[], None]) -> None:
        self._now_ns = now_ns
        self.changed = changed
        self.expires_ns = 0
        self.retained = False
        self._view: V | None = None

    def receive(self, view: V, *, now_ns: int, civil_ns: int | None, speed: int, retained: bool) -> None:
        """Take a view.

        One that the broker kept has an age that only civil time can tell; without a clock it may be
        from last week, and is not believed.

        Args:
            view: what the hall said.
            now_ns: machine time of reception.
            civil_ns: civil time of reception, None while it is unknown.
            speed: civil seconds a machine second.
            retained: whether the broker gave it from its store.
        """
        valid_ns = view.valid_s * SECOND
        if retained:
            valid_ns = 0 if civil_ns is None else valid_ns - max(civil_ns - view.at_ns, 0) // speed
        self._view, self.retained, self.expires_ns = view, retained, now_ns + valid_ns

    def fresh(self) -> V | None:
        """The view, while it is valid."""
        return self._view if self._now_ns() < self.expires_ns else None
