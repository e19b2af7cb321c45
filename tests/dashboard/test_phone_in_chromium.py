"""The phone page in a real browser: it follows by itself, rings, and says when it cannot know."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from broker.clock import Anchor, SystemClock
from broker.contract import compiled
from broker.contract.views import WeatherAlertNow
from tests.dashboard.accessible import violations
from tests.dashboard.afternoon import NOW_NS, space
from tests.dashboard.test_phone import TOKEN, Phones, ticket

RING = "navigator.vibrate = pattern => { window.rung = (window.rung || 0) + 1; return true; };"


class ServedPhones(Phones):
    """The phone page on a real port, the recorder speaking."""

    def __init__(self, site: compiled.Site) -> None:
        clock = SystemClock(Anchor(NOW_NS, time.clock_gettime_ns(time.CLOCK_BOOTTIME), 1))
        super().__init__(site, clock)  # type: ignore[arg-type]  # a real clock here
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.port}/t/{TOKEN}"
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever),
            threading.Thread(target=self._speak),
        ]
        for thread in self._threads:
            thread.start()

    def _speak(self) -> None:
        while not self._ended.wait(1.0):
            self.afternoon.recorder_speaks()

    def stop(self) -> None:
        self._ended.set()
        self.queues.close()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()


@pytest.fixture
def phones(barnum: compiled.Site) -> Iterator[ServedPhones]:
    phones = ServedPhones(barnum)
    yield phones
    phones.stop()


@pytest.fixture
def phone(browser: Browser, phones: ServedPhones) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="fr-FR")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(RING)
    yield page
    context.close()
    assert errors == []


def test_a_call_reaches_the_open_page_its_title_and_the_hand(phones, phone):
    phones.queue("dossier", ticket())
    phone.goto(phones.url)
    expect(phone.locator(".ahead b")).to_have_text("4")
    phones.queue("dossier", ticket(ahead=3))
    expect(phone.locator(".ahead b")).to_have_text("3")
    phones.queue("dossier", ticket(state="called", desk="info", rang_ns=1))
    expect(phone.locator("h1")).to_contain_text("À vous")
    assert "B042 · À vous" in phone.title()
    assert phone.evaluate("window.rung") == 1
    phones.queue("dossier", ticket(state="called", desk="info", rang_ns=2, recalls=1))
    expect(phone.locator(".again")).to_be_visible()
    assert phone.evaluate("window.rung") == 2


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_phone_page_is_clean_by_axe_waiting_called_and_leaving(phones, phone, language):
    phones.queue("dossier", ticket())
    phone.goto(f"{phones.url}?l={language}")
    assert violations(phone) == []
    phone.goto(f"{phones.url}/je-pars?l={language}")
    assert violations(phone) == []
    phones.queue("dossier", ticket(state="called", desk="info", rang_ns=1))
    phone.goto(f"{phones.url}?l={language}")
    assert violations(phone) == []


def test_a_weather_alert_reaches_every_open_page_and_the_hand(phones, phone):
    phones.queue("dossier", ticket())
    phone.goto(phones.url)
    expect(phone.locator(".ahead b")).to_have_text("4")
    wind = WeatherAlertNow(kind="wind", value=112.0, since_ns=NOW_NS)
    phones.afternoon.publish("view/space/now", space(weather_alerts=[wind]))
    expect(phone.locator(".notice.evacuation")).to_contain_text("Quittez l’espace")
    assert phone.evaluate("window.rung") == 1
    assert violations(phone) == []
    phones.queue("dossier", ticket(ahead=3))
    expect(phone.locator(".ahead b")).to_have_text("3")
    assert phone.evaluate("window.rung") == 1
    phones.afternoon.publish("view/space/now", space())
    expect(phone.locator(".notice")).to_have_count(0)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_phone_without_server_sent_events_asks_by_itself(phones, phone):
    phone.add_init_script("delete window.EventSource;")
    phones.queue("dossier", ticket())
    phone.goto(phones.url)
    expect(phone.locator(".ahead b")).to_have_text("4")
    phones.queue("dossier", ticket(state="called", desk="info", rang_ns=1))
    expect(phone.locator("h1")).to_contain_text("À vous", timeout=20_000)


def test_a_phone_without_any_script_is_renewed_and_can_leave(browser, phones):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    phones.queue("dossier", ticket())
    page.goto(phones.url)
    phones.queue("dossier", ticket(ahead=1))
    expect(page.locator(".ahead b")).to_have_text("1", timeout=25_000)
    page.get_by_role("link", name="Je pars").click()
    page.get_by_role("button", name="Oui, je pars").click()
    expect(page.locator(".leaving")).to_be_visible()
    assert page.url == phones.url
    assert len(phones.recorded) == 1
    context.close()


def test_a_served_visit_ends_its_page_and_an_undone_end_revives_it(phones, phone):
    phones.queue("dossier", ticket(state="serving", desk="info"))
    phone.goto(phones.url)
    expect(phone.locator("h1")).to_have_text("C’est votre tour")
    phones.queue("dossier")
    expect(phone.locator("h1")).to_have_text("Ce ticket n’est plus valable")
    phones.queue("dossier", ticket(state="serving", desk="info"))
    expect(phone.locator("h1")).to_have_text("C’est votre tour")


def test_a_page_whose_ticket_has_ended_asks_no_more(phones, phone):
    phone.clock.install()
    phones.queue("dossier", ticket(state="serving", desk="info"))
    phone.goto(phones.url)
    expect(phone.locator("h1")).to_have_text("C’est votre tour")
    phones.queue("dossier")
    expect(phone.locator("h1")).to_have_text("Ce ticket n’est plus valable")
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phones.queues.close()  # the stream ends
    phone.clock.run_for(60_000)
    expect(phone.locator("#cut")).to_be_hidden()
    assert len(asked) <= 1  # the browser's own attempt, answered with "no more"


def test_a_page_that_hears_nothing_any_more_says_so(phones, phone):
    phone.clock.install()
    phones.queue("dossier", ticket())
    phone.goto(phones.url)
    expect(phone.locator(".ahead b")).to_have_text("4")
    phone.route("**/*", lambda route: route.abort())
    phone.clock.run_for(40_000)
    expect(phone.locator("#cut")).to_contain_text("n’est plus à jour")


@pytest.mark.parametrize("language", ["fr", "en", "ar", "zh"])
def test_no_language_is_wider_than_the_smallest_phone(phones, phone, language):
    phones.queue("familles", ticket(state="called", desk="familles", rang_ns=1, recalls=1))
    phone.goto(f"{phones.url}?l={language}")
    expect(phone.locator("h1")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
