"""Crowding and weather on the pages, in a real browser."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from playwright.sync_api import expect

from broker.contract import messages
from broker.contract.messages import Answer
from broker.contract.views import (
    Alert,
    AlertsView,
    HalfHourNow,
    SupervisionView,
    WeatherAlertNow,
    WeatherNow,
)
from tests.dashboard.afternoon import MINUTE, NOW_NS, moment, space

STORM = WeatherAlertNow(kind="wind", value=112.4, since_ns=NOW_NS - 5 * MINUTE)
SCREENS = ["/", "/appels", "/barometre", "/guichet/numerique", "/pilotage", "/technique", "/guichets"]


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("width", [1280, 360])
def test_a_weather_alert_is_the_same_on_every_screen(served, open_page, path, width):
    served.afternoon.publish("view/space/now", space(weather_alerts=[STORM]))
    page = open_page(path, width=width)
    banner = page.locator("[data-weather]")
    expect(banner).to_contain_text("Alerte vent.")
    expect(banner).to_contain_text("112 km/h, depuis 15 h 37")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    served.afternoon.publish("view/space/now", space())
    expect(banner).to_be_hidden()


def test_an_alert_stays_while_the_hall_is_not_heard(served, open_page):
    page = open_page("/")
    served.afternoon.publish("view/space/now", space(weather_alerts=[STORM], valid_s=1))
    expect(page.locator("[data-weather]")).to_be_visible()
    expect(page.locator("[data-card=inside] [data-field=inside]")).to_have_text("—", timeout=5_000)
    expect(page.locator("[data-weather]")).to_contain_text("Alerte vent.")


def test_two_presses_clear_an_alert_and_one_does_not(served, open_page):
    served.afternoon.publish("view/space/now", space(weather_alerts=[STORM]))
    page = open_page("/")
    clear = page.locator("[data-clear=wind]")
    clear.click()
    expect(clear).to_have_text("La tente est sûre ? Appuyez encore")
    assert served.kept.bodies == []
    with page.expect_response(lambda response: response.request.method == "POST"):
        clear.click()
    (request,) = served.kept.bodies
    assert isinstance(request, messages.WeatherClearRequested)
    assert (request.kind, request.by) == ("wind", "demo-supervisor")
    served.afternoon.publish("answer/dashboard", Answer(key=request.key, accepted=True))
    expect(clear).to_have_text("Alerte levée.")


@pytest.mark.parametrize(("path", "account"), [("/", ""), ("/appels", "demo-agent")])
def test_nobody_clears_an_alert_without_an_account_nor_on_a_wall(served, open_page, path, account):
    served.afternoon.publish("view/space/now", space(weather_alerts=[STORM]))
    page = open_page(path, account=account)
    expect(page.locator("[data-weather]")).to_be_visible()
    expect(page.locator("[data-clear]")).to_have_count(0)


def test_an_agent_enters_the_snow_and_is_told_that_it_is_kept(served, open_page):
    page = open_page("/")
    page.locator("[data-open=weather]").click()
    page.locator("#weather [type=submit]").click()
    expect(page.locator("#weather [data-feedback]")).to_have_text("Donnez au moins une mesure.")
    page.locator("#weather [name=snow]").fill("4.5")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator("#weather [type=submit]").click()
    (request,) = served.kept.bodies
    assert isinstance(request, messages.WeatherReported)
    assert (request.kind, request.value) == ("snow", 4.5)
    served.afternoon.publish("answer/dashboard", Answer(key=request.key, accepted=True))
    expect(page.locator("#weather")).to_be_hidden()


def test_the_weather_is_told_as_it_is_known(served, open_page):
    page = open_page("/")
    told = page.locator("[data-field=weather]")
    expect(told).to_have_text("")
    known = WeatherNow(wind_km_h=31.6, wind_silent=False, snow_cm=2.0, snow_ns=NOW_NS)
    served.afternoon.publish("view/space/now", space(weather=known))
    expect(told).to_have_text("vent 32 km/h · neige 2 cm à 15 h 42")
    silent = WeatherNow(wind_km_h=None, wind_silent=True, snow_cm=None, snow_ns=None)
    served.afternoon.publish("view/space/now", space(weather=silent))
    expect(told).to_have_text("vent inconnu")


def test_a_crowded_space_is_said_in_words_on_its_card(served, open_page):
    page = open_page("/")
    word = page.locator("[data-field=crowding]")
    expect(word).to_be_hidden()
    served.afternoon.publish("view/space/now", space(inside=76, crowding="near"))
    expect(word).to_have_text("presque plein")
    served.afternoon.publish("view/space/now", space(inside=80, crowding="full"))
    expect(word).to_have_text("plein")
    near = Alert(id="capacity", kind="capacity_near", since_ns=NOW_NS, subject="barnum", detail="", people=76)
    served.afternoon.publish("private/alerts/now", AlertsView(at_ns=NOW_NS, alerts=[near]))
    expect(page.locator("[data-alerts]")).to_contain_text("76 personnes comptées, 80 permises")


@pytest.mark.parametrize("path", ["/", "/pilotage", "/guichet/numerique"])
def test_a_call_that_nobody_answers_is_shown_louder_until_somebody_goes(served, open_page, path):
    call = Alert(id="help-salon-1", kind="help", since_ns=NOW_NS, subject="salon-1", detail="")
    page = open_page(path)
    row = page.locator(".alert[data-kind^=help]")

    def is_loud() -> bool:
        return "escalated" in (row.get_attribute("class") or "").split()

    served.afternoon.publish("private/alerts/now", AlertsView(at_ns=NOW_NS, alerts=[call]))
    expect(row).to_contain_text("une collègue demande de l’aide")
    assert not is_loud()
    late = replace(call, kind="help_escalated")
    served.afternoon.publish("private/alerts/now", AlertsView(at_ns=NOW_NS, alerts=[late]))
    expect(row).to_contain_text("toujours pas d’aide")
    assert is_loud()
    expect(page).to_have_title(re.compile("^❗"))
    goes = replace(late, acknowledged=True, by="camille")
    served.afternoon.publish("private/alerts/now", AlertsView(at_ns=NOW_NS, alerts=[goes]))
    expect(row).to_contain_text("camille y va")
    assert not is_loud()
    expect(page).not_to_have_title(re.compile("^❗"))


def test_a_room_left_taken_is_gone_to_with_one_press(served, open_page):
    room = Alert(
        id="closing-salon-2", kind="room_after_closing", since_ns=NOW_NS, subject="salon-2", detail=""
    )
    served.afternoon.publish("private/alerts/now", AlertsView(at_ns=NOW_NS, alerts=[room]))
    page = open_page("/pilotage")
    row = page.locator(".alert[data-kind=room_after_closing]")
    expect(row).to_contain_text("Salon 2 : encore occupé après la fermeture.")
    with page.expect_response(lambda response: response.request.method == "POST"):
        row.locator("button").click()
    (request,) = served.kept.bodies
    assert isinstance(request, messages.HelpAcknowledged)
    assert request.room == "salon-2"
    gone = replace(room, acknowledged=True, by="sam")
    served.afternoon.publish("private/alerts/now", AlertsView(at_ns=NOW_NS, alerts=[gone]))
    expect(row).to_contain_text("sam y va")
    expect(row.locator("button")).to_have_count(0)


def half(hour: int, minute: int, **known: object) -> HalfHourNow:
    begun_ns = moment(hour, minute)
    values = {"entered": 0, "kiosk": 0, "online": 0, "concierge": 0, "people": None} | known
    values = {"seats_taken": None, "rooms_taken": None} | values
    return HalfHourNow(from_ns=begun_ns, to_ns=begun_ns + 30 * MINUTE, **values)  # type: ignore[arg-type]


def test_the_ways_of_today_are_added_up_by_the_hour(served, open_page):
    halves = [
        half(8, 30),  # nobody yet: no row
        half(9, 0, entered=10, kiosk=4, online=2, concierge=1, seats_taken=0.5, rooms_taken=0.25),
        half(9, 30, entered=6, kiosk=3, online=1, concierge=0, seats_taken=0.7, rooms_taken=0.75),
        half(10, 0, entered=2, kiosk=5, online=0, concierge=0, seats_taken=0.1),
    ]
    seen = SupervisionView(at_ns=NOW_NS, desks=[], queues=[], half_hours=halves)
    served.afternoon.publish("private/supervision/now", seen)
    page = open_page("/pilotage")
    rows = page.locator("[data-ways] tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0).locator("th")).to_have_text("9 h")
    expect(rows.nth(0).locator("td")).to_have_text(["16", "7", "3", "1", "5", "60\u00a0%", "50\u00a0%"])
    cells = rows.nth(1).locator("td")
    expect(cells).to_have_text(["2", "5", "0", "0", "0", "10\u00a0%", "—"])
    day = page.locator("[data-ways-day] td")
    expect(day).to_have_text(["18", "12", "3", "1", "2", "43\u00a0%", "50\u00a0%"])


def test_before_the_first_half_hour_is_over_the_page_says_so(served, open_page):
    seen = SupervisionView(at_ns=NOW_NS, desks=[], queues=[])
    served.afternoon.publish("private/supervision/now", seen)
    page = open_page("/pilotage")
    expect(page.locator("[data-ways-empty]")).to_be_visible()
    expect(page.locator(".ways table")).to_be_hidden()


def test_one_press_says_that_the_space_is_empty(served, open_page):
    page = open_page("/")
    page.locator("[data-open=recount]").click()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.locator("#recount [data-empty]").click()
    (request,) = served.kept.bodies
    assert isinstance(request, messages.RecountRequested)
    assert request.people == 0
