"""The barometer's screen in a real browser: what is known, how well, and nothing where too few voted."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

import dashboard
from broker.contract import compiled
from broker.contract.compiled import PICTOGRAMS
from broker.contract.views import BarometerView, HourShare, WaitShare
from dashboard.accounts import Accounts
from hall.barometer import answer_share
from tests.dashboard.afternoon import barometer
from tests.dashboard.conftest import Served

TOPIC = "view/barometer/barometre-19"


def part(kind: type[Any], good: int, votes: int, **fields: object) -> Any:
    told = answer_share("", good, votes, 10)
    return kind(votes=votes, share=told.share, low=told.low, high=told.high, **fields)


def whole() -> BarometerView:
    """An afternoon's votes with real intervals, by hour and by wait; one of each has too few."""
    seen = barometer()
    return replace(
        seen,
        answers=[answer_share(answer.answer, answer.votes, seen.votes, 10) for answer in seen.answers],
        hours=[part(HourShare, good, votes, hour=hour) for hour, good, votes in ((9, 8, 10), (10, 4, 9))],
        waits=[
            part(WaitShare, 26, 32, from_s=0, to_s=600),
            part(WaitShare, 6, 9, from_s=600, to_s=1200),
            part(WaitShare, 6, 15, from_s=1200, to_s=None),
        ],
        paper=12,
    )


@pytest.fixture
def wall(served: Served, open_page: Callable[..., Page]) -> Page:
    served.afternoon.publish(TOPIC, whole())
    return open_page("/barometre", width=1920, height=1080, account="")


def test_an_answer_has_its_pictogram_both_languages_its_share_and_its_interval(wall: Page) -> None:
    first = wall.locator("[data-answers] li").first
    expect(first.locator("use")).to_have_attribute("href", "/static/pictograms.svg#sun")
    expect(first.locator(".answer")).to_have_text("Tout à faitVery much")
    expect(first.locator(".share")).to_have_text("42\u202f%")
    expect(first.locator(".votes")).to_contain_text("entre 32 et 53")
    expect(wall.locator("[data-field=other]")).to_have_text("Do you feel at ease here?")


def test_a_bar_is_full_as_far_as_is_nearly_sure_and_light_as_far_as_is_possible(wall: Page) -> None:
    share = whole().answers[0]
    assert share.low is not None
    assert share.high is not None
    bar = wall.locator("[data-answers] li").first.locator(".bar")

    def drawn(look: str) -> tuple[float, float]:
        rect = bar.locator(f".{look}")
        return float(rect.get_attribute("x") or 0), float(rect.get_attribute("width") or 0)

    assert drawn("solid") == pytest.approx((0, share.low * 100))
    assert drawn("maybe") == pytest.approx((share.low * 100, (share.high - share.low) * 100))


def test_what_is_not_in_the_shares_is_told_apart(wall: Page) -> None:
    tally = wall.locator(".tally")
    for told in ("81", "pour 158 visites", "4 appuis trop rapides à part", "12 questionnaires papier à part"):
        expect(tally).to_contain_text(told)


def test_votes_are_told_by_wait_and_hour_only_where_enough_voted(wall: Page) -> None:
    waits = wall.locator("[data-part=waits] li")
    expect(waits).to_have_text(
        [
            "moins de 10 min81\u202f%32 votes",
            "de 10 à 20 min—pas assez de votes\u00a0: 9 sur 10",
            "plus de 20 min40\u202f%15 votes",
        ]
    )
    expect(waits.nth(1).locator(".solid")).to_have_count(0)
    hours = wall.locator("[data-part=hours] li")
    expect(hours).to_have_text(["80\u202f%9 h10 votes", "—10 h9 votes"])
    expect(wall.locator("[data-part=waits]")).to_contain_text("pas celle de la personne")


def test_with_few_votes_nothing_is_told_of_hours_or_waits(
    served: Served, open_page: Callable[..., Page]
) -> None:
    few = replace(whole(), waits=[], hours=[part(HourShare, 4, 9, hour=10)])
    served.afternoon.publish(TOPIC, few)
    page = open_page("/barometre")
    expect(page.locator("[data-vote-count]")).to_have_text("81")
    for name in ("waits", "hours"):
        expect(page.locator(f"[data-part={name}]")).to_be_hidden()


def test_a_day_without_a_question_says_so(served: Served, open_page: Callable[..., Page]) -> None:
    served.afternoon.publish(TOPIC, replace(barometer((0, 0, 0, 0)), question="", answers=[]))
    page = open_page("/barometre")
    expect(page.locator("[data-field=question]")).to_have_text("Pas de question aujourd’hui")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720)])
def test_all_of_it_fits_a_wall(
    served: Served, open_page: Callable[..., Page], width: int, height: int
) -> None:
    served.afternoon.publish(TOPIC, whole())
    page = open_page("/barometre", width=width, height=height, account="")
    expect(page.locator("[data-part=hours] li")).to_have_count(2)
    within = page.locator("[data-field=how]").evaluate("it => it.getBoundingClientRect().bottom")
    assert within <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_six_answers_fit_where_four_do(barnum: compiled.Site, accounts: Accounts, browser: Browser) -> None:
    (barometer,) = barnum.barometers
    first = barometer.questions[0]
    more = [replace(answer, id=f"more-{place}") for place, answer in enumerate(first.answers[:2])]
    six = replace(first, answers=[*first.answers, *more])
    served = Served(replace(barnum, barometers=[replace(barometer, questions=[six])]), accounts)
    try:
        answers = [*whole().answers, *(answer_share(answer.id, 5, 81, 10) for answer in more)]
        served.afternoon.publish(TOPIC, replace(whole(), answers=answers))
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, locale="fr-FR")
        page.goto(f"{served.url}/barometre")
        expect(page.locator("[data-answers] li")).to_have_count(6)
        assert page.evaluate("document.documentElement.scrollHeight") <= 1080
        page.close()
    finally:
        served.stop()


def test_it_fits_a_phone(served: Served, open_page: Callable[..., Page]) -> None:
    served.afternoon.publish(TOPIC, whole())
    page = open_page("/barometre", width=360, height=780)
    expect(page.locator("[data-part=hours] li")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_plates_are_printed_a_sheet_for_each_question(open_page: Callable[..., Page]) -> None:
    page = open_page("/barometre/barometre-19/etiquettes", account="")
    first = page.locator("[data-question=a-l-aise] li").first
    expect(first).to_have_text("Tout à faitVery much")
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert pages == len(page.locator(".plates").all())


def test_every_pictogram_of_the_contract_is_drawn_in_one_colour() -> None:
    file = Path(dashboard.__file__).parent / "static" / "pictograms.svg"
    root = ET.parse(file).getroot()  # noqa: S314 - a file of ours
    drawn = {symbol.get("id"): symbol for symbol in root}
    assert tuple(drawn) == PICTOGRAMS
    for symbol in drawn.values():
        colours = {part.get(look) for part in symbol.iter() for look in ("fill", "stroke")}
        assert colours <= {None, "none", "currentColor"}
