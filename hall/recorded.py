"""An event as the journal holds it: what the hall decides about."""

from __future__ import annotations

import msgspec

from broker.contract.messages import AnyBody, event_id


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One committed event.

    ``at_ns`` is the civil date of the event itself, ``recorded_ns`` the civil time at which the
    recorder committed it: a fact can come days late. ``age_ms`` is how old a press was by monotonic
    time when it was sent, None when nobody can say (another boot): a request is then stale.
    """

    offset: int
    node: str
    run: str
    seq: int
    at_ns: int
    recorded_ns: int
    age_ms: int | None
    undated: bool
    body: AnyBody

    @property
    def id(self) -> str:
        """The event's identity in one word."""
        return event_id(self.node, self.run, self.seq)
