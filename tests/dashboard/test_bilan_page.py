"""The supervisor's page of the report: its essentials, its files, and the month's poster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from broker.clock import ManualClock
from broker.contract import messages
from broker.delivery.outbox import Outbox
from dashboard import Requests, create_app
from dashboard.accounts import Accounts
from hall.measures import ChangesMeasure
from hall.store.embedded import EmbeddedStore
from tests.dashboard.afternoon import Afternoon
from tests.dashboard.documents import tags
from tests.dashboard.fake_store import FakeStore
from tests.dashboard.test_requests import recorded
from tests.hall.bilan.small_day import DAY, at

ASKED = {"du": "2027-06-13", "au": "2027-06-16"}
PATHS = ["/pilotage/bilan", "/pilotage/bilan.pdf", "/pilotage/bilan.csv", "/pilotage/affiche.pdf"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:  # type: ignore[override]  # a real one instead
    """The day counted by hand."""
    store = EmbeddedStore(tmp_path / "measures.sqlite")
    store.write(DAY)
    yield store
    store.close()


@pytest.fixture
def app(
    afternoon: Afternoon, clock: ManualClock, outbox: Outbox, store: EmbeddedStore, accounts: Accounts
) -> Flask:
    """The tent's pages over that day."""
    requests = Requests(outbox, clock)
    app = create_app(afternoon.site, afternoon.live, store, clock, requests=requests, accounts=accounts)
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


def told(month: str, text: str, hours: str, by: str = "lea") -> ChangesMeasure:
    return ChangesMeasure(node="dashboard", at_ns=at(hours), month=month, text=text, by=by)


def test_the_newest_text_of_a_month_is_on_its_poster_in_the_report_and_on_the_page(
    client: FlaskClient, store: EmbeddedStore
):
    store.write(
        [
            told("2027-06", "Un tabouret.", "09:00"),
            told("2027-06", "Un fauteuil de plus.\nUne borne plus basse.", "10:00", "zoe"),
            told("2027-05", "Une horloge.", "11:00"),
        ]
    )
    for name, asked in (("affiche", {"mois": "2027-06"}), ("bilan", ASKED)):
        made = tags.read(client.get(f"/pilotage/{name}.pdf", query_string=asked).data).text
        assert "Un fauteuil de plus." in made, name
        assert "Une borne plus basse." in made, name
        assert "Un tabouret" not in made, name
        assert "Une horloge" not in made, name
    page = client.get("/pilotage/bilan", query_string={"mois": "2027-06"}).text
    assert "Un fauteuil de plus.\nUne borne plus basse.</textarea>" in page
    assert "Noté par zoe le 16/06/2027 10:00" in page


def test_a_text_that_was_taken_away_is_on_no_poster(client: FlaskClient, store: EmbeddedStore):
    store.write([told("2027-06", "Un tabouret.", "09:00"), told("2027-06", "", "10:00")])
    made = client.get("/pilotage/affiche.pdf", query_string={"mois": "2027-06"})
    assert "Aucun changement n’a été noté" in tags.read(made.data).text


def test_what_is_entered_is_recorded_with_who_entered_it(client: FlaskClient, outbox: Outbox):
    form = {"mois": "2027-06", "changements": "Un fauteuil de plus.\r\n# à revoir\r\n"}
    answer = client.post("/pilotage/bilan", data=form)
    assert answer.status_code == 200
    assert "Enregistré" in answer.text
    assert "Un fauteuil de plus." in answer.text
    assert recorded(outbox) == [
        messages.ChangesTold(
            device="console", month="2027-06", changes=["Un fauteuil de plus."], by="demo-supervisor"
        )
    ]


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
    ],
)
def test_a_poster_that_cannot_be_says_why(client: FlaskClient, asked: dict[str, str], said: str):
    answer = client.get("/pilotage/affiche.pdf", query_string=asked)
    assert answer.status_code == 400
    assert said in answer.text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"mois": "2027-06", "changements": "Une ligne.\n" + "x" * 111}, "ligne 2 : 111 caractères"),
        ({"mois": "juin", "changements": "Une ligne."}, "Un mois est attendu"),
    ],
)
def test_a_text_that_does_not_fit_says_why_keeps_what_was_typed_and_records_nothing(
    client: FlaskClient, outbox: Outbox, form: dict[str, str], said: str
):
    answer = client.post("/pilotage/bilan", data=form)
    assert answer.status_code == 400
    assert said in answer.text.replace("\xa0", " ")
    assert form["changements"] in answer.text
    assert outbox.recorded() == 0


def test_only_a_supervisor_enters_a_text(visitor: FlaskClient, outbox: Outbox):
    assert visitor.post("/pilotage/bilan", data={"mois": "2027-06"}).status_code == 401
    assert outbox.recorded() == 0


def test_without_its_store_the_page_says_so(afternoon: Afternoon, clock: ManualClock, accounts: Accounts):
    class Away(FakeStore):
        def stored_by_type(self, span):
            return self._buckets(span, None)

    app = create_app(afternoon.site, afternoon.live, Away(away=True), clock, accounts=accounts)
    client = app.test_client()
    client.post("/connexion/demonstration", data={"account": "demo-supervisor"})
    assert 'role="alert"' in client.get("/pilotage/bilan", query_string=ASKED).text
    assert client.get("/pilotage/bilan.pdf", query_string=ASKED).status_code == 503
