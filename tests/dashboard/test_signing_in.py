"""Signing in: a PIN on a known machine, few tries, sessions that outlive a restart and end when they must."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from broker.clock import ManualClock
from broker.delivery.outbox import Outbox
from dashboard import Requests, create_app
from dashboard.accounts import Accounts
from dashboard.process import CannotServeError, serve
from dashboard.stream import events
from tests.dashboard.afternoon import Afternoon, space
from tests.dashboard.conftest import QUICK
from tests.dashboard.fake_store import FakeStore

PIN = "480317"
WRONG = "905172"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    accounts = Accounts(tmp_path / "state", hasher=QUICK)
    accounts.add("awa", "Awa", "agent", PIN)
    accounts.add("luc", "Luc", "supervisor", "260915")
    return accounts


@pytest.fixture
def browser_at(afternoon: Afternoon, clock: ManualClock, outbox: Outbox):
    """A browser at a dashboard that starts on these accounts."""

    def started(accounts: Accounts) -> FlaskClient:
        requests = Requests(outbox, clock)
        app = create_app(
            afternoon.site, afternoon.live, FakeStore(), clock, requests=requests, accounts=accounts
        )
        return app.test_client()

    return started


@pytest.fixture
def browser(browser_at, accounts: Accounts) -> FlaskClient:
    return browser_at(accounts)


def make_known(browser: FlaskClient, accounts: Accounts, clock: ManualClock) -> None:
    code = accounts.new_code("Guichet 2", clock.civil_ns())
    assert browser.post("/connexion/poste", data={"code": code}).status_code == 303


def sign_in(browser: FlaskClient, account: str = "awa", pin: str = PIN, retour: str = "/guichets"):
    return browser.post("/connexion", data={"account": account, "pin": pin, "retour": retour})


def press(browser: FlaskClient) -> int:
    return browser.post("/guichet/info/next", json={"key": "k"}).status_code


def test_a_console_leads_to_signing_in_and_back(browser: FlaskClient, accounts: Accounts, clock: ManualClock):
    make_known(browser, accounts, clock)
    there = browser.get("/guichet/info")
    assert there.status_code == 303
    page = browser.get(there.headers["Location"]).text
    assert 'value="/guichet/info"' in page
    assert sign_in(browser, retour="/guichet/info").headers["Location"] == "/guichet/info"
    assert browser.get("/guichet/info").status_code == 200
    assert press(browser) == 202


def test_a_pin_counts_for_nothing_on_a_machine_that_is_not_known(browser: FlaskClient):
    assert sign_in(browser).status_code == 403
    assert press(browser) == 401


def test_a_machine_cookie_of_ones_own_making_counts_for_nothing(browser: FlaskClient):
    browser.set_cookie("poste", "ImFiYyI.forged")
    assert sign_in(browser).status_code == 403


def test_a_wrong_code_makes_no_machine_known_and_few_are_tried(browser: FlaskClient, accounts: Accounts):
    answers = [
        browser.post("/connexion/poste", data={"code": f"AAAAA-{n:05}"}).status_code for n in range(12)
    ]
    assert answers == [403] * 10 + [429] * 2
    assert accounts.register.machines == []


def test_five_wrong_pins_close_an_account_for_a_while_even_to_the_right_one(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock
):
    make_known(browser, accounts, clock)
    assert [sign_in(browser, pin=WRONG).status_code for _ in range(5)] == [403] * 5
    assert sign_in(browser).status_code == 429
    assert sign_in(browser, "luc", "260915").status_code == 303


def test_a_right_pin_forgives_the_wrong_ones_before_it(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock
):
    make_known(browser, accounts, clock)
    for _ in range(3):
        assert [sign_in(browser, pin=WRONG).status_code for _ in range(4)] == [403] * 4
        assert sign_in(browser).status_code == 303


def test_a_session_outlives_a_restart_of_the_server(
    browser: FlaskClient, browser_at, accounts: Accounts, clock: ManualClock, tmp_path: Path
):
    make_known(browser, accounts, clock)
    sign_in(browser)
    cookies = {name: browser.get_cookie(name).value for name in ("guichet", "poste")}
    restarted = browser_at(Accounts(tmp_path / "state"))
    for name, value in cookies.items():
        restarted.set_cookie(name, value)
    assert press(restarted) == 202


@pytest.mark.parametrize("ending", ["removed", "new pin", "machine forgotten", "signed out"])
def test_a_session_ends_with_what_it_stands_on(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock, ending: str
):
    make_known(browser, accounts, clock)
    sign_in(browser)
    assert press(browser) == 202
    assert browser.get("/session").status_code == 204
    match ending:
        case "removed":
            accounts.remove("awa")
        case "new pin":
            accounts.set_pin("awa", WRONG)
        case "machine forgotten":
            accounts.forget(accounts.register.machines[0].id)
        case _:
            browser.post("/deconnexion")
    assert press(browser) == 401
    assert browser.get("/session").status_code == 401


def test_an_open_stream_ends_at_the_next_beat_after_its_right_does(afternoon: Afternoon, clock: ManualClock):
    right = [True]
    stream = events(afternoon.live, clock, lambda _topic: True, lambda: right[0])
    next(stream), next(stream)
    right[0] = False
    afternoon.publish("view/space/now", space())
    assert b"view/space/now" in next(stream)
    clock.advance(3)
    assert list(stream) == []


def test_the_session_cookie_is_for_our_own_pages_and_no_script(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock
):
    make_known(browser, accounts, clock)
    cookies = sign_in(browser).headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Secure" not in cookie


def test_over_tls_the_session_travels_over_tls_only(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock
):
    code = accounts.new_code("Guichet 2", clock.civil_ns())
    tls = {"base_url": "https://localhost", "headers": {"Origin": "https://localhost"}}
    answer = browser.post("/connexion/poste", data={"code": code}, **tls)
    assert "Secure" in answer.headers["Set-Cookie"]
    cookies = browser.post("/connexion", data={"account": "awa", "pin": PIN}, **tls).headers
    assert all("Secure" in cookie for cookie in cookies.getlist("Set-Cookie"))


def test_another_sites_page_can_neither_sign_in_nor_out(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock
):
    make_known(browser, accounts, clock)
    sign_in(browser)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post("/deconnexion", headers=elsewhere).status_code == 403
    assert press(browser) == 202


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "/\\example.org"])
def test_signing_in_leads_to_no_other_site(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock, elsewhere: str
):
    make_known(browser, accounts, clock)
    assert sign_in(browser, retour=elsewhere).headers["Location"] == "/"


def test_the_technicians_page_leads_to_signing_in(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock
):
    accounts.add("zoe", "Zoé", "technician", "381640")
    make_known(browser, accounts, clock)
    sign_in(browser)
    there = browser.get("/technique")
    assert there.status_code == 303
    assert "réservée aux techniciens" in browser.get(there.headers["Location"]).text
    sign_in(browser, "zoe", "381640", retour="/technique")
    assert browser.get("/technique").status_code == 200
    assert browser.get("/guichets").status_code == 303
    assert press(browser) == 403


def test_an_agent_may_not_supervise(browser: FlaskClient, accounts: Accounts, clock: ManualClock):
    make_known(browser, accounts, clock)
    sign_in(browser)
    there = browser.get("/pilotage")
    assert there.status_code == 303
    assert "réservée aux responsables" in browser.get(there.headers["Location"]).text
    assert browser.post("/pilotage/poste", json={"name": "x"}).status_code == 403
    assert browser.get("/direct/pilotage").status_code == 401
    assert "Pilotage" not in browser.get("/guichets").text


def test_a_supervisor_gives_a_code_for_one_more_machine(
    browser: FlaskClient, browser_at, accounts: Accounts, clock: ManualClock
):
    make_known(browser, accounts, clock)
    sign_in(browser, "luc", "260915")
    code = browser.post("/pilotage/poste", json={"name": "Guichet 5"}).json["code"]
    other = browser_at(accounts)
    assert other.post("/connexion/poste", data={"code": code}).status_code == 303
    assert sign_in(other).status_code == 303
    assert browser.post("/pilotage/poste", json={"name": " "}).status_code == 400


def test_the_demonstrations_door_is_shut_on_a_real_site(browser: FlaskClient):
    assert browser.post("/connexion/demonstration", data={"account": "demo-agent"}).status_code == 403
    assert "demo-agent" not in browser.get("/connexion").text


def test_a_demonstration_is_never_served_to_other_machines(tmp_path: Path):
    with pytest.raises(CannotServeError, match=r"127\.0\.0\.1 only"):
        serve(tmp_path, ("b", 1), tmp_path, tmp_path, tmp_path, ("192.0.2.7", 1), "1", demonstration=True)


def test_a_broken_file_of_accounts_lets_nobody_in_and_leaves_the_public_pages(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock, tmp_path: Path
):
    make_known(browser, accounts, clock)
    sign_in(browser)
    (tmp_path / "state" / "accounts.json").write_text("{", encoding="utf-8")
    assert browser.get("/").status_code == 200
    assert press(browser) == 401


@pytest.mark.parametrize("path", ["/", "/appels", "/barometre", "/historique"])
def test_public_pages_ask_nobody_who_they_are(visitor: FlaskClient, path: str):
    assert visitor.get(path).status_code == 200


def test_only_a_known_machine_is_told_who_works_here(
    browser: FlaskClient, accounts: Accounts, clock: ManualClock
):
    assert "Awa" not in browser.get("/connexion").text
    make_known(browser, accounts, clock)
    assert "Awa" in browser.get("/connexion").text
