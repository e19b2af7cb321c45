"""What supervisors set from day to day: put in place, ended, taken back, and never behind a colleague's back.

Each change is a decision that carries what was before and what is after, so that taking it back is exact. A
change is taken back only while it is the latest about its subject, and so is every request only taken from
who saw that latest one: of two people at the same thing, the second is told. Taking back is a change too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from broker.contract import messages
from broker.contract.settings import AnySetting, OpeningChange, SettingChange
from broker.contract.views import ChangedDay, SettingNow, SettingsView, Span
from hall.decisions import Decision, Reason, SettingChanged
from hall.layout import Layout
from hall.opening import Calendar
from hall.recorded import Recorded
from hall.requests import answer, untimely
from hall.state import Day, State

TOLD_DAYS: Final = 14
"""So many days ahead the public reads of other hours."""

KEPT_CHANGES: Final = 50
"""So many changes are listed and can be taken back."""


def requested(
    state: State, layout: Layout, event: Recorded, body: messages.SettingRequested
) -> list[Decision]:
    """Put a setting in place, unless it is refused."""
    setting = body.setting
    reason = (
        untimely(state, layout, event, body)
        or _meanwhile(state, setting.subject, body.seen)
        or ("unchanged" if state.settings.get(setting.subject) == setting else "")
        or objection(state, layout, setting, event.at_ns)
    )
    return _changed(state, event, body, setting.subject, setting, reason)


def ended(
    state: State, layout: Layout, event: Recorded, body: messages.SettingEndRequested
) -> list[Decision]:
    """End the setting in force about a subject."""
    known = state.settings.get(body.subject)
    reason = (
        untimely(state, layout, event, body)
        or _meanwhile(state, body.subject, body.seen)
        or ("unchanged" if known is None else "")
        or _over(layout, known, event.at_ns)
    )
    return _changed(state, event, body, body.subject, None, reason)


def undone(
    state: State, layout: Layout, event: Recorded, body: messages.SettingUndoRequested
) -> list[Decision]:
    """Take the latest change about its subject back: what was before it is in force again."""
    change = next((one for one in state.setting_changes if one.key == body.undoes), None)
    if change is None:
        reason: Reason = untimely(state, layout, event, body) or "unknown_change"
        return [answer(event, body, accepted=False, reason=reason)]
    reason = (
        untimely(state, layout, event, body)
        or _meanwhile(state, change.subject, change.key)
        or _over(layout, change.after, event.at_ns)
        or (_objection_again(state, layout, change.before, event.at_ns))
    )
    return _changed(state, event, body, change.subject, change.before, reason, undoes=change.key)


def _changed(
    state: State,
    event: Recorded,
    body: messages.SettingRequested | messages.SettingEndRequested | messages.SettingUndoRequested,
    subject: str,
    after: AnySetting | None,
    reason: Reason,
    *,
    undoes: str = "",
) -> list[Decision]:
    if reason:
        return [answer(event, body, accepted=False, reason=reason)]
    change = SettingChange(
        key=body.key,
        subject=subject,
        at_ns=event.at_ns,
        by=body.by,
        before=state.settings.get(subject),
        after=after,
        undoes=undoes,
    )
    return [SettingChanged(change=change), answer(event, body, accepted=True)]


def latest(state: State, subject: str) -> str:
    """The key of the latest change about a subject; empty where none is known."""
    return next((one.key for one in reversed(state.setting_changes) if one.subject == subject), "")


def _meanwhile(state: State, subject: str, seen: str) -> Reason:
    return "" if latest(state, subject) == seen else "changed_meanwhile"


def _over(layout: Layout, setting: AnySetting | None, at_ns: int) -> Reason:
    """What is over cannot be changed any more."""
    today = layout.calendar.local(at_ns).date()
    return "past" if setting is not None and setting.last_day < today else ""


def objection(state: State, layout: Layout, setting: AnySetting, at_ns: int) -> Reason:
    """Why a setting cannot be put in place at that moment; empty where it can."""
    return _over(layout, setting, at_ns) or _opening_objection(state, layout, setting, at_ns)


def _objection_again(state: State, layout: Layout, setting: AnySetting | None, at_ns: int) -> Reason:
    """Why what was before cannot be put back. That an hour of it has passed by now does not matter."""
    if setting is None:
        return ""
    return _over(layout, setting, at_ns) or _contradiction(state, layout, setting)


# Opening ----------------------------------------------------------------------------------------


def _opening_objection(state: State, layout: Layout, change: OpeningChange, at_ns: int) -> Reason:
    return _contradiction(state, layout, change) or _hour_past(state, layout, change, at_ns)


def _contradiction(state: State, layout: Layout, change: OpeningChange) -> Reason:
    """A day closed and open at once, or open for no time, or a service opened where the site is closed."""
    service = layout.services.get(change.service)
    if change.service and service is None:
        return "unknown_service"
    if change.closed == (change.opens is not None or change.closes is not None):
        return "contradictory"
    if change.opens is not None and change.closes is not None and change.opens >= change.closes:
        return "contradictory"
    others = [known for known in opening_changes(state) if known.subject != change.subject]
    if not Calendar(layout.site, others).spans(change.day, service):
        return "closed_day"
    would_be = Calendar(layout.site, [*others, change]).spans(change.day, service)
    return "" if bool(would_be) != change.closed else "contradictory"


def _hour_past(state: State, layout: Layout, change: OpeningChange, at_ns: int) -> Reason:
    """An hour of today that has passed cannot be changed any more; one that stays as it was may be said."""
    known = state.settings.get(change.subject)
    had = () if known is None else (known.opens, known.closes)
    new = [hour for hour in (change.opens, change.closes) if hour is not None and hour not in had]
    passed = any(layout.calendar.moment(change.day, hour) <= at_ns for hour in new)
    return "past" if passed else ""


def opening_changes(state: State) -> Iterator[OpeningChange]:
    """The exceptions of single days that are in force."""
    return (setting for setting in state.settings.values() if isinstance(setting, OpeningChange))


# What leaves ------------------------------------------------------------------------------------


def changed_days(state: State, layout: Layout, now_ns: int) -> list[ChangedDay]:
    """Other hours than usual, today and in the next two weeks: the nearest first, then the site's."""
    today = layout.calendar.local(now_ns).date()
    near = [
        change
        for change in opening_changes(state)
        if today <= change.day <= today + timedelta(days=TOLD_DAYS)
    ]
    return [
        _changed_day(layout, change)
        for change in sorted(near, key=lambda one: (one.day, one.service))
        if not change.service or change.service in layout.services
    ]


def _changed_day(layout: Layout, change: OpeningChange) -> ChangedDay:
    service = layout.services[change.service] if change.service else None
    return ChangedDay(
        day=change.day.isoformat(),
        service=change.service,
        spans=[
            Span(opens_ns=each.opens_ns, closes_ns=each.closes_ns)
            for each in layout.calendar.openings(change.day, service)
        ],
        reason=change.reason,
    )


def view(state: State) -> SettingsView:
    """What supervisors see: what is in force, by subject, and the latest changes, the newest first."""
    return SettingsView(
        today=state.day.day,
        settings=[
            SettingNow(subject=subject, setting=setting)
            for subject, setting in sorted(state.settings.items())
        ],
        changes=list(reversed(state.setting_changes)),
    )


# Applying ---------------------------------------------------------------------------------------


def apply_changed(state: State, decision: SettingChanged) -> None:
    """What is in force about the subject now, and one change more."""
    change = decision.change
    if change.after is None:
        state.settings.pop(change.subject, None)
    else:
        state.settings[change.subject] = change.after
    state.setting_changes = [*state.setting_changes, change][-KEPT_CHANGES:]


def forget(state: State, day: Day) -> None:
    """What was over before that day is in force no more; the list of changes still tells of it."""
    today = date.fromisoformat(day.day)
    state.settings = {
        subject: setting for subject, setting in state.settings.items() if setting.last_day >= today
    }
