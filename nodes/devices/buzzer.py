"""A short double chime for a new call.

People: hear two short tones for a new call.

Wiring: an active 3.3 V or 5 V buzzer with its own oscillator. It draws more than the 16 mA a pin
may give: pin → 1 kΩ → base of an NPN transistor (BC337), emitter to ground, buzzer between collector
and supply, a 1N4148 diode across a magnetic one.

Cut off: silent.
"""

from __future__ import annotations

from broker.contract import compiled
from nodes.slot import Device, Slot

TONE_S = 0.15
GAP_S = 0.1


class Buzzer(Device):
    """Sounds once for each chime key not heard before."""

    def __init__(self, slot: Slot, record: compiled.Buzzer) -> None:
        super().__init__(slot)
        self._pin = record.pin
        self._heard: str | None = None

    def start(self) -> None:
        """See Device."""
        self._output = self.slot.output(self._pin)

    def chime(self, key: str, *, silently: bool = False) -> None:
        """Sound for a new key; ``silently`` only notes it (a call from before this process started)."""
        if not key or key == self._heard:
            return
        self._heard = key
        if not silently:
            self.sound()

    def sound(self, tones: int = 2) -> None:
        """Sound so many short tones."""
        self._output.set(True)
        self.slot.after(TONE_S, lambda: self._rest(tones - 1))

    def test(self) -> None:
        """See Device."""
        self.sound()

    def _rest(self, tones: int) -> None:
        self._output.set(False)
        if tones:
            self.slot.after(GAP_S, lambda: self.sound(tones))
