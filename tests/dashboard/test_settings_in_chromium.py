"""The settings in a real browser: a form becomes a request, what is in place is shown, a press undoes."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from broker.contract.messages import (
    RecountRequested,
    SettingEndRequested,
    SettingRequested,
    SettingUndoRequested,
    WeatherReported,
)
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
from tests.dashboard.accessible import violations
from tests.dashboard.afternoon import MINUTE, NOW_NS, moment, service, space
from tests.dashboard.conftest import Served
from tests.dashboard.test_console_in_chromium import answer, pressed

FRIDAY = OpeningChange(
    day=date(2027, 6, 18), closes=720, reason=PublicText(fr="Réunion des agents", en="Staff meeting")
)
WRITER = OpeningChange(
    day=date(2027, 6, 22),
    service="ecrivain-public",
    closed=True,
    reason=PublicText(fr="Écrivain public absent", en="No public writer"),
)
MESSAGE = OutsideMessage(
    text=PublicText(fr="Vaccination sans rendez-vous à 14 h", en="Walk-in vaccination at 2 pm"),
    until=date(2027, 6, 17),
    time=1080,
)
NOTE = ServiceText(
    service="familles",
    text=PublicText(fr="ce jour, sans rendez-vous", en="today, no appointment needed"),
    until=date(2027, 6, 18),
)
OVER = OpeningChange(day=date(2027, 6, 16), opens=600, reason=PublicText(fr="Panne", en="Power cut"))


def change(
    key: str, before: AnySetting | None, after: AnySetting | None, minutes: int, *, by: str = "camille"
) -> SettingChange:
    known = after or before
    assert known is not None
    at_ns = NOW_NS - minutes * MINUTE
    return SettingChange(key=key, subject=known.subject, at_ns=at_ns, by=by, before=before, after=after)


def settings_view(changes: list[SettingChange], settings: list[AnySetting]) -> SettingsView:
    return SettingsView(
        at_ns=NOW_NS,
        today="2027-06-17",
        settings=[SettingNow(subject=one.subject, setting=one) for one in settings],
        changes=changes,
    )


def example() -> SettingsView:
    earlier = OpeningChange(day=FRIDAY.day, closed=True, reason=FRIDAY.reason)
    changes = [
        change("c4", earlier, FRIDAY, 12),
        change("c3", None, earlier, 45, by="sam"),
        change("c2", None, WRITER, 200),
        change("c1", None, OVER, 1600),
    ]
    return settings_view(changes, [FRIDAY, WRITER, MESSAGE, NOTE])


@pytest.fixture
def settings_page(served: Served, open_page) -> Page:
    page: Page = open_page("/reglages")
    served.afternoon.publish("private/settings/now", example())
    expect(page.locator("[data-changes] > li")).to_have_count(4)
    return page


def fill_reason(page: Page) -> None:
    page.fill("[name=reason-fr]", "Réunion")
    page.fill("[name=reason-en]", "Meeting")


def send(page: Page, kind: str = "opening") -> None:
    page.locator(f"[data-setting={kind}] button.main").click()


def test_what_is_in_place_and_what_was_changed_is_told_with_who_when_and_before(settings_page: Page):
    rows = settings_page.locator("[data-in-force=opening] > li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("vendredi 18 juin · Tout l’espace")
    expect(rows.first).to_contain_text("ferme à 12 h · Réunion des agents")
    expect(rows.last).to_contain_text("Écrivain public")
    latest = settings_page.locator("[data-changes] > li").first
    expect(latest).to_contain_text("jeudi 17 juin, 15 h 30 · camille")
    expect(latest.locator("dd").first).to_have_text("fermé · Réunion des agents")
    expect(latest.locator("dd").last).to_have_text("ferme à 12 h · Réunion des agents")


def test_a_day_is_closed_with_its_reason_in_both_languages(served: Served, settings_page: Page):
    settings_page.fill("[data-setting=opening] [name=day]", "2027-06-21")
    fill_reason(settings_page)
    request = pressed(served, settings_page, lambda: send(settings_page))
    assert isinstance(request, SettingRequested)
    assert request.setting == OpeningChange(
        day=date(2027, 6, 21), closed=True, reason=PublicText(fr="Réunion", en="Meeting")
    )
    assert (request.by, request.seen) == ("demo-supervisor", "")
    answer(served, request)
    expect(settings_page.locator("[data-setting=opening] [data-feedback]")).to_contain_text("Enregistré")
    expect(settings_page.locator("[name=reason-fr]")).to_have_value("")


def test_an_afternoon_off_and_other_hours_say_only_what_changes(served: Served, settings_page: Page):
    settings_page.fill("[data-setting=opening] [name=day]", "2027-06-22")
    settings_page.select_option("[data-setting=opening] [name=service]", "ecrivain-public")
    fill_reason(settings_page)
    settings_page.check("[name=how][value=hours]", force=True)
    send(settings_page)
    expect(settings_page.locator("[data-setting=opening] [data-feedback]")).to_contain_text("Donnez l’heure")
    settings_page.fill("[name=opens]", "09:15")
    request = pressed(served, settings_page, lambda: send(settings_page))
    assert isinstance(request, SettingRequested)
    assert (request.setting.opens, request.setting.closes, request.setting.closed) == (555, None, False)
    assert (request.setting.service, request.seen) == ("ecrivain-public", "c2")
    settings_page.check("[name=how][value=afternoon]", force=True)
    request = pressed(served, settings_page, lambda: send(settings_page))
    assert isinstance(request, SettingRequested)
    assert (request.setting.opens, request.setting.closes) == (None, 720)


def fill(page: Page, kind: str, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"[data-setting={kind}] [name={name.replace('_', '-')}]").fill(value)


def asked(served: Served, page: Page, kind: str) -> AnySetting:
    request = pressed(served, page, lambda: send(page, kind))
    assert isinstance(request, SettingRequested)
    return request.setting


def test_a_message_a_text_and_a_question_each_have_their_form(served: Served, settings_page: Page):
    page = settings_page
    fill(page, "outside", text_fr="Fête", text_en="Party", until="2027-06-18", time="17:30")
    party = PublicText(fr="Fête", en="Party")
    assert asked(served, page, "outside") == OutsideMessage(text=party, until=date(2027, 6, 18), time=1050)
    page.select_option("[data-setting=service_text] [name=service]", "dossier")
    fill(page, "service_text", text_fr="Fête", text_en="Party", until="2027-06-18")
    text = ServiceText(service="dossier", text=party, until=date(2027, 6, 18))
    assert asked(served, page, "service_text") == text
    barometer = served.afternoon.site.barometers[0]
    question = barometer.questions[-1]
    page.select_option("[data-setting=question] [name=question]", f"{barometer.id}/{question.id}")
    fill(page, "question", day="2027-06-18")
    chosen = DayQuestion(barometer=barometer.id, day=date(2027, 6, 18), question=question.id)
    assert asked(served, page, "question") == chosen
    in_place = settings_view([], [chosen])
    served.afternoon.publish("private/settings/now", in_place)
    expect(page.locator("[data-in-force=question] > li")).to_contain_text(question.text.fr)


def test_people_are_recounted_and_snow_is_told_here_too(served: Served, settings_page: Page):
    page = settings_page
    expect(page.locator("[data-field=inside]")).to_contain_text("46 personnes dans l’espace, à 3 près")
    page.click("[data-open=recount]")
    page.fill("[name=people]", "44")
    request = pressed(served, page, page.locator("[data-recount] [type=submit]").click)
    assert isinstance(request, RecountRequested)
    assert (request.people, request.by) == (44, "demo-supervisor")
    answer(served, request)
    expect(page.locator("#recount")).to_be_hidden()
    page.click("[data-open=weather]")
    page.fill("[name=snow]", "5")
    request = pressed(served, page, page.locator("#weather [type=submit]").click)
    assert isinstance(request, WeatherReported)
    assert (request.kind, request.value) == ("snow", 5)


def test_a_recount_is_listed_and_taken_back_with_those_who_came_since(served: Served, settings_page: Page):
    recounts = [
        RecountNow(at_ns=NOW_NS - MINUTE, people=40, before=47, by="sam"),
        RecountNow(at_ns=NOW_NS - 90 * MINUTE, people=30, before=None, by="camille"),
    ]
    served.afternoon.publish("private/settings/now", replace(example(), recounts=recounts))
    latest = settings_page.locator("[data-changes] > li").first
    expect(latest).to_contain_text("sam")
    expect(latest.locator("dd").first).to_have_text("47 personnes")
    expect(settings_page.locator("[data-back]:visible")).to_have_count(1)
    request = pressed(served, settings_page, latest.get_by_role("button").click)
    assert isinstance(request, RecountRequested)
    assert request.people == 46 + 7  # 46 are inside by now


def test_the_call_screen_says_other_hours_and_a_services_text(served: Served, open_page):
    page: Page = open_page("/appels", account="")
    familles = service("familles", 3, 15, "calm")
    served.afternoon.publish("view/service/familles", replace(familles, note=NOTE.text))
    span = Span(opens_ns=moment(8, 30), closes_ns=moment(12, 0))
    today = ChangedDay(day="2027-06-17", service="", spans=[span], reason=FRIDAY.reason)
    served.afternoon.publish("view/space/now", space(changed_days=[today]))
    expect(page.locator("[data-notice]")).to_have_text("Aujourd’hui : 8 h 30 – 12 h · Réunion des agents")
    expect(page.locator("[data-service=familles]")).to_contain_text("ce jour, sans rendez-vous")
    served.afternoon.publish("view/space/now", space())
    expect(page.locator("[data-notice]")).to_be_hidden()


def test_agents_read_beside_a_service_what_is_said_of_it_and_why_it_is_closed(served: Served, open_page):
    page: Page = open_page("/")
    row = page.locator("tr[data-service=familles]")
    closed = service("familles", 0, None, "unknown", state="closed")
    served.afternoon.publish("view/service/familles", replace(closed, notice=FRIDAY.reason))
    expect(row).to_contain_text("Réunion des agents")
    served.afternoon.publish("view/service/familles", replace(closed, note=NOTE.text))
    expect(row).to_contain_text("ce jour, sans rendez-vous")
    served.afternoon.publish("view/service/familles", service("familles", 3, 15, "calm"))
    expect(row.locator("[data-field=about]")).to_be_empty()


def test_the_second_of_two_people_is_told_who_was_first(served: Served, settings_page: Page):
    settings_page.fill("[data-setting=opening] [name=day]", "2027-06-18")
    fill_reason(settings_page)
    meanwhile = example()
    colleague = change("c5", FRIDAY, None, 0, by="sam")
    served.afternoon.publish("private/settings/now", settings_view([colleague, *meanwhile.changes], [WRITER]))
    expect(settings_page.locator("[data-changes] > li")).to_have_count(5)
    request = pressed(served, settings_page, lambda: send(settings_page))
    assert isinstance(request, SettingRequested)
    assert request.seen == "c4"  # what was there when the form was begun
    answer(served, request, accepted=False, reason="changed_meanwhile")
    feedback = settings_page.locator("[data-setting=opening] [data-feedback]")
    expect(feedback).to_contain_text("sam vient de changer cela")
    expect(settings_page.locator("[name=reason-fr]")).to_have_value("Réunion")
    settings_page.fill("[name=reason-fr]", "Réunion, toujours")
    again = pressed(served, settings_page, lambda: send(settings_page))
    assert isinstance(again, SettingRequested)
    assert again.seen == "c5"


def test_only_the_latest_change_about_a_day_to_come_can_be_undone(served: Served, settings_page: Page):
    expect(settings_page.locator("[data-undo]:visible")).to_have_count(2)
    request = pressed(served, settings_page, settings_page.locator("[data-undo=c4]").click)
    assert isinstance(request, SettingUndoRequested)
    assert (request.undoes, request.by) == ("c4", "demo-supervisor")
    answer(served, request)
    expect(settings_page.locator("[data-changes-feedback]")).to_contain_text("Annulé")


def test_what_is_in_place_is_changed_in_its_form(served: Served, settings_page: Page):
    page = settings_page
    page.get_by_role("button", name="Modifier : Horaires · vendredi 18 juin").click()
    expect(page.locator("[name=closes]")).to_have_value("12:00")
    page.fill("[name=closes]", "13:30")
    request = pressed(served, page, lambda: send(page))
    assert isinstance(request, SettingRequested)
    assert (request.setting, request.seen) == (replace(FRIDAY, closes=810), "c4")
    for kind, setting in (("outside", MESSAGE), ("service_text", NOTE)):
        page.locator(f"[data-in-force={kind}] [data-edit]").click()
        assert asked(served, page, kind) == setting


def test_what_is_in_place_is_removed(served: Served, settings_page: Page):
    remove = settings_page.get_by_role("button", name="Retirer : Horaires · vendredi 18 juin")
    request = pressed(served, settings_page, remove.click)
    assert isinstance(request, SettingEndRequested)
    assert (request.subject, request.seen) == (FRIDAY.subject, "c4")


def test_an_agent_neither_sees_the_page_nor_its_values(served: Served, open_page):
    page: Page = open_page("/", account="demo-agent")
    expect(page.locator("nav")).not_to_contain_text("Réglages")
    assert page.request.get(f"{served.url}/direct/reglages").status == 401
    page.goto(f"{served.url}/reglages")
    expect(page).to_have_url(f"{served.url}/connexion?retour=/reglages&role=supervisor")


@pytest.mark.parametrize("how", ["closed", "hours"])
def test_the_page_with_all_that_it_can_hold_is_clean_by_axe(served: Served, settings_page: Page, how: str):
    recounts = [RecountNow(at_ns=NOW_NS - MINUTE, people=40, before=47, by="sam")]
    served.afternoon.publish("private/settings/now", replace(example(), recounts=recounts))
    expect(settings_page.locator("[data-changes] > li")).to_have_count(5)
    settings_page.check(f"[name=how][value={how}]", force=True)
    assert violations(settings_page) == []


def test_a_press_on_the_keyboard_alone_undoes_a_change(served: Served, settings_page: Page):
    settings_page.locator("[data-undo=c4]").focus()
    request = pressed(served, settings_page, lambda: settings_page.keyboard.press("Enter"))
    assert isinstance(request, SettingUndoRequested)
    assert request.undoes == "c4"


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_the_page_fits_every_screen(served: Served, open_page, width: int):
    served.afternoon.publish("private/settings/now", example())
    page: Page = open_page("/reglages", width=width, height=844)
    expect(page.locator("[data-changes] > li")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
