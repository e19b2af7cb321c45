"""The history page in a real browser: drawn, read and zoomed by keys, compared, and told in tables."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

WAITS = "[data-part=waits]"


def reading(page: Page, part: str = WAITS):
    return page.locator(f"{part} [data-reading]")


def press(page: Page, *keys: str) -> None:
    page.locator(f"{WAITS} .chart canvas").wait_for()
    page.locator(f"{WAITS} .chart").focus()
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.parametrize(("reach", "charts"), [("jour", 7), ("mois", 8)])
def test_every_chart_is_drawn(open_page, reach, charts):
    page = open_page(f"/historique?etendue={reach}")
    expect(page.locator("[data-part][aria-busy=true]")).to_have_count(0, timeout=20_000)
    expect(page.locator(".chart canvas")).to_have_count(charts)


def test_arrow_keys_read_a_charts_values_aloud_one_after_the_other(open_page):
    page = open_page("/historique?etendue=mois")
    press(page, "End")
    last = page.locator(f"{WAITS} details tbody tr").last
    numbers = [cell.text_content() for cell in last.locator("td").all()]
    expect(reading(page)).to_have_text(re.compile(r"17 juin.*médiane {}, 9 sur 10 {}".format(*numbers[:2])))
    press(page, "ArrowLeft")
    expect(reading(page)).to_have_text(re.compile("16 juin"))
    press(page, "Home")
    expect(reading(page)).to_have_text(re.compile("21 mai"))


def test_plus_and_minus_zoom_every_chart_around_what_is_read_and_zero_shows_all(open_page):
    page = open_page("/historique?etendue=mois")
    expect(page.locator("[data-part][aria-busy=true]")).to_have_count(0, timeout=20_000)
    press(page, "End", "+", "+")
    expect(reading(page)).to_have_text(re.compile("de .*11 juin à .*17 juin"))
    page.locator("[data-part=tickets] .chart").focus()
    page.keyboard.press("ArrowRight")
    expect(reading(page, "[data-part=tickets]")).to_have_text(re.compile("11 juin"))
    press(page, "0")
    expect(reading(page)).to_have_text(re.compile("de .*21 mai à .*17 juin"))


def test_drawing_a_stretch_with_the_mouse_zooms_and_a_double_click_shows_all(open_page):
    page = open_page("/historique?etendue=mois")
    press(page)
    over = page.locator(f"{WAITS} .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 50, steps=4)
    page.mouse.up()
    page.mouse.move(box["x"], box["y"] - 60)
    press(page, "ArrowRight")
    expect(reading(page)).to_have_text(re.compile("(4|5) juin"))
    over.dblclick()
    page.mouse.move(box["x"], box["y"] - 60)
    press(page, "ArrowRight")
    expect(reading(page)).to_have_text(re.compile("21 mai"))


def test_the_days_before_are_drawn_and_told_beside(open_page):
    page = open_page("/historique?etendue=semaine")
    page.locator("[data-beside]").select_option("avant")
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("h1 .beside")).to_have_text("comparé du vendredi 4 juin au jeudi 10 juin 2027")
    expect(page.locator(f"{WAITS} .u-legend")).to_contain_text("médiane, comparé")
    expect(page.locator("[data-part=figures] .was")).to_have_count(7)
    page.locator(f"{WAITS} summary").click()
    expect(page.locator(f"{WAITS} thead")).to_contain_text("médiane, comparé")


def test_other_days_and_a_zone_are_chosen_and_stand_in_the_address(open_page):
    page = open_page("/historique?etendue=semaine")
    page.locator("[name=du]").fill("2027-06-01")
    page.locator("[name=au]").fill("2027-06-04")
    page.locator("[name=pour]").select_option("zone:3")
    page.locator("[data-beside]").select_option("+")
    page.locator("[name=avec]").fill("2027-05-03")
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("h1")).to_contain_text("du mardi 1 juin au vendredi 4 juin 2027")
    expect(page.locator("h1 .beside")).to_contain_text("du lundi 3 mai")
    expect(page.locator("[name=pour]")).to_have_value("zone:3")
    assert "pour=zone%3A3" in page.url


def test_a_charts_table_opens_by_key_and_has_a_caption_and_headers(open_page):
    page = open_page("/historique?etendue=semaine")
    summary = page.locator(f"{WAITS} summary")
    summary.focus()
    page.keyboard.press("Enter")
    table = page.locator(f"{WAITS} details table")
    expect(table).to_be_visible()
    expect(table.locator("caption")).to_have_text("Attente, en minutes")
    expect(table.locator("tbody th[scope=row]")).to_have_count(7)


def test_a_part_that_does_not_come_says_so_and_the_others_stand(open_page):
    page = open_page("/historique?etendue=semaine", expected="500")
    page.route(
        "**/historique/waits*", lambda route: route.fulfill(status=500, content_type="text/html", body="")
    )
    page.reload()
    expect(page.locator(WAITS)).to_contain_text("Ces chiffres n’arrivent pas")
    expect(page.locator("[data-part=tickets] .chart canvas")).to_have_count(1)


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_no_part_is_wider_than_the_screen(open_page, width):
    page = open_page("/historique?etendue=mois&avec=avant", width=width)
    expect(page.locator("[data-part][aria-busy=true]")).to_have_count(0, timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize("kind", ["CSV", "Parquet"])
def test_what_is_shown_is_downloaded_as_a_file_of_its_days(open_page, kind):
    page = open_page("/historique?du=2027-06-01&au=2027-06-04")
    page.get_by_role("link", name="Ces chiffres en données ouvertes").click()
    with page.expect_download() as awaited:
        page.get_by_role("link", name=re.compile(f"^{kind} : Attentes par jour")).click()
    assert awaited.value.suggested_filename == f"barnum-attentes-jour-2027-06-01-2027-06-04.{kind.lower()}"
    body = awaited.value.path().read_bytes()
    assert body.startswith(b"jour,service,tickets" if kind == "CSV" else b"PAR1")
