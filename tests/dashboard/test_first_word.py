"""A page arrives with its values: painted with everything else, and no longer than they are known."""

from __future__ import annotations

import json
import re
from itertools import islice

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from broker.clock import ManualClock
from dashboard.first import LASTS_S
from dashboard.modules import STATIC
from tests.dashboard.afternoon import Afternoon, console, service, space

INSIDE = re.compile(r'data-field="inside" data-first>([^<]*)<')
WORD = re.compile(r'id="first-word">(.*?)</script>', re.DOTALL)


@pytest.fixture
def told(afternoon: Afternoon) -> Afternoon:
    afternoon.connect()
    afternoon.recorder_speaks()
    afternoon.all_views()
    return afternoon


def inside(client: FlaskClient) -> str:
    (painted,) = INSIDE.findall(client.get("/").text)
    return str(painted)


def word(client: FlaskClient, path: str) -> dict[str, object]:
    (found,) = WORD.findall(client.get(path).text)
    word: dict[str, object] = json.loads(found)
    return word


def topics(client: FlaskClient, path: str) -> set[str]:
    return {view["topic"] for view in word(client, path)["views"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "painted"),
    [
        ("/", [">46<", ">12<", ">187<", ">14\u00a0min<", 'data-level="full"']),
        ("/appels", [">E042<", ">Guichet", ">14\u00a0min<"]),
        ("/barometre", [">81<", "sentez-vous"]),
    ],
)
def test_what_is_known_stands_in_the_page_itself(
    visitor: FlaskClient, told: Afternoon, path: str, painted: list[str]
):
    page = visitor.get(path).text.split("<script")
    words = "".join(part.split("</script>")[-1] for part in page)
    assert [value for value in painted if value not in words] == []


def test_nothing_is_painted_that_is_not_known(visitor: FlaskClient, told: Afternoon, clock: ManualClock):
    assert inside(visitor) == "46"
    told.publish("view/space/now", space(inside=None))
    assert inside(visitor) == "—"
    told.publish("view/space/now", space())
    clock.advance(8)  # the recorder is silent
    assert inside(visitor) == "—"


def test_nothing_is_painted_that_could_outlive_its_validity_unattended(
    visitor: FlaskClient, told: Afternoon, clock: ManualClock
):
    told.publish("view/space/now", space(valid_s=LASTS_S + 2))
    clock.advance(1)
    told.recorder_speaks()
    assert inside(visitor) == "46"
    clock.advance(2)
    told.recorder_speaks()
    assert inside(visitor) == "—"


def test_the_style_ends_what_no_script_answers_for_when_the_server_thinks_it_does():
    style = (STATIC / "style" / "base.css").read_text(encoding="utf-8")
    assert f"no-longer-known 1ms {LASTS_S}s forwards" in style


def test_a_page_brings_what_its_stream_would_tell_first_and_nothing_more(
    visitor: FlaskClient, client: FlaskClient, told: Afternoon
):
    assert "view/space/now" in topics(visitor, "/")
    assert "private/alerts/now" not in topics(visitor, "/")
    assert "private/alerts/now" in topics(client, "/")
    desks = {topic for topic in topics(client, "/guichet/numerique") if topic.startswith("private/desk/")}
    assert desks == {"private/desk/numerique"}


def test_what_a_colleague_wrote_cannot_end_the_pages_data(client: FlaskClient, told: Afternoon):
    told.publish("private/desk/numerique", console(note="</script><b>"))
    page = client.get("/guichet/numerique").text
    assert "</script><b>" not in page
    assert "</script><b>" in json.dumps(word(client, "/guichet/numerique"))


def test_a_stream_goes_on_from_what_the_page_brought(visitor: FlaskClient, told: Afternoon):
    brought = word(visitor, "/")["id"]
    told.publish("view/service/en-ligne", service("en-ligne", 4, 16, "busy"))
    with visitor.get(f"/direct/espace?depuis={brought}", buffered=False) as answer:
        heard = b"".join(islice(answer.iter_encoded(), 2))
    assert re.findall(rb'"topic":"([^"]+)"', heard) == [b"view/service/en-ligne"]


def test_values_are_shown_without_any_script_and_go_when_nobody_answers_for_them(served, browser):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto(served.url)
    value = page.locator("[data-card=inside] [data-field=inside]")
    expect(value).to_have_text("46")
    expect(value).to_be_visible()
    page.evaluate("document.getAnimations().forEach((one) => one.finish())")
    expect(value).to_be_hidden()
    context.close()


def test_a_page_whose_stream_never_comes_shows_what_it_brought_and_then_nothing(served, open_page, browser):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/direct/**", lambda route: route.abort())
    page.goto(served.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    value = page.locator("[data-card=inside] [data-field=inside]")
    expect(value).to_have_text("46")
    expect(page.locator("[data-desk=numerique] [data-field=desk]")).to_contain_text("E042")
    expect(value).to_have_text("—", timeout=15_000)
    expect(page.locator("body")).to_have_attribute("data-link", "cut")
    context.close()
