"""Nodes that the hall does not hear: what no device of theirs can tell, since nothing of theirs arrives.

Each node tells its health every half minute (``broker.contract.messages.NodeHealth``). ``Hearing`` counts the
time without it, on machine time; the hall journals who is silent when that changes, so that the measure
can be made of the journal alone, half-hour by half-hour like the use of seats (``hall.half_hours``).

Not judged: who was silent before the hall began to listen, and everybody while its own link is down.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from broker.clock import SECOND
from broker.contract import messages
from hall.decisions import Decision, NodesNoted
from hall.layout import Layout
from hall.recorded import Recorded
from hall.space import Border
from hall.state import State

SILENCE_NS: Final = 90 * SECOND
"""Machine time without a node's health from which it is silent: three words missed, as on the pages."""


class Hearing:
    """Who was heard when, on machine time (nanoseconds). Pure but for what it was told.

    Args:
        nodes: those of the site.
    """

    def __init__(self, nodes: Iterable[str]) -> None:
        self._heard_ns = dict.fromkeys(nodes, 0)
        self._listens_since_ns: int | None = None

    def connected(self, now_ns: int) -> None:
        """The hall hears from now on."""
        self._listens_since_ns = now_ns

    def disconnected(self) -> None:
        """The hall itself is cut off: nobody's silence says anything."""
        self._listens_since_ns = None

    def heard(self, node: str, now_ns: int) -> None:
        """A node said how it is; what the broker had kept comes as the hall connects, and lasts no longer."""
        if node in self._heard_ns:
            self._heard_ns[node] = now_ns

    def silent(self, now_ns: int) -> list[str] | None:
        """Who is silent, in the site's order; None while that cannot be judged."""
        since_ns = self._listens_since_ns
        if since_ns is None or now_ns - since_ns < SILENCE_NS:
            return None
        return [
            node
            for node, heard_ns in self._heard_ns.items()
            if now_ns - max(heard_ns, since_ns) >= SILENCE_NS
        ]


def noted(state: State, layout: Layout, event: Recorded, body: messages.NodesHeard) -> list[Decision]:
    """Who is silent from now on, and since when; who is heard again leaves the time to the half-hour."""
    known = {node.id for node in layout.site.nodes}
    now = {node: state.silent.get(node, event.at_ns) for node in body.silent if node in known}
    ended = {
        node: _lasted_s(state, since_ns, event.at_ns)
        for node, since_ns in state.silent.items()
        if node not in now
    }
    return [NodesNoted(silent=now, ended_s=ended)]


def silent_s(state: State, begin: Border, end: Border) -> dict[str, float]:
    """Seconds for which each node was silent between two borders; of those that were."""
    found = dict(state.silences)
    for node, since_ns in state.silent.items():
        found[node] = found.get(node, 0.0) + max(0, end.at_ns - since_ns) / SECOND
    whole_s = (end.at_ns - begin.at_ns) / SECOND
    return {node: min(seconds, whole_s) for node, seconds in found.items() if seconds > 0}


def _lasted_s(state: State, since_ns: int, at_ns: int) -> float:
    """How much of a silence that ends lies in the running half-hour."""
    begun_ns = since_ns if state.border is None else max(since_ns, state.border.at_ns)
    return max(0, at_ns - begun_ns) / SECOND


def apply_noted(state: State, decision: NodesNoted) -> None:
    """Who is silent now, and the silences that ended."""
    state.silent = decision.silent
    for node, seconds in decision.ended_s.items():
        state.silences[node] = state.silences.get(node, 0.0) + seconds
