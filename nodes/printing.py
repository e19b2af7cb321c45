"""A kiosk's one print at a time: handed to the printer of its node, and given up when nothing comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

from nodes.devices.ticket_printer import TicketPrinter
from nodes.errors import NoFontError
from nodes.hardware.interface import Printed
from nodes.sheet import Sheet
from nodes.slot import Slot
from nodes.ticket import Form
from nodes.timers import Timer
from nodes.words import FIRST

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
        self._job: Timer | None = None

    def __bool__(self) -> bool:
        """Whether something is being printed now."""
        return self._job is not None

    def print(self, make: Make, language: str, done: Callable[[Printed], None]) -> None:
        """Print a sheet; ``done`` is called once, with how it ended.

        Where the fonts of the language are missing, the sheet comes in the site's first language, and the
        kiosk says so to the technician.
        """
        # A printer whose device fails in the middle never answers: the kiosk must not wait for ever.
        given_up = Printed("doubtful", "no word from the printer")
        job = self._slot.after(LONGEST_PRINT_S, lambda: self._end(job, given_up, done))
        self._job = job
        self._changed()

        def ended(printed: Printed) -> None:
            self._slot.run(lambda: self._end(job, printed, done))

        def hand_over(printer: TicketPrinter) -> None:
            printer.print(self._made(make, printer.form, language), ended)

        if not self._slot.tell(self._printer, TicketPrinter, hand_over):
            self._end(job, Printed("failed", "the printer's device has failed"), done)

    def _made(self, make: Make, form: Form, language: str) -> Sheet:
        try:
            return make(form, language)
        except NoFontError as problem:
            log.error("%s/%s: %s", self._slot.node.id, self._slot.id, problem)
            self._slot.report("degraded", str(problem))
            return make(form, FIRST)

    def _end(self, job: Timer, printed: Printed, done: Callable[[Printed], None]) -> None:
        if self._job is not job:
            return
        job.cancel()
        self._job = None
        self._changed()
        done(printed)
