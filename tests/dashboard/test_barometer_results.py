"""The page of the barometer's results over days."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from dashboard.screens.barometer_results import days_up_to
from tests.dashboard.fake_store import FakeStore
from tests.hall.hall_tent import moment

PATH = "/barometre/barometre-19/resultats"


def test_whoever_comes_reads_the_results_of_four_weeks_with_paper_apart(
    visitor: FlaskClient,
) -> None:
    text = visitor.get(PATH).get_data(as_text=True)
    for told in ("Vous sentez-vous à l&#39;aise ici ?", "Attente de la salle", "Sur papier, à part", "Heure"):
        assert told in text
    assert text.count("data-question=") == 1  # nobody answered the three others


def test_without_the_store_the_page_says_that_the_votes_are_kept(
    visitor: FlaskClient, store: FakeStore
) -> None:
    store.away = True
    answer = visitor.get(PATH)
    assert answer.status_code == 200
    assert "les votes sont gardés" in answer.get_data(as_text=True)


def test_a_barometer_that_the_site_has_not_is_not_found(visitor: FlaskClient) -> None:
    assert visitor.get("/barometre/joie/resultats").status_code == 404


def test_a_week_is_seven_whole_local_days_also_when_clocks_change() -> None:
    span = days_up_to(moment("2026-10-27T15:00"), 7, "Europe/Paris")
    assert (span.start_ns, span.end_ns) == (moment("2026-10-21T00:00"), moment("2026-10-28T00:00"))


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_never_wider_than_its_screen(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(PATH, width=width)
    expect(page.locator("[data-answers] tbody tr")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
