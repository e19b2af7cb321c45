"""The report as people read it: tagged, in French, with the figures of a day counted by hand."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from dashboard.documents import bilan as document
from dashboard.documents.french import day, minutes, number, percent, span
from dashboard.documents.typesetting import DocumentError, pdf, pictures
from hall.bilan.before import compared
from hall.bilan.figures import Bilan
from hall.measures import WaitMeasure
from tests.dashboard.documents import tags
from tests.hall.bilan.small_day import PERIOD, waited


def test_the_report_is_a_tagged_pdf_in_french_with_a_title(bilan: Bilan) -> None:
    found = tags.read(document.as_pdf(bilan))
    assert found.title == "Bilan de l’expérimentation"
    assert found.language.startswith("fr")
    assert found.is_marked
    assert found.says_ua
    assert found.kinds["H1"] >= 5
    assert found.kinds["Table"] >= 4
    assert found.kinds["TH"] >= 15


def test_every_chart_says_in_words_what_it_shows(bilan: Bilan) -> None:
    texts = tags.read(document.as_pdf(bilan)).figure_texts
    assert len(texts) >= 6
    assert all(len(text) > 20 for text in texts)
    told = "\n".join(texts).replace("\xa0", " ")
    assert "médiane 11 min, P90 20 min" in told
    assert "mood ? 60 % (23 à 88 %)" in told


def test_the_summary_fits_one_page_and_has_the_figures_counted_by_hand(bilan: Bilan) -> None:
    text = tags.read(document.as_pdf(bilan)).text.replace("\xa0", " ")
    summary = text.split("Ce qui a été mesuré")[0]
    assert "Du 13 au 16 juin 2027" in summary
    for said in ("11 min", "50 %", "60 %", "Aucune comparaison n’est possible"):
        assert said in summary, said
    # Two of nine left and one did not come: three of the eight whose wait ended.
    assert re.search(r"38 %\s+partis sans être reçus", summary)
    assert "1 / 7" in summary or "1 / 6" in summary


def test_days_without_data_are_named_and_weeks_without_data_are_no_zero(bilan: Bilan) -> None:
    content = document.content_of(bilan)
    assert "14 juin" in content.calendar_note.replace("\xa0", " ")
    assert [(column.label, column.median) for column in content.weeks] == [("07/06", None), ("14/06", 11)]
    assert content.calendar[1].days[:4] == ["silent", "silent", "data", "closed"]


def test_what_no_device_measures_is_told_as_not_measured(bilan: Bilan) -> None:
    zones = {row[0]: row[2] for row in document.content_of(bilan).zones}
    assert zones["6"] == "non mesuré"
    assert zones["1"] == "5"


def test_paper_ways_and_hours_are_told_with_their_charts(bilan: Bilan) -> None:
    found = tags.read(document.as_pdf(bilan))
    told = "\n".join(found.figure_texts).replace("\xa0", " ")
    assert "De 100 personnes entrées : 40 % prennent un ticket" in told
    assert "Zone 3, 2 places : le plus à 10 h, 38 %" in told
    assert "Sur papier. mood ? yes 25 %" in told
    assert "moins de 10 min, trop peu (2 votes)" in told
    text = found.text.replace("\xa0", " ")
    assert "Sur papier, à part : 4 réponses" in text
    assert "1 recomptage par un agent ; biais −2,0 ; 66,7 % des passages" in " ".join(text.split())


def test_more_tickets_than_people_give_no_share(bilan: Bilan) -> None:
    content = document.content_of(bilan._replace(ways=bilan.ways._replace(none=-1)))
    assert content.ways == []
    assert "une porte a manqué des passages" in content.ways_note
    assert "Pour 100 entrées" in content.use


def test_the_summary_says_who_took_which_way(bilan: Bilan) -> None:
    said = "Sur 100 personnes entrées, 40 prennent un ticket, 5 une place du comptoir numérique"
    assert said in document.content_of(bilan).use


def test_a_report_without_data_says_so_everywhere(empty_bilan: Bilan) -> None:
    text = tags.read(document.as_pdf(empty_bilan)).text
    assert "Aucune donnée pour la période" in text
    assert "Personne n’a voté" in text
    assert "Aucun passage" in text


def test_before_and_after_stand_side_by_side_with_an_interval(bilan: Bilan) -> None:
    served = waited("10:00", "info", 0, "served", None)

    def waits(minutes_waited: float) -> list[list[WaitMeasure]]:
        return [
            [replace(served, at_ns=day * 100_000 + n, wait_s=60 * minutes_waited) for n in range(5)]
            for day in range(6)
        ]

    before = [wait for each in waits(40) for wait in each]
    found = bilan._replace(comparison=compared(before, waits(10), 1200))
    rows = [[cell.replace("\xa0", " ") for cell in row] for row in document.content_of(found).before]
    assert ["Attente médiane", "40 min", "10 min", "−30 à −30 min"] in rows
    assert ["Appelés en 20 min", "0 %", "100 %", "+100 à +100 points"] in rows
    assert "Avant : 30 personnes comptées à la main" in tags.read(document.as_pdf(found)).text


def test_the_same_figures_give_the_same_bytes(bilan: Bilan) -> None:
    assert document.as_pdf(bilan) == document.as_pdf(bilan)


def test_pages_can_be_looked_at(bilan: Bilan) -> None:
    pages = pictures("bilan", document.content_of(bilan), 20)
    assert len(pages) >= 5
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_a_document_that_cannot_be_set_says_why(bilan: Bilan) -> None:
    with pytest.raises(DocumentError, match="ne peut pas être composé"):
        # A document without a title is no PDF/UA.
        pdf("bilan", replace(document.content_of(bilan), title=""))


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (number(12345.6), "12 346"),
        (number(-0.04, 1), "0,0"),
        (number(-12), "−12"),
        (percent(0.105, 1), "10,5 %"),
        (percent(1.0, 1), "100 %"),
        (percent(None), "—"),
        (minutes(29), "< 1 min"),
        (minutes(600), "10 min"),
        (day(PERIOD.first), "13 juin 2027"),
        (span(PERIOD.first, PERIOD.last), "du 13 au 16 juin 2027"),
    ],
)
def test_numbers_and_dates_are_written_as_in_france(made: str, wanted: str) -> None:
    assert made.replace("\xa0", " ") == wanted
