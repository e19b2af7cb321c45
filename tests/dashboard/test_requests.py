"""An agent's press: recorded once, dated when it was pressed, and only from our own pages."""

from __future__ import annotations

import msgspec
import pytest
from flask.testing import FlaskClient

from broker.clock import SECOND, ManualClock
from broker.contract import messages
from broker.delivery.outbox import Outbox, OutboxFullError, Place
from dashboard import Requests, create_app
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


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("next", messages.NextRequested),
        ("recall", messages.RecallRequested),
        ("start", messages.StartRequested),
        ("no_show", messages.NoShowRequested),
        ("done", messages.DoneRequested),
        ("pause", messages.PauseRequested),
    ],
)
def test_each_button_records_its_request_with_the_key_and_the_call_it_is_about(
    client: FlaskClient, outbox: Outbox, action: str, kind: type[messages.DeskRequest]
):
    answer = client.post(f"/guichet/info/{action}", json={"key": "k1", "call": "c7"})
    assert answer.status_code == 202
    assert recorded(outbox) == [kind(device="console", key="k1", desk="info", call="c7")]


def test_a_press_is_dated_when_it_was_pressed_not_when_it_arrived(
    client: FlaskClient, outbox: Outbox, clock: ManualClock
):
    pressed = clock.machine_ns() - 8 * SECOND
    client.post("/guichet/info/next", json={"key": "k1", "pressed_ns": pressed})
    assert presses(outbox) == [pressed]


@pytest.mark.parametrize(("claimed_s", "dated_s"), [(+60, 0), (-100_000, -3600)])
def test_a_press_is_never_dated_in_the_future_nor_before_reason(
    afternoon: Afternoon, outbox: Outbox, claimed_s: int, dated_s: int
):
    clock = ManualClock(machine_ns=200_000 * SECOND)
    app = create_app(afternoon.site, afternoon.live, FakeStore(), clock, requests=Requests(outbox, clock))
    claimed = clock.machine_ns() + claimed_s * SECOND
    app.test_client().post("/guichet/info/next", json={"key": "k1", "pressed_ns": claimed})
    assert presses(outbox) == [clock.machine_ns() + dated_s * SECOND]


def test_a_recount_and_an_answered_call_for_help_are_requests_too(client: FlaskClient, outbox: Outbox):
    assert client.post("/recompte", json={"key": "k1", "people": 44}).status_code == 202
    assert client.post("/aide/salon-1", json={"key": "k2"}).status_code == 202
    assert recorded(outbox) == [
        messages.RecountRequested(device="console", key="k1", people=44),
        messages.HelpAcknowledged(device="console", key="k2", room="salon-1"),
    ]


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
        ("/guichet/info/next", b'{"key": "%s"}' % (b"k" * 65), 400),
        ("/guichet/info/next", b'{"key": "k", "colour": "red"}', 400),
        ("/guichet/info/dance", b'{"key": "k"}', 404),
        ("/guichet/nowhere/next", b'{"key": "k"}', 404),
        ("/aide/cave", b'{"key": "k"}', 404),
        ("/recompte", b'{"key": "k"}', 400),
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
