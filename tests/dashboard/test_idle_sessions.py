"""Sessions end when nobody does anything: sooner for who may change most, and not for a page that is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broker.clock import ManualClock
from dashboard import create_app
from dashboard.accounts import Accounts
from dashboard.session import IDLE_S, WORKING_DAY
from tests.dashboard.afternoon import Afternoon
from tests.dashboard.conftest import QUICK
from tests.dashboard.fake_store import FakeStore

HOUR_S = 3600
PINS = {"agent": "480317", "supervisor": "260915", "technician": "571830"}
OWN_PAGE = {"agent": "/guichet/info", "supervisor": "/pilotage", "technician": "/technique"}
A_PAGE = {"Accept": "text/html,application/xhtml+xml"}


class Wall:
    """The real time, as a test wants it."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    accounts = Accounts(tmp_path / "state", hasher=QUICK)
    for role, pin in PINS.items():
        accounts.add(role, role.title(), role, pin)  # type: ignore[arg-type]
    return accounts


@pytest.fixture
def wall(app: Flask) -> Wall:
    wall = Wall()
    app.extensions["wall"] = wall
    return wall


@pytest.fixture
def signed_in(app: Flask, accounts: Accounts, clock: ManualClock):
    def sign_in(role: str) -> FlaskClient:
        browser = app.test_client()
        browser.post("/connexion/poste", data={"code": accounts.new_code("Guichet 2", clock.civil_ns())})
        assert browser.post("/connexion", data={"account": role, "pin": PINS[role]}).status_code == 303
        return browser

    return sign_in


def is_in(browser: FlaskClient) -> bool:
    """As a script asks, which is nobody's deed."""
    return browser.get("/session", headers={"Accept": "*/*"}).status_code == 204


@pytest.mark.parametrize("role", PINS)
def test_a_session_without_a_deed_ends_after_its_roles_time(signed_in, wall: Wall, role: str):
    browser = signed_in(role)
    wall.now_s += IDLE_S[role] - 1
    assert is_in(browser)
    wall.now_s += 2
    assert not is_in(browser)
    led_to = browser.get(OWN_PAGE[role], headers=A_PAGE)
    assert led_to.status_code == 303
    assert "La session s’est fermée" in browser.get(led_to.headers["Location"]).text


def test_who_sits_at_a_desk_is_left_in_longer_than_who_may_change_more(signed_in, wall: Wall):
    browsers = {role: signed_in(role) for role in PINS}
    wall.now_s += 0.75 * HOUR_S
    assert {role for role in PINS if is_in(browsers[role])} == {"agent", "supervisor"}
    wall.now_s += HOUR_S
    assert {role for role in PINS if is_in(browsers[role])} == {"agent"}


@pytest.mark.parametrize("deed", ["page", "press"])
def test_a_deed_puts_the_end_off(signed_in, wall: Wall, deed: str):
    browser = signed_in("agent")
    for _ in range(3):
        wall.now_s += 2 * HOUR_S
        if deed == "page":
            assert browser.get("/guichets", headers=A_PAGE).status_code == 200
        else:
            assert browser.post("/guichet/info/next", json={"key": "k"}).status_code == 202
    assert is_in(browser)


def test_a_page_that_is_merely_open_puts_nothing_off(signed_in, wall: Wall):
    browser = signed_in("technician")
    for _ in range(7):
        wall.now_s += 300
        with browser.get("/direct/technique", headers={"Accept": "text/event-stream"}):
            pass
        browser.get("/journee", headers={"Accept": "*/*"})
    assert not is_in(browser)


def test_what_ended_does_not_come_back_by_a_press(signed_in, wall: Wall):
    browser = signed_in("agent")
    wall.now_s += IDLE_S["agent"] + 1
    assert browser.post("/guichet/info/next", json={"key": "k"}).status_code == 401
    assert not is_in(browser)


def test_no_deed_makes_a_session_longer_than_a_working_day(signed_in, wall: Wall):
    browser = signed_in("agent")
    began_s = wall.now_s
    while wall.now_s - began_s < WORKING_DAY.total_seconds():
        assert browser.get("/guichets", headers=A_PAGE).status_code == 200
        wall.now_s += HOUR_S
    wall.now_s += 1
    assert browser.get("/guichets", headers=A_PAGE).status_code == 303


def test_an_open_console_is_let_go_when_its_session_has_ended(
    signed_in, wall: Wall, clock: ManualClock, afternoon: Afternoon
):
    browser = signed_in("agent")
    with browser.get("/direct/guichet-info", buffered=False) as answer:
        heard = answer.iter_encoded()
        next(heard), next(heard)
        wall.now_s += IDLE_S["agent"] + 1
        clock.advance(3)
        assert list(heard) == []


def test_a_demonstration_is_not_limited(tmp_path: Path, afternoon: Afternoon, clock: ManualClock, wall: Wall):
    accounts = Accounts(tmp_path / "demonstration", demonstration=True)
    app = create_app(afternoon.site, afternoon.live, FakeStore(), clock, accounts=accounts)
    app.extensions["wall"] = wall
    browser = app.test_client()
    browser.post("/connexion/demonstration", data={"account": "demo-agent"})
    wall.now_s += 8 * HOUR_S
    assert is_in(browser)
