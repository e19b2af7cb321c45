"""Trials of what people touch, sit on and walk through."""

from __future__ import annotations

from collections.abc import Callable

from broker.contract.compiled import Text
from nodes.crossing import Crossing, Direction
from nodes.devices.door_counter import SETTLE_S
from nodes.lamps import Lamp, Pattern
from nodes.selftest.steps import Press, Step, Walk
from nodes.selftest.trials import SAID_NO, Ended, Trial, Wrong
from nodes.slot import Slot

MILLISECOND = 1_000_000
"""Nanoseconds in a millisecond."""


class PressTrial(Trial):
    """Waits until a contact closes and opens again. Notes which others moved meanwhile: swapped wires.

    Args:
        slot: where it is mounted.
        step: what is tried.
        press: its act.
        wrong: the node's other contacts.
        ended: told the verdict.
    """

    def __init__(self, slot: Slot, step: Step, press: Press, wrong: list[Wrong], ended: Ended) -> None:
        super().__init__(slot, step, ended)
        self._press, self._wrong = press, wrong
        self._stuck = False
        self._since_ns: int | None = None
        self._instead: Text | None = None
        self._lamp: Lamp | None = None

    def start(self) -> None:
        """See Device."""
        press = self._press
        if press.lamp is not None:
            self._lamp = self.slot.lamp(press.lamp)
            self._lamp.rest(Pattern.SLOW)
        self._stuck = self.slot.input(press.pin, self._changed, active_high=press.active_high)
        for part, other in self._wrong:
            if other.pin != press.pin:
                self.slot.input(other.pin, self._note(part), active_high=other.active_high)

    def expired(self) -> Text:
        """See Trial."""
        if self._since_ns is not None:
            return Text(fr="contact fermé, jamais rouvert", en="contact closed, never opened again")
        if self._stuck:
            return Text(
                fr="actif depuis le début : coincé, ou court-circuit",
                en="active from the start: stuck, or a short circuit",
            )
        if self._press.kind == "button":
            nothing = Text(fr="personne n'a appuyé", en="nobody pressed")
        else:
            nothing = Text(fr="rien n'est arrivé", en="nothing arrived")
        if self._instead is None:
            return nothing
        return Text(
            fr=f"{nothing.fr} ; reçu à la place : {self._instead.fr}",
            en=f"{nothing.en}; got instead: {self._instead.en}",
        )

    def refused(self) -> Text:
        """See Trial."""
        if self._lamp is None:
            return SAID_NO
        return Text(
            fr="la lampe reste éteinte, dit le technicien", en="the lamp stays dark, says the technician"
        )

    def _changed(self, active: bool, at_ns: int) -> None:
        if active:
            self._since_ns = at_ns
            if self._lamp:
                self._lamp.rest(Pattern.LIT)
            if self._press.kind == "room":
                self.passed(Text(fr="présence vue", en="somebody seen"))
        elif self._since_ns is None:
            self._stuck = False
        else:
            held_ms = (at_ns - self._since_ns) // MILLISECOND
            self.passed(Text(fr=f"fermé {held_ms} ms", en=f"closed for {held_ms} ms"))

    def _note(self, part: Text) -> Callable[[bool, int], None]:
        def changed(active: bool, _at_ns: int) -> None:
            if active:
                self._instead = part

        return changed


class WalkTrial(Trial):
    """Waits for a whole passage in one direction; one in the other is noted, not counted.

    Args:
        slot: where it is mounted.
        step: what is tried.
        walk: its act.
        ended: told the verdict.
    """

    def __init__(self, slot: Slot, step: Step, walk: Walk, ended: Ended) -> None:
        super().__init__(slot, step, ended)
        self._walk = walk
        self._crossing = Crossing()
        self._interrupted = {"outer": False, "inner": False}
        self._seen: set[str] = set()
        self._since_ns = 0
        self._counted: Direction | None = None

    def start(self) -> None:
        """See Device."""
        for beam, pin in (("outer", self._walk.outer), ("inner", self._walk.inner)):
            self._interrupted[beam] = self.slot.input(pin, self._beam(beam), settle_s=SETTLE_S)
        self._crossing.moved(outer=self._interrupted["outer"], inner=self._interrupted["inner"])

    def expired(self) -> Text:
        """See Trial."""
        walk = self._walk
        if not self._seen and any(self._interrupted.values()):
            return Text(fr="un faisceau est coupé depuis le début", en="a beam is interrupted from the start")
        if not self._seen:
            return Text(fr="rien n'est arrivé", en="nothing arrived")
        if "outer" not in self._seen:
            return Text(
                fr=f"le faisceau extérieur, broche {walk.outer}, n'a rien vu",
                en=f"the outer beam, pin {walk.outer}, saw nothing",
            )
        if "inner" not in self._seen:
            return Text(
                fr=f"le faisceau intérieur, broche {walk.inner}, n'a rien vu",
                en=f"the inner beam, pin {walk.inner}, saw nothing",
            )
        if self._counted is None:
            return Text(fr="pas de passage entier", en="no whole passage")
        return Text(
            fr="passage vu dans l'autre sens : faisceaux échangés ?",
            en="a passage the other way: are the beams swapped?",
        )

    def _beam(self, beam: str) -> Callable[[bool, int], None]:
        def changed(interrupted: bool, at_ns: int) -> None:
            if not any(self._interrupted.values()):
                self._since_ns = at_ns
            self._interrupted[beam] = interrupted
            if interrupted:
                self._seen.add(beam)
            self._moved(at_ns)

        return changed

    def _moved(self, at_ns: int) -> None:
        counted = self._crossing.moved(outer=self._interrupted["outer"], inner=self._interrupted["inner"])
        if counted == self._walk.direction:
            took_ms = (at_ns - self._since_ns) // MILLISECOND
            self.passed(Text(fr=f"passage en {took_ms} ms", en=f"passage in {took_ms} ms"))
        elif counted:
            self._counted = counted
