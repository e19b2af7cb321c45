"""What supervisors set from day to day: put in place, ended, taken back, and never behind a colleague's back.

Each change is a decision that carries what was before and what is after, so that taking it back is exact. A
change is taken back only while it is the latest about its subject, and so is every request only taken from
who saw that latest one: of two people at the same thing, the second is told. Taking back is a change too.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from broker.contract import messages
from broker.contract.settings import (
    AnySetting,
    DayQuestion,
    OpeningChange,
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


def service_text(state: State, layout: Layout, service: str, now_ns: int) -> PublicText | None:
    """What is said beside a service now."""
    known = state.settings.get(f"service_text/{service}")
    is_in_force = isinstance(known, ServiceText) and not setting_rules.over(layout, known, now_ns)
    return known.text if isinstance(known, ServiceText) and is_in_force else None


def outside_message(state: State, layout: Layout, now_ns: int) -> PublicText | None:
    """What the outside displays say between their lines now."""
    known = state.settings.get("outside")
    is_in_force = isinstance(known, OutsideMessage) and not setting_rules.over(layout, known, now_ns)
    return known.text if isinstance(known, OutsideMessage) and is_in_force else None


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
