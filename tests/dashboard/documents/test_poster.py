"""The month's poster: one tagged A3 sheet, with the figures of a day counted by hand."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from broker.contract import compiled
from dashboard.documents import poster
from dashboard.documents.typesetting import DocumentError
from hall.bilan.figures import Bilan
from tests.dashboard.documents import tags


def test_the_poster_is_one_tagged_a3_sheet_in_french(bilan: Bilan) -> None:
    made = poster.as_pdf(bilan, ["Un fauteuil de plus."])
    found = tags.read(made)
    assert (found.pages, found.is_marked, found.says_ua) == (1, True, True)
    assert found.language.startswith("fr")
    assert found.title == "Petite mairie : juin 2027"
    box = PdfReader(io.BytesIO(made)).pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (842, 1191)


def test_the_poster_tells_the_month_with_its_denominators(bilan: Bilan) -> None:
    text = " ".join(tags.read(poster.as_pdf(bilan, ["Un fauteuil de plus."])).text.split())
    for said in (
        "50 %",
        "appelés en 20 minutes ou moins",
        "Sur 8 tickets",
        "11 min",
        "60 %",
        "entre 23 et 88 %",
        "5 votes pour 5 visites",
        "Un fauteuil de plus.",
        "1 jour observé sur 3 jours d’ouverture",
    ):
        assert said in text, said


def test_without_a_change_the_poster_claims_none(bilan: Bilan) -> None:
    assert "Aucun changement n’a été noté" in tags.read(poster.as_pdf(bilan)).text


def test_as_many_changes_as_are_taken_fit_the_sheet(bilan: Bilan, tmp_path: Path) -> None:
    mood = bilan.questions[1]
    long = compiled.Text(fr="Reviendriez-vous ici, même sans démarche à faire, pour un café ?", en="x")
    answers = [
        (replace(answer, text=compiled.Text(fr="Oui, volontiers, et souvent", en="x"), positive=True), share)
        for answer, share in mood.answers
    ]
    mood = mood._replace(question=replace(mood.question, text=long), answers=answers)
    path = tmp_path / "changements.txt"
    longest = ("Des places " * 20)[: poster.LONGEST_CHANGE]
    path.write_text(f"{longest}\n" * poster.MOST_CHANGES, encoding="utf-8")
    made = poster.as_pdf(bilan._replace(questions=[mood] * 9), poster.read_changes(path))
    assert tags.read(made).pages == 1


def test_remarks_and_empty_lines_are_no_changes(tmp_path: Path) -> None:
    path = tmp_path / "changements.txt"
    path.write_text("\ufeff# juin\n\n  Un fauteuil de plus.  \n", encoding="utf-8")
    assert poster.read_changes(path) == ["Un fauteuil de plus."]


def test_changes_that_do_not_fit_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "changements.txt"
    path.write_text("# juin\n" + "x" * 111 + "\n" + "Un.\n" * 4, encoding="utf-8")
    with pytest.raises(DocumentError) as told:
        poster.read_changes(path)
    assert "ligne 2 : 111 caractères" in str(told.value)
    assert "5 changements, 4 au plus" in str(told.value)
    with pytest.raises(DocumentError, match="illisible"):
        poster.read_changes(tmp_path / "rien.txt")


def test_a_month_without_tickets_has_no_poster(empty_bilan: Bilan) -> None:
    with pytest.raises(DocumentError, match="juin 2027 : aucun ticket"):
        poster.as_pdf(empty_bilan)


def test_a_month_is_all_its_days() -> None:
    assert poster.period_of(date(2028, 2, 17)) == (date(2028, 2, 1), date(2028, 2, 29))
