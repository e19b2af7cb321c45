"""A morning at the barnum, a minute a second: all that a visit can become, on the programs of a real site.

Two kiosks, one of which is cut off, gives from its reserve and comes back; three desks on their consoles,
one inside the town hall; a call screen, a telephone, a help call, paper that runs out. Only the hardware is
virtual. Every step waits for what a person would see before the next one begins.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, expect

from broker.clock import SECOND, Anchor, SystemClock
from broker.contract import compiled
from broker.mosquitto.run import free_port
from hall.store.open import StoreConfig
from simulation.chaos.links import Link, Links
from simulation.house import House, VirtualNode
from tests.end_to_end.conftest import MORNING_NS, wait_until
from tests.end_to_end.test_a_visit import FINGER_OFF_S

A_MINUTE_A_SECOND = 60
SEEN_MS = 20_000
LATE_NS = 6 * SECOND
"""Six minutes on the site: a ticket that comes back five minutes after it was drawn is late."""


def device(site: compiled.Site, node: str, kind: type[compiled.Device]) -> compiled.Device:
    return next(one for one in site.node(node).devices if isinstance(one, kind))


class Kiosk:
    """A kiosk as a visitor sees it: buttons, a display, paper."""

    def __init__(self, site: compiled.Site, name: str, node: VirtualNode) -> None:
        self._node = node
        self._pins = {
            button.service: button.pin for button in device(site, name, compiled.TicketKiosk).buttons
        }
        wait_until(lambda: "Bienvenue" in self.display(), f"{name} to welcome")

    def display(self) -> str:
        return self._node.say("display afficheur")

    def press(self, service: str) -> None:
        self._node.say(f"press {self._pins[service]} 0.1")

    def draw(self, service: str) -> str:
        """Press, and tear off the ticket: its words."""
        while self._node.say("paper imprimante"):
            pass
        button = self._pins[service]

        def printed() -> bool:
            time.sleep(FINGER_OFF_S)
            return self._node.say(f"print {button} imprimante 3") == "cut"

        # While the ticket before is being confirmed presses are not taken: one presses again.
        wait_until(printed, f"a ticket for {service}")
        return self._node.say("paper imprimante")

    def number(self, service: str) -> str:
        """Press, and read the number on the ticket."""
        found = re.search(r"\b[A-Z]\d{3,}\b", self.draw(service))
        assert found is not None
        return found.group()

    def printer(self, fault: str) -> None:
        assert self._node.say(f"fault imprimante {fault}") == "ok"


class Console:
    """A desk's console as its agent uses it."""

    def __init__(self, page: Page, house: House, desk: str) -> None:
        self.page = page
        page.goto(f"{house.url}/guichet/{desk}")
        self.does("open", "free")

    def does(self, action: str, then: str) -> None:
        """Press an action's button; its desk is then in that state."""
        self.ready(action).click()
        self.is_in(then)

    def is_in(self, state: str) -> None:
        main = {"free": "next", "called": "start", "serving": "done", "paused": "open"}[state]
        expect(self.page.locator(f"[data-place-of=main] [data-action={main}]")).to_be_visible(timeout=SEEN_MS)

    def ready(self, action: str):
        button = self.page.locator(f".next [data-action={action}][data-ready=true]")
        expect(button).to_be_visible(timeout=SEEN_MS)
        return button

    def calls(self, number: str) -> None:
        """Next: that visitor comes."""
        self.does("next", "called")
        self.shows(number)

    def shows(self, number: str) -> None:
        expect(self.page.locator("[data-field=number]")).to_have_text(number, timeout=SEEN_MS)

    def serves(self, outcome: str) -> None:
        """The called visitor comes, and what was done is said in one press."""
        self.does("start", "serving")
        self.page.locator(f"[data-outcome={outcome}]").click()
        self.is_in("free")

    def aside(self, number: str, word: str):
        row = self.page.locator("[data-aside-list] li", has_text=number)
        expect(row).to_contain_text(word, timeout=SEEN_MS)
        return row

    def waits_for(self, number: str) -> None:
        expect(self.page.locator("[data-queue] li", has_text=number)).to_be_visible(timeout=SEEN_MS)


class Morning(NamedTuple):
    """All that is running."""

    house: House
    link_b: Link
    borne_a: Kiosk
    borne_b: Kiosk
    rooms: VirtualNode


@pytest.fixture
def morning(barnum: compiled.Site, mosquitto, credentials, tmp_path) -> Iterator[Morning]:
    port = free_port()
    site = replace(barnum, phone_url=f"http://127.0.0.1:{port}/t/")
    anchor = Anchor(MORNING_NS, SystemClock().machine_ns(), speed=A_MINUTE_A_SECOND)
    store = StoreConfig(kind="embedded", path=tmp_path / "store.sqlite")
    with Links() as links:
        link_b = links.to(mosquitto.port)
        house = House(
            site,
            tmp_path,
            store,
            anchor,
            credentials=credentials,
            broker=mosquitto,
            addresses={"borne-b": link_b.address},
        )
        house.phone_port = port
        try:
            house.hall()
            house.dashboard()
            kiosks = [Kiosk(site, name, house.node(name)) for name in ("borne-a", "borne-b")]
            yield Morning(house, link_b, *kiosks, house.node("salons"))
        finally:
            house.end()
            sys.stdout.write(house.logs())  # pytest shows it with a failing test


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a browser of its own; an error in a page's console fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(house: House, account: str = "", width: int = 1280) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="fr-FR")
        contexts.append(context)
        if account:
            context.request.post(f"{house.url}/connexion/demonstration", form={"account": account})
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.mark.timeout(300)
def test_a_morning_at_the_barnum(morning: Morning, open_page) -> None:  # noqa: PLR0915  one morning
    house, borne_a, borne_b = morning.house, morning.borne_a, morning.borne_b
    info = Console(open_page(house, "demo-agent"), house, "info")
    registry = Console(open_page(house, "demo-agent"), house, "etat-civil")
    concierge = Console(open_page(house, "demo-agent"), house, "conciergerie")
    screen = open_page(house, width=1920)
    screen.goto(f"{house.url}/appels")
    current = screen.locator("[data-current]")

    # A ticket, its telephone page, and the call on the big screen.
    paper = borne_a.draw("information")
    address = re.search(r"http\S+/t/\S+", paper)
    assert address is not None, paper
    first = "A001"
    assert first in paper
    phone = open_page(house, width=390)
    phone.goto(address.group())
    expect(phone.locator("[data-state=waiting]")).to_be_visible(timeout=SEEN_MS)
    info.waits_for(first)
    info.calls(first)
    expect(phone.locator("[data-state=called]")).to_contain_text("Guichet 1", timeout=SEEN_MS)
    expect(current.locator("[data-field=number]")).to_have_text(first, timeout=SEEN_MS)

    # Sent on to the registry with a note, and the place kept: the way inside is told with the call.
    info.does("start", "serving")
    info.ready("transfer").click()
    asked = info.page.locator("#ask-transfer")
    asked.locator("[name=service][value=etat-civil]").check(force=True)
    asked.locator("[name=note]").fill("a tout sur lui")
    asked.locator("[value=send]").click()
    info.is_in("free")
    registry.waits_for(first)
    registry.calls(first)
    expect(registry.page.locator("[data-field=note]")).to_have_text("a tout sur lui", timeout=SEEN_MS)
    expect(current).to_contain_text("Porte 4", timeout=SEEN_MS)
    expect(phone.locator("[data-state=called]")).to_contain_text("Porte 4", timeout=SEEN_MS)
    registry.does("start", "serving")

    # The next one for the registry is sent ahead, by the walk, while the desk still serves.
    ahead = borne_a.number("etat-civil")
    expect(current.locator("[data-field=number]")).to_have_text(ahead, timeout=SEEN_MS)
    registry.is_in("serving")
    registry.page.locator("[data-outcome=fait]").click()
    registry.is_in("free")
    registry.calls(ahead)

    # Nobody comes: called again twice, then missing; back later with the place by arrival.
    missing = borne_a.number("information")
    info.waits_for(missing)
    info.calls(missing)
    for times in ("1 rappel", "2 rappels"):
        info.ready("recall").click()
        expect(info.page.locator("[data-field=about]")).to_contain_text(times, timeout=SEEN_MS)
    expect(current.locator(".recall")).to_be_visible(timeout=SEEN_MS)
    info.does("no_show", "free")
    later = borne_a.number("information")
    info.waits_for(later)
    info.aside(missing, "absent").locator("button").click()
    info.page.locator("#ask-ticket [value=reinstate]").click()
    info.waits_for(missing)
    info.calls(missing)
    info.serves("fait")
    info.calls(later)
    info.serves("renseigne")

    # A discreet call: on its console only.
    discreet = borne_a.number("conciergerie")
    concierge.waits_for(discreet)
    concierge.calls(discreet)
    expect(concierge.page.locator("[data-field=discreet]")).to_contain_text(discreet, timeout=SEEN_MS)

    # Help from a room: on every console, answered by one.
    button = device(house.site, "salons", compiled.HelpButton)
    assert isinstance(button, compiled.HelpButton)
    morning.rooms.say(f"press {button.pin} 0.3")
    for console in (info, registry, concierge):
        expect(console.page.locator("[data-help-calls] .alert")).to_contain_text("Salon 1", timeout=SEEN_MS)
    info.page.locator("[data-help=salon-1]").click()
    expect(registry.page.locator("[data-help-calls] .alert.steady")).to_be_visible(timeout=SEEN_MS)
    wait_until(lambda: morning.rooms.say(f"lamp {button.lamp}") == "1", "the room's lamp to be steady")
    concierge.serves("fait")

    # Kiosk B is cut off: it gives from its reserve, and what it gave comes back late, for an agent to call.
    morning.link_b.cut()
    numbers = [borne_b.number("information")]
    while not numbers[-1].startswith("A8"):
        assert len(numbers) < 4
        numbers.append(borne_b.number("information"))
    reserve = numbers[-1]
    drawn = SystemClock().machine_ns()
    wait_until(lambda: SystemClock().machine_ns() - drawn > LATE_NS, "the paper to be late")
    morning.link_b.heal()
    info.aside(reserve, "tard").locator("button").click()
    info.page.locator("#ask-ticket [value=call]").click()
    info.is_in("called")
    info.shows(reserve)
    info.serves("fait")

    # The paper runs out at kiosk A: the number is there all the same, and agents are told.
    borne_a.printer("paper_out")
    borne_a.press("information")
    wait_until(lambda: re.search(r"A\d{3}", borne_a.display()), "the number without paper")
    technician = open_page(house)
    technician.context.request.post(
        f"{house.url}/connexion/demonstration", form={"account": "demo-technician"}
    )
    technician.goto(f"{house.url}/technique")
    expect(technician.locator("[data-node=borne-a]")).to_contain_text(
        re.compile("pap(i)?er"), timeout=SEEN_MS
    )

    # What was discreet has been on no public page all morning.
    assert discreet not in screen.content()
