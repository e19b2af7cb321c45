"""What a kiosk does besides drawing tickets: directions, plans, copies, languages, help."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from broker.contract import compiled, messages, views
from broker.contract.settings import PublicText
from nodes import kiosk_help, kiosk_language
from nodes.devices import ticket_kiosk
from nodes.hardware.interface import Printed, PrinterState
from nodes.pictures import fonts, page
from nodes.sheet import DOTS, Line, Picture
from tests.nodes.devices.test_ticket_kiosk import SlowPrinter, lease, numbers, paper, press

HELP, LANGUAGE = 7, 9


def shown(node):
    return node.hardware.display("afficheur").text


def pictures(node):
    return [element for element in paper(node).sheet if isinstance(element, Picture)]


# Directions ----------------------------------------------------------------------------------------


def test_a_second_press_of_a_direction_prints_the_plan_and_a_later_one_does_not(stand):
    node = stand("borne-a")
    press(node, "budget-participatif")
    assert node.hardware.printer("imprimante").printed == 0
    press(node, "budget-participatif")
    (plan,) = pictures(node)
    assert plan.width == DOTS[80]
    assert plan.words == "Plan de l'espace : 4, Multiservices"
    assert "Sans ticket : les projets et l'urne" in paper(node).text
    assert "4  Multiservices" in paper(node).text
    (sheet,) = node.recorded(messages.SheetPrinted)
    assert (sheet.sheet, sheet.outcome) == ("plan", "confirmed")
    node.wait(ticket_kiosk.DIRECTION_S + 1)
    press(node, "budget-participatif")
    assert node.hardware.printer("imprimante").printed == 1
    assert len(node.recorded(messages.DirectionGiven)) == 2


def test_another_needs_button_is_no_second_press(stand):
    node = stand("borne-a")
    press(node, "budget-participatif")
    press(node, "information")
    assert node.recorded(messages.SheetPrinted) == []
    assert len(numbers(node)) == 1


def test_a_free_seat_at_the_online_counter_needs_no_ticket(stand):
    node = stand("borne-a")
    lease(node, "en-ligne", "E001", free_seats=2)
    press(node, "en-ligne")
    assert numbers(node) == []
    assert node.recorded(messages.DirectionGiven)[0].reason == "free_seat"
    assert "Comptoir numérique (zone 3)" in shown(node)
    node.wait(ticket_kiosk.DIRECTION_S + 1)
    lease(node, "en-ligne", "E001", free_seats=0)
    press(node, "en-ligne")
    assert numbers(node) == [("E001", False)]


def test_a_closed_permanence_shows_its_timetable_and_its_papers_on_a_second_press(stand):
    node = stand("borne-a")
    lease(node, "ecrivain-public", "", state="closed")
    press(node, "ecrivain-public")
    assert "mardi 14h-17h" in shown(node)
    assert "jeudi 14h-19h" in shown(node)
    press(node, "ecrivain-public")
    assert "Le courrier reçu" in paper(node).text
    (sheet,) = node.recorded(messages.SheetPrinted)
    assert (sheet.sheet, sheet.service) == ("papers", "ecrivain-public")


def test_a_day_with_other_hours_stands_beside_the_timetable_on_display_and_paper(stand):
    node = stand("borne-a")
    absent = PublicText(fr="Écrivain absent", en="No writer")
    days = [views.ChangedDay(day="2026-06-09", service="ecrivain-public", spans=[], reason=absent)]
    lease(node, "ecrivain-public", "", state="closed", changed_days=days)
    press(node, "ecrivain-public")
    assert "mardi 09/06 : fermé (Écrivain absent)" in shown(node)
    press(node, "ecrivain-public")
    assert "mardi 09/06 : fermé (Écrivain absent)" in paper(node).text


# Copies --------------------------------------------------------------------------------------------


@pytest.fixture
def slow(stand, monkeypatch):
    printer = SlowPrinter()
    printer.sheets = []
    real = printer.print

    def keep(sheet, done):
        printer.sheets.append(sheet)
        real(sheet, done)

    printer.print = keep
    monkeypatch.setattr(
        "nodes.hardware.virtual.VirtualHardware.open_printer", lambda _hardware, _record: printer
    )
    return stand("borne-a"), printer


def words(sheet):
    return "\n".join(element.text for element in sheet if isinstance(element, Line))


def test_the_same_button_prints_a_doubtful_ticket_once_more_as_a_copy(slow):
    node, printer = slow
    press(node, "information")
    printer.waiting[0](Printed("doubtful", "no answer after the cut"))
    node.wait(1)
    assert "Appuyez encore" in shown(node)
    press(node, "information")
    assert "COPIE" in words(printer.sheets[1])
    assert "COPIE" not in words(printer.sheets[0])
    printer.waiting[1](Printed("confirmed", ""))
    node.wait(1)
    assert len(numbers(node)) == 1, "no second place in the queue"
    first, second = node.recorded(messages.TicketPrinted)
    assert (first.outcome, first.copy) == ("doubtful", False)
    assert (second.outcome, second.copy, second.ticket) == ("confirmed", True, first.ticket)


def test_a_failed_print_says_why_and_is_not_copied(slow):
    node, printer = slow
    press(node, "information")
    printer.waiting[0](Printed("failed", "no paper, while printing", "no_paper"))
    node.wait(1)
    assert shown(node) == "A700\nRetenez votre numéro\nPlus de papier"
    press(node, "information")
    assert len(numbers(node)) == 2


def test_nobody_gets_a_copy_of_a_ticket_of_half_a_minute_ago(slow):
    node, printer = slow
    press(node, "information")
    printer.waiting[0](Printed("doubtful", ""))
    node.wait(ticket_kiosk.KEEP_NUMBER_S + 1)
    press(node, "information")
    assert len(numbers(node)) == 2


# Languages -----------------------------------------------------------------------------------------


def test_the_language_button_turns_through_the_sites_languages_and_back(stand):
    node = stand("borne-a")
    for said in ("English", "Arabe", "Chinois", "Français"):
        node.press(LANGUAGE)
        assert said in shown(node)


def test_a_ticket_comes_in_the_visitors_language(stand):
    node = stand("borne-a")
    lease(node)
    node.press(LANGUAGE)
    press(node, "information")
    assert "3 people before you" in paper(node).text
    assert "personnes" not in paper(node).text
    assert node.recorded(messages.TicketDrawn)[0].language == "en"


@pytest.mark.parametrize(("presses", "language", "said"), [(2, "ar", "استعلامات"), (3, "zh", "咨询")])
def test_letters_that_the_printer_lacks_come_as_one_picture(stand, presses, language, said):
    node = stand("borne-a")
    for _ in range(presses):
        node.press(LANGUAGE)
    made = []
    real = node.hardware.printer("imprimante").print
    node.hardware.printer("imprimante").print = lambda sheet, done: (made.append(sheet), real(sheet, done))
    press(node, "information")
    (picture,) = made[0]
    assert said in picture.words
    assert picture.width == DOTS[80]
    black = sum(byte.bit_count() for byte in picture.rows)
    assert 0.02 < black / (len(picture.rows) * 8) < 0.5, "neither blank nor black"
    assert node.recorded(messages.TicketDrawn)[0].language == language
    assert shown(node).startswith("A700")


def test_after_a_minute_the_next_visitor_finds_french_again(stand):
    node = stand("borne-a")
    node.press(LANGUAGE)
    node.wait(kiosk_language.LANGUAGE_S + 1)
    press(node, "information")
    assert node.recorded(messages.TicketDrawn)[0].language == ""


def forget_fonts():
    fonts.font.cache_clear()
    page._line.cache_clear()


def test_without_the_letters_of_a_language_there_is_a_french_ticket_and_a_clear_fault(
    stand, monkeypatch, tmp_path
):
    forget_fonts()
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    node = stand("borne-a")
    assert node.state_of("boutons") == "degraded", "told before a visitor wants it"
    for _ in range(3):
        node.press(LANGUAGE)
    press(node, "information")
    forget_fonts()
    assert "Attendez ici" in paper(node).text
    assert numbers(node) == [("A700", True)]
    device = next(device for device in node.health().devices if device.id == "boutons")
    assert "fonts-wqy-microhei" in device.detail


def test_a_visitor_who_goes_on_pressing_keeps_the_language(stand):
    node = stand("borne-a")
    node.press(LANGUAGE)
    for service in ("information", "dossier"):
        node.wait(kiosk_language.LANGUAGE_S - 10)
        press(node, service)
    assert [drawn.language for drawn in node.recorded(messages.TicketDrawn)] == ["en", "en"]


def test_once_the_letters_are_installed_the_fault_is_gone(stand, monkeypatch, tmp_path):
    forget_fonts()
    with monkeypatch.context() as bare:
        bare.setattr(fonts, "FOLDER", tmp_path)
        node = stand("borne-a")
        assert node.state_of("boutons") == "degraded"
    for _ in range(3):
        node.press(LANGUAGE)
    press(node, "information")
    assert node.state_of("boutons") == "ok"


def test_a_language_without_words_is_not_offered_and_told_to_the_technician(stand, barnum):
    tamil = compiled.Language(code="ta", name="தமிழ்")
    node = stand("borne-a", site=replace(barnum, languages=[tamil]))
    node.press(LANGUAGE)
    press(node, "information")
    assert node.recorded(messages.TicketDrawn)[0].language == ""
    assert node.state_of("boutons") == "degraded"


def test_the_language_button_held_prints_the_questionnaire_and_changes_no_language(stand):
    node = stand("borne-a")
    node.press(LANGUAGE, seconds=kiosk_language.HOLD_S + 0.2)
    node.wait(0.5)
    assert "Votre avis" in paper(node).text
    assert paper(node).text.count("[ ]") == 16
    assert node.recorded(messages.SheetPrinted)[0].sheet == "questionnaire"
    press(node, "information")
    assert node.recorded(messages.TicketDrawn)[0].language == ""


# Help ----------------------------------------------------------------------------------------------


def test_a_visitor_can_call_a_person_and_sees_how_far_it_has_come(stand):
    node = stand("borne-a")
    node.connect()
    node.press(HELP)
    (asked,) = node.recorded(messages.HelpRequested)
    assert asked.room == "borne-a"
    node.answer(asked.key)
    assert "Un agent est prévenu" in shown(node)
    node.view(
        views.KioskView(node="borne-a", day="2026-06-01", services=[], help="acknowledged"),
        "kiosk",
        "borne-a",
    )
    assert "Un agent arrive" in shown(node)


def test_a_call_that_nobody_heard_is_said_within_three_seconds(stand):
    node = stand("borne-a")
    node.press(HELP)
    node.wait(3.1)
    assert "Personne n'a pu être prévenu" in shown(node)


def test_a_call_that_the_hall_refused_is_said_to_be_unheard(stand):
    node = stand("borne-a")
    node.connect()
    node.press(HELP)
    node.answer(node.recorded(messages.HelpRequested)[0].key, accepted=False)
    assert "Personne n'a pu être prévenu" in shown(node)


def test_pressed_again_while_somebody_comes_the_visitor_is_told_so_again(stand):
    node = stand("borne-a")
    node.connect()
    node.press(HELP)
    node.answer(node.recorded(messages.HelpRequested)[0].key)
    node.view(help_view("acknowledged"), "kiosk", "borne-a")
    node.wait(kiosk_help.UNHEARD_S + 1)
    assert "Un agent arrive" not in shown(node)
    node.press(HELP)
    node.answer(node.recorded(messages.HelpRequested)[1].key)
    assert "Un agent arrive" in shown(node)


def test_a_call_says_it_in_the_visitors_language(stand):
    node = stand("borne-a")
    node.connect()
    node.press(LANGUAGE)
    node.press(HELP)
    node.answer(node.recorded(messages.HelpRequested)[0].key)
    assert "Staff have been told" in shown(node)


def test_a_help_lamp_blinks_when_told_is_lit_when_somebody_comes_and_dark_afterwards(stand, barnum):
    node = stand("borne-a", site=without_display(with_kiosk(barnum, help_lamp=8)))
    node.connect()
    node.press(HELP)
    node.answer(node.recorded(messages.HelpRequested)[0].key)
    before = len([pin for pin, _lit in node.lamps if pin == 8])
    node.wait(3)
    assert len([pin for pin, _lit in node.lamps if pin == 8]) > before
    node.view(help_view("acknowledged"), "kiosk", "borne-a")
    node.wait(1)
    assert node.hardware.lamp(8)
    node.view(help_view("none"), "kiosk", "borne-a")
    node.wait(1)
    assert not node.hardware.lamp(8)


# The printer ---------------------------------------------------------------------------------------


class WatchedPrinter(SlowPrinter):
    """Says how it is when asked."""

    watch_s = 30.0

    def __init__(self):
        super().__init__()
        self.state = PrinterState("ok", "")

    def check(self, done):
        done(self.state)


@pytest.fixture
def watched(stand, monkeypatch):
    printer = WatchedPrinter()
    monkeypatch.setattr(
        "nodes.hardware.virtual.VirtualHardware.open_printer", lambda _hardware, _record: printer
    )
    return stand("borne-a"), printer


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("no_paper", "Plus de papier"),
        ("cover_open", "Imprimante ouverte"),
        ("printer_away", "Imprimante en panne"),
    ],
)
def test_who_comes_while_nothing_can_be_printed_reads_it_before_pressing(watched, fault, said):
    node, printer = watched
    node.wait(1)
    assert shown(node) == "Choisissez un service · Choose a service"
    printer.state = PrinterState("failed", "it says", fault)
    node.wait(31)
    assert shown(node).startswith(f"{said}\nTicket papier : autre borne, Espace d'attente\n")
    assert node.state_of("imprimante") == "failed"


def test_what_the_hall_shows_is_shown_after_why_nothing_prints(watched):
    node, printer = watched
    printer.state = PrinterState("failed", "no paper", "no_paper")
    node.wait(31)
    frames = [views.Frame(text="Bienvenue")]
    node.display(views.DisplayView(display="borne-a", frames=frames), "borne-a")
    assert shown(node) == "Plus de papier\nTicket papier : autre borne, Espace d'attente\nBienvenue"


def test_a_printer_that_is_back_is_believed_within_seconds(watched):
    node, printer = watched
    printer.state = PrinterState("failed", "no paper", "no_paper")
    node.wait(31)
    printer.state = PrinterState("ok", "")
    node.wait(6)
    assert "papier" not in shown(node)
    assert node.state_of("imprimante") == "ok"


def test_a_failed_print_is_told_to_the_next_visitor_at_once(watched):
    node, printer = watched
    press(node, "information")
    printer.waiting[0](Printed("failed", "no paper"))
    printer.state = PrinterState("failed", "no paper", "no_paper")
    node.wait(ticket_kiosk.KEEP_NUMBER_S + 1)
    assert "Plus de papier" in shown(node)


def test_the_number_is_shown_even_where_nothing_can_be_printed(watched):
    node, printer = watched
    printer.state = PrinterState("failed", "no paper", "no_paper")
    node.wait(31)
    press(node, "information")
    assert shown(node) == "A700"


def test_a_kiosk_alone_sends_nobody_to_another(stand, barnum, monkeypatch):
    printer = WatchedPrinter()
    printer.state = PrinterState("failed", "no paper", "no_paper")
    monkeypatch.setattr(
        "nodes.hardware.virtual.VirtualHardware.open_printer", lambda _hardware, _record: printer
    )
    node = stand("borne-a", site=replace(barnum, nodes=[barnum.node("borne-a")], displays=[]))
    node.wait(1)
    assert "autre borne" not in shown(node)
    assert "retenez votre numéro" in shown(node)


def help_view(state):
    return views.KioskView(node="borne-a", day="2026-06-01", services=[], help=state)


def with_kiosk(site, **changes):
    node = site.node("borne-a")
    devices = [
        replace(device, **changes) if isinstance(device, compiled.TicketKiosk) else device
        for device in node.devices
    ]
    return replace(
        site, nodes=[replace(node, devices=devices) if each.id == node.id else each for each in site.nodes]
    )


def without_display(site):
    node = site.node("borne-a")
    devices = [device for device in node.devices if not isinstance(device, compiled.LedDisplay)]
    return replace(
        site, nodes=[replace(node, devices=devices) if each.id == node.id else each for each in site.nodes]
    )
