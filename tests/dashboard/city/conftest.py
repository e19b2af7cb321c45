"""The city's pages over five made-up town halls."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from broker.contract import compiled
from dashboard.accounts import Accounts
from dashboard.city import create_city_app
from tests.dashboard.city.five_sites import FiveSites


@pytest.fixture
def five(barnum: compiled.Site, tmp_path: Path) -> Iterator[FiveSites]:
    five = FiveSites(barnum, tmp_path)
    yield five
    five.close()


@pytest.fixture
def city_app(five: FiveSites, tmp_path: Path) -> Flask:
    accounts = Accounts(tmp_path / "accounts", demonstration=True)
    app = create_city_app(five.described, five.stores, five.folder, five.clock, accounts=accounts)
    app.config["TESTING"] = True
    return app


@pytest.fixture
def visitor(city_app: Flask) -> FlaskClient:
    return city_app.test_client()


@pytest.fixture
def technician(city_app: Flask) -> FlaskClient:
    client = city_app.test_client()
    client.post("/connexion/demonstration", data={"account": "demo-technician", "retour": "/"})
    return client


@pytest.fixture
def city_url(city_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, city_app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
