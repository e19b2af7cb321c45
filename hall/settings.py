"""What supervisors set from day to day: put in place, ended, taken back, and never behind a colleague's back.

Each change is a decision that carries what was before and what is after, so that taking it back is exact. A
change is taken back only while it is the latest about its subject, and so is every request only taken from
who saw that latest one: of two people at the same thing, the second is told. Taking back is a change too.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from broker.contract import messages
from broker.contract.compiled import Service
from broker.contract.settings import (
    AnySetting,
    DayQuestion,
    OutsideMessage,
    PublicText,
    ServiceText,
    SettingChange,
)
from broker.contract.views import ChangedDay, RecountNow, SettingNow, SettingsView, Span
from hall import setting_rules
from hall.decisions import Decision, Reason, SettingChanged
from hall.layout import Layout
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
        or setting_rules.objection(state, layout, setting, event.at_ns)
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
        or setting_rules.over(layout, known, event.at_ns)
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
        or setting_rules.over(layout, change.after, event.at_ns)
        or setting_rules.objection_again(state, layout, change.before, event.at_ns)
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


# What leaves ------------------------------------------------------------------------------------


def hours_changed_ns(state: State, day: date) -> int | None:
    """When somebody last changed that day's hours (civil); None where nobody did."""
    beginning = f"opening/{day.isoformat()}/"
    return max(
        (one.at_ns for one in state.setting_changes if one.subject.startswith(beginning)), default=None
    )


def service_text(state: State, layout: Layout, service: str, now_ns: int) -> PublicText | None:
    """What is said beside a service now."""
    known = _in_force(state, layout, f"service_text/{service}", now_ns)
    return known.text if isinstance(known, ServiceText) else None


def outside_message(state: State, layout: Layout, now_ns: int) -> PublicText | None:
    """What the outside displays say between their lines now."""
    known = _in_force(state, layout, "outside", now_ns)
    return known.text if isinstance(known, OutsideMessage) else None


def _in_force(state: State, layout: Layout, subject: str, now_ns: int) -> AnySetting | None:
    known = state.settings.get(subject)
    return None if setting_rules.over(layout, known, now_ns) else known


def question(state: State, barometer: str, day: date) -> str:
    """The question that a supervisor chose for a barometer's day; empty where none did."""
    known = state.settings.get(f"question/{barometer}/{day.isoformat()}")
    return known.question if isinstance(known, DayQuestion) else ""


def changed_days(state: State, layout: Layout, now_ns: int) -> list[ChangedDay]:
    """Other hours than usual, today and in the next two weeks: the nearest first, then the site's."""
    today = layout.calendar.local(now_ns).date()
    near = [
        change
        for change in setting_rules.opening_changes(state)
        if today <= change.day <= today + timedelta(days=TOLD_DAYS)
    ]
    return [
        _changed_day(
            layout, change.day, layout.services[change.service] if change.service else None, change.reason
        )
        for change in sorted(near, key=lambda one: (one.day, one.service))
        if not change.service or change.service in layout.services
    ]


def changed_timetable(state: State, layout: Layout, service: Service, now_ns: int) -> list[ChangedDay]:
    """Where a permanence's hours are others than its timetable's, today and in the next two weeks.

    The site's exceptions are among them where they change these hours.
    """
    if not service.hours:
        return []
    today = layout.calendar.local(now_ns).date()
    days = {
        change.day for change in setting_rules.opening_changes(state) if change.service in ("", service.id)
    }
    return [
        _changed_day(layout, day, service, reason)
        for day in sorted(days)
        if today <= day <= today + timedelta(days=TOLD_DAYS)
        and (reason := layout.calendar.reason(day, service)) is not None
    ]


def _changed_day(layout: Layout, day: date, service: Service | None, reason: PublicText) -> ChangedDay:
    return ChangedDay(
        day=day.isoformat(),
        service="" if service is None else service.id,
        spans=[
            Span(opens_ns=each.opens_ns, closes_ns=each.closes_ns)
            for each in layout.calendar.openings(day, service)
        ],
        reason=reason,
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
        recounts=[
            RecountNow(at_ns=one.at_ns, people=one.people, before=one.before, by=one.by)
            for one in reversed(state.recounts)
        ],
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
