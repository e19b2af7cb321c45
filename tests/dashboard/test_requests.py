"""An agent's press: recorded once, dated when it was pressed, and only from our own pages."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from broker.clock import SECOND, ManualClock
from broker.contract import messages
from broker.contract.settings import OpeningChange, PublicText
from broker.delivery.outbox import Outbox, OutboxFullError, Place
from dashboard import Requests, create_app
from dashboard.accounts import Accounts
from dashboard.requests import ACTIONS
from tests.dashboard.afternoon import Afternoon
from tests.dashboard.fake_store import FakeStore


def recorded(outbox: Outbox) -> list[messages.AnyBody]:
    outbox.date(0, 1)
    parcel = outbox.parcel_after(Place(0, 0), most_bytes=100_000, most_events=100)
    return [] if parcel is None else [messages.decode_body(event.body) for event in parcel.events]


def presses(outbox: Outbox) -> list[int]:
    outbox.date(0, 1)
    parcel = outbox.parcel_after(Place(0, 0), most_bytes=100_000, most_events=100)
    return [] if parcel is None else [event.machine_ns for event in parcel.events]


VALUES: dict[str, dict[str, Any]] = {
    "next": {"service": "dossier"},
    "done": {"outcome": "fait"},
    "park": {"note": "remplit le formulaire"},
    "transfer": {"service": "dossier", "to_desk": "info", "note": "a ses papiers"},
    "open": {"services": ["information"]},
    "services": {"services": ["information", "dossier"]},
    "undo": {"undoes": "k0"},
    "reinstate": {"ticket": "t"},
    "remove": {"ticket": "t"},
    "change": {"ticket": "t", "priority": True},
    "add": {"service": "information", "step_free": True},
}


@pytest.mark.parametrize(("action", "kind"), ACTIONS.items())
def test_each_button_records_its_request_with_the_key_the_call_and_who_pressed(
    client: FlaskClient, outbox: Outbox, action: str, kind: type[messages.DeskRequest]
):
    values = VALUES.get(action, {})
    answer = client.post(f"/guichet/info/{action}", json={"key": "k1", "call": "c7", **values})
    assert answer.status_code == 202
    pressed = {"device": "console", "key": "k1", "desk": "info", "call": "c7", "by": "demo-supervisor"}
    assert recorded(outbox) == [kind(**pressed, **values)]


def test_a_desk_has_an_action_for_every_request_of_the_contract():
    wanted = {kind for kind in get_args(messages.AnyRequest) if issubclass(kind, messages.DeskRequest)}
    assert set(ACTIONS.values()) == wanted


def test_nobody_presses_without_signing_in(visitor: FlaskClient, outbox: Outbox):
    for path in (
        "/guichet/info/next",
        "/reglages",
        "/reglages/annulation",
        "/recompte",
        "/aide/salon-1",
        "/meteo/snow",
        "/meteo/snow/levee",
    ):
        assert visitor.post(path, json={"key": "k1", "people": 3}).status_code == 401
    assert outbox.recorded() == 0


def test_a_value_that_the_request_has_not_is_refused(client: FlaskClient, outbox: Outbox):
    assert client.post("/guichet/info/recall", json={"key": "k1", "note": "x"}).status_code == 400
    assert client.post("/guichet/info/transfer", json={"key": "k1"}).status_code == 400
    assert outbox.recorded() == 0


def test_a_press_is_dated_when_it_was_pressed_not_when_it_arrived(
    client: FlaskClient, outbox: Outbox, clock: ManualClock
):
    pressed = clock.machine_ns() - 8 * SECOND
    client.post("/guichet/info/next", json={"key": "k1", "pressed_ns": pressed})
    assert presses(outbox) == [pressed]


@pytest.mark.parametrize(("claimed_s", "dated_s"), [(+60, 0), (-100_000, -3600)])
def test_a_press_is_never_dated_in_the_future_nor_before_reason(
    afternoon: Afternoon, outbox: Outbox, accounts: Accounts, claimed_s: int, dated_s: int
):
    clock = ManualClock(machine_ns=200_000 * SECOND)
    requests = Requests(outbox, clock)
    app = create_app(afternoon.site, afternoon.live, FakeStore(), clock, requests=requests, accounts=accounts)
    claimed = clock.machine_ns() + claimed_s * SECOND
    client = app.test_client()
    client.post("/connexion/demonstration", data={"account": "demo-agent"})
    client.post("/guichet/info/next", json={"key": "k1", "pressed_ns": claimed})
    assert presses(outbox) == [clock.machine_ns() + dated_s * SECOND]


def test_a_recount_and_an_answered_call_for_help_are_requests_too(client: FlaskClient, outbox: Outbox):
    assert client.post("/recompte", json={"key": "k1", "people": 44}).status_code == 202
    assert client.post("/aide/salon-1", json={"key": "k2"}).status_code == 202
    assert recorded(outbox) == [
        messages.RecountRequested(device="console", key="k1", people=44, by="demo-supervisor"),
        messages.HelpAcknowledged(device="console", key="k2", room="salon-1", by="demo-supervisor"),
    ]


def test_weather_by_hand_and_the_end_of_an_alert_carry_the_account(client: FlaskClient, outbox: Outbox):
    assert client.post("/meteo/snow", json={"key": "k1", "value": 4.5}).status_code == 202
    assert client.post("/meteo/wind/levee", json={"key": "k2"}).status_code == 202
    by = {"device": "console", "by": "demo-supervisor"}
    assert recorded(outbox) == [
        messages.WeatherReported(**by, key="k1", kind="snow", value=4.5),
        messages.WeatherClearRequested(**by, key="k2", kind="wind"),
    ]


REASON = {"fr": "Réunion", "en": "Meeting"}


def test_a_setting_its_end_and_its_undoing_carry_the_account_and_what_was_seen(
    client: FlaskClient, outbox: Outbox
):
    setting = {"kind": "opening", "day": "2027-06-21", "closed": True, "reason": REASON}
    assert client.post("/reglages", json={"key": "k1", "setting": setting, "seen": "c1"}).status_code == 202
    end = {"key": "k2", "subject": "opening/2027-06-21/", "seen": "k1"}
    assert client.post("/reglages/fin", json=end).status_code == 202
    assert client.post("/reglages/annulation", json={"key": "k3", "undoes": "k2"}).status_code == 202
    by = {"device": "console", "by": "demo-supervisor"}
    change = OpeningChange(day=date(2027, 6, 21), closed=True, reason=PublicText(**REASON))
    assert recorded(outbox) == [
        messages.SettingRequested(**by, key="k1", setting=change, seen="c1"),
        messages.SettingEndRequested(**by, key="k2", subject="opening/2027-06-21/", seen="k1"),
        messages.SettingUndoRequested(**by, key="k3", undoes="k2"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2027-02-30"},
        {"opens": 1441},
        {"reason": {"fr": "Réunion", "en": ""}},
        {"reason": {"fr": "Réunion", "en": " "}},
        {"reason": {"fr": "x" * 121, "en": "x"}},
        {"kind": "weather"},
    ],
)
def test_a_setting_that_is_none_is_refused_at_the_page(
    client: FlaskClient, outbox: Outbox, wrong: dict[str, Any]
):
    setting = {"kind": "opening", "day": "2027-06-21", "closed": True, "reason": REASON, **wrong}
    assert client.post("/reglages", json={"key": "k1", "setting": setting}).status_code == 400
    assert outbox.recorded() == 0


def test_settings_are_the_supervisors_alone(app: Flask, outbox: Outbox):
    agent = app.test_client()
    agent.post("/connexion/demonstration", data={"account": "demo-agent"})
    assert agent.post("/reglages/annulation", json={"key": "k", "undoes": "c"}).status_code == 403
    assert agent.get("/reglages").status_code == 303
    assert outbox.recorded() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_another_sites_page_cannot_press_here(client: FlaskClient, outbox: Outbox, headers: dict[str, str]):
    answer = client.post("/guichet/info/next", json={"key": "k1"}, headers=headers)
    assert answer.status_code == 403
    assert outbox.recorded() == 0


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_our_own_pages_can_press(client: FlaskClient, headers: dict[str, str]):
    assert client.post("/guichet/info/next", json={"key": "k1"}, headers=headers).status_code == 202


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/guichet/info/next", b"", 400),
        ("/guichet/info/next", b"{}", 400),
        ("/guichet/info/next", b'{"key": ""}', 400),
        ("/guichet/info/next", b'{"key": "\xff"}', 400),
        ("/guichet/info/next", b'{"key": ' + b"[" * 1_500, 400),
        ("/guichet/info/next", b'{"key": "%s"}' % (b"k" * 65), 400),
        ("/guichet/info/next", b'{"key": "k", "colour": "red"}', 400),
        ("/guichet/info/dance", b'{"key": "k"}', 404),
        ("/guichet/nowhere/next", b'{"key": "k"}', 404),
        ("/aide/cave", b'{"key": "k"}', 404),
        ("/recompte", b'{"key": "k"}', 400),
        ("/meteo/pluie", b'{"key": "k", "value": 3}', 404),
        ("/meteo/snow", b'{"key": "k"}', 400),
        ("/meteo/snow", b'{"key": "k", "value": 4000}', 400),
        ("/meteo/pluie/levee", b'{"key": "k"}', 404),
        ("/recompte", b'{"key": "k", "people": -1}', 400),
        ("/recompte", b'{"key": "k", "people": 5000}', 400),
        ("/guichet/info/next", b"k" * 5000, 413),
    ],
)
def test_what_is_no_request_records_nothing(
    client: FlaskClient, outbox: Outbox, path: str, body: bytes, status: int
):
    assert client.post(path, data=body).status_code == status
    assert outbox.recorded() == 0


def test_a_page_of_another_kind_cannot_be_asked_to_press(client: FlaskClient):
    assert client.get("/guichet/info/next").status_code == 405


def test_a_full_outbox_is_said_not_swallowed(
    client: FlaskClient, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
):
    def full(_body: messages.Body, _machine_ns: int) -> int:
        raise OutboxFullError("the disk is full")

    monkeypatch.setattr(outbox, "record", full)
    assert client.post("/guichet/info/next", json={"key": "k1"}).status_code == 503


def test_a_request_leaves_at_once(outbox: Outbox, clock: ManualClock):
    hastened: list[int] = []
    requests = Requests(outbox, clock, hasten=lambda: hastened.append(outbox.recorded()))
    requests.record(messages.RecountRequested(device="console", key="k", people=3), None)
    assert hastened == [1]


def test_a_posted_body_holds_one_press_and_nothing_else():
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'[{"key": "k"}]', type=msgspec.defstruct("Press", [("key", str)]))
