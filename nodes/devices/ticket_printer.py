"""The ticket printer: prints, cuts, and says how each ticket ended.

Wiring: Ethernet to the tent's switch, a fixed address, raw port 9100; 24 V from its own supply. It has
to answer DLE EOT and GS r (Epson TM-m30, TM-T20 and TM-T88 do): without an answer after the cut no
ticket counts as printed.
"""

from __future__ import annotations

from collections.abc import Callable

from broker.contract import compiled
from nodes.hardware.interface import Printed, PrinterState
from nodes.sheet import COLUMNS, Line, Rule, Sheet
from nodes.slot import Device, Slot
from nodes.ticket import Form


class TicketPrinter(Device):
    """Prints sheets and watches the paper."""

    def __init__(self, slot: Slot, record: compiled.TicketPrinter) -> None:
        super().__init__(slot)
        self._record = record

    @property
    def form(self) -> Form:
        """How it takes sheets."""
        return Form(self._record.width_mm, self._record.picture)

    def start(self) -> None:
        """See Device."""
        self._printer = self.slot.hardware.open_printer(self._record)
        self._watch()

    def stop(self) -> None:
        """See Device."""
        self._printer.close()

    def test(self) -> None:
        """See Device."""
        self.print(
            [
                Line("TEST", size=4, bold=True, align="center"),
                Rule(),
                Line(f"{self.slot.node.id}/{self.slot.id}", align="center"),
                Line("é è ê à ç ù ï É È À € ° « »", align="center"),
                Line("0123456789" * 9, align="left"),
                Line(f"{self._record.width_mm} mm, {COLUMNS[self._record.width_mm]} col.", align="center"),
            ],
            lambda _printed: None,
        )

    def print(self, sheet: Sheet, done: Callable[[Printed], None]) -> None:
        """Print and cut; ``done`` is called on this thread, once, with the outcome."""

        def ended(printed: Printed) -> None:
            if printed.outcome == "confirmed":
                self.slot.report("ok")
            else:
                self.slot.report("failed" if printed.outcome == "failed" else "degraded", printed.detail)
            done(printed)

        self._printer.print(sheet, self.slot.from_any_thread(ended))

    def _watch(self) -> None:
        if self._printer.watch_s is None:
            return

        def looked(state: PrinterState) -> None:
            self.slot.report(state.state, state.detail)

        self._printer.check(self.slot.from_any_thread(looked))
        self.slot.after(self._printer.watch_s, self._watch)
