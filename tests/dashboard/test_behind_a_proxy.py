"""Behind a proxy with TLS on the same machine: whom its word is believed about, and under which names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broker.clock import ManualClock
from broker.contract import compiled
from dashboard import create_app
from dashboard.accounts import Accounts
from tests.dashboard.afternoon import Afternoon
from tests.dashboard.fake_store import FakeStore

HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "courtier.local"}


@pytest.fixture
def proxied(afternoon: Afternoon, clock: ManualClock, store: FakeStore, accounts: Accounts) -> Flask:
    names = ["courtier.local", "10.0.19.2"]
    return create_app(afternoon.site, afternoon.live, store, clock, accounts=accounts, proxied_as=names)


def sign_in(client: FlaskClient) -> str:
    answer = client.post("/connexion/demonstration", data={"account": "demo-agent"}, headers=HTTPS)
    assert answer.status_code == 303
    return answer.headers["Set-Cookie"]


def tries(client: FlaskClient, address: str) -> list[int]:
    """What eleven wrong machine codes are answered, which come from one address as the proxy tells."""
    headers = {**HTTPS, "X-Forwarded-For": address}
    return [
        client.post("/connexion/poste", data={"code": "000000"}, headers=headers).status_code
        for _ in range(11)
    ]


def test_cookies_travel_over_tls_only(proxied: Flask):
    assert "; Secure" in sign_in(proxied.test_client())


def test_each_visitor_has_tries_of_their_own(proxied: Flask):
    client = proxied.test_client()
    assert tries(client, "10.0.19.50") == [403] * 10 + [429]
    assert tries(client, "10.0.19.51")[0] == 403


@pytest.mark.parametrize("name", ["elsewhere.example", "courtier.local.elsewhere.example"])
def test_another_name_is_refused(proxied: Flask, name: str):
    answer = proxied.test_client().get("/", headers={**HTTPS, "X-Forwarded-Host": name})
    assert answer.status_code == 400
    assert name not in answer.text


@pytest.mark.parametrize("name", ["courtier.local", "10.0.19.2"])
def test_its_own_names_are_served(proxied: Flask, name: str):
    assert proxied.test_client().get("/", headers={**HTTPS, "X-Forwarded-Host": name}).status_code == 200


def test_the_machine_itself_is_served_without_the_proxy(proxied: Flask):
    answer = proxied.test_client().get("/sante", base_url="http://127.0.0.1:8019")
    assert answer.json["state"] == "hall_not_heard"


def test_without_a_proxy_nobody_is_believed_about_another_address(client: FlaskClient, visitor: FlaskClient):
    assert "; Secure" not in sign_in(client)
    assert tries(visitor, "10.0.19.50")[-1] == 429
    assert tries(visitor, "10.0.19.51") == [429] * 11, "another address was forged"


@pytest.mark.parametrize("option", ["--host=10.0.19.2", "--demonstration"])
def test_what_would_let_anybody_in_is_refused(option: str, barnum: compiled.Site, tmp_path: Path):
    compiled.write(barnum, tmp_path / "site.json")
    (tmp_path / "store.json").write_text("{}", encoding="utf-8")
    done = subprocess.run(
        [
            *[sys.executable, "-m", "preaccueil", "dashboard", "--behind-proxy=courtier.local", option],
            *["--broker=localhost:8883", f"--credentials={tmp_path}", f"--state={tmp_path / 'state'}"],
            *[f"--site={tmp_path / 'site.json'}", f"--store-config={tmp_path / 'store.json'}"],
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "--behind-proxy" in done.stderr
    assert not (tmp_path / "state").exists()
