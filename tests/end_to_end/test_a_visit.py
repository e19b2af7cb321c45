"""A visit, from the kiosk's button to the desk: tickets, calls, displays, consoles."""

from __future__ import annotations

import sqlite3
import time

from playwright.sync_api import expect

from broker.contract import compiled
from tests.end_to_end.conftest import open_console

FINGER_OFF_S = 0.2
"""Between two presses a finger is off the button for longer than a bounce, which is no release."""


def device(site, node, kind):
    return next(one for one in site.node(node).devices if isinstance(one, kind))


def shown(node, display="afficheur"):
    return node.say(f"display {display}")


def journalled(house, kind):
    """How many events of a type the journal holds."""
    journal = sqlite3.connect(house.folder / "state-hall" / "journal.sqlite")
    query = "SELECT count(*) FROM events WHERE CAST(body AS TEXT) LIKE ?"
    (count,) = journal.execute(query, (f'%"{kind}"%',)).fetchone()
    journal.close()
    return count


def press_service(site, node, name, service):
    kiosk = device(site, name, compiled.TicketKiosk)
    button = next(button for button in kiosk.buttons if button.service == service)
    node.say(f"press {button.pin} 0.1")


def sit_down_at(house, page, desk):
    """Sign in, and open a desk's console."""
    page.context.request.post(f"{house.url}/connexion/demonstration", form={"account": "demo-agent"})
    page.goto(f"{house.url}/guichet/{desk}")


def test_a_visitor_draws_a_printed_ticket_and_is_called_on_every_display(house, page, wait_for):
    house.hall()
    house.dashboard()
    kiosk, desk, waiting = house.node("borne-a"), house.node("guichet-info"), house.node("attente")
    page.goto(f"{house.url}/appels")
    wait_for(lambda: "Bienvenue" in shown(kiosk), "the kiosk to welcome")
    press_service(house.site, kiosk, "borne-a", "information")
    wait_for(lambda: "A001" in shown(kiosk), "the kiosk's display to answer with the number")
    wait_for(lambda: kiosk.say("papers imprimante") == "1", "the ticket")
    panel = device(house.site, "guichet-info", compiled.DeskPanel)
    desk.say(f"press {panel.next} 0.1")
    wait_for(lambda: "A001" in shown(desk), "the desk's display to show the number")
    wait_for(lambda: "A001" in shown(waiting), "the waiting area's display to call")
    expect(page.locator("[data-current]")).to_contain_text("A001", timeout=10_000)
    desk.say(f"press {panel.done} 0.1")
    wait_for(lambda: "A001" not in shown(desk), "the desk to be free again")


def test_an_agent_calls_from_the_console_and_sees_the_halls_answer(house, page, wait_for):
    house.hall()
    house.dashboard()
    kiosk = house.node("borne-b")
    wait_for(lambda: "Bienvenue" in shown(kiosk), "the kiosk to welcome")
    press_service(house.site, kiosk, "borne-b", "information")
    open_console(page, house, "info")
    expect(page.locator("[data-field=waiting]")).to_have_text("1", timeout=20_000)
    page.locator("[data-action=open]").click()
    expect(page.locator("[data-feedback]")).to_have_text("Guichet ouvert.", timeout=10_000)
    number = page.locator("[data-field=number]")

    def called() -> bool:
        """Press until the hall has called: on a machine that is too slow a press is refused as too old."""
        if "A" in (number.text_content() or ""):
            return True
        page.keyboard.press("n")
        page.wait_for_timeout(1_500)
        return False

    wait_for(called, "the hall to call")
    expect(page.locator("[data-field=waiting]")).to_have_text("0", timeout=10_000)
    page.locator("[data-action=undo]").click()
    expect(page.locator("[data-feedback]")).to_contain_text("Annulé", timeout=10_000)
    expect(page.locator("[data-field=waiting]")).to_have_text("1", timeout=10_000)
    page.keyboard.press("n")
    page.locator("[data-action=start]").click(timeout=10_000)
    page.locator("[data-outcome]").first.click(timeout=10_000)
    expect(page.locator("[data-feedback]")).to_contain_text("terminé", timeout=10_000)


def test_a_kiosk_cut_off_prints_from_its_reserve_and_the_ticket_joins_the_queue_later(house, page, wait_for):
    house.hall()
    house.dashboard()
    kiosk = house.node("borne-a")
    wait_for(lambda: "Bienvenue" in shown(kiosk), "the kiosk to welcome")
    press_service(house.site, kiosk, "borne-a", "information")
    wait_for(lambda: kiosk.say("papers imprimante") == "1", "the first ticket")
    house.broker.kill()
    for papers in (2, 3):  # the leased number first, then the kiosk's own series

        def drawn(papers=papers) -> bool:
            if kiosk.say("papers imprimante") == str(papers):
                return True
            press_service(house.site, kiosk, "borne-a", "information")  # no effect while it prints
            time.sleep(FINGER_OFF_S)
            return False

        wait_for(drawn, f"{papers} tickets")
    open_console(page, house, "info")
    house.broker.start()
    expect(page.locator("[data-field=waiting]")).to_have_text("3", timeout=40_000)
    expect(page.locator("[data-queue]")).to_contain_text("A7")


def test_a_call_pressed_during_an_outage_is_shown_as_not_passed_on_and_calls_nobody_later(
    house, page, wait_for
):
    house.hall()
    house.dashboard()
    kiosk, desk = house.node("borne-a"), house.node("guichet-info")
    wait_for(lambda: "Bienvenue" in shown(kiosk), "the kiosk to welcome")
    press_service(house.site, kiosk, "borne-a", "information")
    open_console(page, house, "info")
    waiting = page.locator("[data-field=waiting]")
    expect(waiting).to_have_text("1", timeout=20_000)
    wait_for(lambda: "Ferm" in shown(desk), "the desk to hear the hall")
    house.broker.kill()
    panel = device(house.site, "guichet-info", compiled.DeskPanel)
    before = int(desk.say(f"lit {panel.lamp}"))
    desk.say(f"press {panel.next} 0.1")
    wait_for(lambda: int(desk.say(f"lit {panel.lamp}")) > before + 3, "the lamp to blink fast", 15)
    house.broker.start()
    wait_for(
        lambda: journalled(house, "desk.next_requested") == 1, "the request to be journalled all the same"
    )
    expect(waiting).to_have_text("1", timeout=40_000)
    assert "A001" not in shown(desk)


def test_the_hall_killed_in_the_middle_of_a_call_comes_back_to_the_same_call(house, page, wait_for):
    hall = house.hall()
    house.dashboard()
    kiosk, desk = house.node("borne-a"), house.node("guichet-info")
    wait_for(lambda: "Bienvenue" in shown(kiosk), "the kiosk to welcome")
    press_service(house.site, kiosk, "borne-a", "information")
    wait_for(lambda: kiosk.say("papers imprimante") == "1", "the ticket")
    panel = device(house.site, "guichet-info", compiled.DeskPanel)
    desk.say(f"press {panel.next} 0.1")
    wait_for(lambda: "A001" in shown(desk), "the call")
    hall.process.kill()
    hall.process.wait()
    house.hall()
    open_console(page, house, "info")
    expect(page.locator("[data-field=number]")).to_have_text("A001", timeout=20_000)
