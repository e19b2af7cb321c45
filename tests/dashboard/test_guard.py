"""Every address of both applications, walked over: headers, names, sizes, and other sites' pages."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from broker.clock import ManualClock
from dashboard import guard
from dashboard.phone import PhoneQueues, create_phone_app
from tests.dashboard.afternoon import Afternoon
from tests.dashboard.city.conftest import city_app, five  # noqa: F401 - fixtures

METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS")
VALUES = {
    "desk_id": "numerique",
    "action": "next",
    "room": "salon-1",
    "node_id": "borne-a",
    "barometer_id": "barometre-19",
    "screen": "espace",
    "language": "fr",
    "key": "c4",
    "name": "en",
    "token": "d6fQ3v5wUq0Zx8Lk1mNb7A",
    "filename": "icons.svg",
    "part": "waits",
    "kind": "wind",
}
"""One value for each part of an address that changes; a part that is new here is asked for by name."""


@pytest.fixture
def phone_app(afternoon: Afternoon, clock: ManualClock) -> Flask:
    site = msgspec.structs.replace(afternoon.site, phone_url="https://tickets.mairie.example/t/")
    queues = PhoneQueues(afternoon.live, site, spread_s=0)
    return create_phone_app(site, afternoon.live, queues, clock, lambda _left: None)


@pytest.fixture(params=["dashboard", "phone", "city"])
def walked(request: pytest.FixtureRequest, app: Flask, phone_app: Flask) -> Flask:
    if request.param == "city":
        city_app: Flask = request.getfixturevalue("city_app")
        return city_app
    return app if request.param == "dashboard" else phone_app


def address(rule: Rule) -> str:
    built = rule.rule
    for name in rule.arguments:
        value = VALUES.get(name)
        assert value is not None, f"say in VALUES what {name} may be in {rule.rule}"
        for part in (f"<{name}>", f"<path:{name}>"):
            built = built.replace(part, value)
    return built


def addresses(app: Flask) -> list[str]:
    return [*sorted({address(rule) for rule in app.url_map.iter_rules()}), "/nothing-is-here"]


def posted_to(app: Flask) -> list[str]:
    return [address(rule) for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.post("/connexion/demonstration", data={"account": "demo-supervisor"})
    return client


def answers(app: Flask, **asked: object) -> Iterator[tuple[str, TestResponse]]:
    """The answer of every address to every method; a stream is let go after its head."""
    client = signed_in(app)
    for path in addresses(app):
        for method in METHODS:
            with client.open(path, method=method, buffered=False, **asked) as answer:
                yield f"{method} {path}", answer


def test_every_answer_carries_the_headers(walked: Flask):
    for asked, answer in answers(walked):
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, asked
        assert "frame-ancestors 'none'" in policy, asked
        assert "base-uri 'none'" in policy, asked
        assert "object-src 'none'" in policy or "default-src 'none'" in policy, asked
        assert answer.headers["X-Content-Type-Options"] == "nosniff", asked
        assert answer.headers["X-Frame-Options"] == "DENY", asked
        assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, asked
        assert "camera=()" in answer.headers["Permissions-Policy"], asked


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost.elsewhere.example", "", "a b", "[::1"])
def test_nothing_is_served_under_another_name(walked: Flask, host: str):
    for asked, answer in answers(walked, headers={"Host": host}):
        assert answer.status_code == 400, asked
        assert "elsewhere" not in answer.get_data(as_text=True), asked


@pytest.mark.parametrize(
    "host", ["localhost:8019", "10.0.19.2", "[::1]:8019", guard.names_of_this_machine()[1]]
)
def test_addresses_and_names_of_this_machine_are_served(walked: Flask, host: str):
    assert {answer.status_code for _, answer in answers(walked, headers={"Host": host})} != {400}


def test_the_phone_page_is_served_under_the_name_on_the_tickets(phone_app: Flask):
    host = {"Host": "tickets.mairie.example"}
    assert phone_app.test_client().get("/t/x", headers=host).status_code != 400


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "https://localhost:444"},
    ],
)
def test_no_other_sites_page_changes_anything(walked: Flask, elsewhere: dict[str, str]):
    client = signed_in(walked)
    for path in posted_to(walked):
        answer = client.post(path, json={"key": "k", "people": 3}, headers=elsewhere)
        assert answer.status_code == 403, path


def test_a_body_without_end_is_refused_before_it_is_read(walked: Flask):
    client = signed_in(walked)
    for path in posted_to(walked):
        if path.startswith("/t/") or path == "/deconnexion":
            continue  # these read no body
        for body in ({"json": {"key": "k" * 70_000}}, {"data": {"key": "k" * 70_000}}):
            assert client.post(path, **body).status_code == 413, path
