"""Open data: the same rows as CSV and Parquet, what each column means, and nobody in them."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import duckdb
import msgspec
import pytest
from flask.testing import FlaskClient

from broker.contract import compiled
from dashboard import create_app, dictionary, parquet
from dashboard.datasets import DATASETS, rows_of
from dashboard.history import asked_for
from tests.dashboard.afternoon import Afternoon
from tests.dashboard.fake_store import FakeStore

ROOT = Path(__file__).parents[2]
TODAY = date(2027, 6, 17)


def table(client: FlaskClient, name: str, query: str = "etendue=semaine") -> list[dict[str, str]]:
    answer = client.get(f"/donnees/{name}.csv?{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("name", DATASETS)
def test_every_table_has_the_columns_of_its_schema_and_rows_in_the_order_of_time(
    client: FlaskClient, name: str
):
    rows = table(client, name)
    schema = client.get(f"/donnees/{name}.json").get_json()
    assert [field["name"] for field in schema["fields"]] == list(rows[0])
    assert all(field["description"] for field in schema["fields"])
    whens = [(row["jour"], int(row.get("heure", 0))) for row in rows]
    assert whens == sorted(whens)
    assert {row["jour"] for row in rows} <= {f"2027-06-{day}" for day in range(11, 18)}


def test_a_file_says_in_its_name_what_is_in_it(client: FlaskClient, barnum: compiled.Site):
    answer = client.get("/donnees/votes.csv?du=2027-06-01&au=2027-06-04")
    assert answer.mimetype == "text/csv"
    name = f'filename="{barnum.id}-votes-2027-06-01-2027-06-04.csv"'
    assert name in answer.headers["Content-Disposition"]


def test_a_zone_has_only_its_own_rows(client: FlaskClient, barnum: compiled.Site):
    ours = {service.id for service in barnum.services if service.zone == 3}
    assert {row["service"] for row in table(client, "attentes-jour", "pour=zone:3")} <= ours


def test_of_a_discreet_service_a_day_is_told_and_no_hour(barnum: compiled.Site):
    hidden = msgspec.structs.replace(
        barnum,
        services=[
            msgspec.structs.replace(service, discreet=service.id == "familles") for service in barnum.services
        ],
    )
    asked = asked_for({"etendue": "semaine"}, TODAY, hidden)
    days = rows_of(DATASETS["attentes-jour"], FakeStore(), hidden, asked)
    hours = rows_of(DATASETS["attentes-heure"], FakeStore(), hidden, asked)
    assert "familles" in {row[1] for row in days}
    assert hours
    assert "familles" not in {row[2] for row in hours}


def test_parquet_has_the_rows_of_the_csv_with_their_types(client: FlaskClient, tmp_path: Path):
    answer = client.get("/donnees/attentes-jour.parquet?etendue=semaine")
    assert answer.mimetype == "application/vnd.apache.parquet"
    file = tmp_path / "table.parquet"
    file.write_bytes(answer.data)
    read = duckdb.read_parquet(str(file))
    rows = table(client, "attentes-jour")
    assert read.columns == list(rows[0])
    assert [str(kind) for kind in read.types[:3]] == ["DATE", "VARCHAR", "BIGINT"]
    assert [(str(row[0]), row[1], str(row[2])) for row in read.fetchall()] == [
        (row["jour"], row["service"], row["tickets"]) for row in rows
    ]


def test_a_value_that_is_not_known_is_empty_and_null(tmp_path: Path):
    made = parquet.parquet_of(
        "jour,service,x\r\n2027-06-01,a,\r\n", {"jour": "date", "service": "string", "x": "number"}
    )
    (tmp_path / "t.parquet").write_bytes(made)
    assert duckdb.read_parquet(str(tmp_path / "t.parquet")).fetchall() == [(date(2027, 6, 1), "a", None)]


def test_an_empty_table_is_a_table_without_rows(tmp_path: Path):
    made = parquet.parquet_of("jour,x\r\n", {"jour": "date", "x": "integer"})
    (tmp_path / "t.parquet").write_bytes(made)
    assert duckdb.read_parquet(str(tmp_path / "t.parquet")).fetchall() == []


def test_a_table_that_cannot_be_made_says_why():
    with pytest.raises(parquet.ParquetError, match="x"):
        parquet.parquet_of("jour,x\r\n2027-06-01,many\r\n", {"jour": "date", "x": "integer"})


def test_where_parquet_is_not_installed_it_says_so_and_csv_is_offered(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parquet, "is_there", lambda: False)
    answer = client.get("/donnees/votes.parquet")
    assert answer.status_code == 501
    assert "preaccueil[parquet]" in answer.text
    page = client.get("/donnees").text
    assert ".parquet" not in page
    assert "Parquet n’est pas installé" in page
    assert "/donnees/votes.csv" in page


def test_what_does_not_exist_or_cannot_be_understood_is_refused(client: FlaskClient, afternoon: Afternoon):
    assert client.get("/donnees/visitors.csv").status_code == 404
    assert client.get("/donnees/votes.csv?du=hier").status_code == 400
    app = create_app(afternoon.site, afternoon.live, FakeStore(away=True), afternoon.clock)
    assert app.test_client().get("/donnees/votes.csv").status_code == 503


def test_the_history_page_leads_to_its_own_days(client: FlaskClient):
    page = client.get("/historique?du=2027-06-01&au=2027-06-04&pour=zone:3").text
    assert "/donnees?du=2027-06-01&amp;au=2027-06-04&amp;pour=zone:3" in page
    downloads = client.get("/donnees?du=2027-06-01&au=2027-06-04&pour=zone:3").text
    assert "/donnees/votes.csv?du=2027-06-01&amp;au=2027-06-04&amp;pour=zone:3" in downloads


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_dictionary_tells_every_column_in_both_languages(client: FlaskClient, language: str):
    page = client.get(f"/donnees?lang={language}").text
    for dataset in DATASETS.values():
        for column in dataset.columns:
            assert f"<code>{column.name}</code>" in page


def test_the_documented_dictionary_is_that_of_the_code():
    published = (ROOT / "docs" / "donnees.md").read_text(encoding="utf-8")
    assert published == dictionary.document(), "run: preaccueil dictionary"


def test_asking_for_csv_loads_no_duckdb(client: FlaskClient):
    source = (ROOT / "dashboard" / "parquet.py").read_text(encoding="utf-8")
    assert source.index("import duckdb") > source.index("def main")
