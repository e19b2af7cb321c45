"""Requests: each has exactly one answer, and a stale or repeated one changes nothing."""

from __future__ import annotations

from broker.contract import messages
from hall.decisions import Reason, RequestAnswered
from hall.layout import Layout
from hall.recorded import Recorded
from hall.state import State


def answer(
    event: Recorded,
    request: messages.Request,
    *,
    accepted: bool,
    reason: Reason = "",
    desk: str = "",
    number: str = "",
) -> RequestAnswered:
    """The answer to a request."""
    return RequestAnswered(
        node=event.node,
        key=request.key,
        accepted=accepted,
        at_ns=event.at_ns,
        reason=reason,
        desk=desk,
        number=number,
    )


def untimely(state: State, layout: Layout, event: Recorded, request: messages.Request) -> Reason:
    """Why the request comes at a wrong time; empty when it does not.

    A request whose age nobody knows (its press was before the last boot) is stale: acting on it
    late could call a visitor to an empty desk.
    """
    if event.age_ms is None or event.age_ms > layout.rules.request_age_s * 1_000:
        return "stale"
    if request.key in state.keys:
        return "repeated"
    return ""


def apply_answered(state: State, decision: RequestAnswered) -> None:
    """Remember the key, until its day has ended."""
    state.keys.setdefault(decision.key, decision.at_ns)
