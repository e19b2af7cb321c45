"""Trials of what people see and hear, and of the paper."""

from __future__ import annotations

from broker.contract import compiled
from broker.contract.compiled import Text
from nodes.devices import build
from nodes.devices.ticket_printer import test_sheet
from nodes.errors import NoFontError
from nodes.hardware.interface import Printed, PrinterState
from nodes.lamps import Pattern
from nodes.selftest.contacts import MILLISECOND
from nodes.selftest.steps import Shine, Step
from nodes.selftest.trials import NOBODY_ANSWERED, Ended, Trial
from nodes.slot import Slot

AGAIN_S = 4.0
"""So often a device shows again what it can: before its last test is over."""

NO_ANSWER = Text(fr="l'imprimante n'a pas répondu", en="the printer did not answer")


class ShineTrial(Trial):
    """Lights a lamp until somebody says whether it is seen."""

    asks = True

    def __init__(self, slot: Slot, step: Step, shine: Shine, ended: Ended) -> None:
        super().__init__(slot, step, ended)
        self._shine = shine

    def start(self) -> None:
        """See Device."""
        self.slot.lamp(self._shine.lamp).rest(Pattern.LIT)


class ShowTrial(Trial):
    """Has the device itself show what it can, until somebody says whether that is seen or heard."""

    asks = True

    def start(self) -> None:
        """See Device."""
        self._shown = build(self.slot)
        self._shown.start()
        self._show()

    def stop(self) -> None:
        """See Device."""
        self._shown.stop()

    def _show(self) -> None:
        self._shown.test()
        self.slot.after(AGAIN_S, self._show)


class AskTrial(Trial):
    """Asks a printer how it is doing."""

    def __init__(self, slot: Slot, step: Step, record: compiled.TicketPrinter, ended: Ended) -> None:
        super().__init__(slot, step, ended)
        self._record = record

    def start(self) -> None:
        """See Device."""
        self._printer = self.slot.hardware.open_printer(self._record)
        self._printer.check(self.slot.from_any_thread(self._is))

    def stop(self) -> None:
        """See Device."""
        self._printer.close()

    def expired(self) -> Text:
        """See Trial."""
        return NO_ANSWER

    def _is(self, state: PrinterState) -> None:
        if state.state == "failed":
            self.failed(in_words(state.detail))
        else:
            self.passed(in_words(state.detail or "ready"))


class PrintTrial(Trial):
    """Prints the test ticket: it takes the printer's word and the technician's, in whichever order."""

    def __init__(self, slot: Slot, step: Step, record: compiled.TicketPrinter, ended: Ended) -> None:
        super().__init__(slot, step, ended)
        self._record = record
        self._confirmed: Text | None = None
        self._readable = False

    def start(self) -> None:
        """See Device."""
        self._began_ns = self.slot.now_ns()
        self._printer = self.slot.hardware.open_printer(self._record)
        try:
            sheet = test_sheet(self.slot.node.id, self._record)
        except NoFontError as problem:
            self.failed(Text(fr=f"police manquante : {problem}", en=str(problem)))
            return
        self._printer.print(sheet, self.slot.from_any_thread(self._printed))

    def stop(self) -> None:
        """See Device."""
        self._printer.close()

    def expired(self) -> Text:
        """See Trial."""
        return NOBODY_ANSWERED if self._confirmed else NO_ANSWER

    def answer_yes(self) -> None:
        """See Trial: the paper may be read before the printer has confirmed it."""
        self._readable = True
        self._look()

    def _printed(self, printed: Printed) -> None:
        if printed.outcome != "confirmed":
            self.failed(in_words(printed.detail))
            return
        took_ms = (self.slot.now_ns() - self._began_ns) // MILLISECOND
        self._confirmed = Text(
            fr=f"confirmé en {took_ms} ms, lisible", en=f"confirmed in {took_ms} ms, readable"
        )
        self._look()

    def _look(self) -> None:
        if self._confirmed and self._readable:
            self.passed(self._confirmed)


_FRENCH = {
    "ready": "prête",
    "no paper": "plus de papier",
    "cover open": "capot ouvert",
    "error (cutter, or too hot)": "erreur (massicot, ou trop chaude)",
    "offline": "hors ligne",
    "paper nearly at its end": "papier presque fini",
    "while printing": "pendant l'impression",
    "cannot be reached": "injoignable",
    "does not answer": "ne répond pas",
    "no answer after the cut": "sans réponse après la coupe",
    "went silent": "s'est tue",
}


def in_words(detail: str) -> Text:
    """What a printer's driver says, in both languages; what has no French stands as it is."""
    french = detail
    for en, fr in _FRENCH.items():
        french = french.replace(en, fr)
    return Text(fr=french, en=detail)
