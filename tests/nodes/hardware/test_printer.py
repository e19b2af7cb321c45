"""The real driver at the virtual printer's cable: the same whether that is network, serial or USB."""

from __future__ import annotations

import queue
from datetime import datetime

import pytest

from nodes.composing import Form
from nodes.hardware.escpos_writer import printable
from nodes.hardware.printer import EscposPrinter
from nodes.hardware.virtual_network import VirtualNetworkPrinter
from nodes.hardware.virtual_serial import VirtualSerialPrinter
from nodes.hardware.virtual_usb import VirtualUsbPrinter
from nodes.sheet import BOX, DOTS, Code, Line, Picture, Rule
from nodes.ticket import Ticket, layout

SHEET = [
    Line("E042", size=8, bold=True, align="center"),
    Rule(),
    Line("É è ç à ê ù ï € ° « »"),
    Code("https://tent.example/t/abc"),
]


CABLES = {
    "network": (VirtualNetworkPrinter, "socket"),
    "serial": (VirtualSerialPrinter, "serial"),
    "usb": (VirtualUsbPrinter, "usb"),
}


@pytest.fixture(params=CABLES)
def twin(request):
    kind, library = CABLES[request.param]
    pytest.importorskip(library)
    printer = kind()
    yield printer
    printer.close()


@pytest.fixture
def driver(twin):
    driver = EscposPrinter(twin.connect(), 80, answer_s=0.5, after_cut_s=0.5)
    yield driver
    driver.close()


def printed(driver, sheet=SHEET):
    outcome: queue.SimpleQueue = queue.SimpleQueue()
    driver.print(sheet, outcome.put)
    return outcome.get(timeout=10)


def checked(driver):
    state: queue.SimpleQueue = queue.SimpleQueue()
    driver.check(state.put)
    return state.get(timeout=10)


def test_a_ticket_is_confirmed_once_the_printer_answered_after_the_cut(driver, twin):
    assert printed(driver) == ("confirmed", "", None)
    assert twin.papers[0].largest == "E042"
    assert twin.papers[0].code == "https://tent.example/t/abc"


def test_french_is_printed_as_it_is_written(driver, twin):
    printed(driver)
    assert "É è ç à ê ù ï € ° « »" in twin.papers[0].text


def test_a_whole_ticket_comes_out_word_for_word(driver, twin, barnum):
    drawn = datetime(2026, 6, 4, 10, 7)  # noqa: DTZ001 - local time, as the ticket shows it
    service = barnum.service("etat-civil")
    sheet = layout(
        Ticket(
            number="N007",
            service=service,
            drawn=drawn,
            ahead=1,
            wait_median_s=60,
            wait_p90_s=700,
            url="https://x.example/t/y",
        ),
        barnum,
        Form(80),
    )
    assert printed(driver, sheet).outcome == "confirmed"
    wanted = [printable(element.text) for element in sheet if isinstance(element, Line) and element.text]
    got = [line for line in twin.papers[0].text.splitlines() if line and "─" not in line]
    assert got == wanted
    assert twin.papers[0].code == "https://x.example/t/y"
    assert [element.rows for element in twin.papers[0].sheet if isinstance(element, Picture)] == [
        element.rows for element in sheet if isinstance(element, Picture)
    ]


def test_a_picture_comes_out_dot_for_dot_however_the_cable_cuts_it(driver, twin):
    rows = bytes(value % 256 for value in range(72 * 1500))
    assert printed(driver, [Picture(DOTS[80], rows)]).outcome == "confirmed"
    strips = [element for element in twin.papers[0].sheet if isinstance(element, Picture)]
    assert {strip.width for strip in strips} == {DOTS[80]}
    assert b"".join(strip.rows for strip in strips) == rows
    assert max(strip.height for strip in strips) < 1000, "more at once is too much for some printers"


def test_lines_that_begin_at_the_edge_are_as_wide_as_the_rules(driver, twin):
    """So they stand below one another on printers of 42 columns and of 48."""
    printed(driver, [Line(f"{BOX} Pièce d'identité"), Line("au milieu", align="center")])
    left, centred = [element for element in twin.papers[0].sheet if getattr(element, "text", "")][:2]
    assert (left.text, left.align) == (f"{BOX} Pièce d'identité", "left")
    assert (centred.text, centred.align) == ("au milieu", "center")


def test_the_picture_shows_the_paper(driver, twin):
    printed(driver)
    picture = twin.papers[0].picture()
    dark = sum(1 for value in picture.convert("L").tobytes() if value < 128)
    assert picture.width == DOTS[80] + 72
    assert dark > 8000


@pytest.mark.parametrize(
    ("fault", "detail"), [("paper_out", "no paper"), ("cover_open", "cover open"), ("offline", "error")]
)
def test_what_is_wrong_before_printing_is_known_before_printing(driver, twin, fault, detail):
    twin.fault = fault
    outcome = printed(driver)
    assert outcome.outcome == "failed"
    assert detail in outcome.detail
    assert twin.printed == 0
    assert checked(driver).state == "failed"


def test_paper_that_ends_in_the_middle_is_a_failed_ticket(driver, twin):
    twin.lines_left = 2
    outcome = printed(driver)
    assert outcome == ("failed", "no paper, while printing", "no_paper")


def test_a_printer_that_dies_in_the_middle_leaves_a_doubtful_ticket(driver, twin):
    twin.fault = "dies_mid_job"
    assert printed(driver).outcome == "doubtful"


def test_a_printer_that_says_nothing_is_no_printer(driver, twin):
    twin.fault = "silent"
    outcome = printed(driver)
    assert outcome.outcome == "failed"
    assert "does not answer" in outcome.detail


def test_a_printer_unplugged_and_replugged_prints_again(driver, twin):
    twin.fault = "unplugged"
    assert printed(driver)[::2] == ("failed", "printer_away")
    assert checked(driver)[::2] == ("failed", "printer_away")
    twin.fault = ""
    assert printed(driver) == ("confirmed", "", None)
    assert twin.printed == 1


def test_a_printer_unplugged_in_the_middle_prints_the_next_ticket_once_it_is_back(driver, twin):
    twin.fault = "dies_mid_job"
    assert printed(driver)[::2] == ("doubtful", "printer_silent")
    twin.fault = "unplugged"
    twin.fault = ""
    assert printed(driver) == ("confirmed", "", None)
    assert [paper.largest for paper in twin.papers] == ["E042"], "nothing of the ticket before is on it"


def test_an_answer_that_comes_too_late_is_no_answer_to_the_next_question(driver, twin, monkeypatch):
    """Once it prints again, a printer says what it was asked before: that must confirm nothing."""
    twin.fault = "paper_out"
    assert printed(driver).outcome == "failed"
    monkeypatch.setattr(type(twin), "status", lambda _twin, _question: b"\x00")
    twin.fault = ""
    assert printed(driver)[::2] == ("failed", "printer_away"), "no answer to DLE EOT looks like that"


def test_the_next_ticket_after_a_fault_is_printed(driver, twin):
    twin.fault = "paper_out"
    printed(driver)
    twin.fault = ""
    assert printed(driver) == ("confirmed", "", None)
    assert len(twin.papers) == 1


def test_paper_nearly_at_its_end_is_told_in_time(driver, twin):
    assert checked(driver) == ("ok", "", None)
    twin.nearly_empty = True
    assert checked(driver) == ("degraded", "paper nearly at its end", "paper_low")


def test_letters_that_the_code_page_lacks_lose_their_accent_and_not_their_place():
    assert printable("l’œuvre – Zoë, Ștefan…") == "l'oeuvre - Zoë, Stefan..."
    assert printable("☀") == "?"
