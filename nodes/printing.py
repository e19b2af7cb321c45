"""A kiosk's one print at a time: handed to the printer of its node, and given up when nothing comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeAlias

from broker.contract import compiled
from nodes.composing import Form
from nodes.devices.ticket_printer import TicketPrinter
from nodes.errors import NoFontError
from nodes.hardware.interface import Printed
from nodes.sheet import Sheet
from nodes.slot import Slot
from nodes.timers import Timer
from nodes.words import FIRST, PRINTER_LETTERS
from nodes.words import languages as catalogue

log = logging.getLogger(__name__)

LONGEST_PRINT_S = 25.0
"""Beyond every patience of the printer's driver."""

Make: TypeAlias = Callable[[Form, str], Sheet]
"""Makes the sheet for a printer's form, in a language."""


class Printing:
    """What a kiosk prints.

    Args:
        slot: the kiosk's place.
        printer: the printer's id on the same node.
        changed: called when a print begins and when it has ended.
    """

    def __init__(self, slot: Slot, printer: str, changed: Callable[[], None]) -> None:
        self._slot, self._printer, self._changed = slot, printer, changed
        self._form = _form(slot.node, printer)
        self._job: Timer | None = None
        self._lacking = ""

    def __bool__(self) -> bool:
        """Whether something is being printed now."""
        return self._job is not None

    def look_for_letters(self, languages: Iterable[str]) -> None:
        """Tell the technician now of a language that could not be printed, not once a visitor wants it."""
        from nodes.pictures.fonts import font  # noqa: PLC0415  Pillow only for pictures

        for language in languages:
            if language not in catalogue():
                self._slot.report(
                    "degraded", f"no words for {language!r}: add them to nodes/words.toml", "no_words"
                )
            elif language not in PRINTER_LETTERS:
                try:
                    font(language, 1)
                except NoFontError as problem:
                    self._lacks(language, problem)

    def practise(self, make: Make) -> None:
        """Set a sheet and throw it away: fonts are read and the plan is drawn before anybody waits for it."""
        make(self._form, FIRST)

    def print(self, make: Make, language: str, done: Callable[[Printed], None]) -> None:
        """Print a sheet; ``done`` is called once, with how it ended.

        Where the letters of the language are missing, the sheet comes in the site's first language, and the
        kiosk says so to the technician.
        """
        # A printer whose device fails in the middle never answers: the kiosk must not wait for ever.
        given_up = Printed("doubtful", "no word from the printer", "printer_silent")
        job = self._slot.after(LONGEST_PRINT_S, lambda: self._end(job, given_up, done))
        self._job = job
        self._changed()
        sheet = self._made(make, language)

        def ended(printed: Printed) -> None:
            self._slot.run(lambda: self._end(job, printed, done))

        if not self._slot.tell(self._printer, TicketPrinter, lambda printer: printer.print(sheet, ended)):
            self._end(job, Printed("failed", "the printer's device has failed", "printer_away"), done)

    def _made(self, make: Make, language: str) -> Sheet:
        try:
            sheet = make(self._form, language)
        except NoFontError as problem:
            self._lacks(language, problem)
            return make(self._form, FIRST)
        if self._lacking and language == self._lacking:
            self._lacking = ""
            self._slot.report("ok")
        return sheet

    def _lacks(self, language: str, problem: NoFontError) -> None:
        if self._lacking != language:
            log.error("%s/%s: %s", self._slot.node.id, self._slot.id, problem)
        self._slot.report("degraded", str(problem), "no_letters")
        self._lacking = language

    def _end(self, job: Timer, printed: Printed, done: Callable[[Printed], None]) -> None:
        if self._job is not job:
            return
        job.cancel()
        self._job = None
        self._changed()
        done(printed)


def _form(node: compiled.Node, printer: str) -> Form:
    record = next(device for device in node.devices if device.id == printer)
    if not isinstance(record, compiled.TicketPrinter):  # the site description is checked for it
        raise TypeError(f"{printer} is no ticket printer")
    return Form(record.width_mm, record.picture, record.native_qr)
