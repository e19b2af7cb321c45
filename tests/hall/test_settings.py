"""Settings: what a supervisor changes rules at once, for everybody, and can be taken back exactly."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from broker.contract import compiled, messages
from broker.contract.settings import (
    AnySetting,
    DayQuestion,
    OpeningChange,
    OutsideMessage,
    PublicText,
    ServiceText,
)
from broker.contract.topics import DASHBOARD, MOST_BYTES
from hall import setting_rules
from hall.decisions import DayEnded, Decision, RequestAnswered, SettingChanged
from hall.hall import Hall
from hall.opening import Calendar
from tests.hall.hall_tent import MINUTE, Tent, every, moment, only
from tests.hall.small_site import small_site

relaxed = settings(deadline=None, max_examples=60)
"""Other work on the machine is no failure."""

WEDNESDAY = date(2016, 6, 8)
THURSDAY = date(2016, 6, 9)
SUNDAY = date(2016, 6, 12)
MEETING = PublicText(fr="Réunion des agents", en="Staff meeting")
WORKS = PublicText(fr="Travaux", en="Works")


def hours(day: date = WEDNESDAY, **changes: Any) -> OpeningChange:
    return OpeningChange(**{"day": day, "reason": MEETING, **changes})


def put(tent: Tent, setting: AnySetting, *, by: str = "camille", seen: str | None = None) -> list[Decision]:
    """A supervisor who sees the latest change, unless the test says otherwise, puts a setting in place."""
    known = latest(tent, setting.subject) if seen is None else seen
    body = messages.SettingRequested(device="console", key=tent.key(), setting=setting, seen=known, by=by)
    return tent.send(DASHBOARD, body)


def end(tent: Tent, subject: str, *, by: str = "camille") -> list[Decision]:
    seen = latest(tent, subject)
    body = messages.SettingEndRequested(device="console", key=tent.key(), subject=subject, seen=seen, by=by)
    return tent.send(DASHBOARD, body)


def undo(tent: Tent, key: str, *, by: str = "camille") -> list[Decision]:
    return tent.send(
        DASHBOARD, messages.SettingUndoRequested(device="console", key=tent.key(), undoes=key, by=by)
    )


def latest(tent: Tent, subject: str) -> str:
    changes = tent.views()["private", "settings", "now"].changes
    return next((change.key for change in changes if change.subject == subject), "")


def refusal(decisions: list[Decision]) -> str:
    answer = only(RequestAnswered, decisions)
    assert answer.accepted == (answer.reason == "")
    assert answer.accepted == bool(every(SettingChanged, decisions))
    return answer.reason


def in_force(tent: Tent) -> list[AnySetting]:
    return [one.setting for one in tent.views()["private", "settings", "now"].settings]


def shown(tent: Tent, display: str) -> list[str]:
    return [frame.text for frame in tent.views()["display", display].frames]


def service_state(tent: Tent, service: str) -> str:
    state: str = tent.views()["view", "service", service].state
    return state


# Opening ----------------------------------------------------------------------------------------


def test_a_day_closed_now_closes_the_site_its_services_kiosks_and_displays_at_once(tent: Tent) -> None:
    tent.next("one")
    assert refusal(put(tent, hours(closed=True))) == ""
    views = tent.views()
    assert not views["view", "space", "now"].open
    assert views["view", "space", "now"].opens_ns == moment("2016-06-09T08:30")
    assert service_state(tent, "info") == "closed"
    (kiosk_service, *_) = views["view", "kiosk", "kiosk-a"].services
    assert (kiosk_service.state, kiosk_service.notice) == ("closed", MEETING)
    assert shown(tent, "outside")[1:] == ["Fermé", "Ouvre demain à 8h30", "Réunion des agents"]
    assert shown(tent, "led-kiosk") == ["Fermé", "Ouvre demain à 8h30", "Réunion des agents"]
    assert shown(tent, "calls") == ["Fermé", "Ouvre demain à 8h30", "Réunion des agents"]


def test_an_afternoon_off_closes_at_noon_and_says_so_from_the_morning_on(tent: Tent) -> None:
    put(tent, hours(closes=720))
    assert shown(tent, "outside")[-2:] == ["Ouvert jusqu'à 12h", "Réunion des agents"]
    tent.now_ns = moment("2016-06-08T12:00")
    tent.tick()
    assert shown(tent, "outside")[1:] == ["Fermé", "Ouvre demain à 8h30", "Réunion des agents"]


def test_who_was_promised_a_wait_before_an_early_closing_keeps_it_and_is_called(tent: Tent) -> None:
    tent.next("one")
    for _ in range(12):
        ticket = tent.draw("info")
        tent.next("one")
        tent.wait(120)
        tent.ask(messages.StartRequested, "one")
        tent.wait(60)
    number = tent.hall.state.leases["kiosk-a"]["info"]
    drawn = messages.TicketDrawn(device="kiosk", service="info", number=number, token="f" * 64)
    tent.send("kiosk-a", drawn)
    ticket = tent.journal[-1][0].id
    before = tent.hall.state.visits[ticket]
    assert before.median_s is not None
    put(tent, hours(closed=True))
    (phone,) = tent.views()["private", "queue", "info"].tickets
    assert phone.wait_median_s is not None
    assert tent.hall.state.visits[ticket] == before
    assert tent.next("one").accepted
    assert tent.hall.state.desk("one").ticket == ticket


def test_other_hours_are_told_two_weeks_ahead_and_hold_on_their_day(tent: Tent) -> None:
    put(tent, hours(THURSDAY, opens=600))
    put(tent, hours(date(2016, 6, 23), closed=True))
    (told,) = tent.views()["view", "space", "now"].changed_days
    assert (told.day, told.service, told.reason) == ("2016-06-09", "", MEETING)
    assert [(span.opens_ns, span.closes_ns) for span in told.spans] == [
        (moment("2016-06-09T10:00"), moment("2016-06-09T17:00"))
    ]
    tent.now_ns = moment("2016-06-09T09:00")
    tent.tick()
    assert shown(tent, "outside")[1:] == ["Fermé", "Ouvre à 10h", "Réunion des agents"]
    tent.now_ns = moment("2016-06-09T10:00")
    assert tent.views()["view", "space", "now"].open


def test_one_service_closes_while_the_others_stay_open(tent: Tent) -> None:
    for desk in ("one", "inside"):
        tent.next(desk)
    put(tent, hours(service="civil", closed=True))
    assert service_state(tent, "civil") == "closed"
    assert tent.views()["view", "service", "civil"].notice == MEETING
    assert service_state(tent, "info") == "open"
    assert tent.views()["view", "service", "info"].notice is None
    assert tent.views()["view", "space", "now"].open


def test_a_permanence_closes_with_the_site_and_opens_no_earlier_than_it(tent_at: Any) -> None:
    tent = tent_at("2016-06-09T08:00")
    put(tent, hours(THURSDAY, opens=930))
    (opening,) = Calendar(tent.site, [hours(THURSDAY, opens=930)]).openings(
        THURSDAY, tent.site.service("writer")
    )
    assert opening == (moment("2016-06-09T15:30"), moment("2016-06-09T17:00"))
    put(tent, hours(THURSDAY, closed=True))
    assert tent.views()["view", "service", "writer"].opens_ns == moment("2016-06-16T14:00")


def test_a_kiosk_knows_on_which_days_a_permanences_timetable_does_not_hold(tent: Tent) -> None:
    node = next(node for node in tent.site.nodes if node.id == "kiosk-a")
    (kiosk,) = node.devices
    assert isinstance(kiosk, compiled.TicketKiosk)
    button = compiled.KioskButton(service="writer", pin=20, lamp=21)
    offering = replace(node, devices=[replace(kiosk, buttons=[*kiosk.buttons, button])])
    tent = Tent(replace(tent.site, nodes=[offering, *tent.site.nodes[1:]]))
    tent.tick()
    put(tent, hours(THURSDAY, closed=True))
    put(tent, hours(date(2016, 6, 10), opens=600))
    put(tent, hours(date(2016, 6, 16), service="writer", closes=960, reason=WORKS))
    services = {one.service: one.changed_days for one in tent.views()["view", "kiosk", "kiosk-a"].services}
    assert [(one.day, len(one.spans), one.reason) for one in services["writer"]] == [
        ("2016-06-09", 0, MEETING),
        ("2016-06-16", 1, WORKS),
    ]
    assert services["info"] == []


def test_a_meeting_that_is_called_off_opens_the_first_tuesday_in_the_morning() -> None:
    tuesday = date(2016, 7, 5)
    assert Calendar(small_site()).spans(tuesday) == [(780, 1020)]
    assert Calendar(small_site(), [hours(tuesday, opens=510)]).spans(tuesday) == [(510, 1020)]


def test_a_day_closed_while_people_are_inside_gives_them_the_usual_grace(tent: Tent) -> None:
    taken = messages.PresenceChanged(device="radar", subject="salon", kind="room", taken=True)
    tent.send("salon", taken)
    people = messages.RecountRequested(device="console", key=tent.key(), people=2)
    tent.send(DASHBOARD, people)
    put(tent, hours(closed=True))
    closed_ns = tent.now_ns

    def alerts() -> list[str]:
        tent.tick()
        return [alert.kind for alert in tent.views()["private", "alerts", "now"].alerts]

    tent.now_ns = closed_ns + 9 * MINUTE
    assert alerts() == []
    tent.now_ns = closed_ns + 10 * MINUTE
    assert alerts() == ["room_after_closing", "count_at_closing"]
    (_, count) = tent.views()["private", "alerts", "now"].alerts
    assert count.since_ns == closed_ns


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (hours(date(2016, 6, 7), closed=True), "past"),
        (hours(closes=570), "past"),
        (hours(opens=600), "past"),
        (hours(closed=True, opens=660), "contradictory"),
        (hours(), "contradictory"),
        (hours(THURSDAY, opens=900, closes=840), "contradictory"),
        (hours(SUNDAY, opens=600), "closed_day"),
        (hours(SUNDAY, closed=True), "closed_day"),
        (hours(THURSDAY, service="nobody", closed=True), "unknown_service"),
        (hours(THURSDAY, service="writer", closes=600), "contradictory"),
    ],
)
def test_a_change_in_the_past_or_against_itself_is_refused(
    tent: Tent, change: OpeningChange, reason: str
) -> None:
    assert refusal(put(tent, change)) == reason
    assert in_force(tent) == []


def test_a_service_cannot_be_opened_on_a_day_that_the_site_is_closed(tent: Tent) -> None:
    put(tent, hours(THURSDAY, closed=True))
    assert refusal(put(tent, hours(THURSDAY, service="info", opens=600))) == "closed_day"


def test_an_hour_that_has_passed_may_stay_while_the_other_one_changes(tent: Tent) -> None:
    put(tent, hours(opens=630, closes=720))
    tent.now_ns = moment("2016-06-08T11:00")
    assert refusal(put(tent, hours(opens=630, closes=780))) == ""
    assert refusal(put(tent, hours(opens=640, closes=780))) == "past"


def test_saying_the_same_again_changes_nothing(tent: Tent) -> None:
    put(tent, hours(THURSDAY, closed=True))
    assert refusal(put(tent, hours(THURSDAY, closed=True))) == "unchanged"


def test_of_two_people_at_the_same_day_the_second_is_told(tent: Tent) -> None:
    assert refusal(put(tent, hours(THURSDAY, opens=600), by="camille", seen="")) == ""
    assert refusal(put(tent, hours(THURSDAY, closed=True), by="sam", seen="")) == "changed_meanwhile"
    assert in_force(tent) == [hours(THURSDAY, opens=600)]
    assert refusal(put(tent, hours(SUNDAY.replace(day=13), closed=True), by="sam", seen="")) == ""


def test_a_late_or_repeated_press_changes_nothing(tent: Tent) -> None:
    body = messages.SettingRequested(device="console", key="k", setting=hours(THURSDAY, closed=True))
    assert refusal(tent.send(DASHBOARD, body, age_ms=60_000)) == "stale"
    assert refusal(tent.send(DASHBOARD, body)) == "repeated"
    assert in_force(tent) == []


# Taking back --------------------------------------------------------------------------------------


def test_a_change_is_listed_with_who_when_and_what_was_before(tent: Tent) -> None:
    put(tent, hours(THURSDAY, opens=600))
    tent.wait(60)
    put(tent, hours(THURSDAY, closed=True, reason=WORKS), by="sam")
    change, _ = tent.views()["private", "settings", "now"].changes
    assert (change.by, change.at_ns) == ("sam", tent.now_ns)
    assert (change.before, change.after) == (
        hours(THURSDAY, opens=600),
        hours(THURSDAY, closed=True, reason=WORKS),
    )


def test_taking_back_puts_in_force_what_was_before_and_is_a_change_itself(tent: Tent) -> None:
    put(tent, hours(closed=True))
    mistake = latest(tent, "opening/2016-06-08/")
    tent.wait(60)
    assert refusal(undo(tent, mistake, by="sam")) == ""
    assert tent.views()["view", "space", "now"].open
    taken_back = tent.views()["private", "settings", "now"].changes[0]
    assert (taken_back.undoes, taken_back.by, taken_back.after) == (mistake, "sam", None)
    assert refusal(undo(tent, taken_back.key)) == ""
    assert in_force(tent) == [hours(closed=True)]


def test_todays_recounts_are_listed_with_who_and_what_was_counted_before(tent: Tent) -> None:
    for people in (3, 1):
        tent.wait(60)
        tent.send(
            DASHBOARD, messages.RecountRequested(device="console", key=tent.key(), people=people, by="sam")
        )
    last, first = tent.views()["private", "settings", "now"].recounts
    assert (last.people, last.before, last.by, last.at_ns) == (1, 3, "sam", tent.now_ns)
    assert (first.people, first.before) == (3, None)
    tent.now_ns = moment("2016-06-09T09:00")
    tent.tick()
    assert tent.views()["private", "settings", "now"].recounts == []


def test_only_the_latest_change_about_a_day_is_taken_back(tent: Tent) -> None:
    put(tent, hours(THURSDAY, opens=600))
    first = latest(tent, "opening/2016-06-09/")
    put(tent, hours(THURSDAY, opens=660))
    assert refusal(undo(tent, first)) == "changed_meanwhile"
    assert refusal(undo(tent, "no-such-key")) == "unknown_change"


def test_a_setting_is_ended_by_hand(tent: Tent) -> None:
    put(tent, hours(THURSDAY, closed=True))
    assert refusal(end(tent, "opening/2016-06-09/")) == ""
    assert in_force(tent) == []
    assert refusal(end(tent, "opening/2016-06-09/")) == "unchanged"


def test_a_day_that_is_over_is_in_force_no_more_and_cannot_be_taken_back(tent: Tent) -> None:
    put(tent, hours(closes=720))
    tent.now_ns = moment("2016-06-09T09:00")
    tent.tick()
    assert in_force(tent) == []
    assert refusal(undo(tent, latest(tent, "opening/2016-06-08/"))) == "past"


def test_settings_are_kept_over_nights_and_restarts(tent: Tent) -> None:
    put(tent, hours(date(2016, 6, 10), closed=True))
    tent.now_ns = moment("2016-06-09T09:00")
    tent.tick()
    again = Hall(small_site())
    for event, made in tent.journal:
        for decision in made:
            again.apply(event.offset, decision)
    from_last_night = Hall(small_site())
    decisions = [(event.offset, one) for event, made in tent.journal for one in made]
    begins = next(place for place, (_, one) in enumerate(decisions) if isinstance(one, DayEnded))
    for offset, decision in decisions[begins:]:
        from_last_night.apply(offset, decision)
    for hall in (again, from_last_night, Hall.restore(small_site(), tent.hall.snapshot())):
        assert hall.state == tent.hall.state
        (opening,) = hall.views(tent.now_ns)["view", "space", "now"].changed_days  # type: ignore[attr-defined]
        assert opening.spans == []


def test_another_site_description_keeps_what_supervisors_have_set(tent: Tent) -> None:
    put(tent, hours(closed=True))
    renamed = replace(small_site(), capacity=9)
    tent.send("hall", messages.SiteChanged(device="", site=msgspec.Raw(messages.encode(renamed))))
    assert not tent.views()["view", "space", "now"].open


# Texts and questions ------------------------------------------------------------------------------

TODAY_FREE = PublicText(fr="ce jour, sans rendez-vous", en="today, no appointment needed")


def text_of(service: str, until: date = WEDNESDAY, text: PublicText = TODAY_FREE) -> ServiceText:
    return ServiceText(service=service, text=text, until=until)


def outside(until: date = WEDNESDAY, time: int = 780) -> OutsideMessage:
    return OutsideMessage(
        text=PublicText(fr="Vaccination à 14h", en="Vaccination at 2 pm"), until=until, time=time
    )


def ask(question: str, day: date = WEDNESDAY, barometer: str = "mood") -> DayQuestion:
    return DayQuestion(barometer=barometer, day=day, question=question)


def test_a_text_stands_beside_its_service_to_the_end_of_its_last_day(tent: Tent) -> None:
    put(tent, text_of("civil", THURSDAY))
    assert tent.views()["view", "service", "civil"].note == TODAY_FREE
    assert tent.views()["view", "service", "info"].note is None
    kiosk = {one.service: one.note for one in tent.views()["view", "kiosk", "kiosk-a"].services}
    assert kiosk["civil"] == TODAY_FREE
    assert shown(tent, "led-kiosk")[-1] == "Civil : ce jour, sans rendez-vous"
    tent.now_ns = moment("2016-06-09T23:59")
    assert tent.views()["view", "service", "civil"].note == TODAY_FREE
    tent.now_ns = moment("2016-06-10T00:00")
    assert tent.views()["view", "service", "civil"].note is None


def test_the_outside_message_stands_between_the_usual_lines_until_its_hour(tent: Tent) -> None:
    put(tent, outside())
    assert shown(tent, "outside") == [
        "Votre futur espace accueil se prépare",
        "Vaccination à 14h",
        "Vaccination at 2 pm",
        "Ouvert jusqu'à 17h",
    ]
    tent.now_ns = moment("2016-06-08T13:00")
    assert "Vaccination à 14h" not in shown(tent, "outside")


def test_what_concerns_safety_stands_before_any_message(tent: Tent) -> None:
    put(tent, outside())
    full = messages.RecountRequested(device="console", key=tent.key(), people=tent.site.capacity)
    tent.send(DASHBOARD, full)
    assert shown(tent, "outside") == ["Espace complet", "Merci d'attendre ici, à l'entrée"]
    snow = messages.WeatherReported(device="console", key=tent.key(), kind="snow", value=9.0)
    tent.send(DASHBOARD, snow)
    assert shown(tent, "outside") == ["ALERTE NEIGE", "N'entrez pas : évacuation"]


def test_a_question_is_asked_on_its_day_by_screen_and_panel_alike_and_no_vote_is_lost(tent: Tent) -> None:
    cast = messages.VoteCast(device="panel", barometer="mood", question="mood", answer=0)
    tent.send("kiosk-a", cast)
    assert refusal(put(tent, ask("monday-mood"))) == ""
    assert tent.views()["view", "barometer", "mood"].question == "monday-mood"
    assert shown(tent, "led-barometer")[0] == "monday-mood ?"
    undo(tent, latest(tent, "question/mood/2016-06-08"))
    view = tent.views()["view", "barometer", "mood"]
    assert (view.question, view.votes) == ("mood", 1)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        (text_of("nobody"), "unknown_service"),
        (text_of("civil", date(2016, 6, 7)), "past"),
        (outside(time=600), "past"),
        (outside(date(2016, 6, 7)), "past"),
        (ask("mood", date(2016, 6, 7)), "past"),
        (ask("nothing"), "unknown_question"),
        (ask("mood", barometer="nothing"), "unknown_barometer"),
        (ask("mood"), "unchanged"),
        (outside(date(1, 1, 1)), "past"),
        (outside(date(9999, 12, 31), 1440), "too_far"),
        (hours(date(9999, 12, 31), closes=1440), "too_far"),
        (text_of("civil", date(2061, 6, 8)), "too_far"),
    ],
)
def test_a_text_or_question_that_cannot_be_is_refused(tent: Tent, setting: AnySetting, reason: str) -> None:
    assert refusal(put(tent, setting)) == reason
    assert in_force(tent) == []


def test_the_longest_texts_everywhere_still_fit_a_message(tent: Tent) -> None:
    long = PublicText(fr="é" * 120, en="ê" * 120)
    refused = []
    for ahead in range(150):
        change = hours(WEDNESDAY + timedelta(days=1 + ahead), service="info", closed=True, reason=long)
        refused.append(refusal(put(tent, change)))
        put(tent, replace(change, opens=600, closed=False))
    assert refused.count("too_many") > 0
    assert len(in_force(tent)) == setting_rules.MOST_IN_FORCE
    for key in (("private", "settings", "now"), ("view", "space", "now")):
        assert len(messages.encode(tent.views()[key])) < MOST_BYTES


# Whatever is set ----------------------------------------------------------------------------------

minutes = st.one_of(st.none(), st.integers(0, 1440))
days = st.dates(date(2016, 6, 6), date(2016, 6, 19))
services = st.sampled_from(["", "info", "writer", "civil"])
texts = st.sampled_from([MEETING, WORKS, TODAY_FREE])
settings_of_any_kind = st.one_of(
    st.builds(hours, days, closed=st.booleans(), opens=minutes, closes=minutes, service=services),
    st.builds(text_of, services, days, texts),
    st.builds(outside, days, st.integers(0, 1440)),
    st.builds(ask, st.sampled_from(["mood", "monday-mood"]), days),
)
changes = st.builds(hours, days, closed=st.booleans(), opens=minutes, closes=minutes, service=services)


@relaxed
@given(st.lists(changes, max_size=6, unique_by=lambda change: change.subject))
def test_no_exception_opens_a_day_on_which_the_site_is_closed(said: list[OpeningChange]) -> None:
    site = small_site()
    usual, changed = Calendar(site), Calendar(site, said)
    for day in (one.day for one in said):
        here = changed.spans(day)
        assert here == [] or usual.spans(day) != []
        for service in site.services:
            own = changed.spans(day, service)
            permanence = usual.spans(day, service) if service.hours else []
            for span in own:
                assert any(
                    outer.opens <= span.opens and span.closes <= outer.closes
                    for outer in [*here, *permanence]
                )
            assert all(one.closes < other.opens for one, other in itertools.pairwise(own))


@relaxed
@given(st.lists(settings_of_any_kind, max_size=8), settings_of_any_kind)
def test_taking_back_is_an_exact_inverse(said: list[AnySetting], last: AnySetting) -> None:
    tent = Tent(small_site())
    tent.tick()
    for change in said:
        put(tent, change)
    before, views = tent.hall.state.settings, tent.views()
    if refusal(put(tent, last)):
        assert tent.hall.state.settings == before
        return
    assert refusal(undo(tent, latest(tent, last.subject))) == ""
    assert tent.hall.state.settings == before
    again = tent.views()
    for topic, view in views.items():
        if topic != ("private", "settings", "now"):
            assert again[topic] == view


@relaxed
@given(changes)
def test_a_day_that_is_accepted_is_open_exactly_where_it_says_so(change: OpeningChange) -> None:
    tent = Tent(small_site())
    tent.tick()
    if refusal(put(tent, change)):
        return
    service = small_site().service(change.service) if change.service else None
    spans = Calendar(small_site(), [change]).spans(change.day, service)
    assert (spans == []) == change.closed
    assert all(change.opens is None or change.opens <= span.opens for span in spans)
    assert all(change.closes is None or span.closes <= change.closes for span in spans)
