"""Paper questionnaires: entered from the keyboard alone, recorded with who entered them, withdrawn again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace
from playwright.sync_api import Page, Route, expect

from broker.contract import compiled, messages
from broker.delivery.outbox import Outbox
from tests.dashboard.afternoon import barometer
from tests.dashboard.conftest import Served
from tests.dashboard.test_requests import recorded

AT_EASE = {"barometer": "barometre-19", "question": "a-l-aise", "answer": 3}


# What is recorded -------------------------------------------------------------------------------


def test_a_sheet_is_recorded_with_who_entered_it_and_so_is_its_withdrawal(
    client: FlaskClient, outbox: Outbox
) -> None:
    assert client.post("/questionnaires", json={"key": "s1", "answers": [AT_EASE]}).status_code == 202
    assert client.post("/questionnaires/retrait", json={"key": "s1"}).status_code == 202
    ticked = [messages.PaperAnswer(**AT_EASE)]  # type: ignore[arg-type]  # a table of a test
    assert recorded(outbox) == [
        messages.PaperEntered(device="console", key="s1", answers=ticked, by="demo-supervisor"),
        messages.PaperWithdrawn(device="console", key="s1", by="demo-supervisor"),
    ]


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [AT_EASE, AT_EASE],
        [{**AT_EASE, "answer": 4}],
        [{**AT_EASE, "question": "meteo"}],
        [{**AT_EASE, "answer": -1}],
        [{"question": "a-l-aise"}],
    ],
)
def test_a_sheet_that_the_site_does_not_ask_for_is_refused(
    client: FlaskClient, outbox: Outbox, answers: list[dict[str, object]]
) -> None:
    assert client.post("/questionnaires", json={"key": "s1", "answers": answers}).status_code == 400
    assert outbox.recorded() == 0


def test_only_agents_enter_sheets(visitor: FlaskClient, outbox: Outbox) -> None:
    assert visitor.get("/questionnaires").status_code == 303
    assert visitor.post("/questionnaires", json={"key": "s1", "answers": [AT_EASE]}).status_code == 401
    other = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/questionnaires/retrait", json={"key": "s1"}, headers=other).status_code == 403
    assert outbox.recorded() == 0


# The page ---------------------------------------------------------------------------------------


@pytest.fixture
def questions(barnum: compiled.Site) -> list[str]:
    return [question.id for question in barnum.barometers[0].questions]


def test_a_sheet_is_digits_and_enter(
    served: Served, open_page: Callable[..., Page], questions: list[str]
) -> None:
    page = open_page("/questionnaires", account="demo-agent")
    for key in ("Digit2", "Numpad4", "Digit0", "Digit1"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("[data-field=count]")).to_have_text("1")
    expect(page.locator("[data-feedback]")).to_have_text("Feuille enregistrée\u00a0: 3 réponses.")
    (sheet,) = served.kept.bodies
    assert isinstance(sheet, messages.PaperEntered)
    ticked = [(answer.question, answer.answer) for answer in sheet.answers]
    assert ticked == [(questions[0], 1), (questions[1], 3), (questions[3], 0)]
    assert sheet.by == "demo-agent"
    expect(page.locator("fieldset[data-current]")).to_have_attribute("data-question", questions[0])
    assert page.locator("input:checked").count() == 0


def test_a_french_keyboards_upper_row_needs_no_shift(served: Served, open_page: Callable[..., Page]) -> None:
    page = open_page("/questionnaires")
    page.evaluate(
        "dispatchEvent.call(document.body, new KeyboardEvent('keydown', "
        "{ key: 'é', code: 'Digit2', bubbles: true }))"
    )
    expect(page.locator("input:checked")).to_have_value("1")


def test_a_slip_is_mended_before_the_sheet_is_recorded(
    served: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page("/questionnaires")
    for key in ("Digit2", "Backspace", "Digit3", "Digit6"):
        page.keyboard.press(key)
    expect(page.locator("[data-feedback]")).to_have_text("Cette question n’a que 4 réponses.")
    page.keyboard.press("Enter")
    expect(page.locator("[data-field=count]")).to_have_text("1")
    (sheet,) = served.kept.bodies
    assert isinstance(sheet, messages.PaperEntered)
    assert [answer.answer for answer in sheet.answers] == [2]


def test_z_withdraws_the_last_sheet_then_the_one_before(
    served: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page("/questionnaires")
    for count in ("1", "2"):
        page.keyboard.press("Digit1")
        page.keyboard.press("Enter")
        expect(page.locator("[data-field=count]")).to_have_text(count)
    for count in ("1", "0"):
        page.keyboard.press("z")
        expect(page.locator("[data-field=count]")).to_have_text(count)
    page.keyboard.press("z")
    expect(page.locator("[data-feedback]")).to_have_text("Rien à retirer.")
    first, second, *withdrawn = served.kept.bodies
    assert [body.key for body in withdrawn] == [second.key, first.key]  # type: ignore[union-attr]  # both have one
    assert {type(body) for body in withdrawn} == {messages.PaperWithdrawn}


def test_an_empty_sheet_is_not_recorded(served: Served, open_page: Callable[..., Page]) -> None:
    page = open_page("/questionnaires")
    page.keyboard.press("Enter")
    expect(page.locator("[data-feedback]")).to_have_attribute("data-state", "refused")
    assert served.kept.bodies == []


def test_a_sheet_that_could_not_be_sent_stays_and_is_the_same_sheet_when_sent_again(
    served: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page("/questionnaires", expected="Failed to load resource")

    def lose(route: Route) -> None:
        route.fetch()  # it arrives, its answer does not
        route.abort()

    page.route("**/questionnaires", lose)
    page.keyboard.press("Digit1")
    page.keyboard.press("Enter")
    expect(page.locator("[data-feedback]")).to_have_attribute("data-state", "lost")
    expect(page.locator("input:checked")).to_have_count(1)
    page.unroute("**/questionnaires")
    page.keyboard.press("Enter")
    expect(page.locator("[data-field=count]")).to_have_text("1")
    first, again = served.kept.bodies
    assert first == again


def test_the_page_says_how_many_sheets_the_hall_has_counted_today(
    served: Served, open_page: Callable[..., Page]
) -> None:
    page = open_page("/questionnaires")
    served.afternoon.publish("view/barometer/barometre-19", replace(barometer(), paper=12))
    expect(page.locator("[data-field=today]")).to_have_text("Aujourd’hui, tous postes\u00a0: 12 feuilles.")


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_the_page_is_never_wider_than_its_screen(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/questionnaires", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
