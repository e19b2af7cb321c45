"""The ticket printer: prints, cuts, and says how each ticket ended.

People: take the ticket; 58 or 80 mm ([more](#printers)).

Wiring: 24 V from its own supply, and one of three cables. Ethernet to the tent's switch, a fixed address,
raw port 9100. USB to one of the Pi's ports (no pin; a Zero 2 W needs an OTG adapter). A serial line,
crossed: on a USB adapter (no pin), or on GPIO 14 (TX) and GPIO 15 (RX) through a MAX3232 board at 3.3 V,
never directly: RS-232 has 12 V. The printer has to answer DLE EOT and GS r (Epson TM-m30, TM-T20 and
TM-T88 do): without an answer after the cut no ticket counts as printed.

Cut off: prints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from broker.contract import compiled
from broker.contract.messages import PrintOutcome
from nodes.errors import NoFontError
from nodes.hardware.interface import Printed, PrinterState
from nodes.sheet import COLUMNS, Line, Rule, Sheet
from nodes.slot import Device, Slot, State
from nodes.timers import Timer
from nodes.words import FIRST

TROUBLED_WATCH_S = 5.0
"""So soon a printer that could not print is looked at again: people stand before it."""
AWAY_FIRST_S, AWAY_LONGEST_S = 1.0, 30.0
"""One that is unplugged or switched off is looked for after 1, 2, 4 … 30 s."""


_STATES: Final[dict[PrintOutcome, State]] = {
    "confirmed": "ok",
    "doubtful": "degraded",
    "failed": "failed",
}


class PrinterUser(Device):
    """A device that prints on a neighbour, and wants to know whether it can."""

    def printer_is(self, printer: str, state: PrinterState) -> None:
        """How a printer of this node is doing; told at each look and after each print."""
        raise NotImplementedError


def test_sheet(node: str, record: compiled.TicketPrinter) -> Sheet:
    """What a technician reads to see that a printer prints, cuts, and has every letter.

    It goes the way of this printer's tickets: as a picture where they do. Raises NoFontError.
    """
    sheet: Sheet = [
        Line("TEST", size=4, bold=True, align="center"),
        Rule(),
        Line(f"{node}/{record.id}", align="center"),
        Line("é è ê à ç ù ï É È À € ° « »", align="center"),
        Line("0123456789" * 9, align="left"),
        Line(f"{record.width_mm} mm, {COLUMNS[record.width_mm]} col.", align="center"),
    ]
    if not record.picture:
        return sheet
    from nodes.pictures import page  # noqa: PLC0415  Pillow only for pictures

    return [page.picture(sheet, record.width_mm, FIRST)]


class TicketPrinter(Device):
    """Prints sheets and watches the paper."""

    def __init__(self, slot: Slot, record: compiled.TicketPrinter) -> None:
        super().__init__(slot)
        self._record = record
        self._next_look: Timer | None = None
        self._away = 0

    def start(self) -> None:
        """See Device."""
        self._printer = self.slot.hardware.open_printer(self._record)
        self._watch()

    def stop(self) -> None:
        """See Device."""
        self._printer.close()

    def test(self) -> None:
        """See Device: it is asked how it is doing."""
        self._printer.check(self.slot.from_any_thread(self._tested))

    def test_paper(self) -> None:
        """See Device."""
        try:
            sheet = test_sheet(self.slot.node.id, self._record)
        except NoFontError as problem:
            self.slot.report("degraded", str(problem), "no_letters")
            return
        self.print(sheet, self._test_printed)

    def print(self, sheet: Sheet, done: Callable[[Printed], None]) -> None:
        """Print and cut; ``done`` is called on this thread, once, with the outcome."""

        def ended(printed: Printed) -> None:
            self._is(PrinterState(_STATES[printed.outcome], printed.detail, printed.fault))
            done(printed)

        self._printer.print(sheet, self.slot.from_any_thread(ended))

    def _watch(self) -> None:
        self._next_look = None
        if self._printer.watch_s is not None:
            self._printer.check(self.slot.from_any_thread(self._is))

    def _tested(self, state: PrinterState) -> None:
        self._is(state)
        self.slot.remark("printer_ready")

    def _test_printed(self, printed: Printed) -> None:
        if printed.outcome == "confirmed":
            self.slot.remark("test_printed")

    def _is(self, state: PrinterState) -> None:
        """Pass on how the printer is doing, and look again in a while."""
        if state.state != "ok" or self.slot.state != "ok":  # what was remarked of a well one stays
            self.slot.report(state.state, state.detail, state.fault)
        for device in self.slot.node.devices:
            self.slot.tell(device.id, PrinterUser, lambda user: user.printer_is(self.slot.id, state))
        if self._next_look:
            self._next_look.cancel()
        if self._printer.watch_s is not None:
            self._next_look = self.slot.after(self._patience(state), self._watch)

    def _patience(self, state: PrinterState) -> float:
        """How many seconds until the next look."""
        if state.fault == "printer_away":
            self._away += 1
            return float(min(AWAY_FIRST_S * 2 ** min(self._away - 1, 10), AWAY_LONGEST_S))
        self._away = 0
        if state.state == "failed":
            return TROUBLED_WATCH_S
        return self._printer.watch_s or AWAY_LONGEST_S
