"""The supervisor's page of the report: its essentials, its files, and the month's poster."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broker.clock import ManualClock
from dashboard import create_app
from dashboard.accounts import Accounts
from hall.store.embedded import EmbeddedStore
from tests.dashboard.afternoon import Afternoon
from tests.dashboard.documents import tags
from tests.dashboard.fake_store import FakeStore
from tests.hall.bilan.small_day import DAY

ASKED = {"du": "2027-06-13", "au": "2027-06-16"}
PATHS = ["/pilotage/bilan", "/pilotage/bilan.pdf", "/pilotage/bilan.csv", "/pilotage/affiche.pdf"]


@pytest.fixture
def app(afternoon: Afternoon, clock: ManualClock, accounts: Accounts, tmp_path: Path) -> Flask:
    """The tent's pages, over a store with the day counted by hand."""
    store = EmbeddedStore(tmp_path / "measures.sqlite")
    store.write(DAY)
    app = create_app(afternoon.site, afternoon.live, store, clock, accounts=accounts)
    app.config["TESTING"] = True
    return app


@pytest.mark.parametrize("path", PATHS)
def test_only_a_supervisor_sees_it(app: Flask, visitor: FlaskClient, path: str):
    assert visitor.get(path).status_code == 303
    visitor.post("/connexion/demonstration", data={"account": "demo-agent"})
    assert "/connexion" in visitor.get(path).headers["Location"]


def test_the_page_offers_the_last_months_and_works_nothing_out_unasked(client: FlaskClient):
    page = client.get("/pilotage/bilan")
    assert page.status_code == 200
    assert re.search(r'name="du" value="\d{4}-\d{2}-01"', page.text)
    assert "d’attente médiane" not in page.text


def test_the_essentials_of_a_period_stand_on_the_page(client: FlaskClient):
    page = client.get("/pilotage/bilan", query_string=ASKED).text.replace("\xa0", " ")
    assert "<b>11 min</b>" in page
    assert "<b>50 %</b>" in page
    assert "14 juin" in page
    assert "Aucune comparaison n’est possible" in page


def test_the_files_are_those_of_the_period(client: FlaskClient):
    made = client.get("/pilotage/bilan.pdf", query_string=ASKED)
    assert made.mimetype == "application/pdf"
    assert "bilan-2027-06-13-2027-06-16.pdf" in made.headers["Content-Disposition"]
    assert "11 min" in tags.read(made.data).text
    table = client.get("/pilotage/bilan.csv", query_string=ASKED)
    assert "attente;ensemble;;médiane;660;s;6;;" in table.data.decode("utf-8-sig")


def test_the_poster_says_what_was_changed(client: FlaskClient):
    made = client.get(
        "/pilotage/affiche.pdf",
        query_string={"mois": "2027-06", "changements": "Un fauteuil de plus.\r\nUne borne plus basse."},
    )
    text = tags.read(made.data).text
    assert "Un fauteuil de plus." in text
    assert "Une borne plus basse." in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"du": "juin", "au": "2027-06-16"}, "Deux dates sont attendues"),
        ({"du": "2027-06-16", "au": "2027-06-13"}, "finit avant de commencer"),
        ({"du": "2020-06-16", "au": "2027-06-13"}, "dépasse 366 jours"),
    ],
)
def test_a_period_that_cannot_be_is_told(client: FlaskClient, asked: dict[str, str], said: str):
    assert said in client.get("/pilotage/bilan", query_string=asked).text
    assert client.get("/pilotage/bilan.pdf", query_string=asked).status_code == 400


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"mois": "juin"}, "Un mois est attendu"),
        ({}, "Un mois est attendu"),
        ({"mois": "2026-01"}, "janvier 2026 : aucun ticket"),
        ({"mois": "2027-06", "changements": "Une ligne.\n" + "x" * 111}, "ligne 2 : 111 caractères"),
    ],
)
def test_a_poster_that_cannot_be_says_why_and_keeps_what_was_typed(
    client: FlaskClient, asked: dict[str, str], said: str
):
    answer = client.get("/pilotage/affiche.pdf", query_string=asked)
    assert answer.status_code == 400
    assert said in answer.text.replace("\xa0", " ")
    assert asked.get("changements", "") in answer.text


def test_without_its_store_the_page_says_so(afternoon: Afternoon, clock: ManualClock, accounts: Accounts):
    class Away(FakeStore):
        def stored_by_type(self, span):
            return self._buckets(span, None)

    app = create_app(afternoon.site, afternoon.live, Away(away=True), clock, accounts=accounts)
    client = app.test_client()
    client.post("/connexion/demonstration", data={"account": "demo-supervisor"})
    assert 'role="alert"' in client.get("/pilotage/bilan", query_string=ASKED).text
    assert client.get("/pilotage/bilan.pdf", query_string=ASKED).status_code == 503
