"""The hall: events in, decisions out, and a state that is a fold of decisions only.

``decide`` reads the state and changes nothing. ``apply`` changes the state and decides nothing. The server
journals the decisions of an event with it in one transaction, applies them, then publishes ``views``.
So the same journal always gives the same state, whatever the code or the configuration has become since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec

from broker.contract import compiled, messages
from broker.contract.views import View
from hall import (
    ahead,
    barometer,
    capacity,
    changes,
    days,
    decisions,
    desks,
    devices,
    displays,
    forgotten,
    half_hours,
    learning,
    numbers,
    occupancy,
    paper,
    private,
    public,
    queue,
    requests,
    rooms,
    setting_rules,
    settings,
    silence,
    tickets,
    undo,
    waiting,
    weather,
    wind,
)
from hall.decisions import (
    DayEnded,
    DayStarted,
    Decision,
    OccupancyCounted,
    OccupancyRecounted,
    SettingChanged,
    SiteApplied,
)
from hall.layout import Layout, fingerprint
from hall.recorded import Recorded
from hall.state import State

ViewKey: TypeAlias = tuple[str, ...]
"""A topic's kind and levels: ``("view", "space", "now")``, ``("display", "borne-a")``."""

_STATE = msgspec.json.Decoder(State)
_SITE = msgspec.json.Decoder(compiled.Site)


class Hall:
    """What the reception hall of one site knows and decides.

    Args:
        site: the compiled site description that rules until an event brings another.
        state: what is known already; nothing by default.
    """

    def __init__(self, site: compiled.Site, state: State | None = None) -> None:
        self._state = State() if state is None else state
        self._layout = Layout(site, setting_rules.opening_changes(self._state))

    @property
    def site(self) -> compiled.Site:
        """The description that rules now."""
        return self._layout.site

    @property
    def site_id(self) -> str:
        """The site's id."""
        return self._layout.site.id

    def needs_site(self, site: compiled.Site) -> bool:
        """Whether the journal has not yet applied exactly this description: it is owed a ``SiteChanged``."""
        return self._state.site != fingerprint(site)

    @property
    def state(self) -> State:
        """What the hall knows; to read, never to change."""
        return self._state

    def decide(self, event: Recorded) -> list[Decision]:
        """What follows from an event. Reads the state, changes nothing.

        The first event recorded on a new local day ends the old one and starts the new before its
        own turn comes, whatever it is: the hall may have slept through midnight.

        Raises:
            HallError: the event names what this site does not have; it should be quarantined.
        """
        if not days.is_over(self._state, event.recorded_ns):
            return _follow(self._state, self._layout, event)
        tomorrow = Hall.restore(self.site, self.snapshot())
        made: list[Decision] = []

        def take(more: Iterable[Decision]) -> None:
            for decision in more:
                tomorrow.apply(event.offset, decision)
                made.append(decision)

        take(days.closing(tomorrow.state, self._layout))
        if self._state.day.day:
            snapshot = msgspec.Raw(tomorrow.snapshot())
            take([DayEnded(day=tomorrow.state.day, tally=tomorrow.state.tally, snapshot=snapshot)])
        take([DayStarted(day=self._layout.calendar.day(event.recorded_ns))])
        take(numbers.missing(tomorrow.state, self._layout))
        return [*made, *_follow(tomorrow.state, self._layout, event)]

    def apply(self, offset: int, decision: Decision) -> None:
        """Put a decision's values in their place: the fold's step. ``offset`` is that of its event."""
        match decision:
            case DayEnded():
                self._state = _STATE.decode(decision.snapshot)
                self._plan(self.site)
            case SiteApplied():
                self._plan(_SITE.decode(decision.site))
                self._state.site = decision.fingerprint
            case SettingChanged():
                settings.apply_changed(self._state, decision)
                self._plan(self.site)
            case _:
                _STEPS[type(decision)](self._state, decision)
        self._state.offset = offset

    def _plan(self, site: compiled.Site) -> None:
        """Look at the site anew: its description or its hours are others."""
        self._layout = Layout(site, setting_rules.opening_changes(self._state))

    def snapshot(self) -> bytes:
        """The state as JSON: what ``restore`` reads."""
        return msgspec.json.encode(self._state)

    @classmethod
    def restore(cls, site: compiled.Site, raw: bytes) -> Hall:
        """A hall that knows what the snapshot knew. Raises msgspec.DecodeError when it is none."""
        return cls(site, _STATE.decode(raw))

    def views(self, now_ns: int) -> dict[ViewKey, View]:
        """Everything that is now the case, by topic. Journal, offset and time are the server's to fill.

        Values change only when something did: the server can compare them with what it published last.

        Args:
            now_ns: the civil time.
        """
        state, layout = self._state, self._layout
        outlook = public.outlook(state, layout, now_ns)
        return {
            **public.views(state, layout, outlook, now_ns),
            **private.views(state, layout, outlook, now_ns),
            **displays.views(state, layout, outlook, now_ns),
        }

    def next_deadline_ns(self) -> int | None:
        """When the hall wants a ``TimePassed`` besides each minute's (civil); None when it wants none.

        An event at that moment acts on it, so that the next deadline is another one.
        """
        state, layout = self._state, self._layout
        wanted = [rooms.escalation_ns(layout, known) for known in state.helps.values()]
        wanted += [rooms.settling_ns(layout, known) for known in state.helps.values()]
        wanted += [ahead.due_ns(state, layout, desk) for desk in layout.desks]
        wanted += [state.day.ends_ns or None]
        return min((due for due in wanted if due is not None), default=None)


def _follow(state: State, layout: Layout, event: Recorded) -> list[Decision]:
    """What follows from the event itself, the day being the right one."""
    body = event.body
    if isinstance(body, messages.TimePassed):
        return [
            *rooms.escalated(state, layout, event),
            *rooms.settled(state, layout, event),
            *forgotten.noticed(state, layout, event),
            *ahead.sent(state, layout, event),
            *learning.learned(state, layout, event),
            *capacity.changed(state, layout, state.occupancy, event.at_ns),
            *half_hours.passed(state, layout, event),
        ]
    if isinstance(body, messages.DeskRequest):
        return desks.requested(state, layout, event, body)
    rule = _RULES.get(type(body))
    return [] if rule is None else rule(state, layout, event, body)


def _passed(state: State, layout: Layout, event: Recorded, body: messages.PassageCounted) -> list[Decision]:
    """Count a passage, and see how crowded it has become."""
    return _crowded(state, layout, event, occupancy.passed(state, layout, event, body))


def _recounted(
    state: State, layout: Layout, event: Recorded, body: messages.RecountRequested
) -> list[Decision]:
    """Take a recount, and see how crowded it is by it."""
    return _crowded(state, layout, event, occupancy.recounted(state, layout, event, body))


def _crowded(state: State, layout: Layout, event: Recorded, made: list[Decision]) -> list[Decision]:
    """What was decided of today's count, and another level where it gives one."""
    for decision in made:
        if isinstance(decision, OccupancyCounted | OccupancyRecounted) and decision.day == state.day.day:
            return [*made, *capacity.changed(state, layout, decision.now, event.recorded_ns)]
    return made


def _site_changed(
    state: State, _layout: Layout, _event: Recorded, body: messages.SiteChanged
) -> list[Decision]:
    """Apply another description, and lease the numbers that its kiosks lack."""
    site = _SITE.decode(body.site)
    applied = SiteApplied(site=body.site, fingerprint=fingerprint(site))
    return [applied, *numbers.missing(state, Layout(site))]


Rule: TypeAlias = Callable[[State, Layout, Recorded, Any], list[Decision]]
Step: TypeAlias = Callable[[State, Any], None]

_RULES: dict[type[messages.Body], Rule] = {
    messages.VoteCast: barometer.cast,
    messages.PaperEntered: paper.entered,
    messages.PaperWithdrawn: paper.withdrawn,
    messages.ChangesTold: changes.told,
    messages.TicketDrawn: tickets.drawn,
    messages.TicketPrinted: tickets.printed,
    messages.PassageCounted: _passed,
    messages.PresenceChanged: rooms.presence_changed,
    messages.WindMeasured: wind.measured,
    messages.DeviceChanged: devices.changed,
    messages.NodeStarted: devices.started,
    messages.NodesHeard: silence.noted,
    messages.SiteChanged: _site_changed,
    messages.JournalRenewed: lambda state, layout, _event, _body: list(numbers.leap(state, layout)),
    messages.VisitorLeft: queue.left,
    messages.HelpRequested: rooms.help_requested,
    messages.HelpAcknowledged: rooms.help_acknowledged,
    messages.RecountRequested: _recounted,
    messages.WeatherReported: weather.told,
    messages.WeatherClearRequested: weather.cleared,
    messages.SettingRequested: settings.requested,
    messages.SettingEndRequested: settings.ended,
    messages.SettingUndoRequested: settings.undone,
}
"""Which rule decides an event that no desk asked for.

``DirectionGiven`` and ``SheetPrinted`` have none: their own points in the store count them.
"""

_STEPS: dict[type[decisions.Decided], Step] = {
    decisions.DayStarted: days.apply_started,
    decisions.NumberLeased: numbers.apply_leased,
    decisions.TicketAdmitted: tickets.apply_admitted,
    decisions.TicketMissed: tickets.apply_missed,
    decisions.PrintNoted: tickets.apply_printed,
    decisions.PromiseMade: tickets.apply_visit,
    decisions.PromiseScored: waiting.apply_scored,
    decisions.WaitEnded: learning.apply_ended,
    decisions.WaitsLearned: learning.apply_learned,
    decisions.TicketCalled: tickets.apply_called,
    decisions.TicketRecalled: tickets.apply_recalled,
    decisions.TicketReleased: tickets.apply_visit,
    decisions.TicketReinstated: tickets.apply_reinstated,
    decisions.TicketReturned: tickets.apply_returned,
    decisions.TicketRemoved: tickets.apply_removed,
    decisions.TicketParked: tickets.apply_visit,
    decisions.TicketTransferred: tickets.apply_visit,
    decisions.TicketChanged: tickets.apply_visit,
    decisions.TicketJoined: tickets.apply_joined,
    decisions.NumberTaken: numbers.apply_taken,
    decisions.UndoKept: undo.apply_kept,
    decisions.RequestUndone: undo.apply_undone,
    decisions.ServiceStarted: tickets.apply_visit,
    decisions.VisitClosed: tickets.apply_closed,
    decisions.ServiceTimeLearned: waiting.apply_learned,
    decisions.DeskChanged: desks.apply_changed,
    decisions.OccupancyCounted: occupancy.apply_counted,
    decisions.OccupancyRecounted: occupancy.apply_counted,
    decisions.OccupancyResolved: occupancy.apply_resolved,
    decisions.RecountNoted: occupancy.apply_noted,
    decisions.CrowdingChanged: capacity.apply_changed,
    decisions.HalfHourBegun: half_hours.apply_begun,
    decisions.HalfHourEnded: half_hours.apply_ended,
    decisions.PresenceNoted: rooms.apply_noted,
    decisions.WindNoted: wind.apply_noted,
    decisions.WeatherNoted: weather.apply_noted,
    decisions.WeatherAlertRaised: weather.apply_raised,
    decisions.WeatherAlertCleared: weather.apply_cleared,
    decisions.VoteCounted: barometer.apply_vote,
    decisions.SheetEntered: paper.apply_entered,
    decisions.SheetWithdrawn: paper.apply_withdrawn,
    decisions.HelpRaised: rooms.apply_help,
    decisions.HelpEscalated: rooms.apply_help,
    decisions.HelpAcknowledged: rooms.apply_help,
    decisions.HelpCleared: rooms.apply_cleared,
    decisions.RoomForgotten: forgotten.apply_forgotten,
    decisions.DeviceNoted: devices.apply_device,
    decisions.NodeNoted: devices.apply_node,
    decisions.NodesNoted: silence.apply_noted,
    decisions.ChangesNoted: changes.apply_noted,
    decisions.RequestAnswered: requests.apply_answered,
}
"""How each decision is put in its place; a day's end, a site and a setting are the hall's own."""
