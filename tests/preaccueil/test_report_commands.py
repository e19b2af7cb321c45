"""``preaccueil bilan`` and ``affiche``: what they write, and what they say when they cannot."""

from __future__ import annotations

import csv
import re
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broker.contract import compiled
from broker.delivery.journal import Journal
from hall.store.embedded import EmbeddedStore
from hall.store.open import StoreConfig, write_config
from preaccueil.__main__ import main
from tests.dashboard.documents import tags
from tests.hall.bilan.small_day import DAY
from tests.hall.small_site import small_site

DAYS = ("--from", "2027-06-13", "--to", "2027-06-16")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a compiled site, and a store with the day counted by hand."""
    monkeypatch.chdir(tmp_path)
    compiled.write(small_site(), tmp_path / "site.json")
    path = tmp_path / "measures.sqlite"
    write_config(StoreConfig(kind="embedded", path=path), tmp_path / "store.json")
    with closing(EmbeddedStore(path)) as store:
        store.write(DAY)
    return tmp_path


def run(*arguments: str) -> Result:
    name, *rest = arguments
    return CliRunner().invoke(main, [name, "--site", "site.json", "--store-config", "store.json", *rest])


def test_the_report_and_the_csv_of_its_figures_stand_side_by_side(place: Path) -> None:
    done = run("bilan", *DAYS, "--out", "bilan.pdf")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == ["bilan.pdf", "bilan.csv"]
    assert tags.read((place / "bilan.pdf").read_bytes()).pages >= 5
    with (place / "bilan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    (median,) = (row for row in rows if (row["sujet"], row["grandeur"]) == ("ensemble", "médiane"))
    assert (median["valeur"], median["unité"], median["sur"]) == ("660", "s", "6")


def test_counts_by_hand_and_the_journal_are_taken_up(place: Path) -> None:
    Journal(place / "journal.sqlite").close()
    (place / "avant.csv").write_text("date;arrivee;appel;parti\n2027-05-12;09:00;09:40;\n", encoding="utf-8")
    done = run("bilan", *DAYS, "--out", "bilan.pdf", "--before", "avant.csv", "--state", ".")
    assert done.exit_code == 0, done.output
    text = " ".join(tags.read((place / "bilan.pdf").read_bytes()).text.split())
    assert "40 min avant, 11 min maintenant" in text
    assert "ou ne couvre pas la période" in text
    assert "Tout ce qui a été pressé ou compté est conservé" not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2027-06-16", "--to", "2027-06-13", "--out", "b.pdf"), "2027-06-13 est avant"),
        (("--from", "juin", "--to", "2027-06-13", "--out", "b.pdf"), "« juin » n’est pas une date"),
        ((*DAYS, "--out", "bilan"), "un nom en .pdf"),
        ((*DAYS, "--out", "nulle-part/b.pdf"), "nulle-part"),
        ((*DAYS, "--out", "b.pdf", "--before", "rien.csv"), "rien.csv"),
        ((*DAYS, "--out", "b.pdf", "--state", "."), "pas de journal ici"),
    ],
)
def test_what_cannot_be_done_is_told_and_writes_nothing(
    place: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = run("bilan", *arguments)
    assert done.exit_code != 0
    assert said in re.sub(r"\s*\n[│ ]*", " ", done.output)
    assert not list(place.rglob("*.pdf"))


def test_a_period_without_data_is_told_beside_the_empty_report(place: Path) -> None:
    done = run("bilan", "--from", "2026-06-01", "--to", "2026-06-05", "--out", "bilan.pdf")
    assert done.exit_code == 0
    assert "Aucune donnée" in done.output
    assert (place / "bilan.pdf").exists()


def test_the_poster_of_a_month_is_written(place: Path) -> None:
    (place / "changements.txt").write_text("Un fauteuil de plus.\n", encoding="utf-8")
    done = run("affiche", "--month", "2027-06", "--out", "affiche.pdf", "--changes", "changements.txt")
    assert done.exit_code == 0, done.output
    assert "Un fauteuil de plus." in tags.read((place / "affiche.pdf").read_bytes()).text


@pytest.mark.parametrize(("month", "said"), [("2027-13", "n’est pas un mois"), ("2026-06", "aucun ticket")])
def test_a_month_that_is_none_or_empty_is_told(place: Path, month: str, said: str) -> None:
    done = run("affiche", "--month", month, "--out", "affiche.pdf")
    assert done.exit_code != 0
    assert said in done.output
    assert not (place / "affiche.pdf").exists()
