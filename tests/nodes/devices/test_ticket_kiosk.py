from __future__ import annotations

import hashlib

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages, views
from broker.contract.settings import PublicText
from nodes import printing
from nodes.devices import ticket_kiosk
from nodes.hardware.interface import Printed, PrinterState
from tests.nodes.stand import MONDAY_10H, FullableOutbox

DAY = "2026-06-01"
HOUR = 3600 * 10**9


def button(node, service):
    kiosk = node.device(compiled.TicketKiosk)
    return next(button for button in kiosk.buttons if button.service == service)


def press(node, service):
    node.press(button(node, service).pin)
    node.wait(0.2)


def lease(node, service="information", number="A012", *, state="open", day=DAY, **changes):
    fields = {
        "ahead": 3,
        "wait_median_s": 600,
        "wait_p90_s": 1200,
        "opens_ns": None,
    } | changes
    now = views.KioskService(service=service, state=state, number=number, **fields)
    view = views.KioskView(node=node.node.node.id, day=day, services=[now])
    node.view(view, "kiosk", node.node.node.id)


def numbers(node):
    return [(ticket.number, ticket.reserve) for ticket in node.recorded(messages.TicketDrawn)]


def paper(node):
    return node.hardware.printer("imprimante").papers[-1]


def test_a_press_draws_the_number_leased_by_the_hall_and_prints_it(stand):
    node = stand("borne-a")
    lease(node)
    press(node, "information")
    assert numbers(node) == [("A012", False)]
    assert paper(node).largest == "A012"
    assert "entre 10 et 20 min" in paper(node).text
    assert "3 personnes avant vous" in paper(node).text
    assert node.hardware.display("afficheur").text.startswith("A012")


def test_the_ticket_is_on_disk_before_it_is_printed(stand):
    node = stand("borne-a")
    seen = []
    printer = node.hardware.printer("imprimante")
    real = printer.print
    printer.print = lambda sheet, done: (seen.append(len(numbers(node))), real(sheet, done))
    press(node, "information")
    assert seen == [1]


def test_how_the_print_ended_is_an_event_about_that_ticket(stand):
    node = stand("borne-a")
    press(node, "information")
    drawn = next(i for i, body in enumerate(node.outbox.bodies) if isinstance(body, messages.TicketDrawn))
    printed = node.recorded(messages.TicketPrinted)[0]
    assert printed.outcome == "confirmed"
    assert printed.ticket == messages.event_id("borne-a", node.outbox.run, drawn + 1)


def test_a_ticket_not_on_disk_has_no_number_and_no_paper_and_its_visitor_is_sent_on(stand):
    node = stand("borne-a")
    node.outbox.is_full = True
    press(node, "information")
    assert node.hardware.printer("imprimante").printed == 0
    assert node.lamps == []
    assert node.hardware.display("afficheur").text == "Borne hors service\nAutre borne : Espace d'attente"


def test_cut_off_the_kiosk_uses_its_own_series_by_letter(stand):
    node = stand("borne-a")
    lease(node)
    node.wait(31)
    for service in ("information", "information", "dossier"):
        press(node, service)
    assert numbers(node) == [("A700", True), ("A701", True), ("B700", True)]
    assert "Attente" not in paper(node).text


def test_yesterdays_lease_is_not_used(stand):
    node = stand("borne-a")
    lease(node, day="2026-05-31")
    press(node, "information")
    assert numbers(node) == [("A700", True)]


def test_a_lease_is_used_once_even_when_the_next_is_late(stand):
    node = stand("borne-a")
    lease(node)
    press(node, "information")
    press(node, "information")
    lease(node, number="A013")
    press(node, "information")
    assert numbers(node) == [("A012", False), ("A700", True), ("A013", False)]


def test_no_number_is_given_twice_after_a_power_cut(stand, tmp_path):
    path = tmp_path / "outbox.sqlite"
    first = stand("borne-a", outbox=FullableOutbox(path))
    lease(first)
    press(first, "information")
    press(first, "information")
    first.outbox.close()
    second = stand("borne-a", outbox=FullableOutbox(path))
    lease(second)
    press(second, "information")
    press(second, "information")
    assert numbers(second) == [("A701", True), ("A702", True)]


def test_the_reserve_begins_again_on_another_day(stand):
    node = stand("borne-a")
    press(node, "information")
    node.wait(24 * 3600)
    press(node, "information")
    assert numbers(node) == [("A700", True), ("A700", True)]


def test_an_old_card_put_back_learns_from_the_hall_how_far_its_reserve_is(stand):
    node = stand("borne-a")
    node.connect()
    lease(node, "information", "", reserve_used=7)
    node.disconnect()
    node.wait(60)  # cut off again: what the hall said is noted all the same
    press(node, "information")
    assert numbers(node) == [("A707", True)]


def test_a_used_up_reserve_goes_on_beyond_every_other_kiosks(stand):
    node = stand("borne-a")
    node.connect()
    lease(node, "information", "", reserve_used=100)
    press(node, "information")
    assert numbers(node) == [("A1700", True)]


def test_without_any_clock_the_reserve_never_begins_again(stand, tmp_path):
    path = tmp_path / "outbox.sqlite"
    first = stand("borne-a", outbox=FullableOutbox(path))
    press(first, "information")
    first.outbox.close()
    blind = stand("borne-a", outbox=FullableOutbox(path, boot="boot-2"), knows_time=False)
    press(blind, "information")
    blind.wait(3 * 24 * 3600)
    press(blind, "information")
    assert numbers(blind) == [("A701", True), ("A702", True)]
    blind.outbox.close()
    # The clock is found again, on the day of the first ticket: still no number twice.
    third = stand("borne-a", outbox=FullableOutbox(path, boot="boot-3"))
    press(third, "information")
    assert numbers(third) == [("A703", True)]


def test_numbers_given_before_any_clock_was_known_are_not_given_again_once_one_is(stand, tmp_path):
    path = tmp_path / "outbox.sqlite"
    blind = stand("borne-a", outbox=FullableOutbox(path), knows_time=False)
    press(blind, "information")
    blind.outbox.close()
    seeing = stand("borne-a", outbox=FullableOutbox(path, boot="boot-2"))
    press(seeing, "information")
    assert numbers(blind) + numbers(seeing) == [("A700", True), ("A701", True)]


def test_a_clock_that_jumps_back_and_comes_right_again_gives_no_number_twice(stand, tmp_path):
    path, given = tmp_path / "outbox.sqlite", []
    for boot, civil_ns in enumerate((MONDAY_10H, MONDAY_10H - 400 * 24 * HOUR, MONDAY_10H + HOUR)):
        node = stand("borne-a", outbox=FullableOutbox(path, boot=f"boot-{boot}"), civil_ns=civil_ns)
        press(node, "information")
        given += numbers(node)
        node.outbox.close()
    assert given == [("A700", True), ("A701", True), ("A702", True)]


def test_letters_have_series_of_their_own_and_services_that_share_one_share_it(stand, barnum):
    services = [
        replace(service, letter="A") if service.id == "dossier" else service for service in barnum.services
    ]
    node = stand("borne-a", site=replace(barnum, services=services))
    for service in ("information", "dossier", "multiservices", "information"):
        press(node, service)
    assert numbers(node) == [("A700", True), ("A701", True), ("M700", True), ("A702", True)]


def test_the_event_carries_the_tokens_hash_and_only_the_paper_the_token(stand):
    node = stand("borne-a")
    press(node, "information")
    url = paper(node).code
    assert url.startswith("https://tent.example/t/")
    token = url.removeprefix("https://tent.example/t/")
    assert len(token) >= 20
    assert node.recorded(messages.TicketDrawn)[0].token == hashlib.sha256(token.encode()).hexdigest()


def test_a_closed_service_says_when_it_opens_and_gives_no_ticket(stand):
    node = stand("borne-a")
    opens_ns = node.clock.civil_ns() + 4 * HOUR
    lease(node, "ecrivain-public", "", state="closed", opens_ns=opens_ns)
    press(node, "ecrivain-public")
    assert "fermé, ouvre à 14h" in node.hardware.display("afficheur").text
    node.wait(ticket_kiosk.DIRECTION_S)
    lease(node, "ecrivain-public", "", state="closed", opens_ns=opens_ns + 24 * HOUR)
    press(node, "ecrivain-public")
    assert "ouvre mardi à 14h" in node.hardware.display("afficheur").text
    assert numbers(node) == []
    given = node.recorded(messages.DirectionGiven)
    assert [(each.service, each.reason) for each in given] == [("ecrivain-public", "closed")] * 2


def test_a_service_closed_for_once_says_why_and_what_is_said_beside_it(stand):
    node = stand("borne-a")
    meeting = PublicText(fr="Réunion des agents", en="Staff meeting")
    note = PublicText(fr="Rappelez demain", en="Call tomorrow")
    lease(node, "dossier", "", state="closed", notice=meeting, note=note)
    press(node, "dossier")
    shown = node.hardware.display("afficheur").text
    assert "Réunion des agents" in shown
    assert "Rappelez demain" in shown


def test_a_service_without_ticket_shows_the_way(stand):
    node = stand("borne-a")
    press(node, "budget-participatif")
    assert "Multiservices" in node.hardware.display("afficheur").text
    assert node.recorded(messages.DirectionGiven)[0].reason == "no_ticket_needed"
    node.wait(ticket_kiosk.DIRECTION_S + 1)
    assert "Multiservices" not in node.hardware.display("afficheur").text


class SlowPrinter:
    """Ends each job when the test says so."""

    watch_s = None

    def __init__(self):
        self.waiting = []

    def print(self, _sheet, done):
        self.waiting.append(done)

    def close(self):
        pass


@pytest.fixture
def slow(stand, monkeypatch):
    printer = SlowPrinter()
    monkeypatch.setattr(
        "nodes.hardware.virtual.VirtualHardware.open_printer", lambda _hardware, _record: printer
    )
    node = stand("borne-a")
    return node, printer


def test_while_it_prints_the_lamps_blink_and_a_second_press_draws_nothing(slow):
    node, printer = slow
    press(node, "information")
    press(node, "information")
    press(node, "dossier")
    assert len(numbers(node)) == 1
    before = len(node.lamps)
    node.wait(2)
    assert len(node.lamps) - before >= 20  # ten lamps, at least once on and off
    printer.waiting[0](Printed("confirmed", ""))
    node.wait(3)
    assert not any(node.hardware.lamp(each.lamp) for each in node.device(compiled.TicketKiosk).buttons)
    press(node, "dossier")
    assert len(numbers(node)) == 2


def test_the_number_is_shown_before_the_paper_is_there(slow):
    node, _printer = slow
    press(node, "information")
    assert node.hardware.display("afficheur").text == "A700"


def test_without_paper_the_number_stays_with_a_word_to_keep_it(slow):
    node, printer = slow
    press(node, "information")
    printer.waiting[0](Printed("failed", "no paper"))
    node.wait(1)
    text = node.hardware.display("afficheur").text
    assert "A700" in text
    assert "Retenez votre numéro" in text
    node.wait(ticket_kiosk.KEEP_NUMBER_S - 2)
    assert "A700" in node.hardware.display("afficheur").text
    assert node.recorded(messages.TicketPrinted)[0].outcome == "failed"
    assert node.state_of("imprimante") == "failed"


def test_once_there_is_paper_again_the_next_ticket_is_printed_at_once(slow):
    node, printer = slow
    press(node, "information")
    printer.waiting[0](Printed("failed", "no paper"))
    node.wait(1)
    press(node, "dossier")
    printer.waiting[1](Printed("confirmed", ""))
    node.wait(1)
    assert [each.outcome for each in node.recorded(messages.TicketPrinted)] == ["failed", "confirmed"]
    assert node.state_of("imprimante") == "ok"


def test_a_printer_that_never_answers_does_not_keep_the_kiosk_waiting_for_ever(slow):
    node, printer = slow
    press(node, "information")
    node.wait(printing.LONGEST_PRINT_S + 1)
    assert [each.outcome for each in node.recorded(messages.TicketPrinted)] == ["doubtful"]
    printer.waiting[0](Printed("confirmed", ""))
    node.wait(1)
    assert len(node.recorded(messages.TicketPrinted)) == 1
    press(node, "dossier")
    assert len(numbers(node)) == 2


class AwayPrinter:
    """Nobody plugged it in; counts how often it was looked for."""

    watch_s = 30.0

    def __init__(self):
        self.state = PrinterState("failed", "cannot be reached: no USB printer", "printer_away")
        self.looks = 0

    def check(self, done):
        self.looks += 1
        done(self.state)

    def close(self):
        pass


def test_a_printer_that_is_away_is_looked_for_ever_more_seldom_and_told_once(stand, monkeypatch, caplog):
    printer = AwayPrinter()
    monkeypatch.setattr(
        "nodes.hardware.virtual.VirtualHardware.open_printer", lambda _hardware, _record: printer
    )
    node = stand("borne-a")
    node.wait(31.5)
    assert printer.looks == 6, "after 1, 2, 4, 8 and 16 s"
    node.wait(3600)
    assert printer.looks == 6 + 120, "then every 30 s"
    changes = [each for each in node.recorded(messages.DeviceChanged) if each.device == "imprimante"]
    assert [(each.state, each.fault) for each in changes] == [("failed", "printer_away")]
    assert [record for record in caplog.records if "imprimante" in record.getMessage()] == []
    printer.state = PrinterState("ok", "")
    node.wait(31)
    assert node.state_of("imprimante") == "ok"
    printer.state = PrinterState("failed", "cannot be reached: no USB printer", "printer_away")
    node.wait(30)
    looks = printer.looks
    node.wait(1.5)
    assert printer.looks == looks + 1, "the next time it is soon looked for again"


def test_a_printer_that_cannot_be_opened_does_not_keep_visitors_from_their_number(stand, monkeypatch):
    def broken(_hardware, record):
        raise OSError(f"{record.id} is on fire")

    monkeypatch.setattr("nodes.hardware.virtual.VirtualHardware.open_printer", broken)
    node = stand("borne-a")
    press(node, "information")
    assert numbers(node) == [("A700", True)]
    assert node.recorded(messages.TicketPrinted)[0].outcome == "failed"
    assert "A700" in node.hardware.display("afficheur").text


def test_while_a_weather_alert_lasts_nobody_gets_a_ticket_and_all_are_sent_out(stand):
    node = stand("borne-a")
    lease(node)
    view = views.KioskView(node="borne-a", day=DAY, services=[], evacuation=True)
    node.view(view, "kiosk", "borne-a")
    press(node, "information")
    assert numbers(node) == []
    assert node.recorded(messages.DirectionGiven)[0].reason == "evacuation"
    assert "quittez l'espace" in node.hardware.display("afficheur").text
    lease(node)
    press(node, "information")
    assert numbers(node) == [("A012", False)]
