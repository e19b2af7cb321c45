"""Seats and rooms, taken or free; the silent help of the confidential rooms, and a visitor's at a kiosk."""

from __future__ import annotations

from msgspec.structs import replace

from broker.clock import SECOND
from broker.contract import messages
from hall import flows, forgotten
from hall.decisions import (
    Decision,
    HelpAcknowledged,
    HelpCleared,
    HelpEscalated,
    HelpRaised,
    PresenceNoted,
    Reason,
)
from hall.errors import UnknownSubjectError
from hall.layout import Layout
from hall.recorded import Recorded
from hall.requests import answer, untimely
from hall.space import Help, Presence
from hall.state import State

BOTH_GO_S = 5
"""Seconds after "I'm going" in which another account's press says the same, not that it is over."""


def presence_changed(
    state: State, layout: Layout, event: Recorded, body: messages.PresenceChanged
) -> list[Decision]:
    """Note a seat or room; leaving a room ends its acknowledged help. Raises UnknownSubjectError."""
    if body.subject not in (layout.seats if body.kind == "seat" else layout.rooms):
        raise UnknownSubjectError(body.kind, body.subject, f"{event.node}/{body.device}")
    known = (state.seats if body.kind == "seat" else state.rooms).get(body.subject)
    current = known is None or event.at_ns >= known.since_ns
    held_s, used_s = None, 0.0
    if current and known is not None and known.taken:
        held_s, used_s = flows.hold(state, known, event.at_ns)
    noted = PresenceNoted(
        kind=body.kind,
        subject=body.subject,
        taken=body.taken,
        since_ns=event.at_ns,
        current=current,
        held_s=None if body.taken else held_s,
        used_s=used_s,
    )
    help_ = state.helps.get(body.subject) if body.kind == "room" else None
    if current and not body.taken and help_ is not None and help_.state == "acknowledged":
        return [noted, HelpCleared(room=body.subject)]
    return [noted]


def help_requested(
    state: State, layout: Layout, event: Recorded, body: messages.HelpRequested
) -> list[Decision]:
    """Raise help; a second press finds it raised and is accepted too: its lamp must reassure."""
    reason = _refusal(state, layout, event, body)
    if reason:
        return [answer(event, body, accepted=False, reason=reason)]
    known = state.helps.get(body.room)
    if known is not None and known.state == "requested":
        return [answer(event, body, accepted=True, reason="already_raised")]
    raised = Help(room=body.room, state="requested", since_ns=event.at_ns)
    return [HelpRaised(help=raised), answer(event, body, accepted=True)]


def help_acknowledged(
    state: State, layout: Layout, event: Recorded, body: messages.HelpAcknowledged
) -> list[Decision]:
    """Somebody goes there; acknowledged once more, it is over. Without a call: to a room left taken."""
    known = state.helps.get(body.room)
    reason = _refusal(state, layout, event, body)
    if not reason and known is None:
        gone = forgotten.goes(state, event, body)
        if gone is not None:
            return gone
        reason = "no_help"
    if reason or known is None:
        return [answer(event, body, accepted=False, reason=reason)]
    if known.state == "acknowledged":
        # Two colleagues pressed "I'm going" at once: the second did not mean that it is over.
        if body.by != known.by and event.at_ns < known.since_ns + BOTH_GO_S * SECOND:
            return [answer(event, body, accepted=False, reason="already_acknowledged")]
        return [HelpCleared(room=body.room), answer(event, body, accepted=True)]
    acknowledged = replace(known, state="acknowledged", since_ns=event.at_ns, by=body.by)
    return [HelpAcknowledged(help=acknowledged), answer(event, body, accepted=True)]


def escalated(state: State, layout: Layout, event: Recorded) -> list[Decision]:
    """Help that nobody acknowledged in time becomes everybody's."""
    return [
        HelpEscalated(help=replace(known, escalated=True))
        for known in state.helps.values()
        if (due := escalation_ns(layout, known)) is not None and event.at_ns >= due
    ]


def settled(state: State, layout: Layout, event: Recorded) -> list[Decision]:
    """A visitor at a kiosk to whom somebody went is helped after a while: no sensor tells, as in a room."""
    return [
        HelpCleared(room=known.room)
        for known in state.helps.values()
        if (due := settling_ns(layout, known)) is not None and event.at_ns >= due
    ]


def settling_ns(layout: Layout, known: Help) -> int | None:
    """When a visitor's acknowledged help is over (civil); None for a room's, and while nobody goes."""
    if known.state != "acknowledged" or known.room in layout.rooms:
        return None
    return known.since_ns + layout.rules.help_escalation_s * SECOND


def escalation_ns(layout: Layout, known: Help) -> int | None:
    """When that help escalates (civil); None when it will not."""
    if known.state != "requested" or known.escalated:
        return None
    return known.since_ns + layout.rules.help_escalation_s * SECOND


def _refusal(
    state: State, layout: Layout, event: Recorded, body: messages.HelpRequested | messages.HelpAcknowledged
) -> Reason:
    return untimely(state, layout, event, body) or ("" if layout.has_help(body.room) else "unknown_room")


def apply_noted(state: State, decision: PresenceNoted) -> None:
    """Keep the newest word, and add a hold that ended to the running half-hour."""
    if decision.current:
        known = state.seats if decision.kind == "seat" else state.rooms
        known[decision.subject] = Presence(taken=decision.taken, since_ns=decision.since_ns)
        if decision.held_s is not None or decision.used_s:
            flows.note_hold(state, decision.subject, decision.held_s or 0.0, decision.used_s)


def apply_help(state: State, decision: HelpRaised | HelpEscalated | HelpAcknowledged) -> None:
    """The help as it now is."""
    state.helps[decision.help.room] = decision.help


def apply_cleared(state: State, decision: HelpCleared) -> None:
    """No help is wanted there."""
    state.helps.pop(decision.room, None)
